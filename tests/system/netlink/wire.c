// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection with a target that behaves: pings, the daemon's requests and
 * their answers, byte for byte, and the two ways to part.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

static struct iscsi_bhs status_pdu(struct conn *c, uint8_t opcode, uint32_t itt)
{
	struct iscsi_bhs bhs = { .opcode = opcode, .flags = ISCSI_BHS_FINAL };

	bhs.itt = itt;
	bhs.ttt = htobe32(ISCSI_TAG_NONE);
	bhs.sn[0] = htobe32(c->statsn++);
	bhs.sn[1] = htobe32(1);
	bhs.sn[2] = htobe32(64);
	return bhs;
}

static struct iscsi_bhs ping_pdu(const struct conn *c, uint32_t ttt)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_NOP_IN,
				 .flags = ISCSI_BHS_FINAL };

	memcpy(bhs.lun, "\x40\x01\x02\x03\x04\x05\x06\x07", 8);
	bhs.itt = htobe32(ISCSI_TAG_NONE);
	bhs.ttt = htobe32(ttt);
	bhs.sn[0] = htobe32(c->statsn);
	bhs.sn[1] = htobe32(1);
	bhs.sn[2] = htobe32(64);
	return bhs;
}

static bool receive(struct conn *c, struct pdu *pdu)
{
	return check(peer_receive(c->peer, pdu, PATIENCE_MS) == GOT_PDU,
		     "the module sends no PDU");
}

/* All of a header, by its bytes. */
static void check_header(const struct pdu *pdu, const struct iscsi_bhs *right)
{
	const uint8_t *is = (const void *)&pdu->bhs;
	const uint8_t *should = (const void *)right;

	int i = 0;

	while (i < ISCSI_BHS_LEN - 1 && is[i] == should[i])
		i++;
	check(is[i] == should[i], "byte %d is %#x, not %#x", i, is[i],
	      should[i]);
}

static void check_data(const struct pdu *pdu, const void *data, uint32_t length)
{
	static const uint8_t zeros[ISCSI_PAD_TO];

	check(pdu->length == length && !memcmp(pdu->data, data, length),
	      "%u bytes of data, not %u", pdu->length, length);
	check(!memcmp(pdu->data + pdu->length, zeros, -pdu->length & 3),
	      "the pad is not zero");
}

/* C-096: every length modulo 4, and as much as fits. */
static void answer_pings(struct conn *c)
{
	static const uint32_t lengths[] = { 0, 1, 2, 3, 4, 5, 511, 8192 };
	static uint8_t data[8192];
	struct iscsi_bhs ping, right;
	static struct pdu pdu;

	section("pings are answered");
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i * 7;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		ping = ping_pdu(c, 0x1000 + i);
		peer_send(c->peer, &ping, data, lengths[i]);
		if (!receive(c, &pdu))
			return;
		right = (struct iscsi_bhs) {
			.opcode = ISCSI_OPCODE_NOP_OUT | ISCSI_BHS_IMMEDIATE,
			.flags = ISCSI_BHS_FINAL,
			.itt = htobe32(ISCSI_TAG_NONE),
			.ttt = ping.ttt,
			.sn = { htobe32(1), htobe32(c->statsn) },
		};
		put_length(&right, lengths[i]);
		memcpy(right.lun, ping.lun, sizeof(right.lun));
		check_header(&pdu, &right);
		check_data(&pdu, data, lengths[i]);
	}
}

/* C-098: no answer; the next PDU is the answer to the ping behind it. */
static void do_not_answer(struct conn *c)
{
	struct iscsi_bhs bhs = ping_pdu(c, ISCSI_TAG_NONE);
	static struct pdu pdu;

	section("a NOP-In without tags needs no answer");
	peer_send(c->peer, &bhs, NULL, 0);
	bhs = ping_pdu(c, 0x77);
	peer_send(c->peer, &bhs, NULL, 0);
	if (receive(c, &pdu))
		check(pdu.bhs.ttt == htobe32(0x77), "an answer to nothing");
}

/* Sends a request of the daemon's. Returns its ITT, as on the wire. */
static uint32_t request(struct conn *c, struct iscsi_bhs *bhs, const void *data,
			uint32_t length)
{
	struct message m;
	struct reply r;

	pdu_send_message(&m, c, bhs, data, length);
	check_error(talk(&main_link, &m, &r), 0, "PDU_SEND (%s)", r.why);
	return reply_u32(&r, ISI_A_PDU, ISI_A_PDU_ITT);
}

/* The request as the target sees it: as given, and what the module fills in. */
static void check_request(struct conn *c, struct iscsi_bhs right, uint32_t itt,
			  const void *data, uint32_t length)
{
	static struct pdu pdu;

	if (!receive(c, &pdu))
		return;
	right.opcode |= ISCSI_BHS_IMMEDIATE;
	right.itt = itt;
	right.sn[0] = htobe32(1);
	right.sn[1] = htobe32(c->statsn);
	put_length(&right, length);
	check_header(&pdu, &right);
	check_data(&pdu, data, length);
}

static void answer(struct conn *c, struct iscsi_bhs *bhs, const void *data,
		   uint32_t length)
{
	struct event e;

	peer_send(c->peer, bhs, data, length);
	expect_event(c->session, ISI_EVENT_PDU_RECEIVED, &e);
	check(!memcmp(&e.bhs, bhs, sizeof(*bhs)), "not the header sent");
	check(e.length == (int)length && !memcmp(e.data, data, length),
	      "not the data sent");
	check(e.cid == c->cid && e.conn_generation == c->generation,
	      "of another connection");
}

static void request_text(struct conn *c)
{
	static const char text[] = "MaxRecvDataSegmentLength=65536";
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_TEXT_REQUEST,
				 .flags = ISCSI_BHS_FINAL,
				 .ttt = htobe32(ISCSI_TAG_NONE) };
	uint32_t itt;

	section("a Text Request");
	itt = request(c, &bhs, text, sizeof(text));
	check_request(c, bhs, itt, text, sizeof(text));
	bhs = status_pdu(c, ISCSI_OPCODE_TEXT_RESPONSE, itt);
	answer(c, &bhs, "MaxRecvDataSegmentLength=4096", 30);
}

static void request_ping(struct conn *c)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_NOP_OUT,
				 .flags = ISCSI_BHS_FINAL,
				 .ttt = htobe32(ISCSI_TAG_NONE) };
	uint32_t itt;

	section("a ping of ours");
	itt = request(c, &bhs, "ping", 5);
	check_request(c, bhs, itt, "ping", 5);
	bhs = status_pdu(c, ISCSI_OPCODE_NOP_IN, itt);
	answer(c, &bhs, "ping", 5);
}

static void asynchronous_message(struct conn *c)
{
	struct iscsi_bhs bhs = status_pdu(c, ISCSI_OPCODE_ASYNC,
					  htobe32(ISCSI_TAG_NONE));

	section("an Asynchronous Message");
	answer(c, &bhs, "vendor data", 11);
}

/* C-071: of a status seen before nothing comes again. */
static void duplicate_status(struct conn *c)
{
	struct iscsi_bhs bhs;

	section("a status twice");
	c->statsn--;
	bhs = status_pdu(c, ISCSI_OPCODE_ASYNC, htobe32(ISCSI_TAG_NONE));
	peer_send(c->peer, &bhs, NULL, 0);
	asynchronous_message(c);
	expect_no_event(c->session, ISI_EVENT_PDU_RECEIVED);
}

/* Four may be unanswered; any opcode that is not the daemon's is refused. */
static void refused_requests(struct conn *c)
{
	struct iscsi_bhs bhs = { .flags = ISCSI_BHS_FINAL };
	static uint8_t data[8192];
	static struct pdu pdu;
	uint32_t itts[4];
	struct message m;

	section("requests that are refused");
	for (int opcode = 0; opcode < 64; opcode++) {
		bhs.opcode = opcode;
		pdu_send_message(&m, c, &bhs, NULL, 0);
		if (opcode != ISCSI_OPCODE_NOP_OUT &&
		    opcode != ISCSI_OPCODE_TEXT_REQUEST &&
		    opcode != ISCSI_OPCODE_LOGOUT_REQUEST)
			tell(&m, -EOPNOTSUPP, "another opcode");
	}
	bhs.opcode = ISCSI_OPCODE_NOP_OUT;
	for (int i = 0; i < 4; i++) {
		itts[i] = request(c, &bhs, NULL, 0);
		receive(c, &pdu);
	}
	pdu_send_message(&m, c, &bhs, NULL, 0);
	tell(&m, -EBUSY, "a fifth unanswered request");
	for (int i = 0; i < 4; i++) {
		struct iscsi_bhs reply = status_pdu(c, ISCSI_OPCODE_NOP_IN,
						    itts[3 - i]);
		answer(c, &reply, "", 0);
	}
	itts[0] = request(c, &bhs, data, sizeof(data));
	check_request(c, bhs, itts[0], data, sizeof(data));
	bhs = status_pdu(c, ISCSI_OPCODE_NOP_IN, itts[0]);
	answer(c, &bhs, "", 0);
}

/* Longer than the target said it takes. */
static void too_long_for_the_target(uint8_t transport)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_NOP_OUT,
				 .flags = ISCSI_BHS_FINAL };
	struct session s = session_make();
	struct conn c = { .session = &s, .statsn = 1 };
	static uint8_t data[1024];
	static struct pdu pdu;
	struct message m;
	struct reply r;
	int ours;

	section("a target that takes 512 bytes");
	tcp_pair(AF_INET, &ours, &c.peer);
	conn_lead_message(&m, &s, ours, 0);
	put_u8(message_nest(&m, ISI_A_CONN), ISI_A_CONN_TRANSPORT, transport);
	nest_attr(message_nest(&m, ISI_A_CONN),
		  ISI_A_CONN_MAX_XMIT_DSL)->value = 512;
	check_error(talk(&main_link, &m, &r), 0, "CONN_ADD");
	c.generation = reply_u32(&r, ISI_A_CONN, ISI_A_CONN_GENERATION);
	close(ours);
	pdu_send_message(&m, &c, &bhs, data, 513);
	tell(&m, -EMSGSIZE, "513 bytes");
	request(&c, &bhs, data, 512);
	check(receive(&c, &pdu) && pdu.length == 512, "512 bytes");
	bhs = ping_pdu(&c, 1);
	peer_send(c.peer, &bhs, data, 1024);
	check(receive(&c, &pdu) && pdu.length == 512, "an answer too long");
	conn_end(&c);
	session_end(&s);
}

/* C-112: the Logout is the last thing sent; then the connection is closed. */
static void log_out(const struct session *s, struct conn *c)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_LOGOUT_REQUEST,
				 .flags = ISCSI_BHS_FINAL };
	static struct pdu pdu;
	struct message m;
	uint32_t itt;

	section("Logout");
	itt = request(c, &bhs, NULL, 0);
	check_request(c, bhs, itt, "", 0);
	pdu_send_message(&m, c, &bhs, NULL, 0);
	tell(&m, -ENOTCONN, "after a Logout");
	bhs = ping_pdu(c, 5);
	peer_send(c->peer, &bhs, NULL, 0);
	bhs = status_pdu(c, ISCSI_OPCODE_LOGOUT_RESPONSE, itt);
	answer(c, &bhs, "", 0);
	tell_conn(ISI_CMD_CONN_DEL, c, 0);
	check(peer_receive(c->peer, &pdu, PATIENCE_MS) == GOT_END,
	      "no orderly end");
	expect_failure(c, ISI_FAIL_LOGOUT, 0);
	conn_end(c);
	session_end(s);
}

/* The target closes first, as most do. */
static void target_closes_after_logout(uint8_t transport)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_LOGOUT_REQUEST,
				 .flags = ISCSI_BHS_FINAL };
	struct session s;
	struct conn c;
	uint32_t itt;

	section("a target that closes after its Logout Response");
	session_up(&s, &c, transport);
	itt = request(&c, &bhs, NULL, 0);
	check_request(&c, bhs, itt, "", 0);
	bhs = status_pdu(&c, ISCSI_OPCODE_LOGOUT_RESPONSE, itt);
	answer(&c, &bhs, "", 0);
	conn_end(&c);
	expect_failure(&c, ISI_FAIL_PEER_CLOSED, 0);
	tell_conn(ISI_CMD_CONN_DEL, &c, 0);
	session_end(&s);
}

/* What was in the socket before CONN_ADD is the module's. */
static void bytes_before_adoption(uint8_t transport)
{
	struct session s = session_make();
	struct conn c = { .session = &s, .statsn = 1 };
	static struct pdu pdu;
	struct iscsi_bhs bhs;
	struct message m;
	struct reply r;
	int ours;

	section("bytes that came before CONN_ADD");
	tcp_pair(AF_INET, &ours, &c.peer);
	bhs = ping_pdu(&c, 0x99);
	peer_send(c.peer, &bhs, "early", 5);
	need(recv(ours, &bhs, sizeof(bhs), MSG_PEEK | MSG_WAITALL) ==
	     sizeof(bhs), "peek");
	conn_lead_message(&m, &s, ours, 0);
	put_u8(message_nest(&m, ISI_A_CONN), ISI_A_CONN_TRANSPORT, transport);
	check_error(talk(&main_link, &m, &r), 0, "CONN_ADD");
	close(ours);
	check(receive(&c, &pdu) && pdu.bhs.ttt == htobe32(0x99),
	      "the early ping has no answer");
	conn_end(&c);
	session_end(&s);
}

void test_wire(uint8_t transport)
{
	struct session s;
	struct conn c;

	session_up(&s, &c, transport);
	answer_pings(&c);
	do_not_answer(&c);
	request_text(&c);
	request_ping(&c);
	asynchronous_message(&c);
	duplicate_status(&c);
	refused_requests(&c);
	log_out(&s, &c);
	target_closes_after_logout(transport);
	too_long_for_the_target(transport);
	bytes_before_adoption(transport);
}
