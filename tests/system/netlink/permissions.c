// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who has no CAP_NET_ADMIN in the initial user namespace may do nothing, and
 * hear nothing: another user, and root of a user namespace, with and without a
 * network namespace of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"

/* Messages that would do something if root sent them. */
static void try_everything(const struct conn *c)
{
	struct iscsi_bhs nop = { .opcode = ISCSI_OPCODE_NOP_OUT,
				 .flags = ISCSI_BHS_FINAL };
	struct link mine;
	struct message m;
	struct reply r;

	link_open(&mine);
	for (int cmd = ISI_CMD_INFO_GET; cmd <= ISI_CMD_STATS_GET; cmd++) {
		conn_message(&m, cmd, c);
		if (cmd == ISI_CMD_SESSION_ADD)
			session_add_message(&m, 5000);
		if (cmd == ISI_CMD_PDU_SEND)
			pdu_send_message(&m, c, &nop, NULL, 0);
		check_error(talk(&mine, &m, &r), -EPERM, "%s",
			    command_name(cmd));
		check(!r.messages, "%s: an answer", command_name(cmd));
		/* Nor does a mistake tell anything. */
		put_u8(message_nest(&m, ISI_A_MAX + 1), 1, 1);
		check_error(talk(&mine, &m, &r), -EPERM, "%s, malformed",
			    command_name(cmd));
	}
	for (int n = 0; n < 2; n++) {
		message_init(&m, n ? ISI_CMD_STATS_GET : ISI_CMD_SESSION_GET);
		m.dump = true;
		check_error(talk(&mine, &m, &r), -EPERM, "dump of %s",
			    command_name(m.cmd));
		check(!r.messages, "a dump without permission");
	}
	link_close(&mine);
}

static void try_to_listen(void)
{
	struct link mine;

	link_open(&mine);
	check_error(link_join(&mine), -EPERM, "the events");
	link_close(&mine);
}

static void become_user(void)
{
	need(!setgroups(0, NULL) && !setresgid(1000, 1000, 1000) &&
	     !setresuid(1000, 1000, 1000), "setresuid");
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	     path);
	close(fd);
}

/* Root there, and nobody here. */
static void become_root_of_namespace(int flags)
{
	need(!unshare(CLONE_NEWUSER | flags), "unshare");
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/gid_map", "0 0 1");
	need(!setresuid(0, 0, 0), "setresuid");
}

enum who { A_USER, ROOT_OF_USERNS, ROOT_OF_USERNS_AND_NETNS };

static void as(enum who who, const struct conn *c)
{
	switch (who) {
	case A_USER:
		become_user();
		break;
	case ROOT_OF_USERNS:
		become_root_of_namespace(0);
		break;
	case ROOT_OF_USERNS_AND_NETNS:
		become_root_of_namespace(CLONE_NEWNET);
		break;
	}
	try_everything(c);
	/* In a namespace of one's own there is nothing of others to hear. */
	if (who != ROOT_OF_USERNS_AND_NETNS)
		try_to_listen();
}

void test_permissions(void)
{
	static const char *const names[] = { "uid 1000",
		"root of a user namespace",
		"root of a user and a network namespace" };
	struct session s;
	struct conn c;
	int status;

	session_up(&s, &c, ISI_TRANSPORT_TCP);
	for (enum who who = A_USER; who <= ROOT_OF_USERNS_AND_NETNS; who++) {
		section("%s", names[who]);
		fflush(stdout);
		if (fork() == 0) {
			as(who, &c);
			fflush(stdout);
			_exit(0);
		}
		need(wait(&status) > 0, "wait");
		check(!status, "the child ended with %d", status);
	}
	check(session_state(&s) == ISI_SESSION_UP, "the session is not up");
	check(session_count(&main_link) == 1, "not one session");
	conn_end(&c);
	session_end(&s);
}
