// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile_target [--seed N] [--pdus N] [--violations N] [--every N]
 *
 * A target that breaks the protocol about once in N PDUs (--every), wherever it
 * can, while threads do I/O: at least so many PDUs, and so many violations, on
 * connections of either transport, with and without digests. What must be
 * refused fails the connection, for its reason and once, and a new one reinstates
 * the session; what is right never does. Runs as root, with the module loaded
 * and nobody else using it. Ends with "N passed, N failed".
 *
 * A second session is there for its socket: with the last one of ours the kernel
 * would patch its text, each time.
 */
#include <errno.h>
#include <getopt.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "oracle.h"
#include "post.h"

#define CONNECTIONS	(1 << 20)
#define KEPT		8
#define STUCK_MS	20000	/* the window, say, was closed for good */
#define REASONS		64

static struct options {
	unsigned int seed;
	uint64_t pdus;
	uint64_t violations;
	uint32_t every;
} options = { 1, 5000, 200, 25 };

static struct dice dice;
static struct model model;
static struct post post;
static struct forged forged;

/* What was sent last, for who wants to know why. */
static struct {
	struct iscsi_bhs bhs;
	struct verdict verdict;
} kept[KEPT];

static bool conn_failed;		/* the present one */
static uint8_t fail_reason;
static int fail_errno;
static uint32_t first_generation;
static uint8_t failures[CONNECTIONS];	/* by generation */
static int failure_count;

static uint64_t violations;
static uint64_t refused_for[REASONS];
static uint64_t uncertain;
static uint64_t stuck;

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Events */

static void take_event(const struct event *e)
{
	uint32_t n = e->conn_generation - first_generation;

	if (e->cmd != ISI_EVENT_CONN_FAILED ||
	    e->session != model.device.session.id)
		return;
	need(n < CONNECTIONS, "too many connections");
	check(!failures[n]++, "connection %u failed twice", n);
	failure_count++;
	refused_for[e->fail_reason % REASONS]++;
	if (e->conn_generation != model.device.conn.generation)
		return;
	conn_failed = true;
	fail_reason = e->fail_reason;
	fail_errno = e->fail_errno;
}

static void take_events(void)
{
	struct event e;

	while (listen_for(&events, 0, 0, 0, &e))
		take_event(&e);
}

/* The module has said something, in PDUs or events, or @ms have passed. */
static void wait_for_module(int ms)
{
	struct pollfd fds[] = {
		{ .fd = model.device.conn.peer, .events = POLLIN },
		{ .fd = nl_socket_get_fd(events.link.sk), .events = POLLIN },
	};

	poll(fds, 2, ms);
}

/* Connections */

static void choose_keys(struct keys *keys)
{
	*keys = (struct keys) {
		.transport = roll(&dice, 2) ? ISI_TRANSPORT_TCP
					    : ISI_TRANSPORT_GENERIC,
		.initial_r2t = roll(&dice, 2),
		.immediate_data = roll(&dice, 2),
		.max_outstanding_r2t = 1 + roll(&dice, 7),
		.first_burst_length = 512 + roll(&dice, 16384),
		.max_xmit_dsl = 512 + roll(&dice, 16384),
		.max_recv_dsl = 512 + roll(&dice, chance(&dice, 4) ? 512
								   : 32768),
		.window = 16 + roll(&dice, 64),
		.header_digest = chance(&dice, 3),
		.data_digest = chance(&dice, 3),
	};
	keys->max_burst_length = keys->first_burst_length + roll(&dice, 16384);
}

static void reinstate(void)
{
	close(model.device.conn.peer);
	choose_keys(&model.device.keys);
	device_connect(&model.device);
	need(model.device.conn.generation, "no connection");
	conn_failed = false;
	model_reset(&model);
	post_to(&post, model.device.conn.peer, &model.device.keys);
}

static void show_kept(void)
{
	const struct keys *keys = &model.device.keys;
	const uint8_t *bytes;

	printf("transport %u, digests %u %u, recv %u; StatSN %u, the last PDUs:\n",
	       keys->transport, keys->header_digest, keys->data_digest,
	       keys->max_recv_dsl, model.device.conn.statsn);
	for (int i = 0; i < KEPT; i++) {
		const struct verdict *v = &kept[(post.pdus + i) % KEPT].verdict;

		bytes = (void *)&kept[(post.pdus + i) % KEPT].bhs;
		for (size_t k = 0; k < ISCSI_BHS_LEN; k++)
			printf("%02x%s", bytes[k], k % 4 == 3 ? " " : "");
		printf("%s %#lx\n", v->may_pass ? "may pass" : "must not",
		       v->reasons);
	}
}

/* It has failed, or is about to: for one of @reasons, which may be none. */
static void expect_failed(uint64_t reasons)
{
	long deadline = milliseconds() + PATIENCE_MS;

	take_events();
	while (!conn_failed && milliseconds() < deadline) {
		struct pollfd fd = { .fd = nl_socket_get_fd(events.link.sk),
				     .events = POLLIN };

		poll(&fd, 1, 100);
		take_events();
	}
	if (!check(conn_failed, "the connection does not fail")) {
		show_kept();
		exit(check_summary());
	}
	/* The error handler's, after a function that failed. */
	if (fail_reason == ISI_FAIL_HOST_RESET)
		return;
	if (!check(reasons >> fail_reason & 1,
		   "failed for reason %u, not one of %#lx", fail_reason,
		   reasons))
		show_kept();
	check_error(fail_errno, -EPROTO, "FAIL_ERRNO of reason %u",
		    fail_reason);
}

/* PDUs */

/*
 * By a ping that is answered, or not. True: the connection is alive. A ping
 * more than the module has room for would be a violation by itself.
 */
static bool survived(void)
{
	long deadline = milliseconds() + PATIENCE_MS;
	bool pinged = false;

	while (milliseconds() < deadline) {
		take_events();
		if (conn_failed || !model_receive(&model))
			return false;
		if (pinged && !model.ping_count)
			return true;
		if (!pinged && model.ping_count < 4) {
			forge_ping(&forged, &model, 4);
			passed(&model, &forged);
			post_pdu(&post, &forged, false, &dice);
			pinged = true;
		}
		wait_for_module(100);
	}
	show_kept();
	return check(false, "a ping is not answered");
}

static void send_forged(void)
{
	struct verdict v = judge(&model, &forged);
	bool sure = !v.reasons;

	forge_fill(&forged, landing(&model, &forged));
	kept[post.pdus % KEPT].bhs = forged.bhs;
	kept[post.pdus % KEPT].verdict = v;
	if (v.may_pass)
		passed(&model, &forged);
	post_pdu(&post, &forged, sure && (model.flood || chance(&dice, 4)),
		 &dice);
	if (sure)
		return;
	uncertain += v.may_pass;
	if (v.may_pass && survived())
		return;
	violations++;
	expect_failed(v.reasons);
	reinstate();
}

/* The module asks something by itself, so that there is what to answer. */
static void have_it_ask(void)
{
	static const uint8_t opcodes[] = { ISCSI_OPCODE_NOP_OUT,
					   ISCSI_OPCODE_TEXT_REQUEST };
	struct iscsi_bhs bhs = { .opcode = opcodes[roll(&dice, 2)],
				 .flags = ISCSI_BHS_FINAL,
				 .ttt = htobe32(ISCSI_TAG_NONE) };
	static uint8_t data[512];
	struct message m;
	struct reply r;
	int error;

	pdu_send_message(&m, &model.device.conn, &bhs, data,
			 roll(&dice, sizeof(data)));
	error = talk(&main_link, &m, &r);
	check(!error || error == -EBUSY || error == -ENOTCONN,
	      "PDU_SEND: %d (%s)", error, r.why);
}

/* Nobody asks for anything, and nothing is left to do. */
static void break_stillness(void)
{
	static uint64_t received;
	static long since;

	if (received != model.received || !since) {
		received = model.received;
		since = milliseconds();
		return;
	}
	if (milliseconds() - since < STUCK_MS)
		return;
	since = 0;
	stuck++;
	forge_ping(&forged, &model, 0);
	forged.bhs.opcode = ISCSI_OPCODE_LOGIN_RESPONSE;
	send_forged();
}

static void step(bool good)
{
	if (!model_receive(&model)) {
		expect_failed(0);
		reinstate();
		return;
	}
	if (!good && chance(&dice, 256))
		have_it_ask();
	if (!good && !model.calm && chance(&dice, options.every)) {
		forge_wrong(&forged, &model, &dice);
	} else if (!forge_good(&forged, &model, &dice)) {
		if (post.length)
			post_flush(&post, &dice);
		take_events();
		wait_for_module(20);
		break_stillness();
		return;
	}
	send_forged();
}

static void run(void)
{
	long begin = milliseconds(), deadline;

	ios_start(&model.device, options.seed);
	while (post.pdus < options.pdus || violations < options.violations) {
		step(false);
		if (post.pdus % 64 == 0)
			take_events();
	}
	printf("%lu PDUs, %lu violations in %.1f s: %lu PDUs per second\n",
	       post.pdus, violations, (milliseconds() - begin) / 1000.0,
	       post.pdus * 1000 / (milliseconds() - begin));
	ios_stop();
	deadline = milliseconds() + 4 * PATIENCE_MS;
	while (ios_running() && milliseconds() < deadline)
		step(true);
	need(check(!ios_running(), "%d commands do not end", ios_running()),
	     "commands that do not end");
}

static void summary(void)
{
	uint32_t made = model.device.conn.generation - first_generation + 1;

	take_events();
	check(failure_count == (int)made, "%u connections, %d failures", made,
	      failure_count);
	ios_end(failure_count);
	printf("sent, by opcode:");
	for (int i = 0; i <= ISCSI_BHS_OPCODE; i++)
		if (post.of_opcode[i])
			printf(" %#x: %lu", i, post.of_opcode[i]);
	printf("\nbyte by byte %lu, several at once %lu, not sure %lu, stuck %lu\n",
	       post.in_bytes, post.together, uncertain, stuck);
	printf("%u connections failed, by reason:", made);
	for (int i = 0; i < REASONS; i++)
		if (refused_for[i])
			printf(" %d: %lu", i, refused_for[i]);
	printf("\n");
}

static void parse_options(int argc, char **argv)
{
	static const struct option names[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "pdus", required_argument, NULL, 'p' },
		{ "violations", required_argument, NULL, 'v' },
		{ "every", required_argument, NULL, 'e' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			options.seed = strtoul(optarg, NULL, 0);
			break;
		case 'p':
			options.pdus = strtoul(optarg, NULL, 0);
			break;
		case 'v':
			options.violations = strtoul(optarg, NULL, 0);
			break;
		case 'e':
			options.every = strtoul(optarg, NULL, 0);
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct session other;
	struct conn other_conn;
	struct keys keys;

	parse_options(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	check_init();
	section("a hostile target, seed %u", options.seed);
	dice = dice_of(options.seed);
	link_open(&main_link);
	listener_open(&events);
	session_up(&other, &other_conn, ISI_TRANSPORT_TCP);

	choose_keys(&keys);
	device_make(&model.device, &keys);
	first_generation = model.device.conn.generation;
	post_init(&post);
	post_to(&post, model.device.conn.peer, &model.device.keys);
	peer_wants_acks = true;	/* with everything else under way, one may be all */
	run();
	peer_wants_acks = false;
	device_end(&model.device);
	summary();

	post_free(&post);
	session_end(&other);
	conn_end(&other_conn);
	check(session_count(&main_link) == 0, "sessions are left");
	listener_close(&events);
	link_close(&main_link);
	return check_summary();
}
