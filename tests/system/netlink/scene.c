// SPDX-License-Identifier: GPL-2.0-or-later
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct link main_link;
struct listener events;

static const uint8_t isid[6] = { 0x80, 1, 2, 3, 4, 5 };

void session_add_message(struct message *m, unsigned int n)
{
	static char names[64][64];
	char *name = names[n % 64];
	struct nest *s;

	snprintf(name, sizeof(names[0]), "iqn.2026-11.org.example:t%u", n);
	message_init(m, ISI_CMD_SESSION_ADD);
	s = message_nest(m, ISI_A_SESSION);
	put_string(s, ISI_A_SESSION_TARGET_NAME, name);
	put_string(s, ISI_A_SESSION_INITIATOR_NAME,
		   "iqn.2026-11.org.example:initiator");
	put_bytes(s, ISI_A_SESSION_ISID, isid, sizeof(isid));
	put_u16(s, ISI_A_SESSION_TPGT, 1);
	put_string(s, ISI_A_SESSION_PORTAL_ADDRESS, "127.0.0.1");
	put_u16(s, ISI_A_SESSION_PORTAL_PORT, 3260);
}

void session_message(struct message *m, uint8_t cmd, const struct session *s)
{
	struct nest *n;

	message_init(m, cmd);
	n = message_nest(m, ISI_A_SESSION);
	put_u32(n, ISI_A_SESSION_ID, s->id);
	put_u32(n, ISI_A_SESSION_GENERATION, s->generation);
}

void conn_message(struct message *m, uint8_t cmd, const struct conn *c)
{
	struct nest *n;

	session_message(m, cmd, c->session);
	n = message_nest(m, ISI_A_CONN);
	put_u16(n, ISI_A_CONN_CID, c->cid);
	put_u32(n, ISI_A_CONN_GENERATION, c->generation);
}

void conn_add_message(struct message *m, const struct session *s, int fd,
		      uint16_t cid)
{
	struct nest *n;

	session_message(m, ISI_CMD_CONN_ADD, s);
	n = message_nest(m, ISI_A_CONN);
	put_u16(n, ISI_A_CONN_CID, cid);
	put_u32(n, ISI_A_CONN_FD, fd);
	put_u32(n, ISI_A_CONN_EXP_STATSN, 1);
	put_u32(n, ISI_A_CONN_MAX_RECV_DSL, 65536);
	put_u32(n, ISI_A_CONN_MAX_XMIT_DSL, 8192);
}

void conn_lead_message(struct message *m, const struct session *s, int fd,
		       uint16_t cid)
{
	struct nest *n;

	conn_add_message(m, s, fd, cid);
	n = message_nest(m, ISI_A_SESSION);
	put_u16(n, ISI_A_SESSION_TSIH, 1);
	put_u32(n, ISI_A_SESSION_CMDSN, 1);
	put_u32(n, ISI_A_SESSION_EXP_CMDSN, 1);
	put_u32(n, ISI_A_SESSION_MAX_CMDSN, 64);
	put_u8(n, ISI_A_SESSION_INITIAL_R2T, 1);
	put_u8(n, ISI_A_SESSION_IMMEDIATE_DATA, 1);
	put_u32(n, ISI_A_SESSION_FIRST_BURST_LENGTH, 65536);
	put_u32(n, ISI_A_SESSION_MAX_BURST_LENGTH, 262144);
	put_u16(n, ISI_A_SESSION_MAX_OUTSTANDING_R2T, 1);
	put_u8(n, ISI_A_SESSION_DATA_PDU_IN_ORDER, 1);
	put_u8(n, ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER, 1);
	put_u8(n, ISI_A_SESSION_ERL, 0);
}

void pdu_send_message(struct message *m, const struct conn *c,
		      const struct iscsi_bhs *bhs, const void *data,
		      uint32_t length)
{
	struct nest *n;

	conn_message(m, ISI_CMD_PDU_SEND, c);
	n = message_nest(m, ISI_A_PDU);
	put_bytes(n, ISI_A_PDU_BHS, bhs, sizeof(*bhs));
	if (length)
		put_bytes(n, ISI_A_PDU_DATA, data, length);
}

int tell(const struct message *m, int expected, const char *what)
{
	struct reply r;
	int error = talk(&main_link, m, &r);

	check_error(error, expected, "%s%s%s", command_name(m->cmd),
		    *what ? ", " : "", what);
	return error;
}

int tell_session(uint8_t cmd, const struct session *s, int expected)
{
	struct message m;

	session_message(&m, cmd, s);
	return tell(&m, expected, "");
}

int tell_conn(uint8_t cmd, const struct conn *c, int expected)
{
	struct message m;

	conn_message(&m, cmd, c);
	return tell(&m, expected, "");
}

struct session session_make(void)
{
	static unsigned int n;
	struct message m;
	struct session s;
	struct reply r;

	session_add_message(&m, ++n);
	check_error(talk(&main_link, &m, &r), 0, "SESSION_ADD");
	s = (struct session) {
		.id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID),
		.generation = reply_u32(&r, ISI_A_SESSION,
					ISI_A_SESSION_GENERATION),
		.host = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_HOST),
	};
	check(s.id && s.generation, "SESSION_ADD: no handle");
	return s;
}

void session_end(const struct session *s)
{
	struct event e;

	tell_session(ISI_CMD_SESSION_DEL, s, 0);
	expect_event(s, ISI_EVENT_GONE, &e);
	tell_session(ISI_CMD_SESSION_GET, s, -ENOENT);
}

struct conn conn_make(const struct session *s, uint8_t transport)
{
	struct conn c = { .session = s, .cid = 0, .statsn = 1 };
	struct message m;
	struct reply r;
	int ours;

	tcp_pair(AF_INET, &ours, &c.peer);
	conn_lead_message(&m, s, ours, c.cid);
	put_u8(message_nest(&m, ISI_A_CONN), ISI_A_CONN_TRANSPORT, transport);
	check_error(talk(&main_link, &m, &r), 0, "CONN_ADD (%s)", r.why);
	c.generation = reply_u32(&r, ISI_A_CONN, ISI_A_CONN_GENERATION);
	check(c.generation, "CONN_ADD: no handle");
	close(ours);
	return c;
}

void session_up(struct session *s, struct conn *c, uint8_t transport)
{
	struct event e;

	*s = session_make();
	*c = conn_make(s, transport);
	expect_event(s, ISI_EVENT_SESSION_STATE, &e);
	check(e.state == ISI_SESSION_UP, "state %u after CONN_ADD", e.state);
}

void conn_end(struct conn *c)
{
	close(c->peer);
	c->peer = -1;
}

void expect_event(const struct session *s, int cmd, struct event *e)
{
	check(listen_for(&events, cmd, s->id, PATIENCE_MS, e),
	      "%s does not come", command_name(cmd));
	check(e->session_generation == s->generation, "%s of generation %u",
	      command_name(cmd), e->session_generation);
}

void expect_no_event(const struct session *s, int cmd)
{
	struct event e;

	check(!listen_for(&events, cmd, s->id, 0, &e), "%s comes",
	      command_name(cmd));
}

void expect_failure(const struct conn *c, uint8_t reason, int error)
{
	struct event e;

	expect_event(c->session, ISI_EVENT_CONN_FAILED, &e);
	check(e.fail_reason == reason, "failed for reason %u, not %u",
	      e.fail_reason, reason);
	check_error(e.fail_errno, error, "FAIL_ERRNO");
	check(e.cid == c->cid && e.conn_generation == c->generation,
	      "failure of another connection");
	expect_no_event(c->session, ISI_EVENT_CONN_FAILED);
}

static void count_one(const struct reply *r, void *arg)
{
	(void)r;
	++*(int *)arg;
}

int session_count(struct link *l)
{
	struct message m;
	int count = 0;

	message_init(&m, ISI_CMD_SESSION_GET);
	check_error(dump(l, &m, count_one, &count), 0, "dump of sessions");
	return count;
}

uint8_t session_state(const struct session *s)
{
	struct message m;
	uint8_t state = 0xff;
	struct reply r;

	session_message(&m, ISI_CMD_SESSION_GET, s);
	if (!talk(&main_link, &m, &r))
		reply_get(&r, ISI_A_SESSION, 0, ISI_A_SESSION_STATE, &state, 1);
	return state;
}
