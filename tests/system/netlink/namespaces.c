// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Network namespaces: a session belongs to one, others do not see it, the
 * initial one sees all; its sockets are of that namespace, which lives as long
 * as the session does.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "scene.h"

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
	close(fd);
}

/* What was opened while this thread was in another namespace. */
struct elsewhere {
	struct link link;
	struct listener events;
	int ours, theirs;
};

static void visit(struct elsewhere *there)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	need(home >= 0 && !unshare(CLONE_NEWNET), "unshare");
	loopback_up();
	link_open(&there->link);
	listener_open(&there->events);
	tcp_pair(AF_INET, &there->ours, &there->theirs);
	need(!setns(home, CLONE_NEWNET), "setns");
	close(home);
}

static struct session add_there(struct elsewhere *there)
{
	struct session s;
	struct message m;
	struct reply r;

	session_add_message(&m, 6000);
	check_error(talk(&there->link, &m, &r), 0, "SESSION_ADD there");
	s.id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID);
	s.generation = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_GENERATION);
	check_error(talk(&there->link, &m, &r), -EEXIST, "the same again");
	return s;
}

/* The initial namespace's session is nobody's business there. */
static void do_not_see(struct elsewhere *there, const struct conn *c)
{
	struct message m;
	struct reply r;

	section("another namespace does not see a session");
	for (int cmd = ISI_CMD_SESSION_SET; cmd <= ISI_CMD_STATS_GET; cmd++) {
		conn_message(&m, cmd, c);
		check_error(talk(&there->link, &m, &r), -ENOENT, "%s",
			    command_name(cmd));
		check(r.why[0], "%s: the ack says nothing", command_name(cmd));
	}
	check(session_count(&there->link) == 0, "a dump shows it");
	check(session_state(c->session) == ISI_SESSION_UP, "not up");
}

static void check_netns(const struct session *mine,
			const struct session *theirs)
{
	uint32_t here, away;
	struct message m;
	struct reply r;

	session_message(&m, ISI_CMD_SESSION_GET, mine);
	talk(&main_link, &m, &r);
	here = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_NETNS);
	session_message(&m, ISI_CMD_SESSION_GET, theirs);
	talk(&main_link, &m, &r);
	away = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_NETNS);
	check(here && away && here != away, "NETNS %u and %u", here, away);
}

static void sockets_of_namespaces(struct elsewhere *there,
				  const struct session *mine,
				  const struct session *theirs)
{
	struct message m;
	struct event e;
	int ours, peer;

	section("a socket is of the session's namespace");
	conn_lead_message(&m, mine, there->ours, 0);
	tell(&m, -EXDEV, "their socket, my session");
	tcp_pair(AF_INET, &ours, &peer);
	conn_lead_message(&m, theirs, ours, 0);
	tell(&m, -EXDEV, "my socket, their session");
	close(ours);
	close(peer);
	conn_lead_message(&m, theirs, there->ours, 0);
	tell(&m, 0, "their socket, their session");
	check(listen_for(&there->events, ISI_EVENT_SESSION_STATE, theirs->id,
			 PATIENCE_MS, &e), "no event there");
	expect_event(theirs, ISI_EVENT_SESSION_STATE, &e);
}

/* The namespace has nothing left but the session, and that is ended here. */
static void ended_from_home(struct elsewhere *there, const struct session *s)
{
	struct event e;

	section("a session keeps its namespace");
	session_end(s);
	check(listen_for(&there->events, ISI_EVENT_GONE, s->id, PATIENCE_MS,
			 &e), "no event there");
}

static void without_anybody(void)
{
	struct elsewhere there;
	struct session s;
	struct message m;
	struct event e;
	struct reply r;

	section("a session whose namespace nobody uses");
	visit(&there);
	s = add_there(&there);
	conn_lead_message(&m, &s, there.ours, 0);
	check_error(talk(&there.link, &m, &r), 0, "CONN_ADD there");
	link_close(&there.link);
	listener_close(&there.events);
	close(there.ours);
	expect_event(&s, ISI_EVENT_SESSION_STATE, &e);
	check(session_state(&s) == ISI_SESSION_UP, "not up");
	close(there.theirs);
	expect_event(&s, ISI_EVENT_CONN_FAILED, &e);
	session_end(&s);
}

void test_namespaces(void)
{
	struct session mine, theirs, unused;
	struct elsewhere there;
	struct event e;
	struct conn c;

	visit(&there);
	session_up(&mine, &c, ISI_TRANSPORT_TCP);
	unused = session_make();
	do_not_see(&there, &c);
	check(!listen_for(&there.events, ISI_EVENT_SESSION_STATE, 0, 0, &e),
	      "an event of another namespace's session");
	section("the same nexus in another namespace");
	theirs = add_there(&there);
	check(session_count(&there.link) == 1, "a dump there");
	check(session_count(&main_link) == 3, "a dump here");
	check_netns(&mine, &theirs);
	sockets_of_namespaces(&there, &unused, &theirs);
	link_close(&there.link);
	close(there.ours);
	close(there.theirs);
	ended_from_home(&there, &theirs);
	listener_close(&there.events);
	session_end(&unused);
	conn_end(&c);
	session_end(&mine);
	without_anybody();
}
