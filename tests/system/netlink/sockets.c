// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that is not a connected TCP socket nobody else has: CONN_ADD
 * refuses it with the errno of the uapi header, and leaves it as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "scene.h"

static void refuse_fd(const struct session *s, int fd, int error,
		      const char *what)
{
	struct message m;
	struct reply r;

	conn_lead_message(&m, s, fd, 0);
	check_error(talk(&main_link, &m, &r), error, "%s", what);
	check(r.why[0], "%s: the ack says nothing", what);
}

/* Refuses it and closes it. */
static void refuse_open(const struct session *s, int fd, int error,
			const char *what)
{
	need(fd >= 0, what);
	refuse_fd(s, fd, error, what);
	close(fd);
}

static void no_sockets(const struct session *s)
{
	int pipes[2], closed;

	section("what is no socket");
	need(!pipe(pipes), "pipe");
	refuse_fd(s, pipes[0], -ENOTSOCK, "a pipe");
	closed = pipes[1];
	close(pipes[0]);
	close(pipes[1]);
	refuse_fd(s, closed, -EBADF, "a closed descriptor");
	refuse_fd(s, -1, -EBADF, "-1");
	refuse_fd(s, 1 << 30, -EBADF, "a descriptor out of all range");
	refuse_open(s, open("/dev/null", O_RDWR), -ENOTSOCK, "a device");
	refuse_open(s, open("/", O_PATH), -EBADF, "a path");
	refuse_open(s, epoll_create1(0), -ENOTSOCK, "an epoll descriptor");
}

static int connected_udp(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(3260),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(!connect(fd, (void *)&address, sizeof(address)), "connect");
	return fd;
}

/* A TCP socket on which TLS has been installed. */
static int with_tls(int *theirs)
{
	int fd;

	tcp_pair(AF_INET, &fd, theirs);
	need(!setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")),
	     "TCP_ULP tls (the module tls must be there)");
	return fd;
}

static void other_protocols(const struct session *s)
{
	int pair[2], theirs;

	section("what is not plain TCP");
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	refuse_open(s, pair[0], -EPROTOTYPE, "a unix stream");
	close(pair[1]);
	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	refuse_open(s, pair[0], -EPROTOTYPE, "a unix datagram");
	close(pair[1]);
	refuse_open(s, socket(AF_INET, SOCK_DGRAM, 0), -EPROTOTYPE, "UDP");
	refuse_open(s, connected_udp(), -EPROTOTYPE, "connected UDP");
	refuse_open(s, socket(AF_INET6, SOCK_DGRAM, 0), -EPROTOTYPE, "UDPv6");
	refuse_open(s, socket(AF_INET, SOCK_RAW, IPPROTO_TCP), -EPROTOTYPE,
		    "a raw socket with the protocol TCP");
	refuse_open(s, socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC),
		    -EPROTOTYPE, "netlink");
	refuse_open(s, socket(AF_PACKET, SOCK_RAW, 0), -EPROTOTYPE, "packet");
	refuse_open(s, socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP),
		    -EPROTOTYPE, "MPTCP");
	refuse_open(s, with_tls(&theirs), -EPROTOTYPE, "TLS on TCP");
	close(theirs);
}

static int listening(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	need(!listen(fd, 1), "listen");
	return fd;
}

/* The SYN goes to an address kept for documentation, which never answers. */
static int connecting(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(3260),
		.sin_addr.s_addr = htonl(0xc0000201) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	need(connect(fd, (void *)&address, sizeof(address)) &&
	     errno == EINPROGRESS, "connect");
	return fd;
}

/* Waits until the end of the peer's side has come. */
static void await_end(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLRDHUP };

	need(poll(&poll_fd, 1, PATIENCE_MS) == 1, "poll");
}

static void not_connected(const struct session *s)
{
	int ours, theirs;

	section("TCP that is not connected");
	refuse_open(s, socket(AF_INET, SOCK_STREAM, 0), -ENOTCONN, "fresh");
	refuse_open(s, socket(AF_INET6, SOCK_STREAM, 0), -ENOTCONN, "fresh, 6");
	refuse_open(s, listening(), -ENOTCONN, "listening");
	refuse_open(s, connecting(), -ENOTCONN, "connecting");
	tcp_pair(AF_INET, &ours, &theirs);
	close(theirs);
	await_end(ours);
	refuse_open(s, ours, -ENOTCONN, "closed by the peer");
	tcp_pair(AF_INET, &ours, &theirs);
	close_with_reset(theirs);
	await_end(ours);
	refuse_open(s, ours, -ENOTCONN, "reset by the peer");
	tcp_pair(AF_INET, &ours, &theirs);
	shutdown(ours, SHUT_WR);
	refuse_open(s, ours, -ENOTCONN, "shut down");
	close(theirs);
}

static void expect_untouched(int ours, int theirs, const char *what)
{
	char byte = 0;

	check(send(ours, "x", 1, 0) == 1 && recv(theirs, &byte, 1, 0) == 1 &&
	      byte == 'x' && send(theirs, "y", 1, 0) == 1 &&
	      recv(ours, &byte, 1, 0) == 1 && byte == 'y',
	      "%s: the socket no longer works", what);
}

/* The socket is good; the rest of the message is not. */
static void refused_for_other_reasons(const struct session *s)
{
	struct session nobody = { .id = 0xfffffff0, .generation = 1 };
	struct message m;
	int ours, theirs;

	section("a good socket in a bad message");
	tcp_pair(AF_INET, &ours, &theirs);
	conn_lead_message(&m, &nobody, ours, 0);
	tell(&m, -ENOENT, "no such session");
	expect_untouched(ours, theirs, "no such session");
	conn_lead_message(&m, s, ours, 0);
	nest_attr(message_nest(&m, ISI_A_SESSION),
		  ISI_A_SESSION_MAX_BURST_LENGTH)->value = 65535;
	tell(&m, -ERANGE, "FirstBurstLength beyond MaxBurstLength");
	conn_add_message(&m, s, ours, 0);
	tell(&m, -EINVAL, "not leading, on a session without a connection");
	expect_untouched(ours, theirs, "after all");
	conn_lead_message(&m, s, ours, 0);
	tell(&m, 0, "right at last");
	close(ours);
	close(theirs);
}

/* MaxConnections is 2. */
static struct session session_of_two(void)
{
	struct session s;
	struct message m;
	struct reply r;

	session_add_message(&m, 4000);
	put_u16(message_nest(&m, ISI_A_SESSION), ISI_A_SESSION_MAX_CONNECTIONS,
		2);
	check_error(talk(&main_link, &m, &r), 0, "SESSION_ADD");
	s.id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID);
	s.generation = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_GENERATION);
	return s;
}

static void beside_live_ones(void)
{
	struct session s = session_of_two();
	int ours[4], theirs[4];
	struct message m;

	section("beside a live connection");
	for (int i = 0; i < 4; i++)
		tcp_pair(i & 1 ? AF_INET6 : AF_INET, &ours[i], &theirs[i]);
	conn_lead_message(&m, &s, ours[0], 0);
	tell(&m, 0, "the first");
	conn_add_message(&m, &s, ours[0], 1);
	tell(&m, -EBUSY, "the same socket again");
	conn_lead_message(&m, &s, ours[1], 1);
	tell(&m, -EISCONN, "as the leading one");
	conn_add_message(&m, &s, ours[1], 0);
	tell(&m, -EEXIST, "with its CID");
	conn_add_message(&m, &s, ours[1], 1);
	tell(&m, 0, "the second");
	conn_add_message(&m, &s, ours[2], 2);
	tell(&m, -EMFILE, "a third");
	expect_untouched(ours[2], theirs[2], "a third");
	session_end(&s);
	for (int i = 0; i < 4; i++) {
		close(ours[i]);
		close(theirs[i]);
	}
}

/* Another session's socket, and one that a failed connection has let go. */
static void taken_sockets(void)
{
	struct session s = session_make(), other = session_make();
	struct message m;
	struct event e;
	int ours, theirs;

	section("a socket that has an owner");
	tcp_pair(AF_INET, &ours, &theirs);
	conn_lead_message(&m, &s, ours, 0);
	tell(&m, 0, "the first");
	refuse_fd(&other, ours, -EBUSY, "another session's");
	session_end(&s);
	refuse_fd(&other, ours, -ENOTCONN, "one that was let go");
	check(!listen_for(&events, ISI_EVENT_CONN_FAILED, other.id, 0, &e),
	      "a connection of the other session failed");
	close(ours);
	close(theirs);
	session_end(&other);
}

void test_sockets(void)
{
	struct session s = session_make();

	no_sockets(&s);
	other_protocols(&s);
	not_connected(&s);
	check(session_state(&s) == ISI_SESSION_NEW, "the session has changed");
	refused_for_other_reasons(&s);
	session_end(&s);
	beside_live_ones();
	taken_sockets();
}
