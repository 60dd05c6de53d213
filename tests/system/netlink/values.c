// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values at the ends of their ranges are taken, and a dump gives back what was
 * given; what is wrong only together with something else is refused.
 */
#include <errno.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

static const char *name_of(char letter, int length)
{
	static char names[6][256];
	static int n;
	char *name = names[n++ % 6];

	memset(name, letter, length);
	name[length] = 0;
	return name;
}

/* What a session was given, in the order of the attributes. */
struct given {
	const char *target, *initiator, *alias, *interface, *address;
	uint8_t owner[ISI_OWNER_MAX];
	int owner_len;
	uint16_t tpgt, port, depth, lun_depth, connections;
	int32_t recovery_tmo;
	uint32_t ping_interval, ping_timeout;
};

static void check_text(const struct reply *r, uint16_t type, const char *given)
{
	char text[512] = "";

	check(reply_get(r, ISI_A_SESSION, 0, type, text, sizeof(text)) ==
	      (int)strlen(given) + 1 && !strcmp(text, given),
	      "attribute %u is '%s', not '%s'", type, text, given);
}

static void check_number(const struct reply *r, uint16_t type, int width,
			 uint32_t given)
{
	uint32_t value = 0;

	check(reply_get(r, ISI_A_SESSION, 0, type, &value, sizeof(value)) ==
	      width && value == given, "attribute %u is %u, not %u", type,
	      value, given);
}

static void check_given(const struct session *s, const struct given *g)
{
	uint8_t owner[ISI_OWNER_MAX + 1];
	struct message m;
	struct reply r;

	session_message(&m, ISI_CMD_SESSION_GET, s);
	check_error(talk(&main_link, &m, &r), 0, "SESSION_GET");
	check_text(&r, ISI_A_SESSION_TARGET_NAME, g->target);
	check_text(&r, ISI_A_SESSION_INITIATOR_NAME, g->initiator);
	check_text(&r, ISI_A_SESSION_INITIATOR_ALIAS, g->alias);
	check_text(&r, ISI_A_SESSION_INTERFACE, g->interface);
	check_text(&r, ISI_A_SESSION_PORTAL_ADDRESS, g->address);
	check_number(&r, ISI_A_SESSION_TPGT, 2, g->tpgt);
	check_number(&r, ISI_A_SESSION_PORTAL_PORT, 2, g->port);
	check_number(&r, ISI_A_SESSION_QUEUE_DEPTH, 2, g->depth);
	check_number(&r, ISI_A_SESSION_LUN_QUEUE_DEPTH, 2, g->lun_depth);
	check_number(&r, ISI_A_SESSION_MAX_CONNECTIONS, 2, g->connections);
	check_number(&r, ISI_A_SESSION_RECOVERY_TMO, 4, g->recovery_tmo);
	check_number(&r, ISI_A_SESSION_PING_INTERVAL, 4, g->ping_interval);
	check_number(&r, ISI_A_SESSION_PING_TIMEOUT, 4, g->ping_timeout);
	check_number(&r, ISI_A_SESSION_HOST, 4, s->host);
	check_number(&r, ISI_A_SESSION_STATE, 1, ISI_SESSION_NEW);
	check(reply_get(&r, ISI_A_SESSION, 0, ISI_A_SESSION_OWNER, owner,
			sizeof(owner)) == g->owner_len &&
	      !memcmp(owner, g->owner, g->owner_len), "OWNER");
	check(reply_get(&r, ISI_A_CONN, 0, ISI_A_CONN_CID, owner, 2) < 0,
	      "a connection from nowhere");
}

static struct session add_given(const struct given *g)
{
	static const uint8_t isid[6] = { 0x80, 0, 0, 0, 0, 1 };
	struct session s;
	struct message m;
	struct reply r;
	struct nest *n;

	message_init(&m, ISI_CMD_SESSION_ADD);
	n = message_nest(&m, ISI_A_SESSION);
	put_string(n, ISI_A_SESSION_TARGET_NAME, g->target);
	put_string(n, ISI_A_SESSION_INITIATOR_NAME, g->initiator);
	put_string(n, ISI_A_SESSION_INITIATOR_ALIAS, g->alias);
	put_string(n, ISI_A_SESSION_INTERFACE, g->interface);
	put_string(n, ISI_A_SESSION_PORTAL_ADDRESS, g->address);
	put_bytes(n, ISI_A_SESSION_ISID, isid, sizeof(isid));
	put_bytes(n, ISI_A_SESSION_OWNER, g->owner, g->owner_len);
	put_u16(n, ISI_A_SESSION_TPGT, g->tpgt);
	put_u16(n, ISI_A_SESSION_PORTAL_PORT, g->port);
	put_u16(n, ISI_A_SESSION_QUEUE_DEPTH, g->depth);
	put_u16(n, ISI_A_SESSION_LUN_QUEUE_DEPTH, g->lun_depth);
	put_u16(n, ISI_A_SESSION_MAX_CONNECTIONS, g->connections);
	put_u32(n, ISI_A_SESSION_RECOVERY_TMO, g->recovery_tmo);
	put_u32(n, ISI_A_SESSION_PING_INTERVAL, g->ping_interval);
	put_u32(n, ISI_A_SESSION_PING_TIMEOUT, g->ping_timeout);
	check_error(talk(&main_link, &m, &r), 0, "SESSION_ADD (%s)", r.why);
	s.id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID);
	s.generation = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_GENERATION);
	s.host = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_HOST);
	return s;
}

static void check_session(const struct given *g)
{
	struct session s = add_given(g);

	check_given(&s, g);
	session_end(&s);
}

static void extremes(void)
{
	struct given g = {
		.target = "t", .initiator = "i", .alias = "", .interface = "",
		.address = "", .tpgt = 0, .port = 1, .depth = 1, .lun_depth = 1,
		.connections = 1, .recovery_tmo = -1, .ping_timeout = 1 };

	section("the smallest of everything");
	check_session(&g);
	section("the largest of everything");
	g = (struct given) {
		.target = name_of('t', 223), .initiator = name_of('i', 223),
		.alias = name_of('a', 255), .interface = name_of('f', 65),
		.address = name_of('1', 63), .owner_len = ISI_OWNER_MAX,
		.tpgt = 65535, .port = 65535, .depth = 2048, .lun_depth = 2048,
		.connections = 8, .recovery_tmo = 1000000,
		.ping_interval = 86400000, .ping_timeout = 86400000 };
	memset(g.owner, 0xa5, sizeof(g.owner));
	check_session(&g);
	section("nothing that is optional");
	{
		struct session s = session_make();
		struct message m;
		struct reply r;

		session_message(&m, ISI_CMD_SESSION_GET, &s);
		talk(&main_link, &m, &r);
		check_number(&r, ISI_A_SESSION_QUEUE_DEPTH, 2, 128);
		check_number(&r, ISI_A_SESSION_LUN_QUEUE_DEPTH, 2, 32);
		check_number(&r, ISI_A_SESSION_MAX_CONNECTIONS, 2, 1);
		check_number(&r, ISI_A_SESSION_RECOVERY_TMO, 4, 120);
		check_number(&r, ISI_A_SESSION_PING_INTERVAL, 4, 0);
		check_number(&r, ISI_A_SESSION_PING_TIMEOUT, 4, 5000);
		session_end(&s);
	}
}

static void refuse_together(void)
{
	struct message m;
	struct nest *n;

	section("wrong together");
	session_add_message(&m, 2000);
	n = message_nest(&m, ISI_A_SESSION);
	put_u16(n, ISI_A_SESSION_QUEUE_DEPTH, 16);
	put_u16(n, ISI_A_SESSION_LUN_QUEUE_DEPTH, 17);
	tell(&m, -ERANGE, "LUN_QUEUE_DEPTH beyond QUEUE_DEPTH");
	for (int type = ISI_A_SESSION_TARGET_NAME;
	     type <= ISI_A_SESSION_INITIATOR_NAME; type += 2) {
		session_add_message(&m, 2000);
		n = message_nest(&m, ISI_A_SESSION);
		nest_remove(n, type);
		put_string(n, type, "");
		tell(&m, -EINVAL, "an empty name");
	}
}

/* RFC 7143 §4.4.3: one session to a nexus; any part of it makes another. */
static void one_session_to_a_nexus(void)
{
	static const uint8_t other_isid[6] = { 0x80, 9, 9, 9, 9, 9 };
	struct session s[5];
	struct message m;
	struct reply r;
	struct nest *n;
	int count = 0;

	section("the ISID rule");
	for (int part = 0; part < 5; part++) {
		session_add_message(&m, 3000);
		n = message_nest(&m, ISI_A_SESSION);
		switch (part) {
		case 1:
			nest_attr(n, ISI_A_SESSION_TPGT)->value = 2;
			break;
		case 2:
			nest_attr(n, ISI_A_SESSION_ISID)->data = other_isid;
			break;
		case 3:
			nest_remove(n, ISI_A_SESSION_TARGET_NAME);
			put_string(n, ISI_A_SESSION_TARGET_NAME, "iqn.other");
			break;
		case 4:
			nest_remove(n, ISI_A_SESSION_INITIATOR_NAME);
			put_string(n, ISI_A_SESSION_INITIATOR_NAME, "iqn.mine");
			break;
		}
		check_error(talk(&main_link, &m, &r), 0, "part %d", part);
		s[count].id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID);
		s[count++].generation = reply_u32(&r, ISI_A_SESSION,
						  ISI_A_SESSION_GENERATION);
		tell(&m, -EEXIST, "the same again");
	}
	while (count--)
		session_end(&s[count]);
	session_add_message(&m, 3000);
	check_error(talk(&main_link, &m, &r), 0, "again, once it is gone");
	s[0].id = reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_ID);
	s[0].generation = reply_u32(&r, ISI_A_SESSION,
				    ISI_A_SESSION_GENERATION);
	session_end(&s[0]);
}

static int32_t recovery_tmo(const struct session *s)
{
	struct message m;
	struct reply r;

	session_message(&m, ISI_CMD_SESSION_GET, s);
	talk(&main_link, &m, &r);
	return reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_RECOVERY_TMO);
}

static void change_settings(void)
{
	struct session s = session_make();
	struct message m;
	struct reply r;
	struct nest *n;
	char text[64];

	section("SESSION_SET");
	session_message(&m, ISI_CMD_SESSION_SET, &s);
	tell(&m, 0, "nothing");
	check(recovery_tmo(&s) == 120, "RECOVERY_TMO has changed");
	n = message_nest(&m, ISI_A_SESSION);
	put_u32(n, ISI_A_SESSION_RECOVERY_TMO, -1);
	put_u32(n, ISI_A_SESSION_PING_INTERVAL, 1500);
	put_u32(n, ISI_A_SESSION_PING_TIMEOUT, 2500);
	put_bytes(n, ISI_A_SESSION_OWNER, "me", 2);
	put_string(n, ISI_A_SESSION_PORTAL_ADDRESS, "::1");
	put_u16(n, ISI_A_SESSION_PORTAL_PORT, 860);
	tell(&m, 0, "all of it");
	session_message(&m, ISI_CMD_SESSION_GET, &s);
	talk(&main_link, &m, &r);
	check(recovery_tmo(&s) == -1, "RECOVERY_TMO");
	check_text(&r, ISI_A_SESSION_PORTAL_ADDRESS, "::1");
	check_number(&r, ISI_A_SESSION_PORTAL_PORT, 2, 860);
	check_number(&r, ISI_A_SESSION_PING_INTERVAL, 4, 1500);
	check_number(&r, ISI_A_SESSION_PING_TIMEOUT, 4, 2500);
	check(reply_get(&r, ISI_A_SESSION, 0, ISI_A_SESSION_OWNER, text,
			sizeof(text)) == 2 && !memcmp(text, "me", 2), "OWNER");

	/* Two of a kind: the last one counts, and so does the last nest. */
	session_message(&m, ISI_CMD_SESSION_SET, &s);
	n = message_nest(&m, ISI_A_SESSION);
	put_u32(n, ISI_A_SESSION_RECOVERY_TMO, 5);
	put_u32(n, ISI_A_SESSION_RECOVERY_TMO, 7);
	tell(&m, 0, "twice in one message");
	check(recovery_tmo(&s) == 7, "the first of two was taken");
	m.nests[1] = m.nests[0];
	m.count = 2;
	nest_remove(&m.nests[0], ISI_A_SESSION_ID);
	tell(&m, 0, "in two nests, the second complete");
	session_end(&s);
}

static void information(void)
{
	struct message m;
	struct reply r;
	uint16_t value = 0;

	section("INFO_GET");
	message_init(&m, ISI_CMD_INFO_GET);
	check_error(talk(&main_link, &m, &r), 0, "INFO_GET");
	check(reply_u32(&r, ISI_A_INFO, ISI_A_INFO_MAX_RECV_DSL) == 0xffffff,
	      "MAX_RECV_DSL");
	check(reply_u32(&r, ISI_A_INFO, ISI_A_INFO_MINOR) == ISI_GENL_MINOR,
	      "MINOR");
	check(reply_get(&r, ISI_A_INFO, 0, ISI_A_INFO_MAX_CONNECTIONS, &value,
			2) == 2 && value == 8, "MAX_CONNECTIONS");
	check(reply_get(&r, ISI_A_INFO, 0, ISI_A_INFO_MAX_OUTSTANDING_R2T,
			&value, 2) == 2 && value == 7, "MAX_OUTSTANDING_R2T");
	check(reply_get(&r, ISI_A_INFO, 0, ISI_A_INFO_MAX_QUEUE_DEPTH, &value,
			2) == 2 && value == 2048, "MAX_QUEUE_DEPTH");
}

void test_values(void)
{
	information();
	extremes();
	refuse_together();
	one_session_to_a_nexus();
	change_settings();
}
