// SPDX-License-Identifier: GPL-2.0-only
/*
 * A place in a command's scatterlist. An element is memory in one piece, of one
 * page or of several, which may be freed one by one. Sequential use costs nothing;
 * a step back walks from the start.
 */
#include <linux/highmem.h>

#include "isi.h"

void isi_cursor_init(struct isi_cursor *cur, struct scsi_cmnd *sc)
{
	cur->head = scsi_sglist(sc);
	cur->sg = cur->head;
	cur->sg_start = 0;
	cur->offset = 0;
}

/* @offset is inside the buffer: the PDU checks have seen to that. */
void isi_cursor_seek(struct isi_cursor *cur, u32 offset)
{
	if (offset < cur->sg_start) {
		cur->sg = cur->head;
		cur->sg_start = 0;
	}
	while (offset - cur->sg_start >= cur->sg->length &&
	       !sg_is_last(cur->sg)) {
		cur->sg_start += cur->sg->length;
		cur->sg = sg_next(cur->sg);
	}
	cur->offset = offset;
}

/* Of the element, from the cursor on. */
static u32 left(const struct isi_cursor *cur)
{
	return cur->sg_start + cur->sg->length - cur->offset;
}

/* From where the element's first page begins to the cursor. */
static u32 position(const struct isi_cursor *cur)
{
	return cur->sg->offset + cur->offset - cur->sg_start;
}

static struct page *page_at(const struct isi_cursor *cur, u32 position)
{
	return pfn_to_page(page_to_pfn(sg_page(cur->sg)) +
			   position / PAGE_SIZE);
}

/* From @page to the end of what is freed together with it. */
static size_t held_together(struct page *page)
{
	struct page *head = compound_head(page);

	return page_size(head) -
	       (page_to_pfn(page) - page_to_pfn(head)) * PAGE_SIZE;
}

/* The next bytes that one reference covers, @max at most; @max is not 0. */
void isi_cursor_bvec(struct isi_cursor *cur, u32 max, struct bio_vec *bvec)
{
	u32 at = position(cur);

	bvec->bv_page = page_at(cur, at);
	bvec->bv_offset = at % PAGE_SIZE;
	bvec->bv_len = min(max, left(cur));
	if (bvec->bv_offset + bvec->bv_len > PAGE_SIZE)
		bvec->bv_len = min_t(size_t, bvec->bv_len,
				     held_together(bvec->bv_page) -
				     bvec->bv_offset);
}

/* Past @bytes of the element it is in. */
static __always_inline void advance(struct isi_cursor *cur, u32 bytes)
{
	cur->offset += bytes;
	if (!left(cur) && !sg_is_last(cur->sg)) {
		cur->sg = sg_next(cur->sg);
		cur->sg_start = cur->offset;
	}
}

/* @bytes: not more than isi_cursor_bvec() has given. */
void isi_cursor_advance(struct isi_cursor *cur, u32 bytes)
{
	advance(cur, bytes);
}

/* The next bytes, past which the cursor moves: @max of them, or to a page's end. */
static __always_inline u32 take(struct isi_cursor *cur, u32 max)
{
	u32 bytes = min(max, (u32)(PAGE_SIZE - position(cur) % PAGE_SIZE));

	bytes = min(bytes, left(cur));
	advance(cur, bytes);
	return bytes;
}

/*
 * @length bytes to where the cursor is; as many are left. What moves is a copy of
 * the cursor, which can be in registers.
 */
void isi_cursor_put(struct isi_cursor *cursor, const void *from, u32 length)
{
	struct isi_cursor cur = *cursor;
	struct page *page;
	u32 at, n;

	for (; length; length -= n, from += n) {
		at = position(&cur);
		page = page_at(&cur, at);
		n = take(&cur, length);
		memcpy_to_page(page, at % PAGE_SIZE, from, n);
	}
	*cursor = cur;
}

/* And from there. */
void isi_cursor_get(struct isi_cursor *cursor, void *to, u32 length)
{
	struct isi_cursor cur = *cursor;
	struct page *page;
	u32 at, n;

	for (; length; length -= n, to += n) {
		at = position(&cur);
		page = page_at(&cur, at);
		n = take(&cur, length);
		memcpy_from_page(to, page, at % PAGE_SIZE, n);
	}
	*cursor = cur;
}
