// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes on the wire, and when. Control PDUs first, then data that was
 * asked for or promised, then new commands (the queues of DESIGN §4). A PDU is
 * begun by building its header in conn->tx.head and finished by passing on head,
 * data and tail, in as many steps as that takes. The tail is the pad and the data
 * digest.
 *
 * What has to be copied is staged in the pool, PDU after PDU, and goes to the
 * socket in one go: when there is nothing to add, when pages of a command's are
 * next, to which the socket refers, at the end of a chunk, or of the budget. What
 * the socket refuses goes before anything else: until then no PDU is begun.
 *
 * Runs under the conn lock: in the connection's io_work, or in the submitter
 * when the socket is free at that moment. Never sleeps: the socket says
 * -EAGAIN, and write_space queues io_work.
 */
#include <linux/highmem.h>
#include <scsi/scsi_cmnd.h>

#include "isi.h"

/* What a submitter sends itself, with BH off; twice that where pages begin late. */
#define DIRECT_BUDGET	(64 * 1024)

void isi_tx_init(struct isi_tx *tx)
{
	INIT_LIST_HEAD(&tx->ctl);
	INIT_LIST_HEAD(&tx->data);
	INIT_LIST_HEAD(&tx->commands);
	INIT_LIST_HEAD(&tx->answered);
}

/* The task is the conn lock's from here on. Under rcu_read_lock(). */
void isi_tx_submit(struct isi_task *task)
{
	llist_add(&task->submitted, &task->conn->submitted);
}

/* An R2T came, or unsolicited data follows. No window closes for it. C-084 */
void isi_tx_data_owed(struct isi_task *task)
{
	if (list_empty(&task->node))
		list_add_tail(&task->node, &task->conn->tx.data);
}

/* Nothing more of it is to be sent. */
void isi_tx_forget(struct isi_task *task)
{
	list_del_init(&task->node);
}

/* Is there a PDU to begin? After our Logout there is none. */
static bool queued(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;

	return !tx->closing &&
	       !(list_empty(&tx->ctl) && list_empty(&tx->data) &&
		 list_empty(&tx->commands) && llist_empty(&conn->submitted));
}

bool isi_tx_pending(struct isi_conn *conn)
{
	return conn->tx.head_len || conn->tx.staged.bv_len || queued(conn);
}

/* What was submitted joins the commands to be sent. */
void isi_tx_collect(struct isi_conn *conn)
{
	struct llist_node *batch = llist_del_all(&conn->submitted);
	struct isi_task *task, *next;

	batch = llist_reverse_order(batch);
	llist_for_each_entry_safe(task, next, batch, submitted)
		list_add_tail(&task->node, &conn->tx.commands);
}

/*
 * The PDU under way has @head_len bytes in tx->head, our ExpStatSN in them, and
 * @data_len to follow.
 */
static void begin_pdu(struct isi_conn *conn, u32 head_len, u32 data_len)
{
	struct isi_tx *tx = &conn->tx;
	__le32 digest;

	tx->told_statsn = conn->exp_statsn;
	tx->head_len = head_len;
	if (conn->limits.header_digest) {
		digest = isi_digest_end(isi_digest_add(ISI_DIGEST_SEED,
						       tx->head, head_len));
		memcpy(tx->head + head_len, &digest, ISI_DIGEST_LEN);
		tx->head_len += ISI_DIGEST_LEN;
	}
	tx->head_sent = 0;
	tx->data_len = data_len;
	tx->data_sent = 0;
	tx->tail_len = isi_pad(data_len);
	if (conn->limits.data_digest && data_len)
		tx->tail_len += ISI_DIGEST_LEN;
	tx->tail_sent = 0;
	tx->sum = ISI_DIGEST_SEED;
}

/*
 * RFC 7143 §11.14: a Logout of this connection, or of the session, is the last
 * thing it sends. C-112
 */
static bool ends_connection(const struct isi_conn *conn,
			    const struct iscsi_bhs *bhs)
{
	const struct iscsi_bhs_logout_request *logout = (const void *)bhs;

	if (isi_opcode(bhs) != ISCSI_OPCODE_LOGOUT_REQUEST)
		return false;
	return (logout->flags & ~ISCSI_BHS_FINAL) == ISCSI_LOGOUT_SESSION ||
	       be16_to_cpu(logout->cid) == conn->cid;
}

static void begin_ctl(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	struct isi_ctl *ctl = list_first_entry(&tx->ctl, struct isi_ctl, node);

	list_del_init(&ctl->node);
	/* §11.5, §11.18, §11.10, §11.14: CmdSN and ExpStatSN stand in one place. */
	ctl->bhs.sn[0] = cpu_to_be32(isi_session_cmdsn(conn->session));
	ctl->bhs.sn[1] = cpu_to_be32(conn->exp_statsn);
	memcpy(tx->head, &ctl->bhs, sizeof(ctl->bhs));
	tx->sending = ctl;
	tx->closing = ends_connection(conn, &ctl->bhs);
	begin_pdu(conn, sizeof(ctl->bhs), ctl->length);
}

static void begin_data_out(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	struct isi_task *task = list_first_entry(&tx->data, struct isi_task,
						 node);
	const struct isi_r2t *r2t = isi_xfer_r2t(&task->xfer);
	bool unsolicited = r2t->ttt == cpu_to_be32(ISCSI_TAG_NONE);
	struct scsi_lun lun;
	u32 length;

	int_to_scsilun(task->sc->device->lun, &lun);	/* C-008 */
	length = isi_build_data_out((void *)tx->head, &task->xfer, task->itt,
				    lun.scsi_lun, conn->exp_statsn,
				    &conn->limits);
	isi_cursor_seek(&task->cursor, r2t->offset);
	isi_xfer_sent(&task->xfer, length);
	if (!task->xfer.r2t_count)
		list_del_init(&task->node);
	tx->task = task;
	begin_pdu(conn, ISCSI_BHS_LEN, length);
	isi_count(conn, unsolicited ? ISI_STAT_TX_DATA_OUT_UNSOLICITED :
				      ISI_STAT_TX_DATA_OUT_SOLICITED, 1);
}

/* RFC 7143 §11.2.1.7: the LUN as SAM has it, here and in Data-Out. C-008 */
static void begin_command(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	struct isi_task *task = list_first_entry(&tx->commands,
						 struct isi_task, node);
	struct scsi_cmnd *sc = task->sc;
	struct scsi_lun lun;
	struct isi_command cmd = {
		.cdb = sc->cmnd,
		.cdb_len = sc->cmd_len,
		.lun = lun.scsi_lun,
		.itt = task->itt,
		.exp_statsn = conn->exp_statsn,
		.attr = ISCSI_CMD_ATTR_SIMPLE,
	};
	u32 head_len;

	/* As REPORT LUNS had it, of whatever form. C-008 */
	int_to_scsilun(sc->device->lun, &lun);
	task->cmdsn = isi_session_take(conn->session);
	cmd.cmdsn = task->cmdsn;
	head_len = isi_build_command(tx->head, &cmd, &task->xfer,
				     task->immediate);
	list_del_init(&task->node);
	task->state = ISI_TASK_SENT;
	if (task->immediate)
		tx->task = task;
	if (task->xfer.r2t_count)
		isi_tx_data_owed(task);
	begin_pdu(conn, head_len, task->immediate);
	isi_count(conn, ISI_STAT_TX_COMMANDS, 1);
	isi_count(conn, ISI_STAT_TX_IMMEDIATE_BYTES, task->immediate);
}

/*
 * False: there is nothing to send. What is submitted after it was collected is
 * for the kick that follows every submission.
 */
static bool begin_next(struct isi_conn *conn, enum isi_stat how)
{
	struct isi_tx *tx = &conn->tx;

	isi_tx_collect(conn);
	if (tx->closing)
		return false;
	if (!list_empty(&tx->ctl))
		begin_ctl(conn);
	else if (!list_empty(&tx->data))
		begin_data_out(conn);
	else if (!list_empty(&tx->commands))
		begin_command(conn);
	else
		return false;
	isi_count(conn, ISI_STAT_TX_PDUS, 1);
	isi_count(conn, ISI_STAT_TX_DATA_BYTES, tx->data_len);
	isi_count(conn, how, 1);
	return true;
}

/* What is staged goes to the socket. Return: 0, or -EAGAIN, or an error. */
static int flush(struct isi_conn *conn, bool more)
{
	struct bio_vec *staged = &conn->tx.staged;
	int sent;

	while (staged->bv_len) {
		sent = conn->ops->send_page(conn, staged, more);
		if (sent < 0)
			return sent;
		staged->bv_offset += sent;
		staged->bv_len -= sent;
	}
	return 0;
}

/*
 * Room for @max bytes at most, which the caller copies: they are staged. Where a
 * chunk begins, what is staged in the last one goes first; and is pushed if there
 * is no room, as TCP gives none back of what it keeps to itself.
 *
 * Return: how many bytes, at @to; or -EAGAIN, or an error.
 */
static int stage(struct isi_conn *conn, u32 max, void **to)
{
	struct bio_vec *staged = &conn->tx.staged;
	struct bio_vec room;
	int err;

	if (staged->bv_len && isi_pool_begins(&conn->pool)) {
		err = flush(conn, isi_pool_ready(&conn->pool));
		if (err)
			return err;
	}
	if (!isi_pool_take(&conn->pool, max, &room)) {
		isi_sock_wait_for_space(conn);
		return -EAGAIN;
	}
	*to = page_address(room.bv_page) + room.bv_offset;
	if (staged->bv_len)
		staged->bv_len += room.bv_len;
	else
		*staged = room;
	return room.bv_len;
}

static int push_bytes(struct isi_conn *conn, const void *from, u32 length)
{
	void *to;
	int n = stage(conn, length, &to);

	if (n > 0)
		memcpy(to, from, n);
	return n;
}

static int push_head(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	int sent;

	sent = push_bytes(conn, tx->head + tx->head_sent,
			  tx->head_len - tx->head_sent);
	if (sent > 0)
		tx->head_sent += sent;
	return sent;
}

/* Is more to come at once: @left bytes of the data, or what the pool has room for? */
static bool more_follows(struct isi_conn *conn, u32 left)
{
	return left || ((conn->tx.tail_len || queued(conn)) &&
			isi_pool_ready(&conn->pool));
}

/* From the command's own pages; not more at a time than a submitter may send. */
static int push_pages(struct isi_conn *conn, u32 length)
{
	struct isi_cursor *cursor = &conn->tx.task->cursor;
	u32 end = min_t(u32, length, DIRECT_BUDGET), done = 0;
	struct bio_vec bvec;
	int sent;

	sent = flush(conn, true);
	if (sent < 0)
		return sent;
	do {
		isi_cursor_bvec(cursor, end - done, &bvec);
		sent = conn->ops->send_page(conn, &bvec,
					    more_follows(conn, length - done -
							       bvec.bv_len));
		if (sent < 0)
			break;
		isi_cursor_advance(cursor, sent);
		done += sent;
	} while (done < end && sent == bvec.bv_len);
	return done ?: sent;
}

/* A copy of the command's, of which the digest is. C-086 */
static int push_copy(struct isi_conn *conn, u32 left)
{
	struct isi_tx *tx = &conn->tx;
	void *to;
	int n = stage(conn, left, &to);

	if (n > 0) {
		isi_cursor_get(&tx->task->cursor, to, n);
		tx->sum = isi_digest_add(tx->sum, to, n);
	}
	return n;
}

static int push_data(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	u32 left = tx->data_len - tx->data_sent;
	int sent;

	if (!tx->task)
		sent = push_bytes(conn, tx->sending->data + tx->data_sent, left);
	else if (conn->limits.data_digest)
		sent = push_copy(conn, left);
	else
		sent = push_pages(conn, left);
	if (sent > 0)
		tx->data_sent += sent;
	return sent;
}

/* RFC 7143 §11.1, §11.2.3: zeros, then the digest of data and zeros. C-002 */
static void build_tail(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	u32 pad = isi_pad(tx->data_len);
	u32 sum = tx->sum;
	__le32 digest;

	memset(tx->tail, 0, pad);
	if (!conn->limits.data_digest)
		return;
	if (tx->sending)
		sum = isi_digest_add(sum, tx->sending->data, tx->data_len);
	digest = isi_digest_end(isi_digest_add(sum, tx->tail, pad));
	memcpy(tx->tail + pad, &digest, ISI_DIGEST_LEN);
}

static int push_tail(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	int sent;

	if (!tx->tail_sent)
		build_tail(conn);
	sent = push_bytes(conn, tx->tail + tx->tail_sent,
			  tx->tail_len - tx->tail_sent);
	if (sent > 0)
		tx->tail_sent += sent;
	return sent;
}

/* One step of the PDU under way. Return: bytes taken, or -EAGAIN, or error. */
static int push_pdu(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;

	if (tx->head_sent < tx->head_len)
		return push_head(conn);
	if (tx->data_sent < tx->data_len)
		return push_data(conn);
	return push_tail(conn);
}

static bool pdu_complete(const struct isi_tx *tx)
{
	return tx->head_sent == tx->head_len &&
	       tx->data_sent == tx->data_len &&
	       tx->tail_sent == tx->tail_len;
}

/* Are pages of @task in the socket, whose owner may write to them once it ends? */
static bool is_held(const struct isi_task *task)
{
	struct isi_conn *conn = task->conn;

	return task->data_sent && !conn->limits.data_digest &&
	       conn->ops->holds(conn, task->sent);
}

/**
 * isi_tx_answered() - a task ends, when it can
 * @task: ANSWERED, on no list, no PDU of it under way
 *
 * Whoever answers a write has acknowledged its data; but for a target that has
 * not read it, which would be sent what the pages hold by then: another's.
 * C-085
 *
 * Return: true when it has ended; false when isi_tx_reap() ends it.
 */
bool isi_tx_answered(struct isi_task *task)
{
	if (is_held(task)) {
		list_add_tail(&task->node, &task->conn->tx.answered);
		isi_conn_wake(task->conn);
		return false;
	}
	isi_task_end(task, DID_OK);
	return true;
}

/* End those that TCP has let go of. Return: are there any left? */
bool isi_tx_reap(struct isi_conn *conn)
{
	struct isi_task *task, *next;

	list_for_each_entry_safe(task, next, &conn->tx.answered, node) {
		if (is_held(task))
			continue;
		list_del_init(&task->node);
		isi_task_end(task, DID_OK);
	}
	return !list_empty(&conn->tx.answered);
}

static void finish_pdu(struct isi_conn *conn)
{
	struct isi_tx *tx = &conn->tx;
	struct isi_task *task = tx->task;
	struct isi_ctl *ctl = tx->sending;

	tx->head_len = 0;
	tx->task = NULL;
	tx->sending = NULL;
	if (task) {
		task->data_sent = true;
		task->sent = conn->ops->sent(conn);
		if (task->state == ISI_TASK_ANSWERED)
			isi_tx_answered(task);
	}
	if (ctl)
		isi_ctl_sent(conn, ctl);
}

/*
 * Before a PDU is begun: a command has its CmdSN from then on, and can no longer be
 * aborted here; and what is more urgent would go behind it.
 * Return: as flush().
 */
static int flush_refused(struct isi_conn *conn)
{
	if (!conn->tx.staged.bv_len || !isi_conn_live(conn))
		return 0;
	return flush(conn, (conn->tx.head_len || queued(conn)) &&
			   isi_pool_ready(&conn->pool));
}

/* Return: as isi_tx_run(), with all that is to be sent given or staged. */
static int push_pdus(struct isi_conn *conn, u32 budget, enum isi_stat how)
{
	u32 spent = 0;
	int sent;

	while (isi_conn_live(conn)) {
		if (!conn->tx.head_len && !begin_next(conn, how))
			return 0;
		sent = push_pdu(conn);
		if (sent < 0)
			return sent;
		if (pdu_complete(&conn->tx))
			finish_pdu(conn);
		spent += sent;
		if (spent >= budget)
			return conn->tx.head_len || queued(conn);
	}
	return 0;
}

/**
 * isi_tx_run() - send what there is to send
 * @conn: its lock is held
 * @budget: bytes after which to stop, so that others get the lock
 * @how: who sends, as the counters know it
 *
 * Return: 0 nothing is left, 1 the budget ran out, -EAGAIN the socket is full,
 * another negative errno the socket is broken.
 */
int isi_tx_run(struct isi_conn *conn, u32 budget, enum isi_stat how)
{
	int ret = flush_refused(conn);
	int err = 0;

	if (!ret)
		ret = push_pdus(conn, budget, how);
	if (ret >= 0 && isi_conn_live(conn))
		err = flush(conn, ret && isi_pool_ready(&conn->pool));
	ret = err ?: ret;
	isi_count(conn, ISI_STAT_TX_FULL, ret == -EAGAIN);
	return ret;
}

/**
 * isi_tx_kick() - send now if the socket is free, else have io_work do it
 * @conn: the caller holds it by RCU or otherwise
 *
 * The lock is only tried: the submitter may be running inside a completion
 * that this very connection's receive path is delivering.
 */
void isi_tx_kick(struct isi_conn *conn)
{
	int ret;

	if (conn->ops->trylock(conn)) {
		ret = isi_tx_run(conn, DIRECT_BUDGET, ISI_STAT_TX_DIRECT);
		conn->ops->untrylock(conn);
		if (!ret)
			return;
		if (ret < 0 && ret != -EAGAIN) {
			isi_conn_fail(conn, ISI_FAIL_SEND, ret);
			return;
		}
	}
	isi_conn_wake(conn);
}
