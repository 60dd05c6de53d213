/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions and connections as the tests want them: right in all that they do
 * not mean to get wrong.
 */
#ifndef SCENE_H
#define SCENE_H

#include "check.h"
#include "link.h"
#include "peer.h"

/* A wait that is long only when it fails. */
#define PATIENCE_MS	30000

struct session {
	uint32_t id;
	uint32_t generation;
	uint32_t host;
};

struct conn {
	const struct session *session;
	uint16_t cid;
	uint32_t generation;
	int peer;		/* the target's end */
	uint32_t statsn;	/* of the target's next status */
};

extern struct link main_link;
extern struct listener events;

/* Messages without a mistake. @n makes the target's name. */
void session_add_message(struct message *m, unsigned int n);
void session_message(struct message *m, uint8_t cmd, const struct session *s);
void conn_message(struct message *m, uint8_t cmd, const struct conn *c);
void conn_add_message(struct message *m, const struct session *s, int fd,
		      uint16_t cid);		/* beside a live one */
void conn_lead_message(struct message *m, const struct session *s, int fd,
		       uint16_t cid);		/* the first, or reinstating */
void pdu_send_message(struct message *m, const struct conn *c,
		      const struct iscsi_bhs *bhs, const void *data,
		      uint32_t length);

/* Done, and checked that it was done. */
struct session session_make(void);
void session_end(const struct session *s);
/* A session with one live connection; its statsn is 1. */
void session_up(struct session *s, struct conn *c, uint8_t transport);
struct conn conn_make(const struct session *s, uint8_t transport);
void conn_end(struct conn *c);		/* closes the target's end */

/* Tells the module to do @cmd, and checks that it says @expected. */
int tell(const struct message *m, int expected, const char *what);
int tell_session(uint8_t cmd, const struct session *s, int expected);
int tell_conn(uint8_t cmd, const struct conn *c, int expected);

/* CONN_FAILED for this connection and reason comes, and only once. */
void expect_failure(const struct conn *c, uint8_t reason, int error);
void expect_event(const struct session *s, int cmd, struct event *e);
void expect_no_event(const struct session *s, int cmd);

int session_count(struct link *l);
uint8_t session_state(const struct session *s);

/* What the tests are; each a file. */
void test_attributes(void);
void test_values(void);
void test_sockets(void);
void test_order(void);
void test_permissions(void);
void test_namespaces(void);
void test_wire(uint8_t transport);
void test_violations(uint8_t transport);
void test_commands(uint8_t transport);
void test_digests(uint8_t transport);
void test_answers(uint8_t transport);
void test_pings(uint8_t transport);
void test_allocations(void);
void test_random(unsigned int seed, int messages);

#endif
