/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private types of the module, and who calls what from where.
 *
 *   Scsi_Host 1──1 isi_session 1──N isi_conn 1──1 socket
 *        │              │                │
 *   scsi_cmnd 1──1 isi_task ─────────────┘ (allegiance, RFC 7143 §4.2.5.1)
 *
 * Locks, outermost first:
 *
 *   genl (parallel_ops: none of its own)
 *     session->tmf_mutex  sleeps, for as long as a target may; the error
 *                         handler's and SG_SCSI_RESET's
 *     session->mutex      sleeps; state changes, connections come and go
 *       conn lock         isi_conn_lock(): all of a connection's tx and rx
 *                         state and the tasks that live on it.
 *                         TCP: the socket lock. Owned (lock_sock) by
 *                         io_work, or its spinlock alone (submitter, softirq).
 *                         Generic: conn->mutex, io_work only; sleeps.
 *         session->seq_lock  spinlock, bh: the CmdSN window
 *
 * RCU protects session->map, through which queuecommand finds a connection.
 *
 * References: the session lives in its Scsi_Host and dies with the last
 * reference to that (scsi_host_get); the session list holds one until GONE.
 * A connection is kref counted: the session's table holds one until CONN_DEL
 * or reinstatement, the queued stop_work one until it ran. Its io_work, its
 * ping_work and its socket callbacks hold none: isi_conn_stop() ends all three
 * before the table's reference is dropped.
 */
#ifndef ISI_H
#define ISI_H

#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "compat/compat.h"
#include "digest.h"
#include "pdu.h"
#include "pulse.h"
#include "sense.h"
#include "seq.h"

struct iscsi_cls_session;
struct iscsi_cls_conn;
struct isi_session;
struct isi_conn;

#define ISI_MAX_CONNECTIONS	8
#define ISI_MAX_QUEUE_DEPTH	2048
#define ISI_MAX_ERL		0
#define ISI_DEFAULT_QUEUE_DEPTH	128
#define ISI_DEFAULT_LUN_DEPTH	32
#define ISI_DEFAULT_RECOVERY_TMO 120	/* s */
#define ISI_DEFAULT_PING_TIMEOUT 5000	/* ms */
#define ISI_MAX_PING_MS		86400000
#define ISI_MAX_RECV_DSL	ISCSI_DSL_MAX

/* Requests a connection may have unanswered, and pings of the target's. */
#define ISI_CTL_REQUESTS	4
#define ISI_CTL_REPLIES		8

/* What the error handler asks for, weakest first (tmf.c); a slot for each. */
enum isi_tmf_kind {
	ISI_TMF_ABORT,
	ISI_TMF_LUN_RESET,
	ISI_TMF_TARGET_RESET,
};
#define ISI_CTL_TMFS		(ISI_TMF_TARGET_RESET + 1)

/*
 * Slots of what has an ITT come first: the daemon's requests, the error
 * handler's, our ping. Then the replies, and one for an acknowledgment.
 */
#define ISI_CTL_PING		(ISI_CTL_REQUESTS + ISI_CTL_TMFS)
#define ISI_CTL_ITTS		(ISI_CTL_PING + 1)
#define ISI_CTL_ACK		(ISI_CTL_ITTS + ISI_CTL_REPLIES)
#define ISI_CTL_SLOTS		(ISI_CTL_ACK + 1)

/* Data of our ping; every target takes as much (RFC 7143 §13.12). */
#define ISI_PING_LEN		8

/*
 * An ITT is generation << ISI_ITT_INDEX_BITS | index. An index below can_queue
 * is a block layer tag; above it come the connections' requests. All ones is
 * out of reach, so no ITT is ISCSI_TAG_NONE.
 */
#define ISI_ITT_INDEX_BITS	12
#define ISI_ITT_INDEX_MASK	((1U << ISI_ITT_INDEX_BITS) - 1)
static_assert(ISI_MAX_QUEUE_DEPTH + ISI_MAX_CONNECTIONS * ISI_CTL_ITTS <
	      ISI_ITT_INDEX_MASK);

/* A place in a command's scatterlist. */
struct isi_cursor {
	struct scatterlist *head;
	struct scatterlist *sg;
	u32 sg_start;		/* buffer offset of @sg's first byte */
	u32 offset;		/* buffer offset of the next byte */
};

enum isi_task_state {
	ISI_TASK_FREE,
	ISI_TASK_QUEUED,	/* holds a window credit, not on the wire */
	ISI_TASK_SENT,		/* has its CmdSN */
	ISI_TASK_ANSWERED,	/* has its result; its pages are being sent */
};

/*
 * A SCSI command on its way; lives behind the scsi_cmnd. From queuecommand to
 * the push on conn->submitted it is the submitter's, after that the conn
 * lock's, and after the connection has stopped session->mutex's.
 */
struct isi_task {
	struct scsi_cmnd *sc;
	struct isi_conn *conn;
	u32 itt;
	u32 cmdsn;			/* once SENT */
	enum isi_task_state state;
	u32 immediate;			/* bytes of immediate data */
	unsigned long since;		/* jiffies; kept by retries */
	bool data_sent;			/* pages of it went to TCP */
	u64 sent;			/* bytes of the connection, up to them */
	struct isi_xfer xfer;		/* its arrays are the connection's */
	struct isi_cursor cursor;	/* of what comes, or of what goes */
	struct llist_node submitted;	/* conn->submitted */
	struct list_head node;		/* of conn->tx: commands, data, answered */
};

/* One per tag. @task is set (release) and cleared by the task's owner. */
struct isi_slot {
	struct isi_task *task;
	u32 generation;
	u32 late_itt;		/* ended with PDUs of it maybe on their way */
};

/*
 * A PDU that is no SCSI command's: an answer to a ping, a ping, the daemon's, or
 * the error handler's.
 */
struct isi_ctl {
	struct list_head node;		/* conn->tx.ctl while to be sent */
	struct iscsi_bhs bhs;
	void *data;			/* owned unless @ping; may be NULL */
	u32 length;
	u8 ping[ISI_PING_LEN];
	bool busy;			/* until sent, or until answered */
	u8 response;			/* enum iscsi_tmf_response */
};

/*
 * What goes out next, in this order: control PDUs, data owed, new commands;
 * a PDU once begun is finished first.
 */
struct isi_tx {
	struct list_head ctl;		/* isi_ctl.node */
	struct list_head data;		/* isi_task.node, oldest first */
	struct list_head commands;	/* isi_task.node, oldest first */
	struct list_head answered;	/* isi_task.node: to be acknowledged */

	/* the PDU under way; none when head_len is 0 */
	u8 head[ISI_MAX_HEAD_LEN + ISI_DIGEST_LEN] __aligned(4);
	u32 head_len;
	u32 head_sent;
	struct isi_task *task;		/* whose data, or NULL */
	struct isi_ctl *sending;	/* whose data, or NULL */
	u32 data_len;
	u32 data_sent;
	u8 tail[ISCSI_PAD_TO + ISI_DIGEST_LEN];	/* pad, data digest */
	u32 tail_len;
	u32 tail_sent;
	u32 sum;			/* of the task's data, as it is copied */

	struct bio_vec staged;		/* in the pool, for the socket */

	bool closing;			/* a Logout goes out: nothing after it */
	u32 told_statsn;		/* ExpStatSN of the last PDU begun */
};

enum isi_rx_part {
	ISI_RX_BHS,
	ISI_RX_AHS,
	ISI_RX_HEADER_DIGEST,
	ISI_RX_DATA,
	ISI_RX_PAD,
	ISI_RX_DATA_DIGEST,
};

/* The PDU coming in. */
struct isi_rx {
	enum isi_rx_part part;
	u32 left;			/* bytes of the part still to come */
	struct iscsi_bhs bhs;
	struct isi_task *task;		/* Data-In: where the data goes */
	bool drop;			/* late: read it and forget it */
	u8 *data;			/* ISI_CONTROL_DATA_MAX bytes */
	u8 pad[ISCSI_PAD_TO];		/* nobody wants it */
	u32 sum;			/* of what the next digest covers */
	__le32 digest;			/* as the target sent it */
};

/* Where what is sent lies that is not the command's own pages: pool.c. */
#define ISI_POOL_CHUNKS		8
#define ISI_POOL_ORDER		get_order(32 * 1024)	/* as sk_page_frag() has it */

struct isi_pool {
	struct page_frag chunks[ISI_POOL_CHUNKS];
	unsigned int count;
	unsigned int next;
};

/* How a connection reaches its socket: sock.c has two of these. */
struct isi_sock_ops {
	void (*lock)(struct isi_conn *conn);
	void (*unlock)(struct isi_conn *conn);
	bool (*trylock)(struct isi_conn *conn);
	void (*untrylock)(struct isi_conn *conn);
	int (*send_page)(struct isi_conn *conn, struct bio_vec *bvec,
			 bool more);
	u64 (*sent)(struct isi_conn *conn);
	bool (*holds)(struct isi_conn *conn, u64 sent);
	void (*data_ready)(struct isi_conn *conn);
	int (*receive)(struct isi_conn *conn);
};

/* One end of a connection, numeric. */
struct isi_address {
	char text[ISI_ADDRESS_MAX + 1];
	u16 port;
};

#define ISI_CONN_LOGGED_OUT	0	/* conn->flags: the target has closed it */

struct isi_conn {
	struct kref ref;
	struct isi_session *session;	/* const; outlives the connection */
	u16 cid;			/* const */
	u32 generation;			/* const */
	unsigned int slot;		/* const; index in session->conns */
	struct isi_limits limits;	/* const */
	enum isi_transport transport;	/* const */
	const struct isi_sock_ops *ops;	/* const */

	enum isi_conn_state state;	/* atomic: cmpxchg, one way */
	enum isi_fail fail_reason;	/* set once, by who failed it */
	int fail_errno;			/* likewise */
	unsigned long flags;		/* atomic bits */

	struct socket *sock;		/* file reference, until stopped */
	struct isi_address local;	/* const */
	struct isi_address peer;	/* const */
	void (*old_data_ready)(struct sock *sk);
	void (*old_write_space)(struct sock *sk);
	void (*old_state_change)(struct sock *sk);
	void (*old_error_report)(struct sock *sk);

	struct delayed_work io_work;	/* cancelled when stopped */
	struct delayed_work ping_work;	/* likewise */
	struct work_struct stop_work;
	struct mutex mutex;		/* generic transport: the conn lock */

	/* what can_queue tasks may need of them, by what was negotiated */
	struct isi_r2t *r2ts;		/* const; isi_r2t_room() for each */
	struct isi_range *ranges;	/* const; isi_range_room(), may be NULL */

	struct llist_head submitted;	/* isi_task.submitted, any context */

	/* protected by the conn lock: */
	struct isi_tx tx;
	struct isi_rx rx;
	struct isi_pool pool;
	struct isi_ctl ctl[ISI_CTL_SLOTS];
	u32 ctl_generation;
	u32 exp_statsn;
	struct isi_pulse pulse;
	struct isi_debt debt;
	u64 stats[ISI_STAT_MAX + 1];
};

#define ISI_SESSION_CHANGED	0	/* session->flags: LUNS_CHANGED is sent */

struct isi_session {
	struct Scsi_Host *shost;		/* const; we live in it */
	struct iscsi_cls_session *cls_session;	/* const after add */
	struct iscsi_cls_conn *cls_conn;	/* const after add */
	u32 id;					/* const after add */
	u32 generation;				/* const */
	possible_net_t net;			/* const, counted */
	char target_name[ISCSI_NAME_MAX + 1];	/* const */
	char initiator_name[ISCSI_NAME_MAX + 1]; /* const */
	char initiator_alias[ISI_ALIAS_MAX + 1]; /* const */
	char interface[ISI_IFACE_MAX + 1];	/* const */
	u8 isid[6];				/* const */
	u16 tpgt;				/* const */
	u16 max_connections;			/* const */
	struct isi_slot *slots;			/* const; can_queue of them */

	enum isi_session_state state;	/* cmpxchg; isi_session_up() etc. */
	unsigned long flags;		/* atomic bits */
	atomic_t live;			/* connections that are LIVE */
	wait_queue_head_t wait;		/* for nexus_ended and TMF responses */

	struct work_struct scan_work;
	struct work_struct unbind_work;
	struct work_struct expire_work;
	struct work_struct del_work;

	struct mutex tmf_mutex;		/* one TMF at a time; see tmf.c */

	struct mutex mutex;
	/* protected by mutex: */
	bool gone;			/* off the class; only references left */
	bool unbinding;
	bool unbound;
	bool scanning;			/* read without it, too */
	bool scan_keep;			/* no disk goes */
	bool scan_again;		/* for all LUNs, when this scan is over */
	bool scan_again_keep;
	u64 scan_lun;
	unsigned int nexus_ended;	/* times isi_tasks_end() ran */
	struct isi_conn *conns[ISI_MAX_CONNECTIONS];
	struct isi_limits limits;	/* the session's part of it */
	char target_alias[ISI_ALIAS_MAX + 1];
	char portal_address[ISI_ADDRESS_MAX + 1];
	u16 portal_port;
	u16 tsih;
	u8 erl;
	u16 default_time2wait;
	u16 default_time2retain;
	u16 owner_len;
	u8 owner[ISI_OWNER_MAX];
	u32 ping_interval;		/* ms, 0: no pings; read without */
	u32 ping_timeout;		/* ms; likewise */
	u64 stats[ISI_STAT_MAX + 1];	/* of connections past */

	spinlock_t seq_lock;
	/* protected by seq_lock: */
	struct isi_window window;
	u64 window_closed;

	/* hardware queue to connection; RCU, written under mutex */
	struct isi_conn __rcu *map[ISI_MAX_CONNECTIONS];
};

/* What SESSION_ADD says; pointers are the caller's. */
struct isi_session_spec {
	struct net *net;
	const char *target_name;
	const char *initiator_name;
	const char *initiator_alias;	/* or NULL */
	const char *interface;		/* or NULL */
	const u8 *isid;
	const char *portal_address;
	const void *owner;		/* or NULL */
	u16 owner_len;
	u16 portal_port;
	u16 tpgt;
	u16 queue_depth;
	u16 lun_queue_depth;
	u16 max_connections;
	s32 recovery_tmo;
	u32 ping_interval;
	u32 ping_timeout;
};

/* What CONN_ADD says; @leading says whether the session's part is there. */
struct isi_conn_spec {
	struct socket *sock;		/* borrowed */
	u16 cid;
	enum isi_transport transport;
	u32 exp_statsn;
	struct isi_limits limits;
	bool leading;
	u16 tsih;
	u8 erl;
	u32 cmdsn;
	u32 exp_cmdsn;
	u32 max_cmdsn;
	const char *target_alias;	/* or NULL */
	u16 default_time2wait;
	u16 default_time2retain;
};

extern struct workqueue_struct *isi_wq;
extern struct workqueue_struct *isi_slow_wq;

static inline void isi_count(struct isi_conn *conn, enum isi_stat stat, u64 n)
{
	conn->stats[stat] += n;
}

/* cursor.c: anywhere; the caller owns the cursor */
void isi_cursor_init(struct isi_cursor *cur, struct scsi_cmnd *sc);
void isi_cursor_seek(struct isi_cursor *cur, u32 offset);
void isi_cursor_bvec(struct isi_cursor *cur, u32 max, struct bio_vec *bvec);
void isi_cursor_advance(struct isi_cursor *cur, u32 bytes);
void isi_cursor_put(struct isi_cursor *cur, const void *from, u32 length);
void isi_cursor_get(struct isi_cursor *cur, void *to, u32 length);

/* task.c */
void isi_task_start(struct isi_task *task, struct isi_conn *conn,
		    struct scsi_cmnd *sc);			/* submitter */
struct isi_slot *isi_slots_alloc(unsigned int count);
struct isi_task *isi_task_find(struct isi_conn *conn, __be32 itt,
			       bool *late);			/* conn lock */
void isi_task_done(struct isi_task *task);			/* conn lock */
void isi_task_end(struct isi_task *task, int host_byte);	/* its owner */
bool isi_task_abort(struct isi_task *task);			/* conn lock */
void isi_tasks_end(struct isi_session *session, int host_byte); /* mutex */
void isi_tasks_detach(struct isi_conn *conn);			/* mutex */

/* tx.c: conn lock, but for submit and kick */
void isi_tx_init(struct isi_tx *tx);
void isi_tx_submit(struct isi_task *task);			/* any, RCU */
void isi_tx_kick(struct isi_conn *conn);			/* any */
void isi_tx_collect(struct isi_conn *conn);
void isi_tx_data_owed(struct isi_task *task);
void isi_tx_forget(struct isi_task *task);
bool isi_tx_answered(struct isi_task *task);
bool isi_tx_reap(struct isi_conn *conn);
int isi_tx_run(struct isi_conn *conn, u32 budget, enum isi_stat how);
bool isi_tx_pending(struct isi_conn *conn);

/* ctl.c */
int isi_ctl_request(struct isi_conn *conn, const struct iscsi_bhs *bhs,
		    void *data, u32 length, __be32 *itt);	/* mutex */
enum isi_fail isi_ctl_pong(struct isi_conn *conn,
			   const struct iscsi_bhs_nop_in *ping,
			   const void *data, u32 length);	/* conn lock */
int isi_ctl_tmf(struct isi_conn *conn, enum isi_tmf_kind kind,
		const struct iscsi_bhs *bhs);			/* conn lock */
void isi_ctl_ping(struct isi_conn *conn);			/* conn lock */
void isi_ctl_ack(struct isi_conn *conn);			/* conn lock */
const struct isi_ctl *isi_ctl_of_ping(struct isi_conn *conn,
				      __be32 itt);		/* conn lock */
bool isi_ctl_answered(struct isi_conn *conn,
		      const struct iscsi_bhs *bhs);		/* conn lock */
bool isi_ctl_rejected(struct isi_conn *conn,
		      const struct iscsi_bhs *bhs);		/* conn lock */
void isi_ctl_sent(struct isi_conn *conn, struct isi_ctl *ctl);	/* conn lock */
void isi_ctl_purge(struct isi_conn *conn);			/* stopped */

static inline const struct isi_ctl *
isi_ctl_of_tmf(const struct isi_conn *conn, enum isi_tmf_kind kind)
{
	return &conn->ctl[ISI_CTL_REQUESTS + kind];
}

/* tmf.c */
int isi_tmf(enum isi_tmf_kind kind, struct scsi_cmnd *sc);	/* process */

/* rx.c: conn lock */
void isi_rx_init(struct isi_rx *rx);
void isi_rx_forget(struct isi_conn *conn, const struct isi_task *task);
void isi_rx_room(struct isi_conn *conn, struct bio_vec *room);
bool isi_rx_is_summed(const struct isi_conn *conn);
void isi_rx_sum(struct isi_conn *conn, const void *bytes, size_t length);
int isi_rx_advance(struct isi_conn *conn, size_t bytes);
size_t isi_rx_take(struct isi_conn *conn, const u8 *bytes, size_t length);

/* rx_pdu.c: conn lock, once per PDU */
enum isi_fail isi_rx_begin(struct isi_conn *conn);
enum isi_fail isi_rx_end(struct isi_conn *conn);

/* pool.c */
int isi_pool_alloc(struct isi_pool *pool, bool data);		/* process */
void isi_pool_free(struct isi_pool *pool);			/* any */
bool isi_pool_begins(const struct isi_pool *pool);		/* conn lock */
bool isi_pool_ready(struct isi_pool *pool);			/* conn lock */
bool isi_pool_take(struct isi_pool *pool, u32 max,
		   struct bio_vec *bvec);			/* conn lock */

/* sock.c */
const struct isi_sock_ops *isi_sock_ops(enum isi_transport transport);
int isi_sock_check(struct socket *sock, struct net *net);	/* process */
int isi_sock_adopt(struct isi_conn *conn, struct socket *sock);	/* process */
void isi_sock_start(struct isi_conn *conn);			/* process */
void isi_sock_address(const struct socket *sock, bool local,
		      struct isi_address *address);		/* process */
void isi_sock_wait_for_space(struct isi_conn *conn);		/* conn lock */
void isi_sock_life(const struct isi_conn *conn,
		   struct isi_life *life);			/* conn lock */
void isi_sock_unhook(struct isi_conn *conn);			/* process */
void isi_sock_release(struct isi_conn *conn, bool orderly);	/* process */

/* ping.c: session->mutex, but for init */
void isi_ping_init(struct isi_conn *conn);
void isi_ping_start(struct isi_conn *conn);
void isi_ping_stop(struct isi_conn *conn);
void isi_ping_set(struct isi_session *session, u32 interval, u32 timeout);

/* conn.c */
struct isi_conn *isi_conn_alloc(struct isi_session *session,
				const struct isi_conn_spec *spec);
void isi_conn_start(struct isi_conn *conn);			/* mutex */
void isi_conn_fail(struct isi_conn *conn, enum isi_fail reason,
		   int error);					/* any */
void isi_conn_stop(struct isi_conn *conn);			/* mutex */
void isi_conn_get(struct isi_conn *conn);			/* any */
void isi_conn_put(struct isi_conn *conn);			/* any */
void isi_conn_wake(struct isi_conn *conn);			/* any */

static inline bool isi_conn_live(const struct isi_conn *conn)
{
	return READ_ONCE(conn->state) == ISI_CONN_LIVE;
}

static inline void isi_conn_lock(struct isi_conn *conn)
{
	conn->ops->lock(conn);
}

static inline void isi_conn_unlock(struct isi_conn *conn)
{
	conn->ops->unlock(conn);
}

/* session.c: process context, but for lost() */
struct isi_session *isi_session_add(const struct isi_session_spec *spec);
struct isi_session *isi_session_get(u32 id, struct net *net);
struct isi_session *isi_session_next(u32 *id, struct net *net);
void isi_session_put(struct isi_session *session);
int isi_session_adopt(struct isi_session *session,
		      const struct isi_conn_spec *spec,
		      u32 *generation);				/* mutex */
struct isi_conn *isi_session_conn(struct isi_session *session,
				  u16 cid);			/* mutex */
void isi_session_forget(struct isi_session *session,
			struct isi_conn *conn);			/* mutex */
void isi_session_stats(struct isi_session *session, u64 *stats); /* mutex */
void isi_session_remap(struct isi_session *session);		/* mutex */
void isi_session_lost(struct isi_session *session);		/* any */
void isi_session_stop(struct isi_session *session,
		      enum isi_fail reason);			/* mutex */
int isi_session_unbind(struct isi_session *session);		/* mutex */
int isi_session_del(struct isi_session *session);		/* mutex */

/* scan.c: process context */
void isi_scan_work(struct work_struct *work);
int isi_session_scan(struct isi_session *session, u64 lun,
		     bool keep);				/* mutex */
void isi_session_changed(struct isi_session *session, u64 lun,
			 enum isi_change change);		/* any */

/* window.c: any context */
bool isi_session_reserve(struct isi_session *session);
u32 isi_session_take(struct isi_session *session);
void isi_session_release(struct isi_session *session);
u32 isi_session_cmdsn(struct isi_session *session);
void isi_session_window(struct isi_session *session, u32 exp_cmdsn,
			u32 max_cmdsn);

static inline enum isi_session_state
isi_session_state(const struct isi_session *session)
{
	return READ_ONCE(session->state);
}

/* host.c, eh.c, transport.c: process context unless said */
struct Scsi_Host *isi_host_alloc(const struct isi_session_spec *spec);
enum scsi_timeout_action isi_eh_timed_out(struct scsi_cmnd *sc); /* softirq */
int isi_eh_abort(struct scsi_cmnd *sc);
int isi_eh_device_reset(struct scsi_cmnd *sc);
int isi_eh_target_reset(struct scsi_cmnd *sc);
int isi_eh_host_reset(struct scsi_cmnd *sc);			/* eh thread */
int isi_transport_register(void);
void isi_transport_unregister(void);
int isi_transport_add(struct isi_session *session);
s32 isi_transport_recovery_tmo(const struct isi_session *session);
void isi_transport_set_recovery_tmo(struct isi_session *session, s32 seconds);
extern struct scsi_transport_template *isi_transport_template;

/* netlink.c; events: any context, never fail the caller */
int isi_netlink_register(void);
void isi_netlink_unregister(void);
void isi_event_session(struct isi_session *session, enum isi_cmd event,
		       int error);
void isi_event_conn_failed(struct isi_conn *conn);
void isi_event_pdu(struct isi_conn *conn, const struct iscsi_bhs *bhs,
		   const void *data, u32 length);
void isi_event_luns_changed(struct isi_session *session, u64 lun,
			    enum isi_change change);

#endif
