// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that runs out at each allocation of each command in turn, the first,
 * the second, and so on until there are no more of them: the command fails and
 * says why, or does without. Whatever became of it, what is there can be
 * removed, and nothing else is. Needs a kernel with fault injection.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

/* No command is so long that it allocates more often. */
#define MOST_ALLOCATIONS	5000

/* What a command needs to be there. */
enum needs { NOTHING, A_SESSION, A_SOCKET, A_CONNECTION };

static const struct operation {
	uint8_t cmd;
	enum needs needs;
	bool dump;
	int also;		/* an error beside those of no memory */
} operations[] = {
	/* The midlayer says so when it cannot make a work queue. */
	{ ISI_CMD_SESSION_ADD, NOTHING, .also = -EINVAL },
	{ ISI_CMD_SESSION_SET, A_SESSION },
	{ ISI_CMD_SESSION_GET, A_CONNECTION },
	{ ISI_CMD_SESSION_GET, A_CONNECTION, .dump = true },
	{ ISI_CMD_STATS_GET, A_CONNECTION },
	{ ISI_CMD_CONN_ADD, A_SOCKET },
	{ ISI_CMD_PDU_SEND, A_CONNECTION },
	{ ISI_CMD_SESSION_SCAN, A_CONNECTION },
	{ ISI_CMD_CONN_STOP, A_CONNECTION },
	{ ISI_CMD_CONN_DEL, A_CONNECTION },
	{ ISI_CMD_SESSION_UNBIND, A_CONNECTION },
	{ ISI_CMD_SESSION_DEL, A_CONNECTION },
};

/* What is there when a command comes. */
struct setting {
	struct session session;
	struct conn conn;
	int ours;		/* A_SOCKET: this end, not given away yet */
};

static void set_up(struct setting *at, enum needs needs)
{
	*at = (struct setting) { .conn.peer = -1, .ours = -1 };
	if (needs >= A_SESSION)
		at->session = session_make();
	at->conn.session = &at->session;
	if (needs == A_SOCKET)
		tcp_pair(AF_INET, &at->ours, &at->conn.peer);
	else if (needs == A_CONNECTION)
		at->conn = conn_make(&at->session, ISI_TRANSPORT_TCP);
}

static void build(struct message *m, const struct operation *op,
		  const struct setting *at)
{
	struct iscsi_bhs nop = { .opcode = ISCSI_OPCODE_NOP_OUT,
				 .flags = ISCSI_BHS_FINAL };
	static const char ping[100];

	switch (op->cmd) {
	case ISI_CMD_SESSION_ADD:
		session_add_message(m, 1);
		break;
	case ISI_CMD_CONN_ADD:
		conn_lead_message(m, &at->session, at->ours, 0);
		break;
	case ISI_CMD_PDU_SEND:
		pdu_send_message(m, &at->conn, &nop, ping, sizeof(ping));
		break;
	case ISI_CMD_CONN_STOP:
	case ISI_CMD_CONN_DEL:
		conn_message(m, op->cmd, &at->conn);
		break;
	case ISI_CMD_SESSION_SET:
		session_message(m, op->cmd, &at->session);
		put_u32(message_nest(m, ISI_A_SESSION),
			ISI_A_SESSION_RECOVERY_TMO, 7);
		break;
	default:
		session_message(m, op->cmd, &at->session);
	}
	if (op->dump)
		message_init(m, op->cmd);
}

static void ignore(const struct reply *r, void *arg)
{
	(void)r;
	(void)arg;
}

static void note_handle(const struct reply *r, void *arg)
{
	struct session *s = arg;

	s->id = reply_u32(r, ISI_A_SESSION, ISI_A_SESSION_ID);
	s->generation = reply_u32(r, ISI_A_SESSION, ISI_A_SESSION_GENERATION);
}

/* The answer may have been what there was no memory for: ask who is there. */
static void remove_sessions(const char *after, unsigned int nth)
{
	struct message m, all;
	struct session s;
	struct reply r;

	message_init(&all, ISI_CMD_SESSION_GET);
	for (int tries = 0; tries < PATIENCE_MS / 5; tries++) {
		s.id = 0;
		check_error(dump(&main_link, &all, note_handle, &s), 0,
			    "the dump after %s without allocation %u", after, nth);
		if (!s.id)
			return;
		session_message(&m, ISI_CMD_SESSION_DEL, &s);
		talk(&main_link, &m, &r); /* -EALREADY while it is going */
		usleep(5000);
	}
	check(false, "%s without allocation %u leaves a session", after, nth);
}

static bool excusable(const struct operation *op, int error)
{
	return !error || error == -ENOMEM || error == -ENOBUFS ||
	       error == op->also;
}

/* Returns false when the command has no @nth allocation. */
static bool fail_once(const struct operation *op, unsigned int nth)
{
	struct setting at;
	struct message m;
	struct reply r;
	bool reached;
	int error;

	set_up(&at, op->needs);
	build(&m, op, &at);
	main_link.fail_nth = nth;
	if (op->dump)
		error = dump(&main_link, &m, ignore, NULL);
	else
		error = talk(&main_link, &m, &r);
	reached = !main_link.fail_nth;
	main_link.fail_nth = 0;
	check(reached ? excusable(op, error) : !error, "%s without allocation %u: %d",
	      command_name(op->cmd), nth, error);
	remove_sessions(command_name(op->cmd), nth);
	close(at.ours);
	close(at.conn.peer);
	return reached;
}

void test_allocations(void)
{
	unsigned int nth;

	listener_close(&events); /* they are among what gets no memory */
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *op = &operations[i];

		section("no memory for %s%s", command_name(op->cmd),
			op->dump ? ", all" : "");
		for (nth = 1; nth < MOST_ALLOCATIONS && fail_once(op, nth); nth++)
			;
		check(nth > 1 && nth < MOST_ALLOCATIONS,
		      "allocations are not made to fail");
		printf("%u allocations\n", nth - 1);
	}
	listener_open(&events);
}
