// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Right messages at the wrong time, and handles that are no longer, or never
 * were, of anything.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

/* Commands that take a whole handle of a session. */
static const uint8_t by_session[] = { ISI_CMD_SESSION_SET,
	ISI_CMD_SESSION_SCAN, ISI_CMD_SESSION_UNBIND, ISI_CMD_SESSION_DEL,
	ISI_CMD_CONN_ADD, ISI_CMD_CONN_STOP, ISI_CMD_CONN_DEL,
	ISI_CMD_PDU_SEND };
/* ... and of a connection. */
static const uint8_t by_conn[] = { ISI_CMD_CONN_STOP, ISI_CMD_CONN_DEL,
	ISI_CMD_PDU_SEND };

#define EACH(cmd, list) \
	(size_t i_ = 0, cmd = (list)[0]; i_ < sizeof(list); \
	 i_++, cmd = i_ < sizeof(list) ? (list)[i_] : 0)

static void unknown_handles(const struct conn *c)
{
	static const uint32_t no_ids[] = { 0, 0x7fffffff, 0xffffffff };
	struct session wrong = *c->session;
	struct conn other = *c;

	section("handles of nothing");
	other.session = &wrong;
	for (size_t n = 0; n < sizeof(no_ids) / sizeof(no_ids[0]); n++) {
		wrong.id = no_ids[n];
		for EACH(cmd, by_session)
			tell_conn(cmd, &other, -ENOENT);
		tell_session(ISI_CMD_SESSION_GET, &wrong, -ENOENT);
		tell_session(ISI_CMD_STATS_GET, &wrong, -ENOENT);
	}
	other = *c;
	other.cid = 99;
	for EACH(cmd, by_conn)
		tell_conn(cmd, &other, -ENOENT);

	section("stale handles");
	wrong = *c->session;
	wrong.generation--;
	other = *c;
	other.session = &wrong;
	for EACH(cmd, by_session)
		tell_conn(cmd, &other, -ESTALE);
	tell_session(ISI_CMD_SESSION_GET, &wrong, -ESTALE);
	other.session = c->session;
	other.generation++;
	for EACH(cmd, by_conn)
		tell_conn(cmd, &other, -ESTALE);
	check(session_state(c->session) == ISI_SESSION_UP, "session not up");
	expect_no_event(c->session, ISI_EVENT_CONN_FAILED);
}

static void before_a_connection(void)
{
	struct session s = session_make();
	struct conn c = { .session = &s };
	struct event e;

	section("a session that never had a connection");
	tell_session(ISI_CMD_SESSION_SCAN, &s, -ENOTCONN);
	for EACH(cmd, by_conn)
		tell_conn(cmd, &c, -ENOENT);
	tell_session(ISI_CMD_STATS_GET, &s, 0);
	tell_session(ISI_CMD_SESSION_UNBIND, &s, 0);
	expect_event(&s, ISI_EVENT_UNBOUND, &e);
	tell_session(ISI_CMD_SESSION_UNBIND, &s, -EALREADY);
	expect_no_event(&s, ISI_EVENT_UNBOUND);
	session_end(&s);
	for EACH(cmd, by_session)
		tell_conn(cmd, &c, -ENOENT);
}

/* Until it is gone a session says so; after that there is none. */
static void while_it_ends(void)
{
	struct session s = session_make();
	struct message m;
	struct reply r;
	struct event e;
	int ours, theirs;

	section("a session that is being removed");
	tcp_pair(AF_INET, &ours, &theirs);
	tell_session(ISI_CMD_SESSION_DEL, &s, 0);
	session_message(&m, ISI_CMD_SESSION_DEL, &s);
	talk(&main_link, &m, &r);
	check(r.error == -EALREADY || r.error == -ENOENT, "DEL again: %d",
	      r.error);
	session_message(&m, ISI_CMD_SESSION_UNBIND, &s);
	talk(&main_link, &m, &r);
	check(r.error == -EALREADY || r.error == -ENOENT, "UNBIND: %d",
	      r.error);
	conn_lead_message(&m, &s, ours, 0);
	talk(&main_link, &m, &r);
	check(r.error == -ESHUTDOWN || r.error == -ENOENT, "CONN_ADD: %d",
	      r.error);
	expect_event(&s, ISI_EVENT_GONE, &e);
	expect_no_event(&s, ISI_EVENT_GONE);
	tell(&m, -ENOENT, "after it is gone");
	close(ours);
	close(theirs);
}

static void stop_twice(uint8_t transport)
{
	struct iscsi_bhs nop = { .opcode = ISCSI_OPCODE_NOP_OUT,
				 .flags = ISCSI_BHS_FINAL };
	struct session s;
	struct message m;
	struct conn c;
	struct pdu pdu;

	section("CONN_STOP and CONN_DEL, twice (transport %u)", transport);
	session_up(&s, &c, transport);
	conn_message(&m, ISI_CMD_CONN_STOP, &c);
	put_u8(message_nest(&m, ISI_A_CONN), ISI_A_CONN_FAIL_REASON,
	       ISI_FAIL_LOGIN_LOST);
	tell(&m, 0, "with a reason");
	expect_failure(&c, ISI_FAIL_LOGIN_LOST, 0);
	check(peer_receive(c.peer, &pdu, PATIENCE_MS) == GOT_RESET,
	      "the connection was not reset");
	check(session_state(&s) == ISI_SESSION_BLOCKED, "not blocked");
	tell_conn(ISI_CMD_CONN_STOP, &c, 0);
	expect_no_event(&s, ISI_EVENT_CONN_FAILED);
	pdu_send_message(&m, &c, &nop, NULL, 0);
	tell(&m, -ENOTCONN, "on a connection that has failed");
	tell_session(ISI_CMD_SESSION_SCAN, &s, -ENOTCONN);
	tell_conn(ISI_CMD_CONN_DEL, &c, 0);
	tell_conn(ISI_CMD_CONN_DEL, &c, -ENOENT);
	tell_conn(ISI_CMD_CONN_STOP, &c, -ENOENT);
	expect_no_event(&s, ISI_EVENT_CONN_FAILED);
	conn_end(&c);
	session_end(&s);
}

/* It was live: there is an event, and what is queued in TCP is thrown away. */
static void delete_live(uint8_t transport)
{
	struct session s;
	struct conn c;
	struct pdu pdu;

	section("CONN_DEL of a live connection (transport %u)", transport);
	session_up(&s, &c, transport);
	tell_conn(ISI_CMD_CONN_DEL, &c, 0);
	expect_failure(&c, ISI_FAIL_STOPPED, 0);
	check(peer_receive(c.peer, &pdu, PATIENCE_MS) == GOT_RESET,
	      "the connection was not reset");
	check(session_state(&s) == ISI_SESSION_BLOCKED, "not blocked");
	conn_end(&c);
	session_end(&s);
}

/* A session may lose its connection as often as it likes. */
static void reinstate(uint8_t transport)
{
	struct session s;
	struct conn c, old;
	struct event e;

	section("reinstatement (transport %u)", transport);
	session_up(&s, &c, transport);
	for (int n = 0; n < 5; n++) {
		old = c;
		tell_conn(ISI_CMD_CONN_STOP, &c, 0);
		expect_failure(&c, ISI_FAIL_STOPPED, 0);
		conn_end(&old);
		c = conn_make(&s, transport);
		expect_event(&s, ISI_EVENT_SESSION_STATE, &e);
		check(e.state == ISI_SESSION_UP, "state %u", e.state);
		tell_conn(ISI_CMD_CONN_STOP, &old, -ESTALE);
		check(session_state(&s) == ISI_SESSION_UP, "not up");
	}
	conn_end(&c);
	expect_failure(&c, ISI_FAIL_PEER_CLOSED, 0);
	session_end(&s);
}

/* The recovery timer; a session that has expired can still come back. */
static void expire(void)
{
	struct session s;
	struct message m;
	struct event e;
	struct conn c;

	section("the recovery timer");
	session_up(&s, &c, ISI_TRANSPORT_TCP);
	session_message(&m, ISI_CMD_SESSION_SET, &s);
	put_u32(message_nest(&m, ISI_A_SESSION), ISI_A_SESSION_RECOVERY_TMO, 1);
	tell(&m, 0, "RECOVERY_TMO");
	conn_end(&c);
	expect_failure(&c, ISI_FAIL_PEER_CLOSED, 0);
	expect_event(&s, ISI_EVENT_SESSION_STATE, &e);
	check(e.state == ISI_SESSION_EXPIRED, "state %u", e.state);
	tell_session(ISI_CMD_SESSION_SCAN, &s, -ENOTCONN);
	c = conn_make(&s, ISI_TRANSPORT_TCP);
	expect_event(&s, ISI_EVENT_SESSION_STATE, &e);
	check(e.state == ISI_SESSION_UP, "state %u", e.state);
	conn_end(&c);
	expect_failure(&c, ISI_FAIL_PEER_CLOSED, 0);
	session_end(&s);
}

void test_order(void)
{
	struct session s;
	struct conn c;

	session_up(&s, &c, ISI_TRANSPORT_TCP);
	unknown_handles(&c);
	conn_end(&c);
	session_end(&s);
	before_a_connection();
	while_it_ends();
	for (uint8_t t = ISI_TRANSPORT_TCP; t <= ISI_TRANSPORT_GENERIC; t++) {
		stop_twice(t);
		delete_live(t);
		reinstate(t);
	}
	expire();
}
