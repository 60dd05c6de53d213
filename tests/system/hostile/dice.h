/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that a seed determines. */
#ifndef DICE_H
#define DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;		/* not 0 */
};

static inline uint32_t any(struct dice *d)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state * 0x2545f4914f6cdd1dULL >> 32;
}

/* 0 to @n - 1. */
static inline uint32_t roll(struct dice *d, uint32_t n)
{
	return (uint64_t)any(d) * n >> 32;
}

static inline bool chance(struct dice *d, uint32_t in)
{
	return roll(d, in) == 0;
}

static inline struct dice dice_of(uint64_t seed)
{
	struct dice d = { seed * 0x9e3779b97f4a7c15ULL + 1 };

	for (int i = 0; i < 8; i++)
		any(&d);
	return d;
}

#endif
