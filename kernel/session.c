// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session: one I_T nexus, one Scsi_Host, up to N connections.
 *
 *             CONN_ADD                  isi_session_lost
 *      NEW ────────────▶ UP ◀──────────▶ BLOCKED ──▶ EXPIRED
 *                         ▲   CONN_ADD       recovery timer │
 *                         └─────────────────────────────────┘ CONN_ADD
 *      any ── SESSION_DEL ──▶ REMOVING ──▶ gone
 *
 * The recovery timer is the transport class's; it also blocks and unblocks the
 * disks. UP to BLOCKED may happen in any context; the rest under the mutex.
 *
 * Why a session comes to an end. SESSION_DEL makes the state REMOVING, once, so
 * that queuecommand fails what comes and no connection is added, and queues
 * del_work. That stops the connections (conn.c), ends the tasks, and takes the
 * session off the class and the host off the midlayer, which wait for what is
 * still in flight; scan and unbind work find their I/O failing, and are
 * flushed. Then it is gone: a netlink caller that still holds the host, and
 * with it the session's memory, is turned away. The list's reference goes last.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <scsi/scsi_transport_iscsi.h>

#include "isi.h"

/* By ISI_A_SESSION_ID; an entry holds a reference of the host. */
static DEFINE_XARRAY(sessions);
/* One SESSION_ADD at a time: the ISID rule looks at all there are. */
static DEFINE_MUTEX(add_mutex);
static atomic_t session_generation = ATOMIC_INIT(0);

static struct net *session_net(const struct isi_session *session)
{
	return read_pnet(&session->net);
}

/* The initial namespace sees, and can end, all of them. */
static bool visible(const struct isi_session *session, const struct net *net)
{
	return net_eq(net, session_net(session)) || net_eq(net, &init_net);
}

/*
 * Of a session in the table, whose reference keeps it there. (The midlayer's
 * scsi_host_get() would deny a host that is being removed, while its name is
 * still taken.)
 */
static void session_hold(struct isi_session *session)
{
	get_device(&session->shost->shost_gendev);
}

/**
 * isi_session_get() - find a session and hold it
 * @id: ISI_A_SESSION_ID
 * @net: the caller's namespace
 *
 * Return: the session, to be put, or NULL.
 */
struct isi_session *isi_session_get(u32 id, struct net *net)
{
	struct isi_session *session;

	xa_lock(&sessions);
	session = xa_load(&sessions, id);
	if (session && visible(session, net))
		session_hold(session);
	else
		session = NULL;
	xa_unlock(&sessions);
	return session;
}

/* The same for the first with an ID of at least *@id, which is set to it. */
struct isi_session *isi_session_next(u32 *id, struct net *net)
{
	struct isi_session *session;
	unsigned long index;

	xa_lock(&sessions);
	xa_for_each_start(&sessions, index, session, *id) {
		if (visible(session, net)) {
			session_hold(session);
			break;
		}
	}
	xa_unlock(&sessions);
	if (session)
		*id = index;
	return session;
}

void isi_session_put(struct isi_session *session)
{
	scsi_host_put(session->shost);
}

/* RFC 7143 §4.4.3: one nexus, one session. add_mutex held. C-057 */
static bool nexus_exists(const struct isi_session_spec *spec)
{
	struct isi_session *session;
	unsigned long index;
	bool found = false;

	xa_lock(&sessions);
	xa_for_each(&sessions, index, session)
		found |= net_eq(session_net(session), spec->net) &&
			 session->tpgt == spec->tpgt &&
			 !memcmp(session->isid, spec->isid, 6) &&
			 !strcmp(session->target_name, spec->target_name) &&
			 !strcmp(session->initiator_name,
				 spec->initiator_name);
	xa_unlock(&sessions);
	return found;
}

static void unbind_work(struct work_struct *work);
static void expire_work(struct work_struct *work);
static void del_work(struct work_struct *work);

static void session_init(struct isi_session *session, struct Scsi_Host *shost,
			 const struct isi_session_spec *spec)
{
	session->shost = shost;
	session->generation = atomic_inc_return(&session_generation);
	write_pnet(&session->net, get_net(spec->net));
	strscpy(session->target_name, spec->target_name,
		sizeof(session->target_name));
	strscpy(session->initiator_name, spec->initiator_name,
		sizeof(session->initiator_name));
	strscpy(session->initiator_alias, spec->initiator_alias ?: "",
		sizeof(session->initiator_alias));
	strscpy(session->interface, spec->interface ?: "default",
		sizeof(session->interface));
	strscpy(session->portal_address, spec->portal_address,
		sizeof(session->portal_address));
	memcpy(session->isid, spec->isid, sizeof(session->isid));
	memcpy(session->owner, spec->owner, spec->owner_len);
	session->owner_len = spec->owner_len;
	session->portal_port = spec->portal_port;
	session->tpgt = spec->tpgt;
	session->max_connections = spec->max_connections;
	session->ping_interval = spec->ping_interval;
	session->ping_timeout = spec->ping_timeout;
	init_waitqueue_head(&session->wait);
	INIT_WORK(&session->scan_work, isi_scan_work);
	INIT_WORK(&session->unbind_work, unbind_work);
	INIT_WORK(&session->expire_work, expire_work);
	INIT_WORK(&session->del_work, del_work);
	mutex_init(&session->tmf_mutex);
	mutex_init(&session->mutex);
	spin_lock_init(&session->seq_lock);
}

static void session_fini(struct isi_session *session)
{
	kvfree(session->slots);
	put_net(session_net(session));
}

/* Off the class and the midlayer; both wait for who is using it. */
static void session_unpublish(struct isi_session *session)
{
	iscsi_remove_session(session->cls_session);
	scsi_remove_host(session->shost);
}

static int session_publish(struct isi_session *session,
			   const struct isi_session_spec *spec)
{
	int err;

	err = scsi_add_host(session->shost, NULL);
	if (err)
		return err;
	err = isi_transport_add(session);
	if (err) {
		scsi_remove_host(session->shost);
		return err;
	}
	isi_transport_set_recovery_tmo(session, spec->recovery_tmo);
	session->id = session->cls_session->sid;
	err = xa_insert(&sessions, session->id, session, GFP_KERNEL);
	if (err) {
		session_unpublish(session);
		iscsi_free_session(session->cls_session);
	}
	return err;
}

/* add_mutex held. */
static struct isi_session *session_add(const struct isi_session_spec *spec)
{
	struct isi_session *session;
	struct Scsi_Host *shost;
	int err;

	if (nexus_exists(spec))
		return ERR_PTR(-EEXIST);
	shost = isi_host_alloc(spec);
	if (!shost)
		return ERR_PTR(-ENOMEM);
	session = shost_priv(shost);
	session_init(session, shost, spec);
	session->slots = isi_slots_alloc(spec->queue_depth);
	err = session->slots ? session_publish(session, spec) : -ENOMEM;
	if (err) {
		session_fini(session);
		scsi_host_put(shost);
		return ERR_PTR(err);
	}
	/* Until del_work is done; genl holds one while we are called. */
	__module_get(THIS_MODULE);
	return session;
}

/**
 * isi_session_add() - SESSION_ADD
 * @spec: checked
 *
 * Return: the session, the reference being the list's, or an ERR_PTR: -EEXIST,
 * -ENOMEM, or what the midlayer says.
 */
struct isi_session *isi_session_add(const struct isi_session_spec *spec)
{
	struct isi_session *session;

	mutex_lock(&add_mutex);
	session = session_add(spec);
	mutex_unlock(&add_mutex);
	return session;
}

/* Connections */

struct isi_conn *isi_session_conn(struct isi_session *session, u16 cid)
{
	int i;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i] && session->conns[i]->cid == cid)
			return session->conns[i];
	return NULL;
}

/*
 * Spread the hardware queues over the connections that are live. After this
 * nobody submits to one that is not, and a batch that began on one connection
 * and ended on another is not left lying: the block layer's RCU section spans
 * the batch.
 */
void isi_session_remap(struct isi_session *session)
{
	struct isi_conn *live[ISI_MAX_CONNECTIONS];
	unsigned int i, n = 0;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i] && isi_conn_live(session->conns[i]))
			live[n++] = session->conns[i];
	for (i = 0; i < session->shost->nr_hw_queues; i++)
		rcu_assign_pointer(session->map[i], n ? live[i % n] : NULL);
	synchronize_rcu();
	while (n--)
		isi_conn_wake(live[n]);
}

static void add_stats(u64 *to, const u64 *from)
{
	int i;

	for (i = 1; i <= ISI_STAT_MAX; i++)
		if (i == ISI_STAT_R2T_OUTSTANDING_MAX)
			to[i] = max(to[i], from[i]);
		else
			to[i] += from[i];
}

/* Counters of the session's life; those of live connections as of about now. */
void isi_session_stats(struct isi_session *session, u64 *stats)
{
	int i;

	lockdep_assert_held(&session->mutex);
	memcpy(stats, session->stats, sizeof(session->stats));
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i])
			add_stats(stats, session->conns[i]->stats);
	spin_lock_bh(&session->seq_lock);
	stats[ISI_STAT_WINDOW_CLOSED] = session->window_closed;
	spin_unlock_bh(&session->seq_lock);
}

/* A connection that is DEAD leaves the table; its counters stay. */
void isi_session_forget(struct isi_session *session, struct isi_conn *conn)
{
	lockdep_assert_held(&session->mutex);
	isi_tasks_detach(conn);
	add_stats(session->stats, conn->stats);
	session->conns[conn->slot] = NULL;
	isi_conn_put(conn);
}

/*
 * RFC 7143 §6.3.5: the target has dropped the old connections and every task
 * of theirs; so do we, before a new one carries anything. C-116
 */
static void end_old_nexus(struct isi_session *session)
{
	int i;

	for (i = 0; i < ISI_MAX_CONNECTIONS; i++) {
		struct isi_conn *old = session->conns[i];

		if (!old)
			continue;
		isi_conn_stop(old);
		isi_session_forget(session, old);
	}
	isi_tasks_end(session, DID_TRANSPORT_DISRUPTED);
}

static void set_leading(struct isi_session *session,
			const struct isi_conn_spec *spec)
{
	session->limits = spec->limits;
	session->tsih = spec->tsih;
	session->erl = spec->erl;
	session->default_time2wait = spec->default_time2wait;
	session->default_time2retain = spec->default_time2retain;
	strscpy(session->target_alias, spec->target_alias ?: "",
		sizeof(session->target_alias));
	spin_lock_bh(&session->seq_lock);
	isi_window_init(&session->window, spec->cmdsn, spec->exp_cmdsn,
			spec->max_cmdsn);
	spin_unlock_bh(&session->seq_lock);
}

/*
 * The disks are unblocked while there is still no connection to use: a failure
 * of the new one then blocks them again, and not the other way round.
 */
static void resume(struct isi_session *session)
{
	if (session->state != ISI_SESSION_NEW)
		session->stats[ISI_STAT_RECOVERIES]++;
	WRITE_ONCE(session->state, ISI_SESSION_UP);
	iscsi_unblock_session(session->cls_session);
	WRITE_ONCE(session->cls_conn->state, ISCSI_CONN_UP);
}

/* A failed one among them: the session is about to fall (isi_conn_stop()). */
static bool all_live(struct isi_session *session)
{
	int i;

	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i] && !isi_conn_live(session->conns[i]))
			return false;
	return atomic_read(&session->live);
}

static int check_adopt(struct isi_session *session,
		       const struct isi_conn_spec *spec)
{
	struct isi_conn *same = isi_session_conn(session, spec->cid);

	if (session->state == ISI_SESSION_REMOVING)
		return -ESHUTDOWN;
	if (spec->leading && atomic_read(&session->live))
		return -EISCONN;
	if (same && isi_conn_live(same))
		return -EEXIST;
	if (!spec->leading && !all_live(session))
		return -ENOTCONN;
	if (atomic_read(&session->live) >= session->max_connections)
		return -EMFILE;
	return isi_sock_check(spec->sock, session_net(session));
}

static unsigned int free_conn_slot(struct isi_session *session)
{
	unsigned int i;

	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (!session->conns[i])
			break;
	return i;
}

/**
 * isi_session_adopt() - CONN_ADD
 * @session: its mutex is held
 * @spec: attributes are in range
 * @generation: set to the connection's
 *
 * Return: 0, or what uapi says; then nothing has changed.
 */
int isi_session_adopt(struct isi_session *session,
		      const struct isi_conn_spec *spec, u32 *generation)
{
	struct isi_conn *conn;
	int err;

	lockdep_assert_held(&session->mutex);
	err = check_adopt(session, spec);
	if (err)
		return err;
	conn = isi_conn_alloc(session, spec);
	if (IS_ERR(conn))
		return PTR_ERR(conn);

	if (spec->leading) {
		end_old_nexus(session);
		set_leading(session, spec);
		resume(session);
	}
	conn->slot = free_conn_slot(session);
	session->conns[conn->slot] = conn;
	*generation = conn->generation;
	isi_conn_start(conn);
	isi_session_remap(session);
	isi_sock_start(conn);
	if (spec->leading)
		isi_event_session(session, ISI_EVENT_SESSION_STATE, 0);
	return 0;
}

/* No connection is live any more. Any context. */
void isi_session_lost(struct isi_session *session)
{
	if (cmpxchg(&session->state, ISI_SESSION_UP, ISI_SESSION_BLOCKED) !=
	    ISI_SESSION_UP)
		return;
	WRITE_ONCE(session->cls_conn->state, ISCSI_CONN_FAILED);
	iscsi_block_session(session->cls_session);
}

/* Every connection fails, for @reason if not for one of its own, and stops. */
void isi_session_stop(struct isi_session *session, enum isi_fail reason)
{
	int i;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++) {
		struct isi_conn *conn = session->conns[i];

		if (!conn)
			continue;
		isi_conn_fail(conn, reason, 0);
		isi_conn_stop(conn);
	}
}

/*
 * The recovery timer ran out, and the disks are offline; unless a connection
 * has come since, and maybe gone again, with a timer of its own.
 */
static void expire_work(struct work_struct *work)
{
	struct isi_session *session =
		container_of(work, struct isi_session, expire_work);

	mutex_lock(&session->mutex);
	if (session->state == ISI_SESSION_BLOCKED &&
	    session->cls_session->state == ISCSI_SESSION_FREE) {
		isi_session_stop(session, ISI_FAIL_STOPPED);
		WRITE_ONCE(session->state, ISI_SESSION_EXPIRED);
		isi_tasks_end(session, DID_TRANSPORT_FAILFAST);
		isi_event_session(session, ISI_EVENT_SESSION_STATE, 0);
	}
	mutex_unlock(&session->mutex);
}

/* Long operations */

/*
 * The class's own work removes the disks, since only it keeps the class's
 * state right; it has nothing to remove when somebody else has asked it first.
 */
static void unbind_work(struct work_struct *work)
{
	struct isi_session *session =
		container_of(work, struct isi_session, unbind_work);
	struct iscsi_cls_session *cls = session->cls_session;

	flush_work(&cls->unbind_work);
	mutex_lock(&session->mutex);
	session->unbound = true;
	mutex_unlock(&session->mutex);
	isi_event_session(session, ISI_EVENT_UNBOUND, 0);
}

int isi_session_unbind(struct isi_session *session)
{
	struct iscsi_cls_session *cls = session->cls_session;

	lockdep_assert_held(&session->mutex);
	if (session->unbinding || session->state == ISI_SESSION_REMOVING)
		return -EALREADY;
	session->unbinding = true;
	/*
	 * Not on the class's queue, which is WQ_MEM_RECLAIM: a device that goes
	 * waits for power management's queue, which is not. Removing the
	 * session flushes the work, wherever it runs.
	 */
	queue_work(isi_slow_wq, &cls->unbind_work);
	queue_work(isi_slow_wq, &session->unbind_work);
	return 0;
}

static void forget_connections(struct isi_session *session)
{
	int i;

	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i])
			isi_session_forget(session, session->conns[i]);
}

static void del_work(struct work_struct *work)
{
	struct isi_session *session =
		container_of(work, struct isi_session, del_work);

	mutex_lock(&session->mutex);
	isi_session_stop(session, ISI_FAIL_STOPPED);
	isi_tasks_end(session, DID_NO_CONNECT);
	mutex_unlock(&session->mutex);

	session_unpublish(session);
	flush_work(&session->scan_work);
	flush_work(&session->unbind_work);
	flush_work(&session->expire_work);

	mutex_lock(&session->mutex);
	session->gone = true;
	forget_connections(session);
	mutex_unlock(&session->mutex);
	xa_erase(&sessions, session->id);
	isi_event_session(session, ISI_EVENT_GONE, 0);
	iscsi_free_session(session->cls_session);
	session_fini(session);
	isi_session_put(session);
	module_put(THIS_MODULE);
}

int isi_session_del(struct isi_session *session)
{
	lockdep_assert_held(&session->mutex);
	if (session->state == ISI_SESSION_REMOVING)
		return -EALREADY;
	WRITE_ONCE(session->state, ISI_SESSION_REMOVING);
	queue_work(isi_slow_wq, &session->del_work);
	return 0;
}
