/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel/isi.h, rx.c, rx_pdu.c and cursor.c need of the kernel, so that
 * the receive path runs in user space: memory, iterators and scatterlists do
 * what the kernel's do; locks, works and sockets are names only, since nobody
 * here takes, queues or opens one.
 */
#ifndef SHIM_MODULE_H
#define SHIM_MODULE_H

#include <errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

/* compat/compat.h is about kernels; there is none here. */
#define ISI_COMPAT_H

#define __rcu
#define __aligned(x) __attribute__((aligned(x)))
#define READ_ONCE(x) (x)
#ifndef __cplusplus
#define static_assert(e) _Static_assert(e, #e)
#endif

/* Names only. */
typedef struct { int counter; } atomic_t;
typedef struct { int dummy; } spinlock_t;
typedef struct { void *net; } possible_net_t;
typedef struct { int dummy; } wait_queue_head_t;
struct kref { int dummy; };
struct mutex { int dummy; };
struct work_struct { int dummy; };
struct delayed_work { int dummy; };
struct llist_node { struct llist_node *next; };
struct llist_head { struct llist_node *first; };
struct list_head { struct list_head *next, *prev; };
struct net;
struct sock;
struct socket;
struct task_struct;
struct workqueue_struct;
struct scsi_transport_template;
struct Scsi_Host;
enum scsi_timeout_action { SCSI_EH_NOT_HANDLED };

static inline void set_bit(int nr, unsigned long *word)
{
	*word |= 1UL << nr;
}

/* A page is where its bytes are. */
struct page { u8 bytes[4096]; };
struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
struct kvec { void *iov_base; size_t iov_len; };

/* One contiguous piece: neither rx.c nor sock.c gives more. */
#define ITER_DEST 0
struct iov_iter { u8 *to; size_t count; };

static inline void iov_iter_kvec(struct iov_iter *iter, int direction,
				 const struct kvec *kvec, unsigned long n,
				 size_t count)
{
	(void)direction;
	(void)n;
	iter->to = (u8 *)kvec->iov_base;
	iter->count = count;
}

static inline void iov_iter_bvec(struct iov_iter *iter, int direction,
				 const struct bio_vec *bvec, unsigned long n,
				 size_t count)
{
	(void)direction;
	(void)n;
	iter->to = bvec->bv_page->bytes + bvec->bv_offset;
	iter->count = count;
}

struct scatterlist {
	struct page *page;
	unsigned int offset, length;
	bool last;
};

static inline struct page *sg_page(struct scatterlist *sg)
{
	return sg->page;
}

static inline bool sg_is_last(struct scatterlist *sg)
{
	return sg->last;
}

static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	return sg->last ? NULL : sg + 1;
}

#define SCSI_SENSE_BUFFERSIZE 96
#define SAM_STAT_GOOD 0
#define DID_ERROR 0x07

struct scsi_cmnd {
	struct scatterlist *sglist;
	unsigned int bufflen, underflow, resid;
	u8 *sense_buffer;
	int result;
};

static inline struct scatterlist *scsi_sglist(struct scsi_cmnd *sc)
{
	return sc->sglist;
}

static inline unsigned int scsi_bufflen(struct scsi_cmnd *sc)
{
	return sc->bufflen;
}

static inline void scsi_set_resid(struct scsi_cmnd *sc, unsigned int resid)
{
	sc->resid = resid;
}

#endif
