/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bytes of a command's buffer have come, or have been asked for, when
 * their order is the target's to choose (RFC 7143 §13.18, §13.19). Pure: no
 * allocation, no lock; the module and user space build it.
 */
#ifndef ISI_RANGE_H
#define ISI_RANGE_H

#include <linux/types.h>
#include <uapi/linux/iscsi_initiator.h>

/* In the worst order, every second piece comes first. */
#define ISI_RANGES	(ISI_DATA_PIECES / 2)

struct isi_range {
	u32 start;
	u32 end;
};

/**
 * struct isi_cover - bytes that are there, each of them once
 * @prefix: bytes from the start without a hole
 * @count: ranges beyond them
 * @ranges: sorted, none touches its neighbour or the prefix; ISI_RANGES of
 *	them, the caller's, or NULL where bytes may only be appended
 */
struct isi_cover {
	u32 prefix;
	u32 count;
	struct isi_range *ranges;
};

enum isi_fail isi_cover_insert(struct isi_cover *c, u32 start, u32 end);

static inline void isi_cover_init(struct isi_cover *c, u32 prefix)
{
	c->prefix = prefix;
	c->count = 0;
}

/**
 * isi_cover_add() - @length bytes at @start are there
 * @c: changed only when they may be
 * @start: @start + @length does not overflow
 * @length: of them
 *
 * Return: ISI_FAIL_NONE, ISI_FAIL_DATA_OFFSET when one of them was there
 * before, ISI_FAIL_DATA_FRAGMENTS.
 */
static inline enum isi_fail isi_cover_add(struct isi_cover *c, u32 start,
					  u32 length)
{
	if (start != c->prefix || c->count)
		return isi_cover_insert(c, start, start + length);
	c->prefix += length;
	return ISI_FAIL_NONE;
}

#endif
