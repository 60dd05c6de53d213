// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replies and events of the generic netlink family, attribute by attribute as
 * the uapi header says. Events are sent from any context and may get lost;
 * who listens sees the gap in ISI_A_EVENT_SEQ and dumps.
 */
#include <net/netns/generic.h>

#include "netlink.h"

/* Room for one session with everything it can say. */
#define EVENT_SIZE	256

/* Each namespace's events are counted by themselves, and sent in that order. */
struct event_net {
	spinlock_t lock;	/* over counting and sending one event */
	u32 seq;
};

static unsigned int event_net_id;

static int __net_init event_net_init(struct net *net)
{
	struct event_net *events = net_generic(net, event_net_id);

	spin_lock_init(&events->lock);
	return 0;
}

static struct pernet_operations event_net_ops = {
	.init = event_net_init,
	.id = &event_net_id,
	.size = sizeof(struct event_net),
};

int isi_put_info(struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_INFO);

	if (!nest ||
	    nla_put_u32(skb, ISI_A_INFO_MINOR, ISI_GENL_MINOR) ||
	    nla_put_u16(skb, ISI_A_INFO_MAX_CONNECTIONS,
			ISI_MAX_CONNECTIONS) ||
	    nla_put_u32(skb, ISI_A_INFO_MAX_RECV_DSL, ISI_MAX_RECV_DSL) ||
	    nla_put_u16(skb, ISI_A_INFO_MAX_OUTSTANDING_R2T,
			ISI_MAX_OUTSTANDING_R2T) ||
	    nla_put_u8(skb, ISI_A_INFO_MAX_ERL, ISI_MAX_ERL) ||
	    nla_put_u8(skb, ISI_A_INFO_DIGESTS,
		       1 << ISI_DIGEST_NONE | 1 << ISI_DIGEST_CRC32C) ||
	    nla_put_u16(skb, ISI_A_INFO_MAX_QUEUE_DEPTH, ISI_MAX_QUEUE_DEPTH) ||
	    nla_put_u32(skb, ISI_A_INFO_FEATURES, 0))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_handle(struct sk_buff *skb, struct isi_session *session)
{
	return nla_put_u32(skb, ISI_A_SESSION_ID, session->id) ||
	       nla_put_u32(skb, ISI_A_SESSION_GENERATION,
			   session->generation) ||
	       nla_put_u8(skb, ISI_A_SESSION_STATE,
			  isi_session_state(session)) ||
	       nla_put_u32(skb, ISI_A_SESSION_HOST, session->shost->host_no);
}

static u32 session_flags(const struct isi_session *s)
{
	return (s->scanning ? ISI_SESSION_F_SCANNING : 0) |
	       (s->unbinding ? ISI_SESSION_F_UNBINDING : 0) |
	       (s->unbound ? ISI_SESSION_F_UNBOUND : 0) |
	       (test_bit(ISI_SESSION_CHANGED, &s->flags) ?
		ISI_SESSION_F_CHANGED : 0);
}

static u32 conn_flags(const struct isi_conn *conn)
{
	return test_bit(ISI_CONN_LOGGED_OUT, &conn->flags) ?
	       ISI_CONN_F_LOGGED_OUT : 0;
}

int isi_put_session_handle(struct sk_buff *skb, struct isi_session *session)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_SESSION);

	if (!nest || put_handle(skb, session))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_identity(struct sk_buff *skb, const struct isi_session *s)
{
	return nla_put_u32(skb, ISI_A_SESSION_NETNS,
			   read_pnet(&s->net)->ns.inum) ||
	       nla_put(skb, ISI_A_SESSION_OWNER, s->owner_len, s->owner) ||
	       nla_put_string(skb, ISI_A_SESSION_TARGET_NAME,
			      s->target_name) ||
	       nla_put_string(skb, ISI_A_SESSION_TARGET_ALIAS,
			      s->target_alias) ||
	       nla_put_string(skb, ISI_A_SESSION_INITIATOR_NAME,
			      s->initiator_name) ||
	       nla_put_string(skb, ISI_A_SESSION_INITIATOR_ALIAS,
			      s->initiator_alias) ||
	       nla_put_string(skb, ISI_A_SESSION_INTERFACE, s->interface) ||
	       nla_put(skb, ISI_A_SESSION_ISID, sizeof(s->isid), s->isid) ||
	       nla_put_u16(skb, ISI_A_SESSION_TSIH, s->tsih) ||
	       nla_put_u16(skb, ISI_A_SESSION_TPGT, s->tpgt) ||
	       nla_put_string(skb, ISI_A_SESSION_PORTAL_ADDRESS,
			      s->portal_address) ||
	       nla_put_u16(skb, ISI_A_SESSION_PORTAL_PORT, s->portal_port);
}

static int put_settings(struct sk_buff *skb, const struct isi_session *s)
{
	return nla_put_u32(skb, ISI_A_SESSION_FLAGS, session_flags(s)) ||
	       nla_put_u16(skb, ISI_A_SESSION_QUEUE_DEPTH,
			   s->shost->can_queue) ||
	       nla_put_u16(skb, ISI_A_SESSION_LUN_QUEUE_DEPTH,
			   s->shost->cmd_per_lun) ||
	       nla_put_u16(skb, ISI_A_SESSION_MAX_CONNECTIONS,
			   s->max_connections) ||
	       nla_put_s32(skb, ISI_A_SESSION_RECOVERY_TMO,
			   isi_transport_recovery_tmo(s)) ||
	       nla_put_u32(skb, ISI_A_SESSION_PING_INTERVAL,
			   s->ping_interval) ||
	       nla_put_u32(skb, ISI_A_SESSION_PING_TIMEOUT, s->ping_timeout);
}

static int put_numbers(struct sk_buff *skb, struct isi_session *s)
{
	struct isi_window window;

	spin_lock_bh(&s->seq_lock);
	window = s->window;
	spin_unlock_bh(&s->seq_lock);
	return nla_put_u32(skb, ISI_A_SESSION_CMDSN, window.cmdsn) ||
	       nla_put_u32(skb, ISI_A_SESSION_EXP_CMDSN, window.exp_cmdsn) ||
	       nla_put_u32(skb, ISI_A_SESSION_MAX_CMDSN, window.max_cmdsn);
}

static int put_keys(struct sk_buff *skb, const struct isi_session *s)
{
	const struct isi_limits *keys = &s->limits;

	return nla_put_u8(skb, ISI_A_SESSION_INITIAL_R2T, keys->initial_r2t) ||
	       nla_put_u8(skb, ISI_A_SESSION_IMMEDIATE_DATA,
			  keys->immediate_data) ||
	       nla_put_u32(skb, ISI_A_SESSION_FIRST_BURST_LENGTH,
			   keys->first_burst_length) ||
	       nla_put_u32(skb, ISI_A_SESSION_MAX_BURST_LENGTH,
			   keys->max_burst_length) ||
	       nla_put_u16(skb, ISI_A_SESSION_MAX_OUTSTANDING_R2T,
			   keys->max_outstanding_r2t) ||
	       nla_put_u8(skb, ISI_A_SESSION_DATA_PDU_IN_ORDER,
			  keys->data_pdu_in_order) ||
	       nla_put_u8(skb, ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER,
			  keys->data_sequence_in_order) ||
	       nla_put_u8(skb, ISI_A_SESSION_ERL, s->erl) ||
	       nla_put_u16(skb, ISI_A_SESSION_DEFAULT_TIME2WAIT,
			   s->default_time2wait) ||
	       nla_put_u16(skb, ISI_A_SESSION_DEFAULT_TIME2RETAIN,
			   s->default_time2retain);
}

static int put_conn(struct sk_buff *skb, const struct isi_conn *conn)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_CONN);

	if (!nest ||
	    nla_put_u16(skb, ISI_A_CONN_CID, conn->cid) ||
	    nla_put_u32(skb, ISI_A_CONN_GENERATION, conn->generation) ||
	    nla_put_u8(skb, ISI_A_CONN_STATE, READ_ONCE(conn->state)) ||
	    nla_put_u8(skb, ISI_A_CONN_TRANSPORT, conn->transport) ||
	    nla_put_u32(skb, ISI_A_CONN_EXP_STATSN,
			READ_ONCE(conn->exp_statsn)) ||
	    nla_put_u32(skb, ISI_A_CONN_MAX_RECV_DSL,
			conn->limits.max_recv_dsl) ||
	    nla_put_u32(skb, ISI_A_CONN_MAX_XMIT_DSL,
			conn->limits.max_xmit_dsl) ||
	    nla_put_u8(skb, ISI_A_CONN_HEADER_DIGEST,
		       conn->limits.header_digest) ||
	    nla_put_u8(skb, ISI_A_CONN_DATA_DIGEST,
		       conn->limits.data_digest) ||
	    nla_put_u8(skb, ISI_A_CONN_FAIL_REASON, conn->fail_reason) ||
	    nla_put_s32(skb, ISI_A_CONN_FAIL_ERRNO, conn->fail_errno) ||
	    nla_put_string(skb, ISI_A_CONN_LOCAL_ADDRESS, conn->local.text) ||
	    nla_put_u16(skb, ISI_A_CONN_LOCAL_PORT, conn->local.port) ||
	    nla_put_string(skb, ISI_A_CONN_PEER_ADDRESS, conn->peer.text) ||
	    nla_put_u16(skb, ISI_A_CONN_PEER_PORT, conn->peer.port) ||
	    nla_put_u32(skb, ISI_A_CONN_FLAGS, conn_flags(conn)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The session's mutex is held. */
int isi_put_session_whole(struct sk_buff *skb, struct isi_session *session)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_SESSION);
	int i;

	lockdep_assert_held(&session->mutex);
	if (!nest || put_handle(skb, session) || put_identity(skb, session) ||
	    put_settings(skb, session) || put_numbers(skb, session) ||
	    put_keys(skb, session))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i] && put_conn(skb, session->conns[i]))
			return -EMSGSIZE;
	return 0;
}

int isi_put_conn_handle(struct sk_buff *skb, u16 cid, u32 generation)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_CONN);

	if (!nest || nla_put_u16(skb, ISI_A_CONN_CID, cid) ||
	    nla_put_u32(skb, ISI_A_CONN_GENERATION, generation))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int isi_put_itt(struct sk_buff *skb, __be32 itt)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_PDU);

	if (!nest || nla_put_be32(skb, ISI_A_PDU_ITT, itt))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The session's mutex is held. */
int isi_put_stats(struct sk_buff *skb, struct isi_session *session)
{
	u64 stats[ISI_STAT_MAX + 1];
	struct nlattr *nest;
	int i;

	isi_session_stats(session, stats);
	nest = nla_nest_start(skb, ISI_A_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i <= ISI_STAT_MAX; i++)
		if (nla_put_u64_64bit(skb, i, stats[i], ISI_STAT_UNSPEC))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Events: what is told, once for each namespace that hears of it. */
struct event {
	enum isi_cmd cmd;
	struct isi_session *session;
	const struct isi_conn *conn;	/* CONN_FAILED, PDU_RECEIVED */
	const struct iscsi_bhs *bhs;	/* PDU_RECEIVED */
	const void *data;
	u32 length;
	int error;			/* SCANNED */
	u64 lun;			/* LUNS_CHANGED */
	enum isi_change change;
};

static int put_change(struct sk_buff *skb, const struct event *event)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_SESSION);

	if (!nest || put_handle(skb, event->session) ||
	    nla_put_u64_64bit(skb, ISI_A_SESSION_LUN, event->lun,
			      ISI_A_SESSION_UNSPEC) ||
	    nla_put_u8(skb, ISI_A_SESSION_CHANGE, event->change))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_failure(struct sk_buff *skb, const struct isi_conn *conn)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_CONN);

	if (!nest || nla_put_u16(skb, ISI_A_CONN_CID, conn->cid) ||
	    nla_put_u32(skb, ISI_A_CONN_GENERATION, conn->generation) ||
	    nla_put_u8(skb, ISI_A_CONN_FAIL_REASON, conn->fail_reason) ||
	    nla_put_s32(skb, ISI_A_CONN_FAIL_ERRNO, conn->fail_errno))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_pdu(struct sk_buff *skb, const struct event *event)
{
	struct nlattr *nest = nla_nest_start(skb, ISI_A_PDU);

	if (!nest ||
	    nla_put(skb, ISI_A_PDU_BHS, sizeof(*event->bhs), event->bhs) ||
	    nla_put(skb, ISI_A_PDU_DATA, event->length, event->data))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_event(struct sk_buff *skb, const struct event *event)
{
	if (event->cmd == ISI_EVENT_LUNS_CHANGED)
		return put_change(skb, event);
	if (isi_put_session_handle(skb, event->session))
		return -EMSGSIZE;
	if (event->cmd == ISI_EVENT_SCANNED)
		return nla_put_s32(skb, ISI_A_ERRNO, event->error);
	if (event->cmd == ISI_EVENT_CONN_FAILED)
		return put_failure(skb, event->conn);
	if (event->cmd == ISI_EVENT_PDU_RECEIVED)
		return isi_put_conn_handle(skb, event->conn->cid,
					   event->conn->generation) ?:
		       put_pdu(skb, event);
	return 0;
}

/* Return: the event without its number, where that goes in @seq; or NULL. */
static struct sk_buff *make_event(const struct event *event,
				  struct nlattr **seq)
{
	struct sk_buff *skb;
	void *head;

	skb = genlmsg_new(EVENT_SIZE + event->length,
			  GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	head = genlmsg_put(skb, 0, 0, &isi_genl_family, 0, event->cmd);
	*seq = head ? nla_reserve(skb, ISI_A_EVENT_SEQ, sizeof(u32)) : NULL;
	if (!*seq || put_event(skb, event)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, head);
	return skb;
}

/*
 * One that cannot be made or delivered is counted all the same: the next shows
 * the gap. The lock keeps two contexts' events from overtaking each other,
 * which would look like one.
 */
static void send_event(const struct event *event, struct net *net)
{
	struct event_net *events = net_generic(net, event_net_id);
	struct nlattr *seq;
	struct sk_buff *skb = make_event(event, &seq);

	spin_lock_bh(&events->lock);
	events->seq++;
	if (skb) {
		*(u32 *)nla_data(seq) = events->seq;
		/* That nobody listens is no error. */
		genlmsg_multicast_netns(&isi_genl_family, net, skb, 0, 0,
					GFP_ATOMIC);
	}
	spin_unlock_bh(&events->lock);
}

static void tell(const struct event *event)
{
	struct net *net = read_pnet(&event->session->net);

	send_event(event, net);
	if (!net_eq(net, &init_net))
		send_event(event, &init_net);
}

void isi_event_session(struct isi_session *session, enum isi_cmd cmd, int error)
{
	tell(&(struct event) {
		.cmd = cmd,
		.session = session,
		.error = error,
	});
}

void isi_event_conn_failed(struct isi_conn *conn)
{
	tell(&(struct event) {
		.cmd = ISI_EVENT_CONN_FAILED,
		.session = conn->session,
		.conn = conn,
	});
}

void isi_event_pdu(struct isi_conn *conn, const struct iscsi_bhs *bhs,
		   const void *data, u32 length)
{
	tell(&(struct event) {
		.cmd = ISI_EVENT_PDU_RECEIVED,
		.session = conn->session,
		.conn = conn,
		.bhs = bhs,
		.data = data,
		.length = length,
	});
}

void isi_event_luns_changed(struct isi_session *session, u64 lun,
			    enum isi_change change)
{
	tell(&(struct event) {
		.cmd = ISI_EVENT_LUNS_CHANGED,
		.session = session,
		.lun = lun,
		.change = change,
	});
}

int isi_events_register(void)
{
	return register_pernet_subsys(&event_net_ops);
}

void isi_events_unregister(void)
{
	unregister_pernet_subsys(&event_net_ops);
}
