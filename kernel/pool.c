// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where write data lies while it is summed and sent, on a connection with
 * DataDigest. An application may write to its buffer while we send it
 * (O_DIRECT, mmap, swap), and the target would find a wrong digest; so it is
 * copied here, and TCP refers to the copy. C-086
 *
 * A ring of pages, filled in order. TCP lets go of them in the same order, so
 * the next one is free when nobody but the pool refers to it. That may never
 * come to be: a driver that frees what it has sent when it sends again, or a
 * receiver on this machine that puts off freeing, keeps the last pages for as
 * long as the connection is silent. So a page that is not free is given up for
 * a new one, and only if there is none does the connection wait, as it does for
 * a full socket.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "isi.h"

/* Context: may sleep. Return: 0 or -ENOMEM; isi_pool_free() in any case. */
int isi_pool_alloc(struct isi_pool *pool)
{
	int i;

	for (i = 0; i < ISI_POOL_PAGES; i++) {
		pool->pages[i] = alloc_page(GFP_KERNEL);
		if (!pool->pages[i])
			return -ENOMEM;
	}
	pool->offset = 0;
	pool->next = 0;
	return 0;
}

/* What TCP still refers to is freed by TCP. */
void isi_pool_free(struct isi_pool *pool)
{
	int i;

	for (i = 0; i < ISI_POOL_PAGES && pool->pages[i]; i++)
		put_page(pool->pages[i]);
}

static bool replace_page(struct page **page)
{
	struct page *fresh = alloc_page(GFP_ATOMIC | __GFP_NOWARN);

	if (!fresh)
		return false;
	put_page(*page);
	*page = fresh;
	return true;
}

/**
 * isi_pool_ready() - is there room for more?
 * @pool: the conn lock is held
 *
 * Return: false while TCP has the page that is next, and there is no other.
 */
bool isi_pool_ready(struct isi_pool *pool)
{
	struct page **page = &pool->pages[pool->next];

	return pool->offset || page_count(*page) == 1 || replace_page(page);
}

/**
 * isi_pool_take() - room for the next bytes
 * @pool: the conn lock is held
 * @max: bytes wanted, not 0
 * @bvec: set to some of them, in one page
 *
 * Return: isi_pool_ready()
 */
bool isi_pool_take(struct isi_pool *pool, u32 max, struct bio_vec *bvec)
{
	if (!isi_pool_ready(pool))
		return false;
	bvec->bv_page = pool->pages[pool->next];
	bvec->bv_offset = pool->offset;
	bvec->bv_len = min_t(u32, max, PAGE_SIZE - pool->offset);
	pool->offset += bvec->bv_len;
	if (pool->offset == PAGE_SIZE) {
		pool->offset = 0;
		pool->next = (pool->next + 1) % ISI_POOL_PAGES;
	}
	return true;
}
