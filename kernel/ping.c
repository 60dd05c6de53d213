// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our side of a connection's silence: a ping when nothing comes, failure when
 * nothing comes of that, and an acknowledgment when status came and nothing
 * has gone out since. What is due is pulse.c's to say.
 *
 * One timer for each connection, ping_work: from isi_conn_start() to
 * isi_conn_stop(), for as long as the connection is live. Sending and receiving
 * know nothing of it: TCP keeps the times. The daemon has no part in it.
 */
#include <linux/jiffies.h>

#include "isi.h"

/* How long status may wait for a PDU that acknowledges it. C-072 */
#define ACK_MS		5000

/* Return: jiffies until the next look. */
static u32 check_pulse(struct isi_conn *conn, const struct isi_life *life)
{
	u32 interval = READ_ONCE(conn->session->ping_interval);
	u32 timeout = READ_ONCE(conn->session->ping_timeout);
	u32 again = msecs_to_jiffies(ACK_MS);

	if (!interval) {
		conn->pulse.asking = false;
		return again;
	}
	switch (isi_pulse_check(&conn->pulse, life, msecs_to_jiffies(interval),
				msecs_to_jiffies(timeout), &again)) {
	case ISI_PULSE_REST:
		break;
	case ISI_PULSE_ASK:
		isi_ctl_ping(conn);
		break;
	case ISI_PULSE_LOST:
		isi_conn_fail(conn, ISI_FAIL_PING, -ETIMEDOUT);
		break;
	}
	return min_t(u32, again, msecs_to_jiffies(ACK_MS));
}

/* One look. Return: jiffies until the next. */
static u32 look(struct isi_conn *conn)
{
	struct isi_life life;
	u32 again;

	isi_sock_life(conn, &life);
	again = check_pulse(conn, &life);
	if (isi_debt_check(&conn->debt, life.now, conn->exp_statsn,
			   conn->tx.told_statsn, msecs_to_jiffies(ACK_MS)))
		isi_ctl_ack(conn);
	return again;
}

static void ping_work(struct work_struct *work)
{
	struct isi_conn *conn = container_of(to_delayed_work(work),
					     struct isi_conn, ping_work);
	bool pending = false;
	u32 again = 0;

	isi_conn_lock(conn);
	if (isi_conn_live(conn)) {
		again = look(conn);
		pending = isi_tx_pending(conn);
	}
	isi_conn_unlock(conn);

	if (!isi_conn_live(conn))
		return;
	if (pending)
		isi_conn_wake(conn);
	queue_delayed_work(isi_wq, &conn->ping_work, again);
}

void isi_ping_init(struct isi_conn *conn)
{
	INIT_DELAYED_WORK(&conn->ping_work, ping_work);
}

/* The connection is live, or its session's times have changed. */
void isi_ping_start(struct isi_conn *conn)
{
	lockdep_assert_held(&conn->session->mutex);
	mod_delayed_work(isi_wq, &conn->ping_work, 0);
}

void isi_ping_stop(struct isi_conn *conn)
{
	lockdep_assert_held(&conn->session->mutex);
	cancel_delayed_work_sync(&conn->ping_work);
}

/* SESSION_SET: the times hold from now on, of connections that are live, too. */
void isi_ping_set(struct isi_session *session, u32 interval, u32 timeout)
{
	int i;

	lockdep_assert_held(&session->mutex);
	WRITE_ONCE(session->ping_interval, interval);
	WRITE_ONCE(session->ping_timeout, timeout);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i] && isi_conn_live(session->conns[i]))
			isi_ping_start(session->conns[i]);
}
