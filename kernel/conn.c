// SPDX-License-Identifier: GPL-2.0-only
/*
 * A connection from adoption to death: LIVE → FAILED → DEAD, never back.
 *
 * Why it comes to an end. isi_conn_fail() moves it from LIVE to FAILED, once,
 * from any context. From there on
 *  - queuecommand finds it through session->map under RCU; isi_session_remap()
 *    takes it out of the map and waits for a grace period: no new tasks;
 *  - the callbacks hold sk_callback_lock; isi_sock_unhook() takes the write
 *    side: no more receive, no more wake-ups from the socket;
 *  - io_work is cancelled after these two, which queue it; a run of it never
 *    blocks in the socket (MSG_DONTWAIT), and is bounded by a budget;
 *  - ping_work is queued by itself, which cancelling it ends, and else only
 *    under session->mutex, which isi_conn_stop()'s caller holds; it queues
 *    io_work, so it goes before that;
 *  - netlink and the session's works use it under session->mutex only, which
 *    isi_conn_stop()'s caller holds;
 *  - stop_work, queued by the failure, carries a reference of its own.
 * Its tasks outlive it: they are in session->slots, and wait there.
 */
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "isi.h"

/* Bytes io_work sends before it lets the backlog in. */
#define WORK_BUDGET	(256 * 1024)
/* A full socket wakes us; under memory pressure nothing may. */
#define RETRY_JIFFIES	(HZ / 10)

static atomic_t conn_generation = ATOMIC_INIT(0);

static void conn_free(struct kref *ref)
{
	struct isi_conn *conn = container_of(ref, struct isi_conn, ref);

	isi_ctl_purge(conn);
	isi_pool_free(&conn->pool);
	kvfree(conn->ranges);
	kvfree(conn->r2ts);
	kfree(conn->rx.data);
	kfree(conn);
}

void isi_conn_get(struct isi_conn *conn)
{
	kref_get(&conn->ref);
}

void isi_conn_put(struct isi_conn *conn)
{
	kref_put(&conn->ref, conn_free);
}

/* Have io_work look at the connection soon. */
void isi_conn_wake(struct isi_conn *conn)
{
	mod_delayed_work(isi_wq, &conn->io_work, 0);
}

/* One turn. Return: jiffies until the next, or -1: when there is a reason. */
static long io_turn(struct isi_conn *conn)
{
	bool held = false;
	int more = 0, ret = 0;

	isi_conn_lock(conn);
	if (isi_conn_live(conn)) {
		if (conn->transport == ISI_TRANSPORT_GENERIC)
			more = conn->ops->receive(conn);
		ret = isi_tx_run(conn, WORK_BUDGET, ISI_STAT_TX_THREAD);
		held = isi_tx_reap(conn);
	}
	isi_conn_unlock(conn);

	if (ret < 0 && ret != -EAGAIN)
		isi_conn_fail(conn, ISI_FAIL_SEND, ret);
	if (more || ret > 0)
		return 0;
	return ret == -EAGAIN || held ? RETRY_JIFFIES : -1;
}

/*
 * What it allocates is for I/O that memory may be waiting for. A reason that
 * comes while it runs queues it again by itself.
 */
static void io_work(struct work_struct *work)
{
	struct isi_conn *conn = container_of(to_delayed_work(work),
					     struct isi_conn, io_work);
	unsigned int flags = memalloc_noreclaim_save();
	long delay = io_turn(conn);

	if (delay >= 0)
		queue_delayed_work(isi_wq, &conn->io_work, delay);
	memalloc_noreclaim_restore(flags);
}

static void stop_work(struct work_struct *work)
{
	struct isi_conn *conn = container_of(work, struct isi_conn, stop_work);
	struct isi_session *session = conn->session;
	struct Scsi_Host *shost = session->shost;

	/*
	 * At ERL 0 the session falls with its first connection (RFC 7143
	 * §7.1.5): numbers that were lost with it leave a hole at the target,
	 * at which the others' commands would wait for ever.
	 */
	mutex_lock(&session->mutex);
	if (conn->state != ISI_CONN_DEAD)
		isi_session_stop(session, ISI_FAIL_SESSION);
	mutex_unlock(&session->mutex);
	isi_conn_put(conn);
	scsi_host_put(shost);
}

static void conn_init(struct isi_conn *conn, struct isi_session *session,
		      const struct isi_conn_spec *spec)
{
	kref_init(&conn->ref);
	conn->session = session;
	conn->cid = spec->cid;
	conn->generation = atomic_inc_return(&conn_generation);
	conn->limits = spec->limits;
	conn->transport = spec->transport;
	conn->ops = isi_sock_ops(spec->transport);
	conn->state = ISI_CONN_DEAD;
	conn->exp_statsn = spec->exp_statsn;
	/* Of the last Login Response nothing has been told yet. */
	conn->tx.told_statsn = spec->exp_statsn - 1;
	isi_ping_init(conn);
	INIT_DELAYED_WORK(&conn->io_work, io_work);
	INIT_WORK(&conn->stop_work, stop_work);
	mutex_init(&conn->mutex);
	init_llist_head(&conn->submitted);
	isi_tx_init(&conn->tx);
	isi_rx_init(&conn->rx);
}

/* What I/O needs is all there before it begins. conn_free() frees it. */
static bool alloc_buffers(struct isi_conn *conn)
{
	const struct isi_limits *limits = &conn->limits;
	unsigned int tasks = conn->session->shost->can_queue;
	unsigned int ranges = tasks * isi_range_room(limits);

	conn->rx.data = kmalloc(ISI_CONTROL_DATA_MAX, GFP_KERNEL);
	conn->r2ts = kvcalloc(tasks * isi_r2t_room(limits),
			      sizeof(*conn->r2ts), GFP_KERNEL);
	if (ranges)
		conn->ranges = kvcalloc(ranges, sizeof(*conn->ranges),
					GFP_KERNEL);
	return conn->rx.data && conn->r2ts && (!ranges || conn->ranges) &&
	       !isi_pool_alloc(&conn->pool, limits->data_digest);
}

/**
 * isi_conn_alloc() - a connection that is ready to go live
 * @session: its mutex is held
 * @spec: checked
 *
 * On success the socket is ours (its callbacks, a file reference), and the
 * caller goes on to isi_conn_start(); on failure it is as it was.
 *
 * Return: the connection, reference 1, or an ERR_PTR: -ENOMEM, -EBUSY.
 */
struct isi_conn *isi_conn_alloc(struct isi_session *session,
				const struct isi_conn_spec *spec)
{
	struct isi_conn *conn;
	int err = -ENOMEM;

	conn = kzalloc(sizeof(*conn), GFP_KERNEL);
	if (!conn)
		return ERR_PTR(-ENOMEM);
	conn_init(conn, session, spec);
	if (!alloc_buffers(conn))
		goto err_put;
	err = isi_sock_adopt(conn, spec->sock);
	if (err)
		goto err_put;
	return conn;

err_put:
	isi_conn_put(conn);
	return ERR_PTR(err);
}

/* It is in session->conns and becomes what I/O uses. */
void isi_conn_start(struct isi_conn *conn)
{
	lockdep_assert_held(&conn->session->mutex);
	atomic_inc(&conn->session->live);
	WRITE_ONCE(conn->state, ISI_CONN_LIVE);
	isi_ping_start(conn);
}

/**
 * isi_conn_fail() - the one way to fail
 * @conn: any state
 * @reason: why
 * @error: 0 or negative errno
 *
 * The first call counts; the socket is closed by stop_work a little later.
 * Context: any, the conn lock may be held.
 */
void isi_conn_fail(struct isi_conn *conn, enum isi_fail reason, int error)
{
	struct isi_session *session = conn->session;

	if (cmpxchg(&conn->state, ISI_CONN_LIVE, ISI_CONN_FAILED) !=
	    ISI_CONN_LIVE)
		return;
	conn->fail_reason = reason;
	conn->fail_errno = error;
	if (atomic_dec_and_test(&session->live))
		isi_session_lost(session);
	wake_up_all(&session->wait);
	isi_event_conn_failed(conn);
	isi_conn_get(conn);
	scsi_host_get(session->shost);
	queue_work(isi_wq, &conn->stop_work);
}

/* One that is logged out and only now closed has not failed. */
static bool orderly(struct isi_conn *conn)
{
	return test_bit(ISI_CONN_LOGGED_OUT, &conn->flags) &&
	       (conn->fail_reason == ISI_FAIL_LOGOUT ||
		conn->fail_reason == ISI_FAIL_PEER_CLOSED);
}

/**
 * isi_conn_stop() - a failed connection lets go of everything but its tasks
 * @conn: FAILED, or DEAD already: then nothing is left to do
 *
 * Bounded: a grace period, io_work's present turn, and the drain of the
 * socket. Context: process, session->mutex held.
 */
void isi_conn_stop(struct isi_conn *conn)
{
	lockdep_assert_held(&conn->session->mutex);
	if (conn->state == ISI_CONN_DEAD)
		return;
	isi_session_remap(conn->session);
	isi_sock_unhook(conn);
	isi_ping_stop(conn);
	cancel_delayed_work_sync(&conn->io_work);
	isi_sock_release(conn, orderly(conn));
	isi_count(conn, ISI_STAT_CONN_FAILURES,
		  conn->fail_reason != ISI_FAIL_LOGOUT);
	WRITE_ONCE(conn->state, ISI_CONN_DEAD);
}
