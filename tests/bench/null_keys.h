/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The null target's side of a login: text keys (RFC 7143 §13). */
#ifndef BENCH_NULL_KEYS_H
#define BENCH_NULL_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#define KEYS_OUR_SEGMENT (1u << 20)	/* MaxRecvDataSegmentLength of the target */

struct keys {
	uint32_t their_segment;		/* MaxRecvDataSegmentLength of the initiator */
	uint32_t max_burst;
	bool header_digest, data_digest;
	bool told;			/* what is the target's to declare */
};

extern const struct keys keys_default;

/* Answers @text, pairs that end in a NUL each; returns the answer's length. */
uint32_t keys_answer(struct keys *keys, const char *text, uint32_t size, char *answer,
		     uint32_t room);

#endif
