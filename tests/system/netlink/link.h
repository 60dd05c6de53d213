/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink socket to the family: one question, one answer; and the events of
 * the multicast group, kept until somebody waits for them.
 */
#ifndef LINK_H
#define LINK_H

#include <linux/iscsi_wire.h>

#include "message.h"

#define LINK_BUFFER	65536

struct link {
	struct nl_sock *sk;
	int family;
	int group;		/* of the events */
	/*
	 * The next message that is sent fails at its allocation of this number
	 * (0: none), in a kernel that can do so. 0 after it: it had so many.
	 */
	unsigned int fail_nth;
};

/* What came back: the last data message, and the error with its words. */
struct reply {
	int error;		/* 0 or negative errno */
	char why[256];		/* extended ack; empty when there was none */
	int messages;
	int length;
	char body[LINK_BUFFER];	/* a struct nlmsghdr and on */
};

void link_open(struct link *l);
void link_close(struct link *l);

/* Sends @m, waits for all of the answer. Returns r->error. */
int talk(struct link *l, const struct message *m, struct reply *r);
/* The same with bytes that somebody has made. */
int talk_raw(struct link *l, struct nl_msg *msg, struct reply *r);
/* Calls @each with every message of a dump. Returns 0 or negative errno. */
int dump(struct link *l, const struct message *m,
	 void (*each)(const struct reply *r, void *arg), void *arg);

/* Attribute @type in the @index-th nest of its kind; its length, or -1. */
int reply_get(const struct reply *r, uint16_t nest, int index, uint16_t type,
	      void *to, size_t size);
uint32_t reply_u32(const struct reply *r, uint16_t nest, uint16_t type);

/* An event with all it may tell; what it does not is 0. */
struct event {
	int cmd;
	uint32_t seq;
	uint32_t session;
	uint32_t session_generation;
	uint8_t state;
	uint64_t lun;
	uint8_t change;
	uint16_t cid;
	uint32_t conn_generation;
	uint8_t fail_reason;
	int fail_errno;
	int error;
	struct iscsi_bhs bhs;
	int length;
	uint8_t data[ISI_CONTROL_DATA_MAX];
};

struct listener {
	struct link link;
	struct event *events;	/* not waited for yet, oldest first */
	int count;
	int capacity;
};

void listener_open(struct listener *ln);
void listener_close(struct listener *ln);
/* Joins the group with @l's socket. Returns 0 or negative errno. */
int link_join(struct link *l);

/*
 * The oldest event @cmd of @session (0: any), taken out of the queue. False
 * after @ms milliseconds; 0 looks at what has been sent. @cmd 0 is any, too.
 */
bool listen_for(struct listener *ln, int cmd, uint32_t session, int ms,
		struct event *e);

#endif
