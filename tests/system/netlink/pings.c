// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's own pings, with a target that answers them, or wrongly, or not,
 * or cannot even be asked; and status that only a NOP-Out acknowledges.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scsi.h"

/* Long enough that no test on a slow machine comes near it. */
#define NEVER_MS	3600000

static void set_pings(const struct session *s, uint32_t interval,
		      uint32_t timeout)
{
	struct message m;
	struct nest *n;

	session_message(&m, ISI_CMD_SESSION_SET, s);
	n = message_nest(&m, ISI_A_SESSION);
	put_u32(n, ISI_A_SESSION_PING_INTERVAL, interval);
	put_u32(n, ISI_A_SESSION_PING_TIMEOUT, timeout);
	tell(&m, 0, "PING_INTERVAL, PING_TIMEOUT");
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void pause_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static uint64_t counter(const struct session *s, int stat)
{
	uint64_t value = 0;
	struct message m;
	struct reply r;

	session_message(&m, ISI_CMD_STATS_GET, s);
	check_error(talk(&main_link, &m, &r), 0, "STATS_GET");
	reply_get(&r, ISI_A_STATS, 0, stat, &value, sizeof(value));
	return value;
}

static bool alive(const struct session *s)
{
	return session_state(s) == ISI_SESSION_UP;
}

/* A NOP-Out of the module's own, its tags and data aside. */
static bool receive_nop(struct conn *c, struct pdu *pdu)
{
	static const uint8_t zeros[16];
	const struct iscsi_bhs_nop_out *bhs = (void *)&pdu->bhs;

	if (!check(peer_receive(c->peer, pdu, PATIENCE_MS) == GOT_PDU,
		   "no NOP-Out comes"))
		return false;
	check(bhs->opcode == (ISCSI_OPCODE_NOP_OUT | ISCSI_BHS_IMMEDIATE),
	      "opcode %#x", bhs->opcode);
	check(bhs->flags == ISCSI_BHS_FINAL && !memcmp(bhs->lun, zeros, 8) &&
	      !memcmp(bhs->rsvd32, zeros, 16), "a field that is reserved");
	check(bhs->ttt == htobe32(ISCSI_TAG_NONE), "TTT %#x",
	      be32toh(bhs->ttt));
	check(be32toh(bhs->cmdsn) == 1, "CmdSN %u", be32toh(bhs->cmdsn));
	check(be32toh(bhs->exp_statsn) == c->statsn, "ExpStatSN %u, not %u",
	      be32toh(bhs->exp_statsn), c->statsn);
	return true;
}

static bool receive_ping(struct conn *c, struct pdu *pdu)
{
	if (!receive_nop(c, pdu))
		return false;
	check(pdu->bhs.itt != htobe32(ISCSI_TAG_NONE), "a ping without ITT");
	return check(pdu->length > 0, "a ping without data");
}

static void send_nop_in(struct conn *c, uint32_t itt, const void *data,
			uint32_t length)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_NOP_IN,
				 .flags = ISCSI_BHS_FINAL,
				 .itt = itt,
				 .ttt = htobe32(ISCSI_TAG_NONE) };

	bhs.sn[0] = htobe32(c->statsn);
	if (itt != htobe32(ISCSI_TAG_NONE))
		c->statsn++;
	bhs.sn[1] = htobe32(1);
	bhs.sn[2] = htobe32(64);
	peer_send(c->peer, &bhs, data, length);
}

/* C-097: one after the other, each with data of its own; the daemon is not told. */
static void answered(uint8_t transport)
{
	static struct pdu ping, last;
	struct session s;
	struct conn c;

	section("pings that are answered (transport %u)", transport);
	session_up(&s, &c, transport);
	set_pings(&s, 100, NEVER_MS);
	for (int i = 0; i < 4; i++) {
		if (!receive_ping(&c, &ping))
			break;
		check(ping.bhs.itt != last.bhs.itt, "the same ITT again");
		check(ping.length != last.length ||
		      memcmp(ping.data, last.data, ping.length),
		      "the same data again");
		last = ping;
		send_nop_in(&c, ping.bhs.itt, ping.data, ping.length);
	}
	/* Off: and once that is said no more are sent. */
	receive_ping(&c, &ping);
	set_pings(&s, 0, NEVER_MS);
	send_nop_in(&c, ping.bhs.itt, ping.data, ping.length);
	check(peer_receive(c.peer, &ping, 1000) == GOT_NOTHING,
	      "a ping although there are none");
	expect_no_event(&s, ISI_EVENT_PDU_RECEIVED);
	check(counter(&s, ISI_STAT_TX_PINGS) == 5, "TX_PINGS");
	check(counter(&s, ISI_STAT_RX_PONGS) == 5, "RX_PONGS");
	check(alive(&s), "the connection has failed");
	conn_end(&c);
	session_end(&s);
}

/* C-097: whatever is not the data of the ping is no answer to it. */
static void wrong_data(uint8_t transport)
{
	static struct pdu ping;
	struct session s;
	struct conn c;

	for (int what = 0; what < 3; what++) {
		section("an answer with other data, %d (transport %u)", what,
			transport);
		session_up(&s, &c, transport);
		set_pings(&s, 100, NEVER_MS);
		if (receive_ping(&c, &ping)) {
			ping.data[ping.length - 1] ^= what == 0;
			send_nop_in(&c, ping.bhs.itt, ping.data,
				    what == 1 ? 0 : ping.length + (what == 2));
			expect_failure(&c, ISI_FAIL_PING_DATA, -EPROTO);
		}
		conn_end(&c);
		session_end(&s);
	}
}

/* C-097: neither earlier than it was said, nor never. */
static void unanswered(uint8_t transport)
{
	struct session s;
	struct conn c;
	int64_t begin;

	section("silence (transport %u)", transport);
	session_up(&s, &c, transport);
	begin = now_ms();
	set_pings(&s, 500, 1000);
	expect_failure(&c, ISI_FAIL_PING, -ETIMEDOUT);
	/* Less a jiffy: the ping may have gone out at the end of one. */
	check(now_ms() - begin >= 990, "after %d ms", (int)(now_ms() - begin));
	check(counter(&s, ISI_STAT_TX_PINGS) == 1, "TX_PINGS");
	check(session_state(&s) == ISI_SESSION_BLOCKED, "not blocked");
	conn_end(&c);
	session_end(&s);
}

/*
 * C-097: a byte at a time of PDUs that answer nothing, for longer than silence
 * may be; the first ping stays the only one.
 */
static void other_bytes(uint8_t transport)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_NOP_IN,
				 .flags = ISCSI_BHS_FINAL,
				 .itt = htobe32(ISCSI_TAG_NONE),
				 .ttt = htobe32(ISCSI_TAG_NONE) };
	struct session s;
	struct conn c;

	section("no answers, but bytes (transport %u)", transport);
	session_up(&s, &c, transport);
	bhs.sn[0] = htobe32(c.statsn);
	set_pings(&s, 100, 2000);
	for (int i = 0; i < 30; i++) {
		need(send(c.peer, (char *)&bhs + i, 1, 0) == 1, "send");
		pause_ms(150);
	}
	check(alive(&s), "the connection has failed");
	check(counter(&s, ISI_STAT_TX_PINGS) == 1, "TX_PINGS");
	expect_failure(&c, ISI_FAIL_PING, -ETIMEDOUT);
	conn_end(&c);
	session_end(&s);
}

static const struct keys writes = {
	.initial_r2t = 0, .immediate_data = 1, .max_outstanding_r2t = 1,
	.first_burst_length = 100000, .max_burst_length = 100000,
	.max_xmit_dsl = 8192, .window = 64 };

#define WRITERS	4

/* More than the target's TCP takes while nobody reads there. */
static void fill(struct device *d, struct io *io)
{
	int little = 4096;

	setsockopt(d->conn.peer, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	for (int i = 0; i < WRITERS; i++)
		io_start(&io[i], d, true, 100000);
}

static void empty(struct device *d, struct io *io)
{
	device_end(d);
	for (int i = 0; i < WRITERS; i++) {
		io_wait(&io[i]);
		io_free(&io[i]);
	}
}

/* A ping that cannot be sent is not answered either. */
static void full_socket(uint8_t transport)
{
	struct io io[WRITERS] = {};
	struct keys keys = writes;
	struct device d;

	section("a target that takes nothing (transport %u)", transport);
	keys.transport = transport;
	device_make(&d, &keys);
	fill(&d, io);
	set_pings(&d.session, 500, 1000);
	expect_failure(&d.conn, ISI_FAIL_PING, -ETIMEDOUT);
	empty(&d, io);
}

/*
 * As slow as the slowest link: nothing comes, and no ping gets through, for
 * twice as long as silence may be, but what is written arrives bit by bit.
 */
static void slow_target(uint8_t transport)
{
	struct io io[WRITERS] = {};
	struct keys keys = writes;
	static char bytes[8192];
	struct device d;

	section("a target that takes its time (transport %u)", transport);
	keys.transport = transport;
	device_make(&d, &keys);
	fill(&d, io);
	set_pings(&d.session, 300, 2000);
	for (int i = 0; i < 46; i++) {
		/* TCP may let more come only when there is much room again. */
		need(recv(d.conn.peer, bytes, sizeof(bytes), MSG_DONTWAIT) > 0 ||
		     errno == EAGAIN, "recv");
		pause_ms(100);
	}
	check(alive(&d.session), "the connection has failed");
	empty(&d, io);
}

/* C-072: once, by a NOP-Out that wants no answer. */
static void acknowledgement(uint8_t transport)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_ASYNC,
				 .flags = ISCSI_BHS_FINAL,
				 .itt = htobe32(ISCSI_TAG_NONE) };
	static struct pdu pdu;
	struct event e;
	struct session s;
	struct conn c;

	section("status that nothing acknowledges (transport %u)", transport);
	peer_wants_acks = true;
	session_up(&s, &c, transport);
	bhs.sn[0] = htobe32(c.statsn++);
	peer_send(c.peer, &bhs, NULL, 0);
	expect_event(&s, ISI_EVENT_PDU_RECEIVED, &e);
	if (receive_nop(&c, &pdu))
		check(pdu.bhs.itt == htobe32(ISCSI_TAG_NONE) && !pdu.length,
		      "it wants an answer");
	check(peer_receive(c.peer, &pdu, 11000) == GOT_NOTHING, "and another");
	check(counter(&s, ISI_STAT_TX_PINGS) == 0, "TX_PINGS");
	conn_end(&c);
	session_end(&s);
	peer_wants_acks = false;
}

void test_pings(uint8_t transport)
{
	answered(transport);
	wrong_data(transport);
	unanswered(transport);
	other_bytes(transport);
	full_socket(transport);
	slow_target(transport);
	acknowledgement(transport);
}
