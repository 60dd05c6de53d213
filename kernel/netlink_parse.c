// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a message must look like: policies that hold it to the uapi header's
 * ranges, and its translation into what the rest of the module is told.
 */
#include "netlink.h"

static struct netlink_range_validation dsl_range = {
	.min = 512,
	.max = ISCSI_DSL_MAX,
};

static struct netlink_range_validation ping_interval_range = {
	.min = 0,
	.max = ISI_MAX_PING_MS,
};

static struct netlink_range_validation ping_timeout_range = {
	.min = 1,
	.max = ISI_MAX_PING_MS,
};

/* The class multiplies by HZ in an int. */
static struct netlink_range_validation_signed recovery_tmo_range = {
	.min = -1,
	.max = 1000000,
};

#define POLICY_BOOL	NLA_POLICY_MAX(NLA_U8, 1)
#define POLICY_DSL	NLA_POLICY_FULL_RANGE(NLA_U32, &dsl_range)

/* What only the module says is refused. */
static const struct nla_policy session_policy[ISI_A_SESSION_MAX + 1] = {
	[ISI_A_SESSION_ID]		= { .type = NLA_U32 },
	[ISI_A_SESSION_GENERATION]	= { .type = NLA_U32 },
	[ISI_A_SESSION_STATE]		= { .type = NLA_REJECT },
	[ISI_A_SESSION_HOST]		= { .type = NLA_REJECT },
	[ISI_A_SESSION_NETNS]		= { .type = NLA_REJECT },
	[ISI_A_SESSION_OWNER]		= { .type = NLA_BINARY,
					    .len = ISI_OWNER_MAX },
	[ISI_A_SESSION_TARGET_NAME]	= { .type = NLA_NUL_STRING,
					    .len = ISCSI_NAME_MAX },
	[ISI_A_SESSION_TARGET_ALIAS]	= { .type = NLA_NUL_STRING,
					    .len = ISI_ALIAS_MAX },
	[ISI_A_SESSION_INITIATOR_NAME]	= { .type = NLA_NUL_STRING,
					    .len = ISCSI_NAME_MAX },
	[ISI_A_SESSION_INITIATOR_ALIAS]	= { .type = NLA_NUL_STRING,
					    .len = ISI_ALIAS_MAX },
	[ISI_A_SESSION_INTERFACE]	= { .type = NLA_NUL_STRING,
					    .len = ISI_IFACE_MAX },
	[ISI_A_SESSION_ISID]		= NLA_POLICY_EXACT_LEN(6),
	[ISI_A_SESSION_TSIH]		= NLA_POLICY_MIN(NLA_U16, 1),
	[ISI_A_SESSION_TPGT]		= { .type = NLA_U16 },
	[ISI_A_SESSION_PORTAL_ADDRESS]	= { .type = NLA_NUL_STRING,
					    .len = ISI_ADDRESS_MAX },
	[ISI_A_SESSION_PORTAL_PORT]	= NLA_POLICY_MIN(NLA_U16, 1),
	[ISI_A_SESSION_QUEUE_DEPTH]	= NLA_POLICY_RANGE(NLA_U16, 1,
						ISI_MAX_QUEUE_DEPTH),
	[ISI_A_SESSION_LUN_QUEUE_DEPTH]	= NLA_POLICY_RANGE(NLA_U16, 1,
						ISI_MAX_QUEUE_DEPTH),
	[ISI_A_SESSION_MAX_CONNECTIONS]	= NLA_POLICY_RANGE(NLA_U16, 1,
						ISI_MAX_CONNECTIONS),
	[ISI_A_SESSION_RECOVERY_TMO]	= NLA_POLICY_FULL_RANGE_SIGNED(NLA_S32,
						&recovery_tmo_range),
	[ISI_A_SESSION_CMDSN]		= { .type = NLA_U32 },
	[ISI_A_SESSION_EXP_CMDSN]	= { .type = NLA_U32 },
	[ISI_A_SESSION_MAX_CMDSN]	= { .type = NLA_U32 },
	[ISI_A_SESSION_INITIAL_R2T]	= POLICY_BOOL,
	[ISI_A_SESSION_IMMEDIATE_DATA]	= POLICY_BOOL,
	[ISI_A_SESSION_FIRST_BURST_LENGTH] = POLICY_DSL,
	[ISI_A_SESSION_MAX_BURST_LENGTH] = POLICY_DSL,
	[ISI_A_SESSION_MAX_OUTSTANDING_R2T] = NLA_POLICY_RANGE(NLA_U16, 1,
						ISI_MAX_OUTSTANDING_R2T),
	[ISI_A_SESSION_DATA_PDU_IN_ORDER] = POLICY_BOOL,
	[ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER] = POLICY_BOOL,
	[ISI_A_SESSION_ERL]		= NLA_POLICY_MAX(NLA_U8, ISI_MAX_ERL),
	[ISI_A_SESSION_DEFAULT_TIME2WAIT] = NLA_POLICY_MAX(NLA_U16, 3600),
	[ISI_A_SESSION_DEFAULT_TIME2RETAIN] = NLA_POLICY_MAX(NLA_U16, 3600),
	[ISI_A_SESSION_LUN]		= { .type = NLA_U64 },
	[ISI_A_SESSION_FLAGS]		= { .type = NLA_REJECT },
	[ISI_A_SESSION_PING_INTERVAL]	= NLA_POLICY_FULL_RANGE(NLA_U32,
						&ping_interval_range),
	[ISI_A_SESSION_PING_TIMEOUT]	= NLA_POLICY_FULL_RANGE(NLA_U32,
						&ping_timeout_range),
	[ISI_A_SESSION_CHANGE]		= { .type = NLA_REJECT },
	[ISI_A_SESSION_KEEP]		= POLICY_BOOL,
};

static const struct nla_policy conn_policy[ISI_A_CONN_MAX + 1] = {
	[ISI_A_CONN_CID]		= { .type = NLA_U16 },
	[ISI_A_CONN_GENERATION]		= { .type = NLA_U32 },
	[ISI_A_CONN_STATE]		= { .type = NLA_REJECT },
	[ISI_A_CONN_FD]			= { .type = NLA_U32 },
	[ISI_A_CONN_TRANSPORT]		= NLA_POLICY_MAX(NLA_U8,
						ISI_TRANSPORT_GENERIC),
	[ISI_A_CONN_EXP_STATSN]		= { .type = NLA_U32 },
	[ISI_A_CONN_MAX_RECV_DSL]	= POLICY_DSL,
	[ISI_A_CONN_MAX_XMIT_DSL]	= POLICY_DSL,
	[ISI_A_CONN_HEADER_DIGEST]	= NLA_POLICY_MAX(NLA_U8,
						ISI_DIGEST_CRC32C),
	[ISI_A_CONN_DATA_DIGEST]	= NLA_POLICY_MAX(NLA_U8,
						ISI_DIGEST_CRC32C),
	[ISI_A_CONN_FAIL_REASON]	= NLA_POLICY_RANGE(NLA_U8,
						ISI_FAIL_STOPPED,
						ISI_FAIL_LOGOUT),
	[ISI_A_CONN_FAIL_ERRNO]		= { .type = NLA_REJECT },
	[ISI_A_CONN_LOCAL_ADDRESS]	= { .type = NLA_REJECT },
	[ISI_A_CONN_LOCAL_PORT]		= { .type = NLA_REJECT },
	[ISI_A_CONN_PEER_ADDRESS]	= { .type = NLA_REJECT },
	[ISI_A_CONN_PEER_PORT]		= { .type = NLA_REJECT },
	[ISI_A_CONN_FLAGS]		= { .type = NLA_REJECT },
};

static const struct nla_policy pdu_policy[ISI_A_PDU_MAX + 1] = {
	[ISI_A_PDU_BHS]			= NLA_POLICY_EXACT_LEN(ISCSI_BHS_LEN),
	[ISI_A_PDU_DATA]		= { .type = NLA_BINARY,
					    .len = ISI_CONTROL_DATA_MAX },
	[ISI_A_PDU_ITT]			= { .type = NLA_REJECT },
};

const struct nla_policy isi_policy[ISI_A_MAX + 1] = {
	[ISI_A_INFO]			= { .type = NLA_REJECT },
	[ISI_A_SESSION]			= NLA_POLICY_NESTED(session_policy),
	[ISI_A_CONN]			= NLA_POLICY_NESTED(conn_policy),
	[ISI_A_PDU]			= NLA_POLICY_NESTED(pdu_policy),
	[ISI_A_STATS]			= { .type = NLA_REJECT },
	[ISI_A_EVENT_SEQ]		= { .type = NLA_REJECT },
	[ISI_A_ERRNO]			= { .type = NLA_REJECT },
};

/* Nested attributes have been held to their policies with the message. */
int isi_take_apart(struct isi_request *req)
{
	static const struct {
		int top, max;
		const struct nla_policy *policy;
		size_t at;
	} nests[] = {
		{ ISI_A_SESSION, ISI_A_SESSION_MAX, session_policy,
		  offsetof(struct isi_request, session_attrs) },
		{ ISI_A_CONN, ISI_A_CONN_MAX, conn_policy,
		  offsetof(struct isi_request, conn_attrs) },
		{ ISI_A_PDU, ISI_A_PDU_MAX, pdu_policy,
		  offsetof(struct isi_request, pdu_attrs) },
	};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(nests); i++) {
		struct nlattr *nest = req->info->attrs[nests[i].top];

		if (!nest)
			continue;
		err = nla_parse_nested((void *)req + nests[i].at, nests[i].max,
				       nest, nests[i].policy,
				       req->info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* All of @list, ended by 0, are there? */
int isi_need(struct isi_request *req, struct nlattr **attrs, int top,
	     const u8 *list)
{
	struct nlattr *nest = req->info->attrs[top];

	for (; *list; list++) {
		if (attrs[*list])
			continue;
		NL_SET_ERR_ATTR_MISS(req->info->extack, nest,
				     nest ? *list : top);
		GENL_SET_ERR_MSG(req->info, "a needed attribute is missing");
		return -EINVAL;
	}
	return 0;
}

int isi_need_session(struct isi_request *req, const u8 *list)
{
	return isi_need(req, req->session_attrs, ISI_A_SESSION, list);
}

int isi_need_conn(struct isi_request *req, const u8 *list)
{
	return isi_need(req, req->conn_attrs, ISI_A_CONN, list);
}

int isi_refuse(struct isi_request *req, int err, struct nlattr *attr,
	       const char *why)
{
	struct netlink_ext_ack *extack = req->info->extack;

	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = why;
	return err;
}

static const char *get_string(struct nlattr *attr)
{
	return attr ? nla_data(attr) : NULL;
}

int isi_parse_session(struct isi_request *req, struct isi_session_spec *spec)
{
	struct nlattr **a = req->session_attrs;

	*spec = (struct isi_session_spec) {
		.net = genl_info_net(req->info),
		.target_name = nla_data(a[ISI_A_SESSION_TARGET_NAME]),
		.initiator_name = nla_data(a[ISI_A_SESSION_INITIATOR_NAME]),
		.initiator_alias = get_string(a[ISI_A_SESSION_INITIATOR_ALIAS]),
		.interface = get_string(a[ISI_A_SESSION_INTERFACE]),
		.isid = nla_data(a[ISI_A_SESSION_ISID]),
		.portal_address = nla_data(a[ISI_A_SESSION_PORTAL_ADDRESS]),
		.portal_port = nla_get_u16(a[ISI_A_SESSION_PORTAL_PORT]),
		.tpgt = nla_get_u16(a[ISI_A_SESSION_TPGT]),
		.queue_depth = isi_get_u16(a[ISI_A_SESSION_QUEUE_DEPTH],
				       ISI_DEFAULT_QUEUE_DEPTH),
		.max_connections = isi_get_u16(a[ISI_A_SESSION_MAX_CONNECTIONS], 1),
		.recovery_tmo = a[ISI_A_SESSION_RECOVERY_TMO] ?
				nla_get_s32(a[ISI_A_SESSION_RECOVERY_TMO]) :
				ISI_DEFAULT_RECOVERY_TMO,
		.ping_interval = isi_get_u32(a[ISI_A_SESSION_PING_INTERVAL], 0),
		.ping_timeout = isi_get_u32(a[ISI_A_SESSION_PING_TIMEOUT],
					    ISI_DEFAULT_PING_TIMEOUT),
	};
	spec->lun_queue_depth = isi_get_u16(a[ISI_A_SESSION_LUN_QUEUE_DEPTH],
					    min_t(u16, spec->queue_depth,
						  ISI_DEFAULT_LUN_DEPTH));
	if (a[ISI_A_SESSION_OWNER]) {
		spec->owner = nla_data(a[ISI_A_SESSION_OWNER]);
		spec->owner_len = nla_len(a[ISI_A_SESSION_OWNER]);
	}
	if (spec->lun_queue_depth > spec->queue_depth)
		return isi_refuse(req, -ERANGE, a[ISI_A_SESSION_LUN_QUEUE_DEPTH],
			      "LUN_QUEUE_DEPTH is more than QUEUE_DEPTH");
	if (!*spec->target_name)
		return isi_refuse(req, -EINVAL, a[ISI_A_SESSION_TARGET_NAME],
			      "TARGET_NAME is empty");
	if (!*spec->initiator_name)
		return isi_refuse(req, -EINVAL, a[ISI_A_SESSION_INITIATOR_NAME],
			      "INITIATOR_NAME is empty");
	return 0;
}

static int parse_leading(struct isi_request *req, struct isi_conn_spec *spec)
{
	static const u8 needed[] = {
		ISI_A_SESSION_TSIH, ISI_A_SESSION_CMDSN,
		ISI_A_SESSION_EXP_CMDSN, ISI_A_SESSION_MAX_CMDSN,
		ISI_A_SESSION_INITIAL_R2T, ISI_A_SESSION_IMMEDIATE_DATA,
		ISI_A_SESSION_FIRST_BURST_LENGTH,
		ISI_A_SESSION_MAX_BURST_LENGTH,
		ISI_A_SESSION_MAX_OUTSTANDING_R2T,
		ISI_A_SESSION_DATA_PDU_IN_ORDER,
		ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER, ISI_A_SESSION_ERL, 0 };
	struct nlattr **a = req->session_attrs;
	struct isi_limits *keys = &spec->limits;
	int err = isi_need_session(req, needed);

	if (err)
		return err;
	spec->leading = true;
	spec->tsih = nla_get_u16(a[ISI_A_SESSION_TSIH]);
	spec->erl = nla_get_u8(a[ISI_A_SESSION_ERL]);
	spec->cmdsn = nla_get_u32(a[ISI_A_SESSION_CMDSN]);
	spec->exp_cmdsn = nla_get_u32(a[ISI_A_SESSION_EXP_CMDSN]);
	spec->max_cmdsn = nla_get_u32(a[ISI_A_SESSION_MAX_CMDSN]);
	spec->target_alias = get_string(a[ISI_A_SESSION_TARGET_ALIAS]);
	spec->default_time2wait = isi_get_u16(a[ISI_A_SESSION_DEFAULT_TIME2WAIT],
					      2);
	spec->default_time2retain =
		isi_get_u16(a[ISI_A_SESSION_DEFAULT_TIME2RETAIN], 20);
	keys->initial_r2t = nla_get_u8(a[ISI_A_SESSION_INITIAL_R2T]);
	keys->immediate_data = nla_get_u8(a[ISI_A_SESSION_IMMEDIATE_DATA]);
	keys->first_burst_length =
		nla_get_u32(a[ISI_A_SESSION_FIRST_BURST_LENGTH]);
	keys->max_burst_length = nla_get_u32(a[ISI_A_SESSION_MAX_BURST_LENGTH]);
	keys->max_outstanding_r2t =
		nla_get_u16(a[ISI_A_SESSION_MAX_OUTSTANDING_R2T]);
	keys->data_pdu_in_order =
		nla_get_u8(a[ISI_A_SESSION_DATA_PDU_IN_ORDER]);
	keys->data_sequence_in_order =
		nla_get_u8(a[ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER]);
	if (keys->first_burst_length > keys->max_burst_length)
		return isi_refuse(req, -ERANGE,
			      a[ISI_A_SESSION_FIRST_BURST_LENGTH],
			      "FIRST_BURST_LENGTH is more than MAX_BURST_LENGTH");
	return 0;
}

int isi_parse_conn(struct isi_request *req, struct isi_conn_spec *spec)
{
	static const u8 needed[] = {
		ISI_A_CONN_CID, ISI_A_CONN_FD, ISI_A_CONN_EXP_STATSN,
		ISI_A_CONN_MAX_RECV_DSL, ISI_A_CONN_MAX_XMIT_DSL, 0 };
	struct nlattr **a = req->conn_attrs;
	int err = isi_need_conn(req, needed);

	if (err)
		return err;
	spec->cid = nla_get_u16(a[ISI_A_CONN_CID]);
	spec->exp_statsn = nla_get_u32(a[ISI_A_CONN_EXP_STATSN]);
	spec->transport = isi_get_u8(a[ISI_A_CONN_TRANSPORT], ISI_TRANSPORT_TCP);
	/* The session's keys first: parse_leading() may replace them. */
	spec->limits = req->session->limits;
	if (req->session_attrs[ISI_A_SESSION_TSIH] ||
	    !atomic_read(&req->session->live))
		err = parse_leading(req, spec);
	spec->limits.max_recv_dsl = nla_get_u32(a[ISI_A_CONN_MAX_RECV_DSL]);
	spec->limits.max_xmit_dsl = nla_get_u32(a[ISI_A_CONN_MAX_XMIT_DSL]);
	spec->limits.header_digest = isi_get_u8(a[ISI_A_CONN_HEADER_DIGEST],
						ISI_DIGEST_NONE);
	spec->limits.data_digest = isi_get_u8(a[ISI_A_CONN_DATA_DIGEST],
					      ISI_DIGEST_NONE);
	return err;
}
