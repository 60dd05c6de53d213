/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel/isi.h, the receive and the transmit path and the task table need
 * of the kernel, so that they run in user space: memory, lists, iterators and
 * scatterlists do what the kernel's do; locks, works and sockets are names
 * only: there is one thread, which holds them all.
 */
#ifndef SHIM_MODULE_H
#define SHIM_MODULE_H

#include <errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <stdlib.h>

/* compat/compat.h is about kernels; there is none here. */
#define ISI_COMPAT_H

#define __rcu
#define __aligned(x) __attribute__((aligned(x)))
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define smp_load_acquire(p) (*(p))
#define smp_store_release(p, value) (*(p) = (value))
#define lockdep_assert_held(lock) ((void)(lock))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
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

static inline void spin_lock_bh(spinlock_t *lock)
{
	(void)lock;
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	(void)lock;
}

static inline void wake_up_all(wait_queue_head_t *wait)
{
	wait->dummy++;
}

static inline int atomic_read(const atomic_t *v)
{
	return v->counter;
}

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *list)
{
	entry->next = list;
	entry->prev = list->prev;
	list->prev->next = entry;
	list->prev = entry;
}

static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

#define list_first_entry(list, type, member) \
	container_of((list)->next, type, member)

#define list_for_each_entry_safe(pos, n, list, member)			\
	for (pos = list_first_entry(list, typeof(*pos), member),	\
	     n = list_first_entry(&pos->member, typeof(*pos), member);	\
	     &pos->member != (list);					\
	     pos = n, n = list_first_entry(&n->member, typeof(*n), member))

static inline bool llist_empty(const struct llist_head *head)
{
	return !head->first;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *all = head->first;

	head->first = NULL;
	return all;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *reversed = NULL;

	while (node) {
		struct llist_node *next = node->next;

		node->next = reversed;
		reversed = node;
		node = next;
	}
	return reversed;
}

#define llist_entry_or_null(node, type, member) \
	((node) ? container_of(node, type, member) : NULL)
#define llist_for_each_entry_safe(pos, n, node, member)			\
	for (pos = llist_entry_or_null(node, typeof(*pos), member);	\
	     pos && (n = llist_entry_or_null(pos->member.next,		\
					     typeof(*pos), member), true); \
	     pos = n)

#define GFP_KERNEL 0
#define GFP_ATOMIC 0
#define __GFP_NOWARN 0
#define __GFP_NORETRY 0
#define __GFP_COMP 0
#define __GFP_NOMEMALLOC 0
#define __GFP_DIRECT_RECLAIM 0
typedef int gfp_t;
#define kfree(p) free(p)
#define kvcalloc(n, size, flags) calloc(n, size)

static inline void *kmemdup(const void *data, size_t length, int flags)
{
	void *copy = malloc(length);

	(void)flags;
	return copy ? memcpy(copy, data, length) : NULL;
}

struct net;
struct sock;
struct socket;
struct task_struct;
struct workqueue_struct;
struct scsi_transport_template;
struct Scsi_Host { void *priv; int can_queue; };
enum scsi_timeout_action { SCSI_EH_NOT_HANDLED };

static inline void set_bit(int nr, unsigned long *word)
{
	*word |= 1UL << nr;
}

/* A page is where its bytes are. Whoever allocates any counts them (tx_fixture.cc). */
struct page { u8 bytes[4096]; } __attribute__((aligned(4096)));
int page_count(struct page *page);
struct page *alloc_pages(int gfp, unsigned int order);
void put_page(struct page *page);
struct page_frag { struct page *page; u32 offset, size; };
struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
#define PAGE_SIZE sizeof(struct page)
static inline unsigned int get_order(unsigned long size)
{
	unsigned int order = 0;

	while (PAGE_SIZE << order < size)
		order++;
	return order;
}

#define page_address(page) ((void *)(page)->bytes)
#define offset_in_page(p) ((unsigned int)((unsigned long)(p) % PAGE_SIZE))
#define virt_to_page(p) ((struct page *)((unsigned long)(p) - offset_in_page(p)))
struct kvec { void *iov_base; size_t iov_len; };

#define page_to_pfn(page) ((unsigned long)(page) / PAGE_SIZE)
#define pfn_to_page(pfn) ((struct page *)((pfn) * PAGE_SIZE))
#define compound_head(page) (page)
#define page_size(page) sizeof(*(page))
#define memcpy_to_page(page, offset, from, length) \
	memcpy((page)->bytes + (offset), from, length)
#define memcpy_from_page(to, page, offset, length) \
	memcpy(to, (page)->bytes + (offset), length)

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
#define DID_OK 0x00
#define DID_ERROR 0x07
#define DID_RESET 0x08
#define DID_TRANSPORT_DISRUPTED 0x0e
#define HZ 250
#define time_before(a, b) ((long)((a) - (b)) < 0)
extern unsigned long jiffies;	/* ticked by hand */

enum dma_data_direction { DMA_TO_DEVICE = 1, DMA_FROM_DEVICE, DMA_NONE };
#define REQ_FAILFAST_TRANSPORT	(1 << 9)
struct request { int tag; unsigned int cmd_flags; bool passthrough; };

static inline bool blk_rq_is_passthrough(const struct request *rq)
{
	return rq->passthrough;
}

enum scsi_cmnd_submitter { SUBMITTED_BY_BLOCK_LAYER };
enum scsi_device_state { SDEV_RUNNING, SDEV_CREATED };
struct scsi_device {
	struct Scsi_Host *host;
	u64 lun;
	enum scsi_device_state sdev_state;
};
struct scsi_lun { u8 scsi_lun[8]; };

struct scsi_cmnd {
	struct scsi_device *device;
	struct scatterlist *sglist;
	unsigned int bufflen, underflow, resid;
	u8 *sense_buffer;
	int result;
	struct request request;
	int retries;
	enum scsi_cmnd_submitter submitter;
	enum dma_data_direction sc_data_direction;
	unsigned long jiffies_at_alloc;
	unsigned short cmd_len;
	u8 cmnd[32];
};

void scsi_done(struct scsi_cmnd *sc);

static inline struct request *scsi_cmd_to_rq(struct scsi_cmnd *sc)
{
	return &sc->request;
}

static inline void *shost_priv(struct Scsi_Host *shost)
{
	return shost->priv;
}

/* SAM: two bytes a level, the first level lowest. */
static inline void int_to_scsilun(u64 lun, struct scsi_lun *scsilun)
{
	memset(scsilun, 0, sizeof(*scsilun));
	for (int i = 0; i < 8; i += 2, lun >>= 16) {
		scsilun->scsi_lun[i] = (u8)(lun >> 8);
		scsilun->scsi_lun[i + 1] = (u8)lun;
	}
}

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
