// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command's life between queuecommand and scsi_done, and the table by which
 * an ITT that comes from the wire finds it.
 *
 * A tag belongs to one request at a time, so its slot has one writer: the
 * submitter sets it, whoever owns the task then clears it. A lookup takes no
 * lock of its own: the slot of another connection's task may change under it,
 * but its own connection's tasks change under the conn lock only, and the
 * memory of either is the tag set's, which outlives every connection.
 */
#include <scsi/scsi_tcq.h>

#include "isi.h"

static unsigned int itt_index(u32 itt)
{
	return itt & ISI_ITT_INDEX_MASK;
}

/**
 * isi_slots_alloc() - the table of a session's tasks
 * @count: of tags, which are its indices
 *
 * Context: may sleep
 * Return: for kvfree(), or NULL
 */
struct isi_slot *isi_slots_alloc(unsigned int count)
{
	struct isi_slot *slots = kvcalloc(count, sizeof(*slots), GFP_KERNEL);
	unsigned int i;

	for (i = 0; slots && i < count; i++)
		slots[i].late_itt = ISCSI_TAG_NONE;
	return slots;
}

/*
 * The task is the submitter's until it is pushed on conn->submitted. Every use
 * of a tag is a new generation, and so a new ITT: what the midlayer tries again
 * is another command of ours, with a CmdSN of its own. C-007 C-074
 */
void isi_task_start(struct isi_task *task, struct isi_conn *conn,
		    struct scsi_cmnd *sc)
{
	unsigned int index = scsi_cmd_to_rq(sc)->tag;
	struct isi_slot *slot = &conn->session->slots[index];
	enum dma_data_direction dir = sc->sc_data_direction;

	task->sc = sc;
	task->conn = conn;
	/* The error handler's commands are on their way for another's sake. */
	if (!sc->retries && sc->submitter == SUBMITTED_BY_BLOCK_LAYER)
		task->since = jiffies;
	task->itt = ++slot->generation << ISI_ITT_INDEX_BITS | index;
	task->state = ISI_TASK_QUEUED;
	task->data_sent = false;
	task->xfer.r2t = conn->r2ts + index * isi_r2t_room(&conn->limits);
	task->xfer.cover.ranges = conn->ranges ?
				  conn->ranges + index * ISI_RANGES : NULL;
	task->immediate = isi_xfer_start(&task->xfer,
					 dir == DMA_NONE ? 0 : scsi_bufflen(sc),
					 dir == DMA_FROM_DEVICE,
					 dir == DMA_TO_DEVICE, &conn->limits);
	if (task->xfer.edtl)
		isi_cursor_init(&task->cursor, sc);
	INIT_LIST_HEAD(&task->node);
	/* Pairs with the acquire in isi_task_find(): fields before pointer. */
	smp_store_release(&slot->task, task);
}

/**
 * isi_task_find() - the task an ITT from the wire names
 * @conn: the connection it came on; its lock is held
 * @itt: as on the wire
 * @late: set when the ITT is of a task that ended while PDUs of it could
 *	still come
 *
 * Return: a task of this connection whose command is on the wire, or NULL.
 * C-007
 */
struct isi_task *isi_task_find(struct isi_conn *conn, __be32 itt, bool *late)
{
	u32 value = be32_to_cpu(itt);
	struct isi_slot *slot;
	struct isi_task *task;

	*late = false;
	if (itt_index(value) >= conn->session->shost->can_queue)
		return NULL;
	slot = &conn->session->slots[itt_index(value)];
	/* Pairs with the release in isi_task_start(). */
	task = smp_load_acquire(&slot->task);
	if (task && READ_ONCE(task->itt) == value &&
	    READ_ONCE(task->conn) == conn && task->state == ISI_TASK_SENT)
		return task;
	*late = READ_ONCE(slot->late_itt) == value;
	return NULL;
}

static void task_free(struct isi_task *task)
{
	struct isi_session *session = shost_priv(task->sc->device->host);
	struct isi_slot *slot = &session->slots[itt_index(task->itt)];

	task->state = ISI_TASK_FREE;
	WRITE_ONCE(slot->task, NULL);
}

/* What still comes of it is late, and no lie. */
static void expect_late(struct isi_task *task)
{
	struct isi_session *session = task->conn->session;

	WRITE_ONCE(session->slots[itt_index(task->itt)].late_itt, task->itt);
}

/*
 * sc->result is set. A PDU of it that is half on the wire is finished first:
 * its header has promised the bytes, and they are the command's pages. C-085
 *
 * Return: true when it has ended; false when tx.c ends it.
 */
static bool answer(struct isi_task *task)
{
	isi_tx_forget(task);
	task->state = ISI_TASK_ANSWERED;
	return task->conn->tx.task != task && isi_tx_answered(task);
}

/**
 * isi_task_done() - the target has answered; sc->result is set
 * @task: SENT; its connection's lock is held
 */
void isi_task_done(struct isi_task *task)
{
	const struct isi_xfer *x = &task->xfer;

	/* Data still owed: the target may ask for it before it sees why. C-084 */
	if (x->write && (x->r2t_count || x->cover.prefix < x->edtl))
		expect_late(task);
	answer(task);
}

/*
 * The time it waited here for its session is not time the target had: the
 * midlayer would count it, and turn the retry into an error. Nor are lost
 * connections retries, or a link that flaps would be given up sooner than one
 * that is gone. Like that one it is at ReplacementTimeout, lest a command that
 * brings its target down goes round for ever; and after the usual number of
 * retries where there may be another path (REQ_FAILFAST_TRANSPORT), or where
 * to do it twice may be wrong (a medium that is moved).
 */
static void forget_loss(struct isi_task *task)
{
	struct scsi_cmnd *sc = task->sc;
	struct request *rq = scsi_cmd_to_rq(sc);
	s32 limit = isi_transport_recovery_tmo(shost_priv(sc->device->host));

	sc->jiffies_at_alloc = jiffies;
	if (blk_rq_is_passthrough(rq) || rq->cmd_flags & REQ_FAILFAST_TRANSPORT)
		return;
	if (limit < 0 ||
	    time_before(jiffies, task->since + (unsigned long)limit * HZ))
		sc->retries = 0;
}

/**
 * isi_task_end() - give a command back, with its answer if it got one
 * @task: off every list of a live connection
 * @host_byte: DID_*
 */
void isi_task_end(struct isi_task *task, int host_byte)
{
	struct scsi_cmnd *sc = task->sc;

	if (task->state == ISI_TASK_QUEUED)
		isi_session_release(shost_priv(sc->device->host));
	if (task->state != ISI_TASK_ANSWERED)
		sc->result = host_byte << 16;
	if (host_byte == DID_TRANSPORT_DISRUPTED)
		forget_loss(task);
	task_free(task);
	scsi_done(sc);
}

/**
 * isi_task_abort() - the target knows nothing of it any more
 * @task: its connection is live, and its lock is held
 *
 * It returns to the midlayer for a retry; what still comes of it is late. C-111
 *
 * Return: true when it has ended, also before; false when it cannot yet, as TCP
 * has pages of it or queuecommand has not let go of it.
 */
bool isi_task_abort(struct isi_task *task)
{
	switch (task->state) {
	case ISI_TASK_FREE:
		return true;
	case ISI_TASK_ANSWERED:
		return false;
	case ISI_TASK_QUEUED:
		if (list_empty(&task->node))
			return false;
		isi_tx_forget(task);
		isi_task_end(task, DID_RESET);
		return true;
	case ISI_TASK_SENT:
		break;
	}
	expect_late(task);
	isi_rx_forget(task->conn, task);
	task->sc->result = DID_RESET << 16;
	return answer(task);
}

/*
 * Every task that is left when no connection of the session is live. Their
 * pages are out of the sockets (isi_sock_release()), whoever sent and received
 * is gone, so nobody else knows them.
 */
void isi_tasks_end(struct isi_session *session, int host_byte)
{
	int i;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < session->shost->can_queue; i++) {
		struct isi_task *task = READ_ONCE(session->slots[i].task);

		if (task)
			isi_task_end(task, host_byte);
	}
	session->nexus_ended++;
	wake_up_all(&session->wait);
}

/*
 * @conn is dead and goes. While others are live its tasks return for a retry:
 * who deletes it has logged it out on one of those. Else they wait for the
 * session to come back, and belong to no connection.
 */
void isi_tasks_detach(struct isi_conn *conn)
{
	struct isi_session *session = conn->session;
	int i;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < session->shost->can_queue; i++) {
		struct isi_task *task = READ_ONCE(session->slots[i].task);

		/* The grace period of isi_conn_stop() has ordered its fields. */
		if (!task || READ_ONCE(task->conn) != conn)
			continue;
		if (atomic_read(&session->live))
			isi_task_end(task, DID_TRANSPORT_DISRUPTED);
		else
			WRITE_ONCE(task->conn, NULL);
	}
}
