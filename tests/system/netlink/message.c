// SPDX-License-Identifier: GPL-2.0-or-later
#include "message.h"

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <string.h>

#include "check.h"

#define MESSAGE_SIZE 32768

void message_init(struct message *m, uint8_t cmd)
{
	memset(m, 0, sizeof(*m));
	m->cmd = cmd;
}

static struct nest *find_nest(struct message *m, uint16_t type)
{
	for (int i = 0; i < m->count; i++)
		if (m->nests[i].type == (type | NLA_F_NESTED))
			return &m->nests[i];
	return NULL;
}

struct nest *message_add_nest(struct message *m, uint16_t type)
{
	struct nest *n = &m->nests[m->count++];

	need(m->count <= MESSAGE_NESTS, "too many nests");
	n->type = type | NLA_F_NESTED;
	return n;
}

struct nest *message_nest(struct message *m, uint16_t type)
{
	struct nest *n = find_nest(m, type);

	return n ? n : message_add_nest(m, type);
}

static void put(struct nest *n, uint16_t type, uint64_t value,
		const void *data, size_t len)
{
	need(n->count < NEST_ATTRS, "too many attributes");
	n->attrs[n->count++] = (struct attr) {
		.type = type, .len = len, .value = value, .data = data };
}

void put_bytes(struct nest *n, uint16_t type, const void *data, size_t len)
{
	put(n, type, 0, data, len);
}

void put_string(struct nest *n, uint16_t type, const char *string)
{
	put(n, type, 0, string, strlen(string) + 1);
}

/* The machines this runs on are little endian, as a narrow value needs. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "byte order");

void put_u8(struct nest *n, uint16_t type, uint8_t value)
{
	put(n, type, value, NULL, 1);
}

void put_u16(struct nest *n, uint16_t type, uint16_t value)
{
	put(n, type, value, NULL, 2);
}

void put_u32(struct nest *n, uint16_t type, uint32_t value)
{
	put(n, type, value, NULL, 4);
}

void put_u64(struct nest *n, uint16_t type, uint64_t value)
{
	put(n, type, value, NULL, 8);
}

struct attr *nest_attr(struct nest *n, uint16_t type)
{
	for (int i = 0; i < n->count; i++)
		if (n->attrs[i].type == type)
			return &n->attrs[i];
	return NULL;
}

void nest_remove(struct nest *n, uint16_t type)
{
	struct attr *a = nest_attr(n, type);

	if (a)
		*a = n->attrs[--n->count];
}

void message_remove_nest(struct message *m, uint16_t type)
{
	struct nest *n = find_nest(m, type);

	if (n)
		*n = m->nests[--m->count];
}

static void build_nest(struct nl_msg *msg, const struct nest *n)
{
	struct nlattr *start;

	if (n->raw) {
		need(!nla_put(msg, n->type, n->raw_len, n->raw), "nla_put");
		return;
	}
	start = nla_reserve(msg, n->type, 0);
	need(start, "nla_reserve");
	for (int i = 0; i < n->count; i++) {
		const struct attr *a = &n->attrs[i];

		need(!nla_put(msg, a->type, a->len,
			      a->data ? a->data : &a->value), "nla_put");
	}
	start->nla_len = (char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)start;
}

struct nl_msg *message_build(const struct message *m, int family)
{
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_SIZE);

	need(msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
				NLM_F_REQUEST | (m->dump ? NLM_F_DUMP
							 : NLM_F_ACK),
				m->cmd, ISI_GENL_VERSION),
	     "nlmsg_alloc");
	for (int i = 0; i < m->count; i++)
		build_nest(msg, &m->nests[i]);
	return msg;
}

const char *command_name(int cmd)
{
	static const char *const names[] = {
		[ISI_CMD_UNSPEC] = "UNSPEC",
		[ISI_CMD_INFO_GET] = "INFO_GET",
		[ISI_CMD_SESSION_ADD] = "SESSION_ADD",
		[ISI_CMD_SESSION_SET] = "SESSION_SET",
		[ISI_CMD_SESSION_GET] = "SESSION_GET",
		[ISI_CMD_SESSION_SCAN] = "SESSION_SCAN",
		[ISI_CMD_SESSION_UNBIND] = "SESSION_UNBIND",
		[ISI_CMD_SESSION_DEL] = "SESSION_DEL",
		[ISI_CMD_CONN_ADD] = "CONN_ADD",
		[ISI_CMD_CONN_STOP] = "CONN_STOP",
		[ISI_CMD_CONN_DEL] = "CONN_DEL",
		[ISI_CMD_PDU_SEND] = "PDU_SEND",
		[ISI_CMD_STATS_GET] = "STATS_GET",
		[ISI_EVENT_SESSION_STATE] = "event SESSION_STATE",
		[ISI_EVENT_CONN_FAILED] = "event CONN_FAILED",
		[ISI_EVENT_PDU_RECEIVED] = "event PDU_RECEIVED",
		[ISI_EVENT_SCANNED] = "event SCANNED",
		[ISI_EVENT_UNBOUND] = "event UNBOUND",
		[ISI_EVENT_GONE] = "event GONE",
		[ISI_EVENT_LUNS_CHANGED] = "event LUNS_CHANGED",
	};

	return cmd >= 0 && cmd <= ISI_CMD_MAX ? names[cmd] : "unknown command";
}
