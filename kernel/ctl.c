// SPDX-License-Identifier: GPL-2.0-only
/*
 * PDUs that belong to no SCSI command: the daemon's requests (PDU_SEND), the
 * error handler's (tmf.c) and our ping (ping.c), which wait in their slot for
 * the answer, and our answers to the target's pings, which are done when sent.
 * All are immediate (RFC 7143 §4.2.2.1), so none waits for the command window.
 */
#include <linux/slab.h>

#include "isi.h"

static u32 request_index(const struct isi_conn *conn, unsigned int i)
{
	return conn->session->shost->can_queue +
	       conn->slot * ISI_CTL_ITTS + i;
}

static struct isi_ctl *get_slot(struct isi_conn *conn, int from, int to)
{
	for (; from < to; from++)
		if (!conn->ctl[from].busy)
			return &conn->ctl[from];
	return NULL;
}

static void queue_slot(struct isi_conn *conn, struct isi_ctl *ctl, void *data,
		       u32 length)
{
	ctl->busy = true;
	ctl->data = data;
	ctl->length = length;
	list_add_tail(&ctl->node, &conn->tx.ctl);
}

static void free_slot(struct isi_ctl *ctl)
{
	if (ctl->data != ctl->ping)
		kfree(ctl->data);
	ctl->data = NULL;
	/* Pairs with the acquire in tmf.c's ask(). */
	smp_store_release(&ctl->busy, false);
}

/* RFC 7143 §4.2.2.1: a target may refuse immediate PDUs; we have few. C-070 */
static int start_request(struct isi_conn *conn, struct isi_ctl *ctl,
			 const struct iscsi_bhs *bhs, void *data, u32 length)
{
	if (conn->tx.closing)
		return -ENOTCONN;
	if (!ctl)
		return -EBUSY;

	ctl->bhs = *bhs;
	ctl->bhs.opcode |= ISCSI_BHS_IMMEDIATE;
	ctl->bhs.ahs_words = 0;
	isi_put_dlength(ctl->bhs.dlength, length);
	ctl->bhs.itt =
		cpu_to_be32(++conn->ctl_generation << ISI_ITT_INDEX_BITS |
			    request_index(conn, ctl - conn->ctl));
	queue_slot(conn, ctl, data, length);
	return 0;
}

/**
 * isi_ctl_request() - queue a request of the daemon's
 * @conn: live
 * @bhs: opcode, flags and the fields that are the opcode's own
 * @data: kmalloc'ed, ours when 0 is returned
 * @length: of @data
 * @itt: set to the tag the answer will carry
 *
 * Context: process, session->mutex held. Return: 0, -ENOTCONN, -EBUSY.
 */
int isi_ctl_request(struct isi_conn *conn, const struct iscsi_bhs *bhs,
		    void *data, u32 length, __be32 *itt)
{
	struct isi_ctl *ctl;
	int ret;

	/* The mutex keeps a live connection from losing its socket meanwhile. */
	lockdep_assert_held(&conn->session->mutex);
	if (!isi_conn_live(conn))
		return -ENOTCONN;
	isi_conn_lock(conn);
	ctl = get_slot(conn, 0, ISI_CTL_REQUESTS);
	ret = start_request(conn, ctl, bhs, data, length);
	if (!ret)
		*itt = ctl->bhs.itt;
	isi_conn_unlock(conn);
	if (!ret)
		isi_conn_wake(conn);
	return ret;
}

/**
 * isi_ctl_tmf() - queue a task management request
 * @conn: live; its lock is held
 * @kind: which slot it takes, until it is answered
 * @bhs: complete but for what start_request() fills in
 *
 * Return: 0, -ENOTCONN, -EBUSY: the one before has no answer yet.
 */
int isi_ctl_tmf(struct isi_conn *conn, enum isi_tmf_kind kind,
		const struct iscsi_bhs *bhs)
{
	int slot = ISI_CTL_REQUESTS + kind;

	conn->ctl[slot].response = ISCSI_TMF_REJECTED;
	return start_request(conn, get_slot(conn, slot, slot + 1), bhs, NULL,
			     0);
}

/*
 * Our own ping, if the last one was answered; if not, that one still asks. Its
 * data differ from ping to ping. Nothing may follow a Logout, which is a
 * question as good as any. C-097
 */
void isi_ctl_ping(struct isi_conn *conn)
{
	struct isi_ctl *ctl = get_slot(conn, ISI_CTL_PING, ISI_CTL_PING + 1);
	struct iscsi_bhs_nop_out bhs;
	u64 number = conn->ctl_generation + 1;

	if (!ctl || conn->tx.closing)
		return;
	isi_build_nop_out(&bhs);
	memcpy(ctl->ping, &number, sizeof(ctl->ping));
	start_request(conn, ctl, (void *)&bhs, ctl->ping, ISI_PING_LEN);
}

/* Tell our ExpStatSN: with the PDU that waits to be sent, or one of its own. */
void isi_ctl_ack(struct isi_conn *conn)
{
	struct isi_ctl *ctl = get_slot(conn, ISI_CTL_ACK, ISI_CTL_ACK + 1);

	if (!ctl || isi_tx_pending(conn))
		return;
	isi_build_nop_out((void *)&ctl->bhs);
	queue_slot(conn, ctl, NULL, 0);
}

/* The target's ping is answered with its own data, cut to what it takes. */
enum isi_fail isi_ctl_pong(struct isi_conn *conn,
			   const struct iscsi_bhs_nop_in *ping,
			   const void *data, u32 length)
{
	struct isi_ctl *ctl = get_slot(conn, ISI_CTL_ITTS, ISI_CTL_ACK);
	void *copy = NULL;

	if (!ctl)
		return ISI_FAIL_NOP_FLOOD;
	length = min(length, conn->limits.max_xmit_dsl);
	if (length) {
		copy = kmemdup(data, length, GFP_ATOMIC | __GFP_NOWARN);
		if (!copy)
			return ISI_FAIL_NOMEM;
	}
	isi_build_nop_reply((void *)&ctl->bhs, ping, length);
	queue_slot(conn, ctl, copy, length);
	return ISI_FAIL_NONE;
}

/* A request that is sent, or staged at least, and has this ITT; before, none has it. */
static struct isi_ctl *find_sent(struct isi_conn *conn, __be32 itt)
{
	struct isi_ctl *ctl;

	for (ctl = conn->ctl; ctl < &conn->ctl[ISI_CTL_ITTS]; ctl++)
		if (ctl->busy && ctl->bhs.itt == itt &&
		    list_empty(&ctl->node) && conn->tx.sending != ctl)
			return ctl;
	return NULL;
}

/* Our ping, if @itt is its; its data are what the answer must have. */
const struct isi_ctl *isi_ctl_of_ping(struct isi_conn *conn, __be32 itt)
{
	const struct isi_ctl *ctl = find_sent(conn, itt);

	return ctl == &conn->ctl[ISI_CTL_PING] ? ctl : NULL;
}

/* Who waits for a slot of tmf.c's looks again. */
static void end_request(struct isi_conn *conn, struct isi_ctl *ctl)
{
	bool waited_for = ctl >= &conn->ctl[ISI_CTL_REQUESTS] &&
			  ctl < &conn->ctl[ISI_CTL_PING];

	free_slot(ctl);
	if (waited_for)
		wake_up_all(&conn->session->wait);
}

/*
 * True: @bhs answers a request that waits; it waits no more. The opcode of an
 * answer is the request's with one more bit (RFC 7143 §11.2.1.2).
 */
bool isi_ctl_answered(struct isi_conn *conn, const struct iscsi_bhs *bhs)
{
	struct isi_ctl *ctl = find_sent(conn, bhs->itt);

	if (!ctl || isi_opcode(bhs) != (isi_opcode(&ctl->bhs) | 0x20))
		return false;
	if (isi_opcode(bhs) == ISCSI_OPCODE_TMF_RESPONSE)
		ctl->response = ((const struct iscsi_bhs_tmf_response *)
				 bhs)->response;
	end_request(conn, ctl);
	return true;
}

/* True: @bhs is a request of ours that the target sent back. C-104 */
bool isi_ctl_rejected(struct isi_conn *conn, const struct iscsi_bhs *bhs)
{
	struct isi_ctl *ctl = find_sent(conn, bhs->itt);

	if (!ctl)
		return false;
	end_request(conn, ctl);
	return true;
}

/* @ctl is staged whole: a reply is done, a request waits for its answer. */
void isi_ctl_sent(struct isi_conn *conn, struct isi_ctl *ctl)
{
	if (ctl == &conn->ctl[ISI_CTL_PING])
		isi_count(conn, ISI_STAT_TX_PINGS, 1);
	if (ctl - conn->ctl >= ISI_CTL_ITTS)
		free_slot(ctl);
}

void isi_ctl_purge(struct isi_conn *conn)
{
	int i;

	for (i = 0; i < ISI_CTL_SLOTS; i++)
		free_slot(&conn->ctl[i]);
}
