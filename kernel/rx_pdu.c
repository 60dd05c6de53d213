// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each PDU of the target's does (RFC 7143 §11), by a table of opcodes. A
 * PDU is begun when its header is here, to say where its data goes, and ended
 * when all of it is. What the target may choose has been checked in pdu.c
 * before it is used here.
 */
#include "isi.h"

/* An ITT that names no task: late, or a lie. C-007 C-090 */
static enum isi_fail unknown_task(struct isi_conn *conn, bool late)
{
	if (!late)
		return ISI_FAIL_ITT;
	isi_count(conn, ISI_STAT_RX_LATE, 1);
	return ISI_FAIL_NONE;
}

static void count_gap(struct isi_conn *conn, const struct isi_task *task)
{
	isi_count(conn, ISI_STAT_RX_OUT_OF_ORDER, task->xfer.cover.count > 0);
}

static enum isi_fail data_in_begin(struct isi_conn *conn)
{
	struct iscsi_bhs_data_in *bhs = (void *)&conn->rx.bhs;
	u32 offset = be32_to_cpu(bhs->offset);
	enum isi_fail fail;
	bool late;

	conn->rx.task = isi_task_find(conn, bhs->itt, &late);
	if (!conn->rx.task) {
		conn->rx.drop = true;
		return unknown_task(conn, late);
	}
	fail = isi_check_data_in(&conn->rx.task->xfer, bhs, &conn->limits);
	if (fail != ISI_FAIL_NONE)
		return fail;
	count_gap(conn, conn->rx.task);
	if (isi_get_dlength(&conn->rx.bhs))
		isi_cursor_seek(&conn->rx.task->cursor, offset);
	return ISI_FAIL_NONE;
}

/*
 * The midlayer gets the SCSI status as it is; a command that the target could
 * not carry out, or that moved less than it must, is an error of ours to
 * report. RFC 7143 §11.4.3, C-092 C-093 C-095
 */
static int scsi_result(struct scsi_cmnd *sc, const struct isi_status *status)
{
	if (status->response != ISCSI_RSP_COMPLETED)
		return DID_ERROR << 16;
	if (status->status == SAM_STAT_GOOD &&
	    scsi_bufflen(sc) - status->residual < sc->underflow)
		return DID_ERROR << 16;
	return status->status;
}

static void complete_task(struct isi_task *task,
			  const struct isi_status *status)
{
	scsi_set_resid(task->sc, status->residual);
	task->sc->result = scsi_result(task->sc, status);
	isi_task_done(task);
}

static enum isi_fail data_in_end(struct isi_conn *conn)
{
	struct isi_task *task = conn->rx.task;
	struct isi_status status = {};
	enum isi_fail fail;

	isi_count(conn, ISI_STAT_RX_DATA_IN, 1);
	if (!task || !(conn->rx.bhs.flags & ISCSI_DATA_IN_STATUS))
		return ISI_FAIL_NONE;
	fail = isi_check_status(&task->xfer, (void *)&conn->rx.bhs, &status);
	if (fail != ISI_FAIL_NONE)
		return fail;
	isi_count(conn, ISI_STAT_RX_DATA_IN_STATUS, 1);
	complete_task(task, &status);
	return ISI_FAIL_NONE;
}

static void take_sense(struct isi_conn *conn, struct scsi_cmnd *sc,
		       const u8 *sense, u32 length)
{
	enum isi_change change = isi_sense_change(sense, length);

	/* Whoever probes for a LUN is told so by the answer itself. */
	if (change == ISI_CHANGE_LUN_GONE &&
	    sc->device->sdev_state == SDEV_CREATED)
		change = ISI_CHANGE_NONE;
	memcpy(sc->sense_buffer, sense,
	       min_t(u32, length, SCSI_SENSE_BUFFERSIZE));
	if (change != ISI_CHANGE_NONE)
		isi_session_changed(conn->session, sc->device->lun, change);
}

static enum isi_fail response_end(struct isi_conn *conn)
{
	struct iscsi_bhs_scsi_response *bhs = (void *)&conn->rx.bhs;
	struct isi_status status = {};
	struct isi_task *task;
	enum isi_fail fail;
	u32 sense_length;
	const u8 *sense;
	bool late;

	isi_count(conn, ISI_STAT_RX_RESPONSES, 1);
	task = isi_task_find(conn, bhs->itt, &late);
	if (!task)
		return unknown_task(conn, late);
	fail = isi_check_response(&task->xfer, bhs, &status);
	if (fail == ISI_FAIL_NONE)
		fail = isi_check_sense(conn->rx.data,
				       isi_get_dlength(&conn->rx.bhs), &sense,
				       &sense_length);
	if (fail != ISI_FAIL_NONE)
		return fail;
	if (sense_length)
		take_sense(conn, task->sc, sense, sense_length);
	complete_task(task, &status);
	return ISI_FAIL_NONE;
}

static enum isi_fail r2t_end(struct isi_conn *conn)
{
	struct iscsi_bhs_r2t *bhs = (void *)&conn->rx.bhs;
	struct isi_task *task;
	enum isi_fail fail;
	bool late;

	isi_count(conn, ISI_STAT_RX_R2T, 1);
	task = isi_task_find(conn, bhs->itt, &late);
	if (!task)
		return unknown_task(conn, late);
	fail = isi_check_r2t(&task->xfer, bhs, &conn->limits);
	if (fail != ISI_FAIL_NONE)
		return fail;
	count_gap(conn, task);
	conn->stats[ISI_STAT_R2T_OUTSTANDING_MAX] =
		max_t(u64, conn->stats[ISI_STAT_R2T_OUTSTANDING_MAX],
		      isi_xfer_outstanding_r2t(&task->xfer));
	isi_tx_data_owed(task);
	return ISI_FAIL_NONE;
}

/* The PDU is the daemon's: it hears of it, with the data. */
static void tell_daemon(struct isi_conn *conn)
{
	isi_event_pdu(conn, &conn->rx.bhs, conn->rx.data,
		      isi_get_dlength(&conn->rx.bhs));
}

/*
 * RFC 7143 §11.18: the target MUST send back the data of our ping. One that
 * sends something else has lost its place in the stream or is made wrong, and
 * its other answers are worth no more: a protocol error (§7.8). C-097
 */
static enum isi_fail pong_end(struct isi_conn *conn, const struct isi_ctl *ping)
{
	if (isi_get_dlength(&conn->rx.bhs) != ping->length ||
	    memcmp(conn->rx.data, ping->data, ping->length))
		return ISI_FAIL_PING_DATA;
	isi_count(conn, ISI_STAT_RX_PONGS, 1);
	return isi_ctl_answered(conn, &conn->rx.bhs) ? ISI_FAIL_NONE :
						       ISI_FAIL_ITT;
}

/* RFC 7143 §11.19. C-096 C-097 C-098 */
static enum isi_fail nop_in_end(struct isi_conn *conn)
{
	struct iscsi_bhs_nop_in *bhs = (void *)&conn->rx.bhs;

	const struct isi_ctl *ping = isi_ctl_of_ping(conn, bhs->itt);

	isi_count(conn, ISI_STAT_RX_NOP_IN, 1);
	if (ping)
		return pong_end(conn, ping);
	if (bhs->itt != cpu_to_be32(ISCSI_TAG_NONE)) {
		if (!isi_ctl_answered(conn, &conn->rx.bhs))
			return ISI_FAIL_ITT;
		tell_daemon(conn);
		return ISI_FAIL_NONE;
	}
	if (bhs->ttt == cpu_to_be32(ISCSI_TAG_NONE))
		return ISI_FAIL_NONE;
	return isi_ctl_pong(conn, bhs, conn->rx.data,
			    isi_get_dlength(&conn->rx.bhs));
}

static enum isi_fail text_response_end(struct isi_conn *conn)
{
	if (!isi_ctl_answered(conn, &conn->rx.bhs))
		return ISI_FAIL_ITT;
	tell_daemon(conn);
	return ISI_FAIL_NONE;
}

/* C-113: only the first of the responses says that anything is closed. */
static enum isi_fail logout_response_end(struct isi_conn *conn)
{
	struct iscsi_bhs_logout_response *bhs = (void *)&conn->rx.bhs;

	if (!isi_ctl_answered(conn, &conn->rx.bhs))
		return ISI_FAIL_ITT;
	if (conn->tx.closing && bhs->response == ISCSI_LOGOUT_CLOSED)
		set_bit(ISI_CONN_LOGGED_OUT, &conn->flags);
	tell_daemon(conn);
	return ISI_FAIL_NONE;
}

static enum isi_fail tmf_response_end(struct isi_conn *conn)
{
	return isi_ctl_answered(conn, &conn->rx.bhs) ? ISI_FAIL_NONE :
						       ISI_FAIL_ITT;
}

static enum isi_fail async_end(struct isi_conn *conn)
{
	isi_count(conn, ISI_STAT_RX_ASYNC, 1);
	tell_daemon(conn);
	return ISI_FAIL_NONE;
}

/*
 * RFC 7143 §11.17: the data segment begins with the header that was rejected.
 * A request of the daemon's or of tmf.c is its sender's business, and a NOP-Out
 * is sent again when it is due; of a task, at ERL 0, what was rejected is lost,
 * and we start over. C-103 C-104
 */
static enum isi_fail reject_end(struct isi_conn *conn)
{
	const struct iscsi_bhs *rejected = (const void *)conn->rx.data;
	bool whole = isi_get_dlength(&conn->rx.bhs) >= ISCSI_BHS_LEN;
	bool nop = whole && isi_opcode(rejected) == ISCSI_OPCODE_NOP_OUT;
	bool ours = whole && isi_ctl_rejected(conn, rejected);

	isi_count(conn, ISI_STAT_RX_REJECT, 1);
	tell_daemon(conn);
	if (nop && rejected->itt == cpu_to_be32(ISCSI_TAG_NONE))
		return ISI_FAIL_NONE;
	return ours ? ISI_FAIL_NONE : ISI_FAIL_REJECT;
}

static const struct {
	enum isi_fail (*begin)(struct isi_conn *conn);
	enum isi_fail (*end)(struct isi_conn *conn);
} pdus[ISCSI_BHS_OPCODE + 1] = {
	[ISCSI_OPCODE_NOP_IN]		= { NULL, nop_in_end },
	[ISCSI_OPCODE_SCSI_RESPONSE]	= { NULL, response_end },
	[ISCSI_OPCODE_TMF_RESPONSE]	= { NULL, tmf_response_end },
	[ISCSI_OPCODE_TEXT_RESPONSE]	= { NULL, text_response_end },
	[ISCSI_OPCODE_DATA_IN]		= { data_in_begin, data_in_end },
	[ISCSI_OPCODE_LOGOUT_RESPONSE]	= { NULL, logout_response_end },
	[ISCSI_OPCODE_R2T]		= { NULL, r2t_end },
	[ISCSI_OPCODE_ASYNC]		= { NULL, async_end },
	[ISCSI_OPCODE_REJECT]		= { NULL, reject_end },
};

/* The header is here. isi_check_bhs() lets no opcode pass that is not above. */
enum isi_fail isi_rx_begin(struct isi_conn *conn)
{
	const struct iscsi_bhs *bhs = &conn->rx.bhs;
	enum isi_fail fail = isi_check_bhs(bhs, &conn->limits);

	if (fail != ISI_FAIL_NONE)
		return fail;
	isi_count(conn, ISI_STAT_RX_PDUS, 1);
	isi_count(conn, ISI_STAT_RX_DATA_BYTES, isi_get_dlength(bhs));
	return pdus[isi_opcode(bhs)].begin ?
	       pdus[isi_opcode(bhs)].begin(conn) : ISI_FAIL_NONE;
}

/* All of it is here: numbers first (RFC 7143 §4.2.2), then what it does. */
enum isi_fail isi_rx_end(struct isi_conn *conn)
{
	const struct iscsi_bhs *bhs = &conn->rx.bhs;

	isi_session_window(conn->session, be32_to_cpu(bhs->sn[1]),
			   be32_to_cpu(bhs->sn[2]));
	if (isi_has_statsn(bhs)) {
		switch (isi_sn_order(be32_to_cpu(bhs->sn[0]),
				     conn->exp_statsn)) {
		case ISI_SN_EXPECTED:
			conn->exp_statsn++;
			break;
		case ISI_SN_DUPLICATE:		/* C-071 */
			isi_count(conn, ISI_STAT_RX_LATE, 1);
			return ISI_FAIL_NONE;
		case ISI_SN_GAP:
			return ISI_FAIL_STATSN;
		}
	}
	return pdus[isi_opcode(bhs)].end(conn);
}
