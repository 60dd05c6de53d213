// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Targets that break the protocol, or the connection: each ends in one event
 * that says why, and in nothing else. Here is what needs no SCSI command;
 * commands.c has the rest.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

/* One PDU: what it says where, and what comes of it. */
struct violation {
	const char *what;
	uint8_t reason;
	uint8_t opcode;
	uint32_t itt;
	uint32_t length;	/* as the header says; no data follows */
	int32_t statsn_off;	/* from the one expected */
};

static const struct violation violations[] = {
	{ "an initiator's opcode: NOP-Out", ISI_FAIL_OPCODE, 0x00 },
	{ "an initiator's opcode: SCSI Command", ISI_FAIL_OPCODE, 0x01 },
	{ "an initiator's opcode: SNACK", ISI_FAIL_OPCODE, 0x10 },
	{ "a Login Response", ISI_FAIL_OPCODE, 0x23 },
	{ "an opcode nobody has", ISI_FAIL_OPCODE, 0x2b },
	{ "a vendor's opcode", ISI_FAIL_OPCODE, 0x3c },
	{ "a segment beyond MaxRecvDataSegmentLength", ISI_FAIL_DATA_LENGTH,
	  0x25, 0, 65537 },
	{ "the longest segment there is", ISI_FAIL_DATA_LENGTH, 0x25, 0,
	  0xffffff },
	{ "an R2T with data", ISI_FAIL_DATA_LENGTH, 0x31, 0, 4 },
	{ "an Async with 8193 bytes", ISI_FAIL_CONTROL_LENGTH, 0x32, 0, 8193 },
	{ "a SCSI Response to nothing", ISI_FAIL_ITT, 0x21, 5 },
	{ "a TMF Response to nothing", ISI_FAIL_ITT, 0x22, 5 },
	{ "a Text Response to nothing", ISI_FAIL_ITT, 0x24, 5 },
	{ "a Data-In for nothing", ISI_FAIL_ITT, 0x25, 5, 512 },
	{ "a Logout Response to nothing", ISI_FAIL_ITT, 0x26, 5 },
	{ "an R2T for nothing", ISI_FAIL_ITT, 0x31, 5 },
	{ "an answer to a ping not sent", ISI_FAIL_ITT, 0x20, 5 },
	{ "an ITT that is a tag of the host's", ISI_FAIL_ITT, 0x21, 0 },
	{ "an ITT of all ones", ISI_FAIL_ITT, 0x21, 0xffffffff },
	{ "an ITT of the connection's requests", ISI_FAIL_ITT, 0x26, 128 },
	{ "a StatSN too high", ISI_FAIL_STATSN, 0x32, 0, 0, 1 },
	{ "a StatSN much too high", ISI_FAIL_STATSN, 0x32, 0, 0, 0x7ffffffe },
	{ "a Reject without a header", ISI_FAIL_REJECT, 0x3f, 0xffffffff },
};

static void commit(const struct violation *v, uint8_t transport)
{
	struct iscsi_bhs bhs = { .opcode = v->opcode,
				 .flags = ISCSI_BHS_FINAL,
				 .itt = htobe32(v->itt),
				 .ttt = htobe32(ISCSI_TAG_NONE) };
	struct session s;
	struct conn c;

	section("%s (transport %u)", v->what, transport);
	session_up(&s, &c, transport);
	bhs.sn[0] = htobe32(c.statsn + v->statsn_off);
	put_length(&bhs, v->length);
	need(send(c.peer, &bhs, sizeof(bhs), 0) == sizeof(bhs), "send");
	expect_failure(&c, v->reason, -EPROTO);
	check(session_state(&s) == ISI_SESSION_BLOCKED, "not blocked");
	conn_end(&c);
	session_end(&s);
}

/* More pings at once than there is room for answers. */
static void flood(uint8_t transport)
{
	struct iscsi_bhs pings[64] = {};
	struct session s;
	struct conn c;

	section("a flood of pings (transport %u)", transport);
	session_up(&s, &c, transport);
	for (int i = 0; i < 64; i++) {
		pings[i].opcode = ISCSI_OPCODE_NOP_IN;
		pings[i].flags = ISCSI_BHS_FINAL;
		pings[i].itt = htobe32(ISCSI_TAG_NONE);
		pings[i].ttt = htobe32(i);
		pings[i].sn[0] = htobe32(1);
	}
	need(send(c.peer, pings, sizeof(pings), 0) == sizeof(pings), "send");
	expect_failure(&c, ISI_FAIL_NOP_FLOOD, -EPROTO);
	conn_end(&c);
	session_end(&s);
}

/* The end of the stream wherever it may be, and the reset. */
static void broken_off(uint8_t transport)
{
	static const size_t lengths[] = { 0, 1, 47, 48, 52 };
	struct iscsi_bhs bhs[2] = { { .opcode = ISCSI_OPCODE_NOP_IN } };
	struct session s;
	struct conn c;

	bhs[0].itt = bhs[0].ttt = htobe32(ISCSI_TAG_NONE);
	put_length(&bhs[0], 6);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		section("closed after %zu bytes (transport %u)", lengths[i],
			transport);
		session_up(&s, &c, transport);
		need(send(c.peer, bhs, lengths[i], 0) == (ssize_t)lengths[i],
		     "send");
		conn_end(&c);
		expect_failure(&c, ISI_FAIL_PEER_CLOSED, 0);
		session_end(&s);
	}
	section("reset (transport %u)", transport);
	session_up(&s, &c, transport);
	close_with_reset(c.peer);
	expect_failure(&c, ISI_FAIL_SOCKET, -ECONNRESET);
	session_end(&s);
}

void test_violations(uint8_t transport)
{
	for (size_t i = 0; i < sizeof(violations) / sizeof(violations[0]); i++)
		commit(&violations[i], transport);
	flood(transport);
	broken_off(transport);
}
