// SPDX-License-Identifier: GPL-2.0-only
/*
 * Task management (RFC 7143 §11.5, §11.6) for the SCSI error handler, which
 * owns the commands it is about and ignores what we complete of them, and for
 * the ioctl SG_SCSI_RESET, under which commands live that nobody else ends.
 *
 * A session asks one thing at a time (tmf_mutex). Each kind of function has a
 * control slot of its own, and a target that has left one unanswered is not
 * asked for another of that kind: many commands that time out together wait
 * once. The answer may be late or never come; the slot waits for it.
 *
 * When a function has succeeded, the tasks it was about end, under the lock of
 * their connection, so each once: one that was answered meanwhile is gone from
 * its slot. A task that went on the wire behind the request is not what the
 * target has dropped. What still comes for one that ended is late
 * (isi_task_find()).
 */
#include <linux/delay.h>

#include "isi.h"

/* How long a PDU may take that must be finished before its task can end. */
#define FINISH_MS	5000
#define POLL_MS		10

static const struct {
	enum iscsi_tmf_function function;
	unsigned int timeout_ms;		/* for the response; C-110 */
} kinds[] = {
	[ISI_TMF_ABORT]		= { ISCSI_TMF_ABORT_TASK, 10000 },
	[ISI_TMF_LUN_RESET]	= { ISCSI_TMF_LUN_RESET, 15000 },
	[ISI_TMF_TARGET_RESET]	= { ISCSI_TMF_TARGET_WARM_RESET, 15000 },
};

struct isi_tmf {
	struct isi_session *session;
	enum isi_tmf_kind kind;
	struct scsi_cmnd *sc;		/* to abort, or of the LUN to reset */
	struct isi_task *task;		/* of @sc; ISI_TMF_ABORT only */
	unsigned int nexus_ended;	/* of the session, when we began */
	bool confirmed;			/* the target has done it */
	u32 cmdsn;			/* then: the request's own */
};

/* RFC 7143 §11.5.1: on whatever connection of the session. C-108 C-109 */
static bool concerns(const struct isi_tmf *tmf, const struct isi_task *task)
{
	switch (tmf->kind) {
	case ISI_TMF_ABORT:
		return task == tmf->task;
	case ISI_TMF_LUN_RESET:
		return task->sc->device->lun == tmf->sc->device->lun;
	case ISI_TMF_TARGET_RESET:
		break;
	}
	return true;
}

/* RFC 7143 §11.6.1: does the target say that nothing of it is left? C-105 */
static bool succeeded(enum isi_tmf_kind kind, u8 response)
{
	return response == ISCSI_TMF_COMPLETE ||
	       (kind == ISI_TMF_ABORT && response == ISCSI_TMF_NO_TASK);
}

/*
 * On the wire, a task is the target's, but for those the request was about: it
 * covers what was sent before it (RFC 7143 §11.5.1).
 */
static bool may_end(const struct isi_tmf *tmf, const struct isi_task *task)
{
	return task->state != ISI_TASK_SENT ||
	       (tmf->confirmed && isi_sn_before(task->cmdsn, tmf->cmdsn));
}

/*
 * The task in a slot, if it is @conn's, whose lock is held. Only then is it
 * ours to look at. It may have been another's when the slot was read: that one
 * clears the slot before the tag is used again.
 */
static struct isi_task *task_on(struct isi_conn *conn, struct isi_slot *slot)
{
	/* Pairs with the release in isi_task_start(), as do the others. */
	struct isi_task *task = smp_load_acquire(&slot->task);
	struct isi_conn *owner;

	if (!task)
		return NULL;
	/* Pairs with the same: what was written before @conn is seen. */
	owner = smp_load_acquire(&task->conn);
	/* Pairs with the same: @owner is that of the task in the slot. */
	return owner == conn && smp_load_acquire(&slot->task) == task ? task : NULL;
}

/* Return: how many cannot end, or not yet. */
static unsigned int end_tasks_of(struct isi_conn *conn,
				 const struct isi_tmf *tmf)
{
	struct isi_session *session = conn->session;
	unsigned int left = 0;
	int i;

	isi_conn_lock(conn);
	isi_tx_collect(conn);
	for (i = 0; i < session->shost->can_queue; i++) {
		struct isi_task *task = task_on(conn, &session->slots[i]);

		if (task && concerns(tmf, task))
			left += !may_end(tmf, task) || !isi_task_abort(task);
	}
	isi_conn_unlock(conn);
	return left;
}

/*
 * While all connections are live each task is under the lock of one. Return:
 * how many are left, or -ENOTCONN: then they wait for the session.
 */
static int end_tasks(const struct isi_tmf *tmf)
{
	struct isi_session *session = tmf->session;
	int live = 0, left = 0;
	int i;

	lockdep_assert_held(&session->mutex);
	if (session->nexus_ended != tmf->nexus_ended)
		return 0;	/* and every task with it */
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++) {
		struct isi_conn *conn = session->conns[i];

		if (!conn)
			continue;
		if (!isi_conn_live(conn))
			return -ENOTCONN;
		live++;
		left += end_tasks_of(conn, tmf);
	}
	return live ? left : -ENOTCONN;
}

static int end_all_tasks(const struct isi_tmf *tmf)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(FINISH_MS);
	int left;

	for (;;) {
		mutex_lock(&tmf->session->mutex);
		left = end_tasks(tmf);
		mutex_unlock(&tmf->session->mutex);
		if (left <= 0)
			return left;
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		msleep(POLL_MS);
	}
}

/*
 * The connection whose contexts may still be at work on @task, or NULL: then it
 * is session->mutex's.
 */
static struct isi_conn *conn_of(struct isi_session *session,
				const struct isi_task *task)
{
	int i;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++) {
		struct isi_conn *conn = session->conns[i];

		if (conn && conn == READ_ONCE(task->conn) &&
		    READ_ONCE(conn->state) != ISI_CONN_DEAD)
			return conn;
	}
	return NULL;
}

/* An ABORT TASK goes where its task went (RFC 7143 §11.5.1). */
static struct isi_conn *pick_conn(const struct isi_tmf *tmf)
{
	struct isi_conn *conn;
	int i;

	if (tmf->kind == ISI_TMF_ABORT) {
		conn = conn_of(tmf->session, tmf->task);
		return conn && isi_conn_live(conn) ? conn : NULL;
	}
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++) {
		conn = tmf->session->conns[i];
		if (conn && isi_conn_live(conn))
			return conn;
	}
	return NULL;
}

/*
 * Queue the request; @conn's lock is held. One that was never on the wire has
 * taken no CmdSN: it ends here, and leaves no hole to plug. C-107
 *
 * Return: 0, -EALREADY when the task needs no request, or why there is none.
 */
static int start(struct isi_conn *conn, const struct isi_tmf *tmf)
{
	struct iscsi_bhs_tmf_request bhs;
	struct scsi_lun lun;

	int_to_scsilun(tmf->sc->device->lun, &lun);
	isi_build_tmf(&bhs, kinds[tmf->kind].function,
		      tmf->kind == ISI_TMF_TARGET_RESET ? NULL : lun.scsi_lun);
	if (tmf->kind == ISI_TMF_ABORT) {
		isi_tx_collect(conn);
		if (tmf->task->state != ISI_TASK_SENT) {
			isi_task_abort(tmf->task);
			return -EALREADY;
		}
		bhs.rtt = cpu_to_be32(tmf->task->itt);
		bhs.ref_cmdsn = cpu_to_be32(tmf->task->cmdsn);
	}
	return isi_ctl_tmf(conn, tmf->kind, (void *)&bhs);
}

/* The connection the request waits on, with a reference, or an ERR_PTR. */
static struct isi_conn *send_request(struct isi_tmf *tmf)
{
	struct isi_session *session = tmf->session;
	struct isi_conn *conn;
	int ret = -ENOTCONN;

	mutex_lock(&session->mutex);
	tmf->nexus_ended = session->nexus_ended;
	conn = pick_conn(tmf);
	if (conn) {
		isi_conn_lock(conn);
		ret = start(conn, tmf);
		isi_conn_unlock(conn);
	}
	if (!ret) {
		isi_conn_wake(conn);
		isi_conn_get(conn);
	}
	mutex_unlock(&session->mutex);
	return ret ? ERR_PTR(ret) : conn;
}

/* Return: 0 when the target has done it, or negative errno. */
static int ask(struct isi_tmf *tmf)
{
	unsigned int timeout = msecs_to_jiffies(kinds[tmf->kind].timeout_ms);
	struct isi_conn *conn = send_request(tmf);
	const struct isi_ctl *ctl;
	int ret = -ETIMEDOUT;

	if (IS_ERR(conn))
		return PTR_ERR(conn);
	ctl = isi_ctl_of_tmf(conn, tmf->kind);
	wait_event_idle_timeout(tmf->session->wait,
				!READ_ONCE(ctl->busy) || !isi_conn_live(conn),
				timeout);
	/* Pairs with the release when it is answered. */
	if (!smp_load_acquire(&ctl->busy)) {
		tmf->confirmed = succeeded(tmf->kind, ctl->response);
		tmf->cmdsn = be32_to_cpu(ctl->bhs.sn[0]);
		ret = tmf->confirmed ? 0 : -EREMOTEIO;
	}
	isi_conn_put(conn);
	return ret;
}

/* Its status came, whatever became of the request. C-106 */
static bool is_gone(const struct isi_tmf *tmf)
{
	struct isi_session *session = tmf->session;
	struct isi_conn *conn;
	bool gone;

	mutex_lock(&session->mutex);
	conn = conn_of(session, tmf->task);
	if (conn)	/* whoever ends it has done so in full */
		isi_conn_lock(conn);
	gone = tmf->task->state == ISI_TASK_FREE;
	if (conn)
		isi_conn_unlock(conn);
	mutex_unlock(&session->mutex);
	return gone;
}

/**
 * isi_tmf() - have the target end a command, or all of a LUN, or all
 * @kind: of function
 * @sc: the command, or one of the LUN
 *
 * Bounded by the kind's timeout, FINISH_MS, and what else holds tmf_mutex or,
 * while a connection stops, session->mutex. Context: process.
 *
 * Return: 0 when we and the target know nothing of what it was about any more;
 * -ENOTCONN, -EBUSY (one of the kind is unanswered), -ETIMEDOUT, -EREMOTEIO
 * (the target refuses).
 */
int isi_tmf(enum isi_tmf_kind kind, struct scsi_cmnd *sc)
{
	struct isi_session *session = shost_priv(sc->device->host);
	struct isi_tmf tmf = {
		.session = session,
		.kind = kind,
		.sc = sc,
		.task = scsi_cmd_priv(sc),
	};
	int ret;

	mutex_lock(&session->tmf_mutex);
	ret = ask(&tmf);
	if (!ret || ret == -EALREADY)
		ret = end_all_tasks(&tmf);
	if (ret && kind == ISI_TMF_ABORT && is_gone(&tmf))
		ret = 0;
	mutex_unlock(&session->tmf_mutex);
	return ret;
}
