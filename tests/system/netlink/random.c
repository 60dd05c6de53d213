// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two threads send the module right and wrong messages in no order at all, on
 * the same few sessions, while targets come, ping, talk nonsense and go. Every
 * message has an answer, and it is one the uapi header names; and at the end
 * every session has ended once, and every connection has failed once.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

#define THREADS		2
#define SLOTS		5
#define CONNS		3
#define TRACKED		65536

/* What the threads know of, and both use: often it is already otherwise. */
struct slot {
	struct session session;
	struct conn conns[CONNS];
};

static struct slot slots[SLOTS];
static pthread_mutex_t slots_mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int sessions_added, conns_added, threads_running;

struct actor {
	struct link link;
	unsigned int seed;
	int messages;
	pthread_t thread;
};

static unsigned int dice(struct actor *a, unsigned int sides)
{
	return rand_r(&a->seed) % sides;
}

static struct slot pick_slot(struct actor *a, int *index)
{
	struct slot s;

	*index = dice(a, SLOTS);
	pthread_mutex_lock(&slots_mutex);
	s = slots[*index];
	pthread_mutex_unlock(&slots_mutex);
	return s;
}

/* The errnos that a command's text in the uapi header names, or all do. */
static bool documented(int cmd, int error)
{
	static const int always[] = { 0, EINVAL, ERANGE, ENOENT, ESTALE,
				      ENOMEM };
	static const struct { int cmd, error; } named[] = {
		{ ISI_CMD_SESSION_ADD, EEXIST },
		{ ISI_CMD_SESSION_SCAN, ENOTCONN },
		{ ISI_CMD_SESSION_SCAN, EALREADY },
		{ ISI_CMD_SESSION_UNBIND, EALREADY },
		{ ISI_CMD_SESSION_DEL, EALREADY },
		{ ISI_CMD_CONN_ADD, EBADF },
		{ ISI_CMD_CONN_ADD, ENOTSOCK },
		{ ISI_CMD_CONN_ADD, EPROTOTYPE },
		{ ISI_CMD_CONN_ADD, ENOTCONN },
		{ ISI_CMD_CONN_ADD, EBUSY },
		{ ISI_CMD_CONN_ADD, EEXIST },
		{ ISI_CMD_CONN_ADD, EISCONN },
		{ ISI_CMD_CONN_ADD, EMFILE },
		{ ISI_CMD_CONN_ADD, ESHUTDOWN },
		{ ISI_CMD_PDU_SEND, EOPNOTSUPP },
		{ ISI_CMD_PDU_SEND, ENOTCONN },
		{ ISI_CMD_PDU_SEND, EBUSY },
		{ ISI_CMD_PDU_SEND, EMSGSIZE },
	};

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (-error == always[i])
			return true;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (cmd == named[i].cmd && -error == named[i].error)
			return true;
	return false;
}

static int say(struct actor *a, const struct message *m, struct reply *r)
{
	int error = talk(&a->link, m, r);

	check(documented(m->cmd, error), "%s: %s", command_name(m->cmd),
	      strerrorname_np(-error));
	return error;
}

/* What was in the slot is forgotten; the module still has it. */
static void add_session(struct actor *a)
{
	struct slot new = {};
	struct message m;
	struct reply r;
	int index = dice(a, SLOTS);

	session_add_message(&m, 8000 + index);
	put_u16(message_nest(&m, ISI_A_SESSION), ISI_A_SESSION_MAX_CONNECTIONS,
		1 + dice(a, CONNS));
	if (say(a, &m, &r))
		return;
	sessions_added++;
	new.session.id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID);
	new.session.generation = reply_u32(&r, ISI_A_SESSION,
					   ISI_A_SESSION_GENERATION);
	pthread_mutex_lock(&slots_mutex);
	for (int i = 0; i < CONNS; i++)
		new.conns[i].peer = slots[index].conns[i].peer;
	slots[index] = new;
	pthread_mutex_unlock(&slots_mutex);
}

static void keep_conn(int index, const struct session *s, const struct conn *c)
{
	struct conn *kept = &slots[index].conns[c->cid];

	pthread_mutex_lock(&slots_mutex);
	if (kept->peer > 0)
		close(kept->peer);
	*kept = *c;
	kept->session = NULL;
	if (slots[index].session.id != s->id)
		kept->generation = 0;
	pthread_mutex_unlock(&slots_mutex);
}

static void add_conn(struct actor *a)
{
	struct conn c = { .cid = dice(a, CONNS) };
	int index, ours;
	struct slot s = pick_slot(a, &index);
	struct message m;
	struct reply r;

	tcp_pair(AF_INET, &ours, &c.peer);
	if (dice(a, 8) == 0)
		shutdown(c.peer, SHUT_WR);
	if (dice(a, 2))
		conn_lead_message(&m, &s.session, ours, c.cid);
	else
		conn_add_message(&m, &s.session, ours, c.cid);
	put_u8(message_nest(&m, ISI_A_CONN), ISI_A_CONN_TRANSPORT, dice(a, 2));
	if (say(a, &m, &r)) {
		close(c.peer);
	} else {
		conns_added++;
		c.generation = reply_u32(&r, ISI_A_CONN,
					 ISI_A_CONN_GENERATION);
		keep_conn(index, &s.session, &c);
	}
	close(ours);
}

static void use_conn(struct actor *a)
{
	static const uint8_t opcodes[] = { ISCSI_OPCODE_NOP_OUT,
		ISCSI_OPCODE_TEXT_REQUEST, ISCSI_OPCODE_LOGOUT_REQUEST,
		ISCSI_OPCODE_NOP_OUT, ISCSI_OPCODE_NOP_OUT, 0x3f };
	static const uint8_t data[100];
	struct iscsi_bhs bhs = { .opcode = opcodes[dice(a, 6)],
				 .flags = ISCSI_BHS_FINAL };
	int index;
	struct slot s = pick_slot(a, &index);
	struct conn *c = &s.conns[dice(a, CONNS)];
	struct message m;
	struct reply r;

	c->session = &s.session;
	switch (dice(a, 6)) {
	case 0:
		conn_message(&m, ISI_CMD_CONN_STOP, c);
		break;
	case 1:
		conn_message(&m, ISI_CMD_CONN_DEL, c);
		break;
	default:
		pdu_send_message(&m, c, &bhs, data, dice(a, sizeof(data)));
		break;
	}
	say(a, &m, &r);
}

static void use_session(struct actor *a)
{
	static const uint8_t commands[] = { ISI_CMD_SESSION_GET,
		ISI_CMD_STATS_GET, ISI_CMD_SESSION_SCAN, ISI_CMD_SESSION_SET,
		ISI_CMD_SESSION_UNBIND, ISI_CMD_SESSION_DEL, ISI_CMD_INFO_GET,
		ISI_CMD_SESSION_GET, ISI_CMD_SESSION_SCAN };
	int index;
	struct slot s = pick_slot(a, &index);
	struct message m;
	struct reply r;
	struct nest *n;

	session_message(&m, commands[dice(a, sizeof(commands))], &s.session);
	if (m.cmd == ISI_CMD_SESSION_SET) {
		n = message_nest(&m, ISI_A_SESSION);
		put_u32(n, ISI_A_SESSION_RECOVERY_TMO, (int)dice(a, 4) - 1);
		put_u32(n, ISI_A_SESSION_PING_INTERVAL, dice(a, 3));
		put_u32(n, ISI_A_SESSION_PING_TIMEOUT, 1 + dice(a, 2000));
	}
	say(a, &m, &r);
}

static void take_dump(struct actor *a)
{
	struct message m;
	int error;

	message_init(&m, dice(a, 2) ? ISI_CMD_SESSION_GET : ISI_CMD_STATS_GET);
	error = dump(&a->link, &m, NULL, NULL);
	check_error(error, 0, "dump of %s", command_name(m.cmd));
}

/* A message that may be of any command, with anything in it. */
static void talk_nonsense(struct actor *a)
{
	static uint8_t bytes[256];
	int index;
	struct slot s = pick_slot(a, &index);
	struct message m;
	struct reply r;

	s.conns[0].session = &s.session;
	conn_message(&m, ISI_CMD_INFO_GET + dice(a, ISI_CMD_STATS_GET),
		     &s.conns[0]);
	for (unsigned int n = 1 + dice(a, 4); n; n--) {
		struct nest *nest = message_nest(&m, dice(a, ISI_A_MAX + 2));

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = dice(a, 256);
		if (dice(a, 4) == 0) {
			nest->raw = bytes;
			nest->raw_len = dice(a, 64);
		}
		put_bytes(nest, dice(a, ISI_A_SESSION_MAX + 2), bytes,
			  dice(a, sizeof(bytes)));
	}
	if (!say(a, &m, &r) && m.cmd == ISI_CMD_CONN_ADD)
		conns_added++;
}

/* The target pings, or says anything, or goes. */
static void move_target(struct actor *a)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_NOP_IN,
				 .flags = ISCSI_BHS_FINAL,
				 .itt = htobe32(ISCSI_TAG_NONE), .ttt = 1 };
	struct conn *c = &slots[dice(a, SLOTS)].conns[dice(a, CONNS)];
	int what = dice(a, 4);

	pthread_mutex_lock(&slots_mutex);
	if (c->peer > 0 && what < 2) {
		send(c->peer, &bhs, sizeof(bhs), MSG_DONTWAIT | MSG_NOSIGNAL);
	} else if (c->peer > 0 && what == 2) {
		for (size_t i = 0; i < sizeof(bhs); i++)
			((uint8_t *)&bhs)[i] = dice(a, 256);
		send(c->peer, &bhs, 1 + dice(a, sizeof(bhs)),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
	} else if (c->peer > 0) {
		close(c->peer);
		c->peer = 0;
	}
	pthread_mutex_unlock(&slots_mutex);
}

static void *act(void *arg)
{
	static void (*const acts[])(struct actor *a) = { add_session, add_conn,
		add_conn, use_conn, use_conn, use_session, use_session,
		take_dump, talk_nonsense, talk_nonsense, move_target };
	struct actor *a = arg;

	while (a->messages--)
		acts[dice(a, sizeof(acts) / sizeof(acts[0]))](a);
	threads_running--;
	return NULL;
}

/* What the events say, taken together. */
struct tally {
	uint32_t last_seq;
	int gone, failed, gaps, twice;
	uint8_t failures[TRACKED];	/* by the connection's generation */
};

static void count_event(struct tally *t, const struct event *e)
{
	if (t->last_seq && e->seq != t->last_seq + 1)
		t->gaps++;
	t->last_seq = e->seq;
	if (e->cmd == ISI_EVENT_GONE)
		t->gone++;
	if (e->cmd != ISI_EVENT_CONN_FAILED)
		return;
	t->failed++;
	t->twice += t->failures[e->conn_generation % TRACKED]++ != 0;
}

static void count_events(struct tally *t, int ms)
{
	struct event e;

	while (listen_for(&events, 0, 0, ms, &e))
		count_event(t, &e);
}

static void delete_one(const struct reply *r, void *arg)
{
	struct session s = {
		.id = reply_u32(r, ISI_A_SESSION, ISI_A_SESSION_ID),
		.generation = reply_u32(r, ISI_A_SESSION,
					ISI_A_SESSION_GENERATION),
	};
	struct message m;
	struct reply answer;

	session_message(&m, ISI_CMD_SESSION_DEL, &s);
	talk(arg, &m, &answer);
	check(!answer.error || answer.error == -EALREADY ||
	      answer.error == -ENOENT, "DEL: %d", answer.error);
}

static void end_sessions(struct tally *t)
{
	struct link deleter;
	struct message m;
	struct event e;

	link_open(&deleter);
	message_init(&m, ISI_CMD_SESSION_GET);
	check_error(dump(&main_link, &m, delete_one, &deleter), 0, "dump");
	while (t->gone < sessions_added &&
	       check(listen_for(&events, 0, 0, PATIENCE_MS, &e),
		     "%d sessions of %d are gone", t->gone, sessions_added))
		count_event(t, &e);
	count_events(t, 0);
	link_close(&deleter);
	check(session_count(&main_link) == 0, "sessions are left");
}

static void close_targets(void)
{
	for (int i = 0; i < SLOTS; i++)
		for (int k = 0; k < CONNS; k++)
			if (slots[i].conns[k].peer > 0)
				close(slots[i].conns[k].peer);
}

void test_random(unsigned int seed, int messages)
{
	static struct actor actors[THREADS];
	static struct tally t;

	section("%d messages from %d threads, seed %u", messages, THREADS,
		seed);
	count_events(&t, 0);
	memset(&t, 0, sizeof(t));
	threads_running = THREADS;
	for (int i = 0; i < THREADS; i++) {
		actors[i].seed = seed * THREADS + i;
		actors[i].messages = messages / THREADS;
		link_open(&actors[i].link);
		need(!pthread_create(&actors[i].thread, NULL, act, &actors[i]),
		     "pthread_create");
	}
	while (threads_running)
		count_events(&t, 20);
	for (int i = 0; i < THREADS; i++) {
		need(!pthread_join(actors[i].thread, NULL), "pthread_join");
		link_close(&actors[i].link);
	}
	end_sessions(&t);
	close_targets();
	printf("%d sessions, %d connections came and went\n", sessions_added,
	       conns_added);
	check(t.gone == sessions_added, "%d sessions added, %d gone",
	      sessions_added, t.gone);
	check(t.failed == conns_added, "%d connections added, %d failed",
	      conns_added, t.failed);
	check(t.twice == 0, "%d connections failed twice", t.twice);
	check(t.gaps == 0, "%d gaps in the events", t.gaps);
	check(sessions_added > 0 && conns_added > 0, "nothing happened");
}
