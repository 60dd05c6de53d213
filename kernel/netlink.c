// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon asks for: a handler for each command, and a table that says
 * what of a message is looked up before its handler runs.
 *
 * Process context of the caller, memalloc_noio throughout: a daemon that
 * recovers a disk must not wait for that disk. The operations run in parallel;
 * those on one session are ordered by its mutex.
 */
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <scsi/scsi_transport_iscsi.h>

#include "netlink.h"

/* Holds one session, its owner's blob and all its connections. */
#define REPLY_SIZE	8192

/* Replies */

static struct sk_buff *reply_start(struct isi_request *req, void **head)
{
	struct sk_buff *skb = genlmsg_new(REPLY_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*head = genlmsg_put_reply(skb, req->info, &isi_genl_family, 0,
				  req->info->genlhdr->cmd);
	return skb;
}

static int reply_end(struct isi_request *req, struct sk_buff *skb, void *head,
		     int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);
	/* What was done is done, even if its caller has no room to hear of it. */
	genlmsg_reply(skb, req->info);
	return 0;
}

/* Handlers */

static int info_get(struct isi_request *req)
{
	struct sk_buff *skb;
	void *head;

	skb = reply_start(req, &head);
	if (!skb)
		return -ENOMEM;
	return reply_end(req, skb, head, isi_put_info(skb));
}

static int session_add(struct isi_request *req)
{
	static const u8 needed[] = {
		ISI_A_SESSION_TARGET_NAME, ISI_A_SESSION_INITIATOR_NAME,
		ISI_A_SESSION_ISID, ISI_A_SESSION_TPGT,
		ISI_A_SESSION_PORTAL_ADDRESS, ISI_A_SESSION_PORTAL_PORT, 0 };
	struct isi_session *session;
	struct isi_session_spec spec;
	struct sk_buff *skb;
	void *head;
	int err;

	err = isi_need_session(req, needed);
	if (!err)
		err = isi_parse_session(req, &spec);
	if (err)
		return err;
	/* First what can fail without a trace. */
	skb = reply_start(req, &head);
	if (!skb)
		return -ENOMEM;
	session = isi_session_add(&spec);
	if (IS_ERR(session)) {
		nlmsg_free(skb);
		if (PTR_ERR(session) == -EEXIST)
			GENL_SET_ERR_MSG(req->info,
					 "a session with this initiator name, ISID, target and TPGT exists");
		return PTR_ERR(session);
	}
	return reply_end(req, skb, head, isi_put_session_handle(skb, session));
}

static int session_set(struct isi_request *req)
{
	struct nlattr **a = req->session_attrs;
	struct isi_session *session = req->session;

	struct nlattr *recovery_tmo = a[ISI_A_SESSION_RECOVERY_TMO];

	if (recovery_tmo)
		isi_transport_set_recovery_tmo(session,
					       nla_get_s32(recovery_tmo));
	if (a[ISI_A_SESSION_OWNER]) {
		session->owner_len = nla_len(a[ISI_A_SESSION_OWNER]);
		nla_memcpy(session->owner, a[ISI_A_SESSION_OWNER],
			   sizeof(session->owner));
	}
	if (a[ISI_A_SESSION_PORTAL_ADDRESS])
		nla_strscpy(session->portal_address,
			    a[ISI_A_SESSION_PORTAL_ADDRESS],
			    sizeof(session->portal_address));
	if (a[ISI_A_SESSION_PORTAL_PORT])
		session->portal_port =
			nla_get_u16(a[ISI_A_SESSION_PORTAL_PORT]);
	isi_ping_set(session,
		     isi_get_u32(a[ISI_A_SESSION_PING_INTERVAL],
				 session->ping_interval),
		     isi_get_u32(a[ISI_A_SESSION_PING_TIMEOUT],
				 session->ping_timeout));
	return 0;
}

static int session_get(struct isi_request *req)
{
	struct sk_buff *skb;
	void *head;

	skb = reply_start(req, &head);
	if (!skb)
		return -ENOMEM;
	return reply_end(req, skb, head,
			 isi_put_session_whole(skb, req->session));
}

static int session_scan(struct isi_request *req)
{
	struct nlattr **a = req->session_attrs;
	struct nlattr *lun = a[ISI_A_SESSION_LUN];

	return isi_session_scan(req->session,
				lun ? nla_get_u64(lun) : SCAN_WILD_CARD,
				isi_get_u8(a[ISI_A_SESSION_KEEP], 0));
}

static int session_unbind(struct isi_request *req)
{
	return isi_session_unbind(req->session);
}

static int session_del(struct isi_request *req)
{
	return isi_session_del(req->session);
}

static const struct {
	int err;
	const char *why;
} adopt_errors[] = {
	{ -EPROTOTYPE, "FD is not a plain TCP socket" },
	{ -ENOTCONN, "the socket is not connected" },
	{ -EBUSY, "the socket is already in use by the kernel" },
	{ -EXDEV, "the socket is in another network namespace" },
	{ -EEXIST, "a connection with this CID is live" },
	{ -EISCONN, "a connection is live: leave TSIH out to add another" },
	{ -EMFILE, "the session has as many connections as it may" },
	{ -ESHUTDOWN, "the session is being removed" },
};

static int conn_add(struct isi_request *req)
{
	struct isi_conn_spec spec = {};
	struct sk_buff *skb;
	u32 generation;
	unsigned int i;
	void *head;
	int err;

	err = isi_parse_conn(req, &spec);
	if (err)
		return err;
	spec.sock = sockfd_lookup(nla_get_u32(req->conn_attrs[ISI_A_CONN_FD]),
				  &err);
	if (!spec.sock)
		return isi_refuse(req, err, req->conn_attrs[ISI_A_CONN_FD],
			      "FD is not a socket of the caller's");
	skb = reply_start(req, &head);
	if (skb)
		err = isi_session_adopt(req->session, &spec, &generation);
	else
		err = -ENOMEM;
	sockfd_put(spec.sock);
	for (i = 0; i < ARRAY_SIZE(adopt_errors); i++)
		if (err == adopt_errors[i].err)
			isi_refuse(req, err, NULL, adopt_errors[i].why);
	if (!skb)
		return err;
	return reply_end(req, skb, head,
			 err ?: isi_put_conn_handle(skb, spec.cid, generation));
}

static int conn_stop(struct isi_request *req)
{
	struct nlattr *reason = req->conn_attrs[ISI_A_CONN_FAIL_REASON];

	isi_conn_fail(req->conn, isi_get_u8(reason, ISI_FAIL_STOPPED), 0);
	return 0;
}

static int conn_del(struct isi_request *req)
{
	isi_conn_fail(req->conn,
		      test_bit(ISI_CONN_LOGGED_OUT, &req->conn->flags) ?
		      ISI_FAIL_LOGOUT : ISI_FAIL_STOPPED, 0);
	isi_conn_stop(req->conn);
	isi_session_forget(req->session, req->conn);
	return 0;
}

/* The opcodes a daemon may send, all of them with ITT and CmdSN alike. */
static bool may_send(const struct iscsi_bhs *bhs)
{
	switch (isi_opcode(bhs)) {
	case ISCSI_OPCODE_NOP_OUT:
	case ISCSI_OPCODE_TEXT_REQUEST:
	case ISCSI_OPCODE_LOGOUT_REQUEST:
		return true;
	}
	return false;
}

static int pdu_send(struct isi_request *req)
{
	static const u8 needed[] = { ISI_A_PDU_BHS, 0 };
	struct nlattr **a = req->pdu_attrs;
	const struct iscsi_bhs *bhs;
	struct sk_buff *skb;
	void *data = NULL;
	u32 length = 0;
	__be32 itt = 0;
	void *head;
	int err;

	err = isi_need(req, a, ISI_A_PDU, needed);
	if (err)
		return err;
	bhs = nla_data(a[ISI_A_PDU_BHS]);
	if (!may_send(bhs))
		return isi_refuse(req, -EOPNOTSUPP, a[ISI_A_PDU_BHS],
			      "only NOP-Out, Text and Logout Requests can be sent");
	if (a[ISI_A_PDU_DATA])
		length = nla_len(a[ISI_A_PDU_DATA]);
	if (length > req->conn->limits.max_xmit_dsl)
		return isi_refuse(req, -EMSGSIZE, a[ISI_A_PDU_DATA],
			      "DATA is more than the target takes");
	skb = reply_start(req, &head);
	if (!skb)
		return -ENOMEM;
	if (length)
		data = nla_memdup(a[ISI_A_PDU_DATA], GFP_KERNEL);
	err = length && !data ? -ENOMEM :
	      isi_ctl_request(req->conn, bhs, data, length, &itt);
	if (err)
		kfree(data);
	return reply_end(req, skb, head, err ?: isi_put_itt(skb, itt));
}

static int stats_get(struct isi_request *req)
{
	struct sk_buff *skb;
	void *head;

	skb = reply_start(req, &head);
	if (!skb)
		return -ENOMEM;
	return reply_end(req, skb, head,
			 isi_put_session_handle(skb, req->session) ?:
			 isi_put_stats(skb, req->session));
}

/* What is looked up and checked before a handler runs. */
enum { NOTHING, SESSION_ID, SESSION, CONN };

static const struct {
	int (*handle)(struct isi_request *req);
	int wants;
} commands[ISI_CMD_MAX + 1] = {
	[ISI_CMD_INFO_GET]	= { info_get, NOTHING },
	[ISI_CMD_SESSION_ADD]	= { session_add, NOTHING },
	[ISI_CMD_SESSION_SET]	= { session_set, SESSION },
	[ISI_CMD_SESSION_GET]	= { session_get, SESSION_ID },
	[ISI_CMD_SESSION_SCAN]	= { session_scan, SESSION },
	[ISI_CMD_SESSION_UNBIND] = { session_unbind, SESSION },
	[ISI_CMD_SESSION_DEL]	= { session_del, SESSION },
	[ISI_CMD_CONN_ADD]	= { conn_add, SESSION },
	[ISI_CMD_CONN_STOP]	= { conn_stop, CONN },
	[ISI_CMD_CONN_DEL]	= { conn_del, CONN },
	[ISI_CMD_PDU_SEND]	= { pdu_send, CONN },
	[ISI_CMD_STATS_GET]	= { stats_get, SESSION_ID },
};

static int find_session(struct isi_request *req, int wants)
{
	static const u8 handle[] = { ISI_A_SESSION_ID,
				     ISI_A_SESSION_GENERATION, 0 };
	static const u8 id[] = { ISI_A_SESSION_ID, 0 };
	struct nlattr **a = req->session_attrs;
	int err = isi_need_session(req, wants == SESSION_ID ? id : handle);

	if (err)
		return err;
	req->session = isi_session_get(nla_get_u32(a[ISI_A_SESSION_ID]),
				       genl_info_net(req->info));
	if (!req->session)
		return isi_refuse(req, -ENOENT, a[ISI_A_SESSION_ID],
			      "no session with this ID");
	if (isi_get_u32(a[ISI_A_SESSION_GENERATION], req->session->generation) ==
	    req->session->generation)
		return 0;
	isi_session_put(req->session);
	return isi_refuse(req, -ESTALE, a[ISI_A_SESSION_GENERATION],
		      "the session is not the one it was");
}

/* The session's mutex is held. */
static int find_conn(struct isi_request *req)
{
	static const u8 handle[] = { ISI_A_CONN_CID, ISI_A_CONN_GENERATION, 0 };
	struct nlattr **a = req->conn_attrs;
	int err = isi_need_conn(req, handle);

	if (err)
		return err;
	req->conn = isi_session_conn(req->session,
				     nla_get_u16(a[ISI_A_CONN_CID]));
	if (!req->conn)
		return isi_refuse(req, -ENOENT, a[ISI_A_CONN_CID],
			      "no connection with this CID");
	if (nla_get_u32(a[ISI_A_CONN_GENERATION]) == req->conn->generation)
		return 0;
	return isi_refuse(req, -ESTALE, a[ISI_A_CONN_GENERATION],
		      "the connection is not the one it was");
}

static int handle(struct isi_request *req, u8 cmd)
{
	int wants = commands[cmd].wants;
	int err = isi_take_apart(req);

	if (err || wants == NOTHING)
		return err ?: commands[cmd].handle(req);
	err = find_session(req, wants);
	if (err)
		return err;
	mutex_lock(&req->session->mutex);
	if (req->session->gone)
		err = isi_refuse(req, -ENOENT, NULL, "the session has ended");
	else if (wants == CONN)
		err = find_conn(req);
	if (!err)
		err = commands[cmd].handle(req);
	mutex_unlock(&req->session->mutex);
	isi_session_put(req->session);
	return err;
}

static int doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int flags = memalloc_noio_save();
	struct isi_request *req = kzalloc(sizeof(*req), GFP_KERNEL);
	int err = -ENOMEM;

	if (req) {
		req->info = info;
		err = handle(req, info->genlhdr->cmd);
		kfree(req);
	}
	memalloc_noio_restore(flags);
	return err;
}

/* Dumps: cb->args[0] is the ID to go on from. */

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    struct isi_session *session)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, &isi_genl_family,
				 NLM_F_MULTI, cmd);
	int err;

	if (!head)
		return -EMSGSIZE;
	mutex_lock(&session->mutex);
	if (session->gone)
		err = 0;
	else if (cmd == ISI_CMD_STATS_GET)
		err = isi_put_session_handle(skb, session) ?:
		      isi_put_stats(skb, session);
	else
		err = isi_put_session_whole(skb, session);
	if (err || session->gone)
		genlmsg_cancel(skb, head);
	else
		genlmsg_end(skb, head);
	mutex_unlock(&session->mutex);
	return err;
}

/* The first message, too, has room for a whole session. */
static int dump_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = REPLY_SIZE;
	return 0;
}

static int dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	unsigned int flags = memalloc_noio_save();
	struct isi_session *session;
	u32 id = cb->args[0];
	int err = 0;

	while (!err && (session = isi_session_next(&id, sock_net(skb->sk)))) {
		err = dump_one(skb, cb, cmd, session);
		isi_session_put(session);
		if (!err)
			id++;
	}
	cb->args[0] = id;
	memalloc_noio_restore(flags);
	/* One that alone is too long for any message would never end. */
	return skb->len ?: err;
}

static int dump_sessions(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, ISI_CMD_SESSION_GET);
}

static int dump_stats(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, ISI_CMD_STATS_GET);
}

#define OP(_cmd)	{ .cmd = _cmd, .flags = GENL_ADMIN_PERM, .doit = doit }

static const struct genl_ops ops[] = {
	OP(ISI_CMD_INFO_GET),
	OP(ISI_CMD_SESSION_ADD),
	OP(ISI_CMD_SESSION_SET),
	OP(ISI_CMD_SESSION_SCAN),
	OP(ISI_CMD_SESSION_UNBIND),
	OP(ISI_CMD_SESSION_DEL),
	OP(ISI_CMD_CONN_ADD),
	OP(ISI_CMD_CONN_STOP),
	OP(ISI_CMD_CONN_DEL),
	OP(ISI_CMD_PDU_SEND),
	{
		.cmd = ISI_CMD_SESSION_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = doit,
		.start = dump_start,
		.dumpit = dump_sessions,
	},
	{
		.cmd = ISI_CMD_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = doit,
		.start = dump_start,
		.dumpit = dump_stats,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = ISI_GENL_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family isi_genl_family __ro_after_init = {
	.name		= ISI_GENL_NAME,
	.version	= ISI_GENL_VERSION,
	.module		= THIS_MODULE,
	.maxattr	= ISI_A_MAX,
	.policy		= isi_policy,
	.netnsok	= true,
	.parallel_ops	= true,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

int isi_netlink_register(void)
{
	int err = isi_events_register();

	if (err)
		return err;
	err = genl_register_family(&isi_genl_family);
	if (err)
		isi_events_unregister();
	return err;
}

void isi_netlink_unregister(void)
{
	genl_unregister_family(&isi_genl_family);
	isi_events_unregister();
}
