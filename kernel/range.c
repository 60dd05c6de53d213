// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set of byte ranges in a fixed array. A byte that is there twice would be
 * counted for one that is not there at all, so an overlap is refused.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "range.h"

static void remove_range(struct isi_cover *c, u32 at)
{
	c->count--;
	memmove(&c->ranges[at], &c->ranges[at + 1],
		(c->count - at) * sizeof(c->ranges[0]));
}

static enum isi_fail insert_range(struct isi_cover *c, u32 at, u32 start,
				  u32 end)
{
	if (c->count == ISI_RANGES)
		return ISI_FAIL_DATA_FRAGMENTS;
	memmove(&c->ranges[at + 1], &c->ranges[at],
		(c->count - at) * sizeof(c->ranges[0]));
	c->ranges[at] = (struct isi_range) { .start = start, .end = end };
	c->count++;
	return ISI_FAIL_NONE;
}

/* isi_cover_add() where bytes are not simply appended. C-083 C-088 */
enum isi_fail isi_cover_insert(struct isi_cover *c, u32 start, u32 end)
{
	struct isi_range *next;
	u32 at = 0;
	u32 *last;	/* end of what lies before */
	bool joins;	/* what lies behind */

	if (start == end)
		return ISI_FAIL_NONE;
	if (!c->ranges)
		return ISI_FAIL_DATA_OFFSET;
	while (at < c->count && c->ranges[at].start < start)
		at++;
	last = at ? &c->ranges[at - 1].end : &c->prefix;
	next = at < c->count ? &c->ranges[at] : NULL;
	if (start < *last || (next && end > next->start))
		return ISI_FAIL_DATA_OFFSET;

	joins = next && end == next->start;
	if (start == *last) {
		*last = joins ? next->end : end;
		if (joins)
			remove_range(c, at);
	} else if (joins) {
		next->start = start;
	} else {
		return insert_range(c, at, start, end);
	}
	return ISI_FAIL_NONE;
}
