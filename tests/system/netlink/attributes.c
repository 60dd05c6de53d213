// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ranges of the uapi header, typed once more, and every way to get an
 * attribute wrong, in every command: the errno is the one the header promises,
 * the extended ack says something, and nothing is changed by it.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

enum kind { UINT, SINT, STRING, UP_TO, EXACTLY, OUTPUT };

/* @min and @max are values, or lengths. */
struct rule {
	uint16_t nest;
	uint16_t type;
	enum kind kind;
	uint8_t width;
	int64_t min, max;
};

#define U8_MAX	0xff
#define U16_MAX	0xffff
#define U32_MAX	0xffffffffLL

static const struct rule rules[] = {
#define S(a, ...) { ISI_A_SESSION, ISI_A_SESSION_##a, __VA_ARGS__ }
	S(ID, UINT, 4, 0, U32_MAX),
	S(GENERATION, UINT, 4, 0, U32_MAX),
	S(STATE, OUTPUT, 1, 0, 0),
	S(HOST, OUTPUT, 4, 0, 0),
	S(NETNS, OUTPUT, 4, 0, 0),
	S(OWNER, UP_TO, 0, 0, 1024),
	S(TARGET_NAME, STRING, 0, 1, 223),
	S(TARGET_ALIAS, STRING, 0, 0, 255),
	S(INITIATOR_NAME, STRING, 0, 1, 223),
	S(INITIATOR_ALIAS, STRING, 0, 0, 255),
	S(INTERFACE, STRING, 0, 0, 65),
	S(ISID, EXACTLY, 0, 6, 6),
	S(TSIH, UINT, 2, 1, U16_MAX),
	S(TPGT, UINT, 2, 0, U16_MAX),
	S(PORTAL_ADDRESS, STRING, 0, 0, 63),
	S(PORTAL_PORT, UINT, 2, 1, U16_MAX),
	S(QUEUE_DEPTH, UINT, 2, 1, 2048),
	S(LUN_QUEUE_DEPTH, UINT, 2, 1, 2048),
	S(MAX_CONNECTIONS, UINT, 2, 1, 8),
	S(RECOVERY_TMO, SINT, 4, -1, 1000000),
	S(CMDSN, UINT, 4, 0, U32_MAX),
	S(EXP_CMDSN, UINT, 4, 0, U32_MAX),
	S(MAX_CMDSN, UINT, 4, 0, U32_MAX),
	S(INITIAL_R2T, UINT, 1, 0, 1),
	S(IMMEDIATE_DATA, UINT, 1, 0, 1),
	S(FIRST_BURST_LENGTH, UINT, 4, 512, 0xffffff),
	S(MAX_BURST_LENGTH, UINT, 4, 512, 0xffffff),
	S(MAX_OUTSTANDING_R2T, UINT, 2, 1, 7),
	S(DATA_PDU_IN_ORDER, UINT, 1, 0, 1),
	S(DATA_SEQUENCE_IN_ORDER, UINT, 1, 0, 1),
	S(ERL, UINT, 1, 0, 0),
	S(DEFAULT_TIME2WAIT, UINT, 2, 0, 3600),
	S(DEFAULT_TIME2RETAIN, UINT, 2, 0, 3600),
	S(LUN, UINT, 8, 0, INT64_MAX),
	S(FLAGS, OUTPUT, 4, 0, 0),
	S(PING_INTERVAL, UINT, 4, 0, 86400000),
	S(PING_TIMEOUT, UINT, 4, 1, 86400000),
#undef S
#define C(a, ...) { ISI_A_CONN, ISI_A_CONN_##a, __VA_ARGS__ }
	C(CID, UINT, 2, 0, U16_MAX),
	C(GENERATION, UINT, 4, 0, U32_MAX),
	C(STATE, OUTPUT, 1, 0, 0),
	C(FD, UINT, 4, 0, U32_MAX),
	C(TRANSPORT, UINT, 1, 0, 1),
	C(EXP_STATSN, UINT, 4, 0, U32_MAX),
	C(MAX_RECV_DSL, UINT, 4, 512, 0xffffff),
	C(MAX_XMIT_DSL, UINT, 4, 512, 0xffffff),
	C(HEADER_DIGEST, UINT, 1, 0, 1),
	C(DATA_DIGEST, UINT, 1, 0, 1),
	C(FAIL_REASON, UINT, 1, ISI_FAIL_STOPPED, ISI_FAIL_LOGOUT),
	C(FAIL_ERRNO, OUTPUT, 4, 0, 0),
	C(LOCAL_ADDRESS, OUTPUT, 4, 0, 0),
	C(LOCAL_PORT, OUTPUT, 2, 0, 0),
	C(PEER_ADDRESS, OUTPUT, 4, 0, 0),
	C(PEER_PORT, OUTPUT, 2, 0, 0),
	C(FLAGS, OUTPUT, 4, 0, 0),
#undef C
	{ ISI_A_PDU, ISI_A_PDU_BHS, EXACTLY, 0, 48, 48 },
	{ ISI_A_PDU, ISI_A_PDU_DATA, UP_TO, 0, 0, 8192 },
	{ ISI_A_PDU, ISI_A_PDU_ITT, OUTPUT, 4, 0, 0 },
};

static char letters[16384];	/* no NUL in them */

/* A mistake in one attribute, and what it costs. */
struct mistake {
	const char *what;
	int error;
	struct attr attr;
};

#define WRONG(_what, _error, ...) \
	mistakes[n++] = (struct mistake) { .what = _what, .error = _error, \
		.attr = { .type = rule->type, __VA_ARGS__ } }

static int integer_mistakes(const struct rule *rule, struct mistake *mistakes)
{
	uint8_t width = rule->width;
	int n = 0;

	WRONG("too short", -EINVAL, .len = width - 1, .value = rule->min);
	WRONG("too long", -EINVAL, .len = width + 1, .data = letters);
	WRONG("empty", -EINVAL, .len = 0);
	if (rule->min > 0 || rule->kind == SINT)
		WRONG("too small", -ERANGE, .len = width,
		      .value = rule->min - 1);
	if (width < 8 && rule->max < (1LL << (8 * width)) - 1)
		WRONG("too large", -ERANGE, .len = width,
		      .value = rule->max + 1);
	return n;
}

static int mistakes_of(const struct rule *rule, struct mistake *mistakes)
{
	int n = 0;

	switch (rule->kind) {
	case UINT:
	case SINT:
		n = integer_mistakes(rule, mistakes);
		break;
	case STRING:
		WRONG("without NUL", -EINVAL, .len = rule->max, .data = letters);
		WRONG("over-long", -EINVAL, .len = rule->max + 2,
		      .data = letters + sizeof(letters) - rule->max - 2);
		WRONG("of no bytes", -EINVAL, .len = 0);
		break;
	case UP_TO:
		WRONG("over-long", -ERANGE, .len = rule->max + 1,
		      .data = letters);
		break;
	case EXACTLY:
		WRONG("over-long", -ERANGE, .len = rule->max + 1,
		      .data = letters);
		WRONG("too short", -ERANGE, .len = rule->min - 1,
		      .data = letters);
		WRONG("empty", -ERANGE, .len = 0);
		break;
	case OUTPUT:
		WRONG("only the module says", -EINVAL, .len = rule->width);
		WRONG("empty", -EINVAL, .len = 0);
		break;
	}
	WRONG("with NLA_F_NESTED", -EINVAL, .len = rule->width);
	mistakes[n - 1].attr.type |= NLA_F_NESTED;
	return n;
}

static void expect_refusal(const struct message *m, int error,
			   const char *what, int type)
{
	struct reply r;

	talk(&main_link, m, &r);
	check_error(r.error, error, "%s, attribute %d %s",
		    command_name(m->cmd), type, what);
	check(r.why[0], "%s, attribute %d %s: the ack says nothing",
	      command_name(m->cmd), type, what);
}

/* In the place of the right one if it is there, else beside the rest. */
static void make_mistake(struct message *m, const struct rule *rule,
			 const struct mistake *mistake)
{
	struct nest *n = message_nest(m, rule->nest);

	nest_remove(n, rule->type);
	n->attrs[n->count++] = mistake->attr;
	expect_refusal(m, mistake->error, mistake->what,
		       rule->nest * 100 + rule->type);
}

static void all_mistakes(const struct message *right)
{
	struct mistake mistakes[8];

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		int n = mistakes_of(&rules[i], mistakes);

		for (int k = 0; k < n; k++) {
			struct message m = *right;

			make_mistake(&m, &rules[i], &mistakes[k]);
		}
	}
}

/* What the header does not name: attributes, nests, and their insides. */
static void unknown_attributes(const struct message *right)
{
	static const struct { uint16_t nest, type; } unknown[] = {
		{ ISI_A_SESSION, 0 }, { ISI_A_SESSION, ISI_A_SESSION_MAX + 1 },
		{ ISI_A_CONN, 0 }, { ISI_A_CONN, ISI_A_CONN_MAX + 1 },
		{ ISI_A_PDU, 0 }, { ISI_A_PDU, ISI_A_PDU_MAX + 1 },
		{ ISI_A_SESSION, (uint16_t)NLA_TYPE_MASK },
	};
	static const uint16_t nests[] = { 0, ISI_A_INFO, ISI_A_STATS,
		ISI_A_EVENT_SEQ, ISI_A_ERRNO, ISI_A_MAX + 1,
		(uint16_t)NLA_TYPE_MASK };

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct message m = *right;

		put_u32(message_nest(&m, unknown[i].nest), unknown[i].type, 1);
		expect_refusal(&m, -EINVAL, "unknown",
			       unknown[i].nest * 100 + unknown[i].type);
	}
	for (size_t i = 0; i < sizeof(nests) / sizeof(nests[0]); i++) {
		struct message m = *right;

		message_nest(&m, nests[i]);
		expect_refusal(&m, -EINVAL, "unknown nest", nests[i]);
	}
}

static void garbage_nests(const struct message *right)
{
	static const struct {
		const char *what;
		int error;
		uint16_t len;
		uint16_t words[6];
	} garbage[] = {
		{ "a nest of one byte", -ERANGE, 1, { 0 } },
		{ "a nest of three bytes", -ERANGE, 3, { 0 } },
		{ "an attribute of length 0", -EINVAL, 8, { 0, 1, 0, 1 } },
		{ "an attribute of length 3", -EINVAL, 8, { 3, 1, 0, 1 } },
		{ "an attribute beyond its nest", -EINVAL, 8, { 9, 1 } },
		{ "an attribute of length 65535", -EINVAL, 8, { 0xffff, 1 } },
		/* GENERATION, or DATA: 4 bytes are right for either. */
		{ "bytes behind the last", -EINVAL, 10,
		  { 8, ISI_A_SESSION_GENERATION, 1, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		for (int nest = ISI_A_SESSION; nest <= ISI_A_PDU; nest++) {
			struct message m = *right;
			struct nest *n = message_nest(&m, nest);

			n->raw = garbage[i].words;
			n->raw_len = garbage[i].len;
			expect_refusal(&m, garbage[i].error, garbage[i].what,
				       nest);
		}
	}
	for (int nest = ISI_A_SESSION; nest <= ISI_A_PDU; nest++) {
		struct message m = *right;

		message_nest(&m, nest)->type = nest;
		expect_refusal(&m, -EINVAL, "without NLA_F_NESTED", nest);
	}
}

/* A duplicate does not hide the mistake in the one before it. */
static void mistaken_duplicates(const struct message *right)
{
	struct message m = *right;
	struct nest *n = message_nest(&m, ISI_A_SESSION);
	struct attr wrong = { .type = ISI_A_SESSION_TSIH, .len = 2 };

	memmove(&n->attrs[1], &n->attrs[0], n->count * sizeof(n->attrs[0]));
	n->attrs[0] = wrong;
	n->count++;
	put_u16(n, ISI_A_SESSION_TSIH, 1);
	expect_refusal(&m, -ERANGE, "wrong, then right", ISI_A_SESSION_TSIH);

	m = *right;
	n = message_nest(&m, ISI_A_CONN);
	put_u8(message_add_nest(&m, ISI_A_CONN), ISI_A_CONN_TRANSPORT, 0);
	put_u8(n, ISI_A_CONN_TRANSPORT, 2);
	expect_refusal(&m, -ERANGE, "in the first of two nests",
		       ISI_A_CONN_TRANSPORT);
}

/* @list ends with 0; every one of it is needed. */
static void leave_out(const struct message *right, uint16_t nest,
		      const uint8_t *list)
{
	struct message m = *right;

	for (; *list; list++) {
		m = *right;
		nest_remove(message_nest(&m, nest), *list);
		expect_refusal(&m, -EINVAL, "missing", nest * 100 + *list);
	}
	m = *right;
	message_remove_nest(&m, nest);
	expect_refusal(&m, -EINVAL, "missing nest", nest);
	m = *right;
	message_nest(&m, nest)->count = 0;
	expect_refusal(&m, -EINVAL, "empty nest", nest);
}

static void missing_handles(const struct conn *c)
{
	static const uint8_t handle[] = { ISI_A_SESSION_ID,
					  ISI_A_SESSION_GENERATION, 0 };
	static const uint8_t conn_handle[] = { ISI_A_CONN_CID,
					       ISI_A_CONN_GENERATION, 0 };
	static const uint8_t id[] = { ISI_A_SESSION_ID, 0 };
	struct message m;

	for (int cmd = ISI_CMD_SESSION_SET; cmd <= ISI_CMD_STATS_GET; cmd++) {
		section("%s: what is missing", command_name(cmd));
		conn_message(&m, cmd, c);
		leave_out(&m, ISI_A_SESSION, cmd == ISI_CMD_SESSION_GET ||
			  cmd == ISI_CMD_STATS_GET ? id : handle);
		if (cmd == ISI_CMD_CONN_STOP || cmd == ISI_CMD_CONN_DEL ||
		    cmd == ISI_CMD_PDU_SEND)
			leave_out(&m, ISI_A_CONN, conn_handle);
	}
	conn_message(&m, ISI_CMD_PDU_SEND, c);
	message_nest(&m, ISI_A_PDU);
	leave_out(&m, ISI_A_PDU, (const uint8_t[]) { 0 });
}

static void missing_in_adds(const struct session *s)
{
	static const uint8_t add[] = { ISI_A_SESSION_TARGET_NAME,
		ISI_A_SESSION_INITIATOR_NAME, ISI_A_SESSION_ISID,
		ISI_A_SESSION_TPGT, ISI_A_SESSION_PORTAL_ADDRESS,
		ISI_A_SESSION_PORTAL_PORT, 0 };
	static const uint8_t lead[] = { ISI_A_SESSION_TSIH,
		ISI_A_SESSION_CMDSN, ISI_A_SESSION_EXP_CMDSN,
		ISI_A_SESSION_MAX_CMDSN, ISI_A_SESSION_INITIAL_R2T,
		ISI_A_SESSION_IMMEDIATE_DATA, ISI_A_SESSION_FIRST_BURST_LENGTH,
		ISI_A_SESSION_MAX_BURST_LENGTH,
		ISI_A_SESSION_MAX_OUTSTANDING_R2T,
		ISI_A_SESSION_DATA_PDU_IN_ORDER,
		ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER, ISI_A_SESSION_ERL, 0 };
	static const uint8_t conn[] = { ISI_A_CONN_CID, ISI_A_CONN_FD,
		ISI_A_CONN_EXP_STATSN, ISI_A_CONN_MAX_RECV_DSL,
		ISI_A_CONN_MAX_XMIT_DSL, 0 };
	struct message m;
	int ours, theirs;

	section("what is missing in SESSION_ADD and CONN_ADD");
	session_add_message(&m, 1000);
	leave_out(&m, ISI_A_SESSION, add);
	tcp_pair(AF_INET, &ours, &theirs);
	conn_lead_message(&m, s, ours, 7);
	leave_out(&m, ISI_A_SESSION, lead);
	leave_out(&m, ISI_A_CONN, conn);
	tell(&m, 0, "the same socket after all that");
	close(ours);
	close(theirs);
}

/* Right messages to the family, but no commands of it. */
static void unknown_commands(void)
{
	static const int none[] = { ISI_CMD_UNSPEC, ISI_EVENT_SESSION_STATE,
		ISI_EVENT_PDU_RECEIVED, ISI_EVENT_GONE, ISI_CMD_MAX + 1, 255 };
	struct message m;

	section("unknown commands");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		message_init(&m, none[i]);
		tell(&m, -EOPNOTSUPP, "");
	}
	for (int cmd = ISI_CMD_INFO_GET; cmd <= ISI_CMD_STATS_GET; cmd++) {
		if (cmd == ISI_CMD_SESSION_GET || cmd == ISI_CMD_STATS_GET)
			continue;
		message_init(&m, cmd);
		m.dump = true;
		tell(&m, -EOPNOTSUPP, "as a dump");
	}
}

static void truncated_message(void)
{
	struct nl_msg *msg = nlmsg_alloc_simple(main_link.family,
						NLM_F_REQUEST | NLM_F_ACK);
	struct reply r;

	section("a message without the family's header");
	need(msg, "nlmsg_alloc");
	check_error(talk_raw(&main_link, msg, &r), -EINVAL, "no header");
}

/* A message that is right, as far as attributes go, for any command. */
static void in_every_command(const struct conn *c)
{
	struct message m;

	for (int cmd = ISI_CMD_INFO_GET; cmd <= ISI_CMD_STATS_GET; cmd++) {
		for (int as_dump = 0; as_dump < 2; as_dump++) {
			if (as_dump && cmd != ISI_CMD_SESSION_GET &&
			    cmd != ISI_CMD_STATS_GET)
				continue;
			section("%s%s: every mistake", command_name(cmd),
				as_dump ? " dump" : "");
			conn_message(&m, cmd, c);
			m.dump = as_dump;
			all_mistakes(&m);
			unknown_attributes(&m);
			garbage_nests(&m);
			mistaken_duplicates(&m);
		}
	}
}

void test_attributes(void)
{
	struct session s, empty;
	struct conn c;

	memset(letters, 'x', sizeof(letters) - 1);
	session_up(&s, &c, ISI_TRANSPORT_TCP);
	empty = session_make();
	in_every_command(&c);
	missing_handles(&c);
	missing_in_adds(&empty);
	unknown_commands();
	truncated_message();

	section("what all that has changed");
	check(session_count(&main_link) == 2, "not two sessions");
	check(session_state(&s) == ISI_SESSION_UP, "the session is not up");
	tell_conn(ISI_CMD_CONN_DEL, &c, 0);
	conn_end(&c);
	session_end(&s);
	session_end(&empty);
}
