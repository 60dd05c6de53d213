// SPDX-License-Identifier: GPL-2.0-only
/*
 * A place in a command's scatterlist. The host's dma_boundary keeps every
 * element within one page, so an element is what one bio_vec can name.
 * Sequential use costs nothing; a step back walks from the start.
 */
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

/* The next contiguous bytes, @max at most; @max is not 0. */
void isi_cursor_bvec(struct isi_cursor *cur, u32 max, struct bio_vec *bvec)
{
	u32 skip = cur->offset - cur->sg_start;

	bvec->bv_page = sg_page(cur->sg);
	bvec->bv_offset = cur->sg->offset + skip;
	bvec->bv_len = min(max, cur->sg->length - skip);
}

void isi_cursor_advance(struct isi_cursor *cur, u32 bytes)
{
	isi_cursor_seek(cur, cur->offset + bytes);
}
