// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Targets that answer a SCSI command with what they may not, or not at all: the
 * connection fails for the right reason, the command does not succeed, and its
 * buffer is as it was.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scsi.h"

#define SENT 0x5a	/* every byte of data that such a target sends */

static const struct keys plain = {
	.initial_r2t = 1, .immediate_data = 1, .max_outstanding_r2t = 1,
	.first_burst_length = 20001, .max_burst_length = 30001,
	.max_xmit_dsl = 8191, .window = 64 };

/* One PDU in answer to a command of 10000 bytes. */
struct wrong_answer {
	const char *what;
	uint8_t reason;
	bool write;
	uint8_t opcode;
	uint8_t flags;
	uint32_t ttt;
	uint32_t rest[3];	/* DataSN or R2TSN, offset, length or residual */
	uint32_t length;	/* of data that really comes */
};

#define DATA_IN(...) .opcode = ISCSI_OPCODE_DATA_IN, __VA_ARGS__
#define R2T(...) .opcode = ISCSI_OPCODE_R2T, .flags = ISCSI_BHS_FINAL, \
	__VA_ARGS__
#define RESPONSE(_flags, ...) .opcode = ISCSI_OPCODE_SCSI_RESPONSE, \
	.flags = ISCSI_BHS_FINAL | (_flags), __VA_ARGS__

static const struct wrong_answer wrong_answers[] = {
	{ "Data-In longer than the buffer", ISI_FAIL_DATA_OFFSET,
	  DATA_IN(.length = 10001) },
	{ "Data-In behind the buffer", ISI_FAIL_DATA_OFFSET,
	  DATA_IN(.rest = { 0, 10000 }, .length = 4) },
	{ "Data-In at an offset that wraps", ISI_FAIL_DATA_OFFSET,
	  DATA_IN(.rest = { 0, 0xfffffffc }, .length = 8) },
	{ "Data-In with a hole before it", ISI_FAIL_DATA_OFFSET,
	  DATA_IN(.rest = { 0, 4 }, .length = 4) },
	{ "Data-In with DataSN 1", ISI_FAIL_DATASN,
	  DATA_IN(.rest = { 1 }, .length = 4) },
	{ "Data-In with S and no F", ISI_FAIL_FLAGS,
	  DATA_IN(.flags = ISCSI_DATA_IN_STATUS, .length = 4) },
	{ "Data-In for a write", ISI_FAIL_DATA_DIRECTION,
	  DATA_IN(.write = true, .length = 4) },
	{ "R2T for a read", ISI_FAIL_DATA_DIRECTION,
	  R2T(.rest = { 0, 0, 100 }) },
	{ "R2T for nothing", ISI_FAIL_R2T_LENGTH,
	  R2T(.write = true, .rest = { 0, 8191 }) },
	{ "R2T beyond MaxBurstLength", ISI_FAIL_R2T_LENGTH,
	  R2T(.write = true, .rest = { 0, 8191, 30002 }) },
	{ "R2T beyond the buffer", ISI_FAIL_DATA_OFFSET,
	  R2T(.write = true, .rest = { 0, 8191, 1810 }) },
	{ "R2T at an offset that wraps", ISI_FAIL_DATA_OFFSET,
	  R2T(.write = true, .rest = { 0, 0xffffff00, 512 }) },
	{ "R2T for immediate data", ISI_FAIL_DATA_OFFSET,
	  R2T(.write = true, .rest = { 0, 0, 100 }) },
	{ "R2T with R2TSN 1", ISI_FAIL_R2TSN,
	  R2T(.write = true, .rest = { 1, 8191, 100 }) },
	{ "R2T with the reserved TTT", ISI_FAIL_TTT,
	  R2T(.write = true, .ttt = ISCSI_TAG_NONE,
	      .rest = { 0, 8191, 100 }) },
	{ "Response with overflow and underflow", ISI_FAIL_FLAGS,
	  RESPONSE(ISCSI_RSP_OVERFLOW | ISCSI_RSP_UNDERFLOW) },
	{ "Response that counts a Data-In", ISI_FAIL_EXP_DATASN,
	  RESPONSE(0, .rest = { 1 }) },
	{ "Response with half a sense length", ISI_FAIL_SENSE_LENGTH,
	  RESPONSE(0, .length = 1) },
};

static void answer_wrong(const struct wrong_answer *wrong, uint8_t transport)
{
	static uint8_t data[16384];
	static struct pdu pdu;
	struct keys keys = plain;
	struct device d;
	struct io io = {};

	memset(data, SENT, sizeof(data));
	section("%s (transport %u)", wrong->what, transport);
	keys.transport = transport;
	device_make(&d, &keys);
	io_start(&io, &d, wrong->write, 10000);
	if (expect_command(&d, &pdu)) {
		struct iscsi_bhs bhs = { .opcode = wrong->opcode,
					 .flags = wrong->flags,
					 .itt = pdu.bhs.itt,
					 .ttt = htobe32(wrong->ttt) };
		uint32_t rest[3] = { htobe32(wrong->rest[0]),
				     htobe32(wrong->rest[1]),
				     htobe32(wrong->rest[2]) };

		memcpy(bhs.rest, rest, sizeof(rest));
		number_pdu(&d, &bhs, false);
		peer_send(d.conn.peer, &bhs, data, wrong->length);
	}
	expect_failure(&d.conn, wrong->reason, -EPROTO);
	device_end(&d);
	io_wait(&io);
	check(io.error || io.status || io.host_status, "SG_IO succeeds");
	if (!io.write)
		check(!memchr(io.buffer, SENT, io.length),
		      "the buffer was written");
	io_free(&io);
}

/* Two R2Ts where one may be outstanding. */
static void too_many_r2ts(uint8_t transport)
{
	struct keys keys = plain;
	struct iscsi_bhs bhs[2] = {};
	static struct pdu pdu;
	struct device d;
	struct io io = {};

	section("R2Ts beyond MaxOutstandingR2T (transport %u)", transport);
	keys.transport = transport;
	device_make(&d, &keys);
	io_start(&io, &d, true, 10000);
	if (expect_command(&d, &pdu)) {
		for (uint32_t i = 0; i < 2; i++) {
			uint32_t rest[3] = { htobe32(i),
					     htobe32(8191 + i * 100),
					     htobe32(100) };

			bhs[i].opcode = ISCSI_OPCODE_R2T;
			bhs[i].flags = ISCSI_BHS_FINAL;
			bhs[i].itt = pdu.bhs.itt;
			memcpy(bhs[i].rest, rest, sizeof(rest));
			number_pdu(&d, &bhs[i], false);
		}
		need(send(d.conn.peer, bhs, sizeof(bhs), 0) == sizeof(bhs),
		     "send");
	}
	expect_failure(&d.conn, ISI_FAIL_R2T_COUNT, -EPROTO);
	device_end(&d);
	io_wait(&io);
	io_free(&io);
}

/* The target goes away in the middle of a scan. */
static void scan_broken_off(uint8_t transport)
{
	struct session s;
	static struct pdu pdu;
	struct event e;
	struct conn c;

	section("a scan that is broken off (transport %u)", transport);
	session_up(&s, &c, transport);
	tell_session(ISI_CMD_SESSION_SCAN, &s, 0);
	check(peer_receive(c.peer, &pdu, PATIENCE_MS) == GOT_PDU, "no command");
	tell_session(ISI_CMD_SESSION_SCAN, &s, -EALREADY);
	conn_end(&c);
	expect_failure(&c, ISI_FAIL_PEER_CLOSED, 0);
	session_end(&s);
	check(listen_for(&events, ISI_EVENT_SCANNED, s.id, 0, &e),
	      "no end of the scan before the end of the session");
	check_error(e.error, -ENOTCONN, "event SCANNED");
	expect_no_event(&s, ISI_EVENT_SCANNED);
}

/* C-007: it is over with the first. */
static void second_response(uint8_t transport)
{
	struct keys keys = plain;
	static struct pdu pdu;
	struct device d;
	struct io io = {};

	section("a second response (transport %u)", transport);
	keys.transport = transport;
	device_make(&d, &keys);
	io_start(&io, &d, false, 100);
	if (expect_command(&d, &pdu)) {
		send_response(&d, pdu.bhs.itt, 2, 0, 0);
		send_response(&d, pdu.bhs.itt, 0, 0, 0);
	}
	expect_failure(&d.conn, ISI_FAIL_ITT, -EPROTO);
	io_wait(&io);
	check(io.status == 2, "the second response was taken");
	io_free(&io);
	device_end(&d);
}

static uint32_t session_flags(const struct session *s)
{
	struct message m;
	struct reply r;

	session_message(&m, ISI_CMD_SESSION_GET, s);
	check_error(talk(&main_link, &m, &r), 0, "SESSION_GET (%s)", r.why);
	return reply_u32(&r, ISI_A_SESSION, ISI_A_SESSION_FLAGS);
}

static void answer_with_sense(struct device *d, const uint8_t sense[18])
{
	static struct pdu pdu;
	struct io io = {};

	io_start(&io, d, false, 100);
	if (expect_command(d, &pdu))
		send_sense(d, pdu.bhs.itt, sense);
	io_wait(&io);
	check(io.status == 2, "the status was lost");
	io_free(&io);
}

/*
 * C-099: it is told once for each scan, and is in the dump until then. INQUIRY
 * DATA HAS CHANGED is not here: the midlayer then sends commands of its own.
 */
static void luns_changed(uint8_t transport)
{
	static const struct {
		uint8_t key, asc, ascq, change;
	} says[] = {
		{ 6, 0x3f, 0x0e, ISI_CHANGE_LUNS },
		{ 6, 0x2a, 0x09, ISI_CHANGE_CAPACITY },
		{ 5, 0x25, 0x00, ISI_CHANGE_LUN_GONE },
	};
	struct keys keys = plain;
	struct device d;
	struct event e;

	section("LUNs that change (transport %u)", transport);
	keys.transport = transport;
	device_make(&d, &keys);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		uint8_t sense[18] = { 0x70, [2] = says[i].key, [7] = 10,
				      [12] = says[i].asc, says[i].ascq };

		check(!(session_flags(&d.session) & ISI_SESSION_F_CHANGED),
		      "changed, before anybody said so");
		answer_with_sense(&d, sense);
		expect_event(&d.session, ISI_EVENT_LUNS_CHANGED, &e);
		check(e.change == says[i].change && !e.lun,
		      "change %u of LUN %llu", e.change,
		      (unsigned long long)e.lun);
		check(session_flags(&d.session) & ISI_SESSION_F_CHANGED,
		      "not in the dump");
		answer_with_sense(&d, sense);
		expect_no_event(&d.session, ISI_EVENT_LUNS_CHANGED);
		serve_scan(&d);
	}
	device_end(&d);
}

void test_answers(uint8_t transport)
{
	for (size_t i = 0; i < sizeof(wrong_answers) / sizeof(wrong_answers[0]);
	     i++)
		answer_wrong(&wrong_answers[i], transport);
	too_many_r2ts(transport);
	second_response(transport);
	scan_broken_off(transport);
	luns_changed(transport);
}
