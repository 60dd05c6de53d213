// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where bytes lie that are sent and are no command's pages: headers, digests, what
 * control PDUs carry; and with DataDigest the write data. An application may write
 * to its buffer while we send it (O_DIRECT, mmap, swap), and the target would find
 * a wrong digest; so it is copied here, and TCP refers to the copy. C-086
 *
 * A ring of chunks, filled in order: of several pages, so that summing and
 * sending go by more than one, or of one, where memory is in pieces and where
 * little has been sent. TCP lets go of them in the same order, so the next one is
 * free when nobody but the pool refers to it. That may never come to be: a driver
 * that frees what it has sent when it sends again, or a receiver on this machine
 * that puts off freeing, keeps the last ones for as long as the connection is
 * silent. So a chunk that is not free is given up for a new one, and only if there
 * is none does the connection wait, as it does for a full socket.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "isi.h"

/* Without DataDigest: one that is filled, and one that TCP has. */
#define HEADER_CHUNKS	2

/* TCP frees what it still refers to. Return: false, and nothing has changed. */
static bool replace(struct page_frag *chunk, unsigned int order, gfp_t gfp)
{
	struct page *fresh = NULL;

	if (order) /* io_work may use the reserve, but for what it cannot do without */
		fresh = alloc_pages((gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_COMP |
				    __GFP_NOMEMALLOC | __GFP_NOWARN |
				    __GFP_NORETRY, order);
	if (!fresh) {
		order = 0;
		fresh = alloc_pages(gfp | __GFP_NOWARN, order);
	}
	if (!fresh)
		return false;
	if (chunk->page)
		put_page(chunk->page);
	chunk->page = fresh;
	chunk->size = PAGE_SIZE << order;
	chunk->offset = 0;
	return true;
}

/**
 * isi_pool_alloc() - what a connection begins with
 * @pool: zeroed
 * @data: will write data be copied? Else there are two pages, until it is busy.
 *
 * Context: may sleep. Return: 0 or -ENOMEM; isi_pool_free() in any case.
 */
int isi_pool_alloc(struct isi_pool *pool, bool data)
{
	unsigned int order = data ? ISI_POOL_ORDER : 0;
	int i;

	pool->count = data ? ISI_POOL_CHUNKS : HEADER_CHUNKS;
	for (i = 0; i < pool->count; i++)
		if (!replace(&pool->chunks[i], order, GFP_KERNEL))
			return -ENOMEM;
	return 0;
}

/* What TCP still refers to is freed by TCP. */
void isi_pool_free(struct isi_pool *pool)
{
	int i;

	for (i = 0; i < pool->count && pool->chunks[i].page; i++)
		put_page(pool->chunks[i].page);
}

/* Will the next bytes be the first of a chunk? */
bool isi_pool_begins(const struct isi_pool *pool)
{
	return !pool->chunks[pool->next].offset;
}

/**
 * isi_pool_ready() - is there room for more?
 * @pool: the conn lock is held
 *
 * Return: false while TCP has the chunk that is next, and there is no other.
 */
bool isi_pool_ready(struct isi_pool *pool)
{
	struct page_frag *chunk = &pool->chunks[pool->next];

	return chunk->offset || page_count(chunk->page) == 1 ||
	       replace(chunk, ISI_POOL_ORDER, GFP_ATOMIC);
}

/**
 * isi_pool_take() - room for the next bytes
 * @pool: the conn lock is held
 * @max: bytes wanted, not 0
 * @bvec: set to some of them, which follow those of the call before, unless
 *	isi_pool_begins()
 *
 * Return: isi_pool_ready()
 */
bool isi_pool_take(struct isi_pool *pool, u32 max, struct bio_vec *bvec)
{
	struct page_frag *chunk = &pool->chunks[pool->next];

	if (!isi_pool_ready(pool))
		return false;
	bvec->bv_page = chunk->page;
	bvec->bv_offset = chunk->offset;
	bvec->bv_len = min_t(u32, max, chunk->size - chunk->offset);
	chunk->offset += bvec->bv_len;
	if (chunk->offset == chunk->size) {
		chunk->offset = 0;
		pool->next = (pool->next + 1) % pool->count;
	}
	return true;
}
