// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where write data lies while it is summed and sent, on a connection with
 * DataDigest. An application may write to its buffer while we send it
 * (O_DIRECT, mmap, swap), and the target would find a wrong digest; so it is
 * copied here, and TCP refers to the copy. C-086
 *
 * A ring of chunks, filled in order: of several pages, so that summing and
 * sending go by more than one, or of one, where memory is in pieces. TCP lets go
 * of them in the same order, so the next one is free when nobody but the pool
 * refers to it. That may never come to be: a driver that frees what it has sent
 * when it sends again, or a receiver on this machine that puts off freeing, keeps
 * the last ones for as long as the connection is silent. So a chunk that is not
 * free is given up for a new one, and only if there is none does the connection
 * wait, as it does for a full socket.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "isi.h"

/* TCP frees what it still refers to. Return: false, and nothing has changed. */
static bool replace(struct page_frag *chunk, gfp_t gfp)
{
	unsigned int order = ISI_POOL_ORDER;
	struct page *fresh;

	fresh = alloc_pages((gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_COMP |
			    __GFP_NOWARN | __GFP_NORETRY, order);
	if (!fresh) {
		order = 0;
		fresh = alloc_page(gfp | __GFP_NOWARN);
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

/* Context: may sleep. Return: 0 or -ENOMEM; isi_pool_free() in any case. */
int isi_pool_alloc(struct isi_pool *pool)
{
	int i;

	for (i = 0; i < ISI_POOL_CHUNKS; i++)
		if (!replace(&pool->chunks[i], GFP_KERNEL))
			return -ENOMEM;
	pool->next = 0;
	return 0;
}

/* What TCP still refers to is freed by TCP. */
void isi_pool_free(struct isi_pool *pool)
{
	int i;

	for (i = 0; i < ISI_POOL_CHUNKS && pool->chunks[i].page; i++)
		put_page(pool->chunks[i].page);
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
	       replace(chunk, GFP_ATOMIC);
}

/**
 * isi_pool_take() - room for the next bytes
 * @pool: the conn lock is held
 * @max: bytes wanted, not 0
 * @bvec: set to some of them, in one chunk
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
		pool->next = (pool->next + 1) % ISI_POOL_CHUNKS;
	}
	return true;
}
