// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define ANSWER_SECONDS	60	/* no command may take that long */
#define LISTEN_BUFFER	(16 << 20)

void link_open(struct link *l)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int one = 1, fd;

	l->sk = nl_socket_alloc();
	need(l->sk && !genl_connect(l->sk), "genl_connect");
	fd = nl_socket_get_fd(l->sk);
	l->family = genl_ctrl_resolve(l->sk, ISI_GENL_NAME);
	need(l->family > 0, "no family " ISI_GENL_NAME);
	l->group = genl_ctrl_resolve_grp(l->sk, ISI_GENL_NAME,
					 ISI_GENL_MCGRP_EVENTS);
	need(l->group > 0, "no group " ISI_GENL_MCGRP_EVENTS);
	need(!setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) &&
	     !setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) &&
	     !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)),
	     "setsockopt");
}

void link_close(struct link *l)
{
	nl_socket_free(l->sk);
}

/* The extended ack's message (NETLINK_CAP_ACK: right behind the error). */
static void take_error(const struct nlmsghdr *h, struct reply *r)
{
	const struct nlmsgerr *error = nlmsg_data(h);
	struct nlattr *words;

	r->error = error->error;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	words = nla_find((void *)(error + 1),
			 nlmsg_datalen(h) - (int)sizeof(*error),
			 NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(r->why, words, sizeof(r->why));
}

/* The end of a dump carries its error the same way. */
static void take_done(const struct nlmsghdr *h, struct reply *r)
{
	struct nlattr *words;

	if (nlmsg_datalen(h) < (int)sizeof(int))
		return;
	memcpy(&r->error, nlmsg_data(h), sizeof(int));
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	words = nla_find((void *)((char *)nlmsg_data(h) + sizeof(int)),
			 nlmsg_datalen(h) - (int)sizeof(int),
			 NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(r->why, words, sizeof(r->why));
}

/* True when the answer is complete. */
static bool take_message(const struct nlmsghdr *h, struct reply *r,
			 void (*each)(const struct reply *r, void *arg),
			 void *arg)
{
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
		take_error(h, r);
		return true;
	case NLMSG_DONE:
		take_done(h, r);
		return true;
	}
	r->messages++;
	r->length = h->nlmsg_len;
	memcpy(r->body, h, h->nlmsg_len);
	if (each)
		each(r, arg);
	return false;
}

/* Of the allocations of this thread's next system calls. Returns what is left. */
static unsigned int fail_nth(int fd, unsigned int nth)
{
	char text[16] = "";

	need(pread(fd, text, sizeof(text) - 1, 0) > 0 &&
	     dprintf(fd, "%u", nth) > 0, "/proc/thread-self/fail-nth");
	return atoi(text);
}

/* Returns 0 or negative errno. */
static int send_message(struct link *l, struct nl_msg *msg)
{
	int fd, sent, error;

	if (!l->fail_nth) {
		need(nl_send_auto(l->sk, msg) >= 0, "nl_send");
		return 0;
	}
	fd = open("/proc/thread-self/fail-nth", O_RDWR);
	need(fd >= 0, "no fault injection in this kernel");
	nl_complete_msg(l->sk, msg);
	fail_nth(fd, l->fail_nth);
	sent = send(nl_socket_get_fd(l->sk), nlmsg_hdr(msg),
		    nlmsg_hdr(msg)->nlmsg_len, 0);
	error = sent < 0 ? -errno : 0;
	l->fail_nth = fail_nth(fd, 0);
	close(fd);
	return error;
}

static int exchange(struct link *l, struct nl_msg *msg, struct reply *r,
		    void (*each)(const struct reply *r, void *arg), void *arg)
{
	int fd = nl_socket_get_fd(l->sk);
	bool injected = l->fail_nth, done;
	struct nlmsghdr *h;
	char *buffer;
	int length;

	buffer = malloc(LINK_BUFFER);
	need(buffer, "malloc");
	memset(r, 0, offsetof(struct reply, body));
	r->error = send_message(l, msg);
	nlmsg_free(msg);
	done = r->error;
	while (!done) {
		length = recv(fd, buffer, LINK_BUFFER, 0);
		/* An answer was lost for want of memory: no others count. */
		if (length < 0 && errno == ENOBUFS && injected) {
			while (recv(fd, buffer, LINK_BUFFER, MSG_DONTWAIT) > 0)
				;
			r->error = -ENOBUFS;
			break;
		}
		need(length > 0, "no answer of the module's");
		for (h = (void *)buffer; nlmsg_ok(h, length) && !done;
		     h = nlmsg_next(h, &length))
			done = take_message(h, r, each, arg);
	}
	free(buffer);
	return r->error;
}

int talk_raw(struct link *l, struct nl_msg *msg, struct reply *r)
{
	return exchange(l, msg, r, NULL, NULL);
}

int talk(struct link *l, const struct message *m, struct reply *r)
{
	return talk_raw(l, message_build(m, l->family), r);
}

int dump(struct link *l, const struct message *m,
	 void (*each)(const struct reply *r, void *arg), void *arg)
{
	struct message all = *m;
	struct reply *r = malloc(sizeof(*r));
	int error;

	need(r, "malloc");
	all.dump = true;
	error = exchange(l, message_build(&all, l->family), r, each, arg);
	free(r);
	return error;
}

static struct nlattr *find_nest(const struct reply *r, uint16_t nest, int index)
{
	struct nlmsghdr *h = (void *)r->body;
	struct nlattr *a;
	int rest;

	if (!r->messages)
		return NULL;
	nla_for_each_attr(a, genlmsg_attrdata(genlmsg_hdr(h), 0),
			  genlmsg_attrlen(genlmsg_hdr(h), 0), rest)
		if (nla_type(a) == nest && index-- == 0)
			return a;
	return NULL;
}

static int copy_attr(const struct nlattr *a, void *to, size_t size)
{
	size_t length;

	if (!a)
		return -1;
	length = nla_len(a);
	memcpy(to, nla_data(a), length < size ? length : size);
	return length;
}

int reply_get(const struct reply *r, uint16_t nest, int index, uint16_t type,
	      void *to, size_t size)
{
	struct nlattr *start = find_nest(r, nest, index);

	if (!start)
		return -1;
	return copy_attr(nla_find(nla_data(start), nla_len(start), type), to,
			 size);
}

uint32_t reply_u32(const struct reply *r, uint16_t nest, uint16_t type)
{
	uint32_t value = 0;

	reply_get(r, nest, 0, type, &value, sizeof(value));
	return value;
}

/* Events */

int link_join(struct link *l)
{
	if (setsockopt(nl_socket_get_fd(l->sk), SOL_NETLINK,
		       NETLINK_ADD_MEMBERSHIP, &l->group, sizeof(l->group)))
		return -errno;
	return 0;
}

void listener_open(struct listener *ln)
{
	int size = LISTEN_BUFFER;

	memset(ln, 0, sizeof(*ln));
	link_open(&ln->link);
	need(!setsockopt(nl_socket_get_fd(ln->link.sk), SOL_SOCKET,
			 SO_RCVBUFFORCE, &size, sizeof(size)), "SO_RCVBUF");
	need(!link_join(&ln->link), "join the events");
}

void listener_close(struct listener *ln)
{
	link_close(&ln->link);
	free(ln->events);
}

static void take_event(struct nlmsghdr *h, struct event *e)
{
	static struct reply r;	/* one thread listens */

	memset(e, 0, sizeof(*e));
	r.messages = 1;
	memcpy(r.body, h, h->nlmsg_len);
	e->cmd = genlmsg_hdr(h)->cmd;
	copy_attr(nla_find(genlmsg_attrdata(genlmsg_hdr(h), 0),
			   genlmsg_attrlen(genlmsg_hdr(h), 0),
			   ISI_A_EVENT_SEQ), &e->seq, sizeof(e->seq));
	copy_attr(nla_find(genlmsg_attrdata(genlmsg_hdr(h), 0),
			   genlmsg_attrlen(genlmsg_hdr(h), 0),
			   ISI_A_ERRNO), &e->error, sizeof(e->error));
#define TAKE(nest, type, field) \
	reply_get(&r, nest, 0, type, &e->field, sizeof(e->field))
	TAKE(ISI_A_SESSION, ISI_A_SESSION_ID, session);
	TAKE(ISI_A_SESSION, ISI_A_SESSION_GENERATION, session_generation);
	TAKE(ISI_A_SESSION, ISI_A_SESSION_STATE, state);
	TAKE(ISI_A_SESSION, ISI_A_SESSION_LUN, lun);
	TAKE(ISI_A_SESSION, ISI_A_SESSION_CHANGE, change);
	TAKE(ISI_A_CONN, ISI_A_CONN_CID, cid);
	TAKE(ISI_A_CONN, ISI_A_CONN_GENERATION, conn_generation);
	TAKE(ISI_A_CONN, ISI_A_CONN_FAIL_REASON, fail_reason);
	TAKE(ISI_A_CONN, ISI_A_CONN_FAIL_ERRNO, fail_errno);
	TAKE(ISI_A_PDU, ISI_A_PDU_BHS, bhs);
	e->length = TAKE(ISI_A_PDU, ISI_A_PDU_DATA, data);
#undef TAKE
}

static void keep_events(struct listener *ln, char *buffer, int length)
{
	struct nlmsghdr *h;

	for (h = (void *)buffer; nlmsg_ok(h, length);
	     h = nlmsg_next(h, &length)) {
		if (ln->count == ln->capacity) {
			ln->capacity = ln->capacity * 2 + 16;
			ln->events = realloc(ln->events, ln->capacity *
					     sizeof(*ln->events));
			need(ln->events, "realloc");
		}
		take_event(h, &ln->events[ln->count++]);
	}
}

/* False: nothing came in @ms. */
static bool receive_events(struct listener *ln, int ms)
{
	struct pollfd poll_fd = {
		.fd = nl_socket_get_fd(ln->link.sk), .events = POLLIN };
	static char buffer[LINK_BUFFER];
	int length;

	if (poll(&poll_fd, 1, ms) <= 0)
		return false;
	length = recv(poll_fd.fd, buffer, sizeof(buffer), 0);
	need(length > 0, "events lost");
	keep_events(ln, buffer, length);
	return true;
}

static bool take_kept(struct listener *ln, int cmd, uint32_t session,
		      struct event *e)
{
	for (int i = 0; i < ln->count; i++) {
		if ((cmd && ln->events[i].cmd != cmd) ||
		    (session && ln->events[i].session != session))
			continue;
		*e = ln->events[i];
		ln->count--;
		memmove(&ln->events[i], &ln->events[i + 1],
			(ln->count - i) * sizeof(*e));
		return true;
	}
	return false;
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool listen_for(struct listener *ln, int cmd, uint32_t session, int ms,
		struct event *e)
{
	long deadline = milliseconds() + ms, left;

	for (;;) {
		while (receive_events(ln, 0))
			;
		if (take_kept(ln, cmd, session, e))
			return true;
		left = deadline - milliseconds();
		if (left <= 0)
			return false;
		receive_events(ln, left);
	}
}
