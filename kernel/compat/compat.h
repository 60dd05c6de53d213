/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rest of the module is written for the newest kernel; here is what older
 * ones lack, one block for each probe in tests/.
 */
#ifndef ISI_COMPAT_H
#define ISI_COMPAT_H

#include <linux/bvec.h>
#include <linux/socket.h>
#include <net/genetlink.h>
#include <net/tcp.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "generated.h"

/*
 * Pages that are held together, or a part of them, by reference; the socket lock is
 * held. The first has passed sendpage_ok(). ISI_MSG_NO_PUSH: something is sent right after it,
 * lest what there is leaves as a packet of its own, for each page.
 */
#ifdef COMPAT_HAVE_TCP_SENDPAGE_LOCKED	/* remove when the oldest is 6.5 */
#define ISI_MSG_NO_PUSH	MSG_SENDPAGE_NOTLAST

static inline int isi_tcp_splice_locked(struct sock *sk, struct bio_vec *bvec,
					int flags)
{
	return tcp_sendpage_locked(sk, bvec->bv_page, bvec->bv_offset,
				   bvec->bv_len, flags);
}
#else
#define ISI_MSG_NO_PUSH	0

static inline int isi_tcp_splice_locked(struct sock *sk, struct bio_vec *bvec,
					int flags)
{
	struct msghdr msg = { .msg_flags = flags | MSG_SPLICE_PAGES };

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, bvec, 1, bvec->bv_len);
	return tcp_sendmsg_locked(sk, &msg, bvec->bv_len);
}
#endif

#ifndef COMPAT_HAVE_SCSI_TIMEOUT_ACTION	/* remove at 6.2 */
#define scsi_timeout_action	blk_eh_timer_return
#define SCSI_EH_RESET_TIMER	BLK_EH_RESET_TIMER
#define SCSI_EH_NOT_HANDLED	BLK_EH_DONE
#endif

/* A command of our own that reads. Return: 0, or what scsi_execute says. */
#ifdef COMPAT_HAVE_SCSI_EXECUTE_CMD
static inline int isi_scsi_read(struct scsi_device *sdev, const u8 *cdb,
				void *buffer, unsigned int length, int timeout,
				int retries)
{
	return scsi_execute_cmd(sdev, cdb, REQ_OP_DRV_IN, buffer, length,
				timeout, retries, NULL);
}
#else	/* remove at 6.3 */
static inline int isi_scsi_read(struct scsi_device *sdev, const u8 *cdb,
				void *buffer, unsigned int length, int timeout,
				int retries)
{
	return scsi_execute_req(sdev, cdb, DMA_FROM_DEVICE, buffer, length,
				NULL, timeout, retries, NULL);
}
#endif

#ifdef COMPAT_HAVE_SCSI_RESCAN_DEVICE_SDEV
#define isi_scsi_rescan(sdev)	scsi_rescan_device(sdev)
#else	/* remove at 6.6 */
#define isi_scsi_rescan(sdev)	scsi_rescan_device(&(sdev)->sdev_gendev)
#endif

#ifdef COMPAT_HAVE_CONST_SCSI_HOST_TEMPLATE
#define ISI_TEMPLATE_CONST	const
#else	/* remove at 6.4; until then the midlayer writes to it */
#define ISI_TEMPLATE_CONST
#endif

#ifndef COMPAT_HAVE_GENL_MCAST_CAP_NET_ADMIN	/* remove at 6.7 */
#define GENL_MCAST_CAP_NET_ADMIN	0
#endif

#endif
