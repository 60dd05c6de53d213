// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes with a target that keeps to the rules: every byte where it
 * belongs with every pair of keys, residuals, the command window.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scsi.h"

static const uint32_t sizes[] = { 1, 511, 512, 8191, 8193, 20000, 65537,
				  100001 };

static const struct keys plain = {
	.initial_r2t = 1, .immediate_data = 1, .max_outstanding_r2t = 1,
	.first_burst_length = 20001, .max_burst_length = 30001,
	.max_xmit_dsl = 8191, .window = 64 };

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What a write has brought so far. */
struct received {
	uint8_t bytes[131072];
	uint32_t length;
};

static void take_bytes(struct received *got, const struct pdu *pdu,
		       uint32_t offset)
{
	need(offset + pdu->length <= sizeof(got->bytes), "a write too long");
	memcpy(got->bytes + offset, pdu->data, pdu->length);
	got->length += pdu->length;
}

/* One sequence of Data-Out: [offset, offset + length), nothing else. */
static bool take_sequence(struct device *d, struct received *got, uint32_t itt,
			  uint32_t ttt, uint32_t offset, uint32_t length)
{
	static struct pdu pdu;
	const struct iscsi_bhs_data_out *bhs = (void *)&pdu.bhs;

	for (uint32_t datasn = 0; length; datasn++) {
		if (!check(peer_receive(d->conn.peer, &pdu, PATIENCE_MS) ==
			   GOT_PDU, "no Data-Out comes"))
			return false;
		check(bhs->opcode == ISCSI_OPCODE_DATA_OUT && bhs->itt == itt,
		      "opcode %#x", bhs->opcode);
		check(bhs->ttt == htobe32(ttt), "TTT %#x, not %#x",
		      be32toh(bhs->ttt), ttt);
		check(be32toh(bhs->datasn) == datasn, "DataSN");
		check(be32toh(bhs->offset) == offset, "offset %u, not %u",
		      be32toh(bhs->offset), offset);
		if (!check(pdu.length && pdu.length <= length &&
			   pdu.length <= d->keys.max_xmit_dsl, "%u bytes",
			   pdu.length))
			return false;
		take_bytes(got, &pdu, offset);
		offset += pdu.length;
		length -= pdu.length;
		check(bhs->flags == (length ? 0 : ISCSI_BHS_FINAL),
		      "F, with %u bytes to come", length);
	}
	return true;
}

/* R2Ts for the rest, as many at a time as may be outstanding. */
static bool ask_for_rest(struct device *d, struct received *got, uint32_t itt,
			 uint32_t edtl)
{
	uint32_t most = d->keys.max_burst_length;
	uint32_t asked = got->length, taken = asked, r2tsn = 0, answered = 0;

	while (taken < edtl) {
		while (asked < edtl &&
		       r2tsn - answered < d->keys.max_outstanding_r2t) {
			uint32_t length = smaller(most, edtl - asked);

			send_r2t(d, itt, 0x500 + r2tsn, r2tsn, asked, length);
			r2tsn++;
			asked += length;
		}
		if (!take_sequence(d, got, itt, 0x500 + answered, taken,
				   smaller(most, edtl - taken)))
			return false;
		taken += smaller(most, edtl - taken);
		answered++;
	}
	return true;
}

/* C-076 C-077: what comes with the command, and unasked behind it. */
static bool take_first_burst(struct device *d, struct received *got,
			     const struct pdu *pdu)
{
	const struct iscsi_bhs_scsi_command *bhs = (const void *)&pdu->bhs;
	uint32_t edtl = be32toh(bhs->edtl);
	uint32_t first = smaller(edtl, d->keys.first_burst_length);
	uint32_t immediate = d->keys.immediate_data ?
			     smaller(first, d->keys.max_xmit_dsl) : 0;
	bool follows = !d->keys.initial_r2t && first > immediate;

	check(pdu->length == immediate, "%u bytes of immediate data, not %u",
	      pdu->length, immediate);
	check(bhs->flags == (ISCSI_CMD_WRITE | ISCSI_CMD_ATTR_SIMPLE |
			     (follows ? 0 : ISCSI_BHS_FINAL)),
	      "flags %#x of the command", bhs->flags);
	take_bytes(got, pdu, 0);
	return !follows || take_sequence(d, got, bhs->itt, ISCSI_TAG_NONE,
					 immediate, first - immediate);
}

static void check_cdb(const struct pdu *pdu, uint8_t length)
{
	const struct iscsi_bhs_scsi_command *bhs = (const void *)&pdu->bhs;
	uint8_t cdb[32];

	memcpy(cdb, bhs->cdb, 16);
	memcpy(cdb + 16, pdu->ahs + 4, 16);
	check(bhs->ahs_words == (length > 16 ? 5 : 0), "%u words of AHS",
	      bhs->ahs_words);
	check(cdb[0] == VENDOR_CDB, "CDB %#x", cdb[0]);
	for (int i = 1; i < length; i++)
		if (cdb[i] != i)
			check(false, "byte %d of the CDB is %#x", i, cdb[i]);
}

static void write_once(struct device *d, uint32_t length, uint8_t cdb_len)
{
	static struct received got;
	static struct pdu pdu;
	struct io io = { .cdb_len = cdb_len };

	io_start(&io, d, true, length);
	got.length = 0;
	if (expect_command(d, &pdu)) {
		check_cdb(&pdu, cdb_len);
		if (take_first_burst(d, &got, &pdu) &&
		    ask_for_rest(d, &got, pdu.bhs.itt, length))
			check(!memcmp(got.bytes, io.buffer, length),
			      "%u bytes written are not those that came",
			      length);
		send_response(d, pdu.bhs.itt, 0, 0, 0);
	}
	io_wait(&io);
	check(!io.error && !io.status && !io.host_status && !io.resid,
	      "SG_IO of %u bytes: %d, status %#x %#x, resid %d", length,
	      io.error, io.status, io.host_status, io.resid);
	io_free(&io);
}

static void all_writes(const struct keys *some)
{
	struct keys keys = *some;
	struct device d;

	for (int pair = 0; pair < 4; pair++) {
		keys.initial_r2t = pair & 1;
		keys.immediate_data = pair >> 1;
		keys.max_outstanding_r2t = 1 + pair * 2;
		section("writes, InitialR2T=%u ImmediateData=%u (transport %u)",
			keys.initial_r2t, keys.immediate_data, keys.transport);
		device_make(&d, &keys);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			write_once(&d, sizes[i], 10);
		write_once(&d, 777, 32);
		device_end(&d);
	}
}

/* PDUs of @step bytes; the status comes with the last or by itself. */
static void read_once(struct device *d, uint32_t length, uint32_t step,
		      bool with_status)
{
	static uint8_t bytes[131072];
	static struct pdu pdu;
	struct io io = {};
	uint32_t datasn = 0, offset, n;
	bool last;

	for (offset = 0; offset < length; offset++)
		bytes[offset] = offset * 13 + length;
	io_start(&io, d, false, length);
	if (expect_command(d, &pdu)) {
		check(pdu.bhs.flags == (ISCSI_BHS_FINAL | ISCSI_CMD_READ |
					ISCSI_CMD_ATTR_SIMPLE), "flags %#x",
		      pdu.bhs.flags);
		for (offset = 0; offset < length; offset += n) {
			n = smaller(step, length - offset);
			last = offset + n == length;
			send_data_in(d, pdu.bhs.itt, datasn++, offset,
				     bytes + offset, n,
				     (last ? ISCSI_BHS_FINAL : 0) |
				     (last && with_status ?
				      ISCSI_DATA_IN_STATUS : 0));
		}
		if (!with_status)
			send_response(d, pdu.bhs.itt, 0, 0, 0);
	}
	io_wait(&io);
	check(!io.error && !io.status && !io.host_status && !io.resid,
	      "SG_IO of %u bytes: %d, status %#x %#x, resid %d", length,
	      io.error, io.status, io.host_status, io.resid);
	check(!memcmp(io.buffer, bytes, length), "%u bytes read by %u differ",
	      length, step);
	io_free(&io);
}

/* C-092: what SG_IO's caller is told of a transfer that was short. */
static void short_transfers(struct device *d)
{
	static const uint8_t bytes[300] = { 1, 2, 3 };
	static struct pdu pdu;
	struct io io = {};

	io_start(&io, d, false, 1000);
	if (expect_command(d, &pdu)) {
		send_data_in(d, pdu.bhs.itt, 0, 0, bytes, 300, ISCSI_BHS_FINAL);
		send_response(d, pdu.bhs.itt, 0, ISCSI_RSP_UNDERFLOW, 700);
	}
	io_wait(&io);
	check(!io.error && io.resid == 700, "resid %d, not 700", io.resid);
	check(io.buffer[2] == 3 && io.buffer[300] != 3, "the buffer");
	io_free(&io);

	io_start(&io, d, false, 1000);
	if (expect_command(d, &pdu))
		send_response(d, pdu.bhs.itt, 2, ISCSI_RSP_UNDERFLOW, 1000);
	io_wait(&io);
	check(!io.error && io.status == 2 && io.resid == 1000,
	      "status %#x, resid %d", io.status, io.resid);
	io_free(&io);
}

static void all_reads(const struct keys *keys)
{
	static const uint32_t steps[] = { 511, 8192, 65536 };
	struct device d;

	section("reads (transport %u)", keys->transport);
	device_make(&d, keys);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++)
			read_once(&d, sizes[i], steps[k], (i + k) & 1);
	short_transfers(&d);
	device_end(&d);
}

/* The module has sent nothing, and answers a ping at once. */
static void expect_silence(struct device *d, const char *when)
{
	struct iscsi_bhs ping = { .opcode = ISCSI_OPCODE_NOP_IN,
				  .flags = ISCSI_BHS_FINAL,
				  .itt = htobe32(ISCSI_TAG_NONE),
				  .ttt = htobe32(0x321) };
	static struct pdu pdu;

	number_pdu(d, &ping, false);
	peer_send(d->conn.peer, &ping, NULL, 0);
	check(peer_receive(d->conn.peer, &pdu, PATIENCE_MS) == GOT_PDU &&
	      pdu.bhs.ttt == htobe32(0x321), "opcode %#x %s", pdu.bhs.opcode,
	      when);
}

/* C-066 C-069: the second command waits, for the window and not longer. */
static void closed_window(uint8_t transport)
{
	struct io first = {}, second = {};
	static struct pdu pdu;
	struct iscsi_bhs opening = { .opcode = ISCSI_OPCODE_NOP_IN,
				     .flags = ISCSI_BHS_FINAL,
				     .itt = htobe32(ISCSI_TAG_NONE),
				     .ttt = htobe32(ISCSI_TAG_NONE) };
	struct keys keys = plain;
	struct device d;

	section("a window of one command (transport %u)", transport);
	keys.transport = transport;
	keys.window = 1;
	device_make(&d, &keys);
	io_start(&first, &d, true, 100);
	if (!expect_command(&d, &pdu))
		return;
	d.keys.window = 0;
	io_start(&second, &d, true, 200);
	expect_silence(&d, "beyond the window");
	send_response(&d, pdu.bhs.itt, 0, 0, 0);
	io_wait(&first);
	expect_silence(&d, "although the window is closed");
	d.keys.window = 1;
	number_pdu(&d, &opening, false);
	peer_send(d.conn.peer, &opening, NULL, 0);
	if (expect_command(&d, &pdu))
		send_response(&d, pdu.bhs.itt, 0, 0, 0);
	io_wait(&second);
	check(!first.error && !first.host_status && !second.error &&
	      !second.host_status, "SG_IO");
	io_free(&first);
	io_free(&second);
	device_end(&d);
}

/* C-084 C-085: a command that is answered before it has sent its data. */
static void early_response(uint8_t transport)
{
	struct keys keys = plain;
	static struct pdu pdu;
	struct device d;
	struct io io = {};

	section("a response before the data (transport %u)", transport);
	keys.transport = transport;
	device_make(&d, &keys);
	io_start(&io, &d, true, 20000);
	if (!expect_command(&d, &pdu))
		return;
	send_response(&d, pdu.bhs.itt, 2, ISCSI_RSP_UNDERFLOW, 15000);
	io_wait(&io);
	check(!io.error && io.status == 2 && io.resid == 15000,
	      "SG_IO: %d, status %#x, resid %d", io.error, io.status, io.resid);
	io_free(&io);
	send_r2t(&d, pdu.bhs.itt, 1, 0, 8191, 1000);
	expect_silence(&d, "in answer to a late R2T");
	write_once(&d, 20000, 10);
	device_end(&d);
}

/* Takes what is left of the write and compares it. */
static void drain_write(const struct device *d, const struct io *io)
{
	static uint8_t bytes[65536];
	uint32_t done = 0;
	ssize_t n;

	while (done < io->length) {
		n = recv(d->conn.peer, bytes, sizeof(bytes), 0);
		if (!check(n > 0, "the data does not come"))
			return;
		for (ssize_t i = 0; i < n; i++, done++)
			if (!check(bytes[i] == (uint8_t)(done * 31 >> 3),
				   "byte %u is another", done))
				return;
	}
}

/*
 * C-085: GOOD from a target that has taken nothing. While TCP may send the
 * buffer, again or at all, it stays the command's.
 */
static void hasty_response(uint8_t transport)
{
	struct keys keys = plain;
	struct iscsi_bhs bhs;
	struct timespec until;
	struct device d;
	struct io io = {};

	section("GOOD before the data was taken (transport %u)", transport);
	keys.transport = transport;
	keys.max_xmit_dsl = keys.first_burst_length = 262144;
	keys.max_burst_length = 262144;
	device_make(&d, &keys);
	io_start(&io, &d, true, 262144);
	do {
		need(recv(d.conn.peer, &bhs, sizeof(bhs), MSG_WAITALL) ==
		     sizeof(bhs), "recv");
	} while (bhs.itt == htobe32(ISCSI_TAG_NONE));
	d.exp_cmdsn++;
	send_response(&d, bhs.itt, 0, 0, 0);
	if (transport == ISI_TRANSPORT_TCP) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		check(pthread_timedjoin_np(io.thread, NULL, &until) ==
		      ETIMEDOUT, "it has ended while TCP has its pages");
	}
	drain_write(&d, &io);
	io_wait(&io);
	check(!io.error && !io.status && !io.host_status, "SG_IO");
	check(!io.resid, "resid %d", io.resid);
	io_free(&io);
	device_end(&d);
}

/* Data-In of @length bytes, and as many left out, from @from to @end. */
static void send_pieces(struct device *d, uint32_t itt, const uint8_t *bytes,
			uint32_t *datasn, uint32_t from, uint32_t end,
			uint32_t length)
{
	for (uint32_t at = from; at < end; at += 2 * length)
		send_data_in(d, itt, (*datasn)++, at, bytes + at, length, 0);
}

/* C-088: every second piece first, and then the others; then a hole. */
static void scattered_reads(struct device *d)
{
	static struct pdu pdu;
	uint8_t bytes[4000];
	uint32_t datasn = 0;
	struct io io = {};

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 1 + i % 251;
	io_start(&io, d, false, sizeof(bytes));
	if (expect_command(d, &pdu)) {
		send_pieces(d, pdu.bhs.itt, bytes, &datasn, 100, 4000, 100);
		send_pieces(d, pdu.bhs.itt, bytes, &datasn, 0, 4000, 100);
		send_response(d, pdu.bhs.itt, 0, 0, 0);
	}
	io_wait(&io);
	check(!io.error && !io.status && !io.resid, "SG_IO: %d, resid %d",
	      io.error, io.resid);
	check(!memcmp(io.buffer, bytes, sizeof(bytes)), "bytes differ");
	io_free(&io);

	io_start(&io, d, false, sizeof(bytes));
	if (expect_command(d, &pdu)) {
		send_data_in(d, pdu.bhs.itt, 0, 500, bytes, 3500,
			     ISCSI_BHS_FINAL);
		send_response(d, pdu.bhs.itt, 0, 0, 0);
	}
	io_wait(&io);
	check(!io.error && io.resid == 4000, "resid %d behind a hole",
	      io.resid);
	io_free(&io);
}

/* A read that breaks the rules of its order, @pieces of it before that. */
static void wrong_order(const struct keys *keys, uint32_t pieces,
			uint32_t offset, uint8_t reason)
{
	static const uint8_t bytes[1000];
	static struct pdu pdu;
	struct device d;
	struct io io = {};
	uint32_t datasn = 0;

	section("out of order: %u pieces, and %u (transport %u)", pieces,
		offset, keys->transport);
	device_make(&d, keys);
	io_start(&io, &d, false, sizeof(bytes));
	if (expect_command(&d, &pdu)) {
		send_pieces(&d, pdu.bhs.itt, bytes, &datasn, 5,
			    5 + 10 * pieces, 5);
		send_data_in(&d, pdu.bhs.itt, datasn, offset, bytes, 5, 0);
	}
	expect_failure(&d.conn, reason, -EPROTO);
	device_end(&d);
	io_wait(&io);
	check(io.error || io.status || io.host_status, "SG_IO succeeds");
	io_free(&io);
}

static void any_order(uint8_t transport)
{
	struct keys keys = plain;
	struct device d;

	section("data out of order (transport %u)", transport);
	keys.transport = transport;
	keys.out_of_order = true;
	device_make(&d, &keys);
	scattered_reads(&d);
	write_once(&d, 65537, 10);
	device_end(&d);
	wrong_order(&keys, 4, 16, ISI_FAIL_DATA_OFFSET);
	wrong_order(&keys, ISI_DATA_PIECES / 2, 800, ISI_FAIL_DATA_FRAGMENTS);
}

/* C-039 C-121: each digest by itself, and both. */
static void all_digests(uint8_t transport)
{
	struct keys keys = plain;

	keys.transport = transport;
	for (int pair = 1; pair < 4; pair++) {
		keys.header_digest = pair & 1;
		keys.data_digest = pair >> 1;
		section("HeaderDigest %u, DataDigest %u", keys.header_digest,
			keys.data_digest);
		all_reads(&keys);
		all_writes(&keys);
	}
}

/* C-122 C-123: damage ends the connection, for the right reason. */
static void damage(uint8_t transport, bool header)
{
	static const uint8_t bytes[1000];
	static struct pdu pdu;
	struct keys keys = plain;
	struct device d;
	struct io io = {};

	section("a damaged %s (transport %u)", header ? "header" : "data segment",
		transport);
	keys.transport = transport;
	keys.header_digest = keys.data_digest = true;
	device_make(&d, &keys);
	io_start(&io, &d, false, sizeof(bytes));
	if (expect_command(&d, &pdu)) {
		peer_digests.wrong_header = header;
		peer_digests.wrong_data = !header;
		send_data_in(&d, pdu.bhs.itt, 0, 0, bytes, sizeof(bytes),
			     ISCSI_BHS_FINAL | ISCSI_DATA_IN_STATUS);
	}
	expect_failure(&d.conn, header ? ISI_FAIL_HEADER_DIGEST :
		       ISI_FAIL_DATA_DIGEST, -EPROTO);
	device_end(&d);
	io_wait(&io);
	check(io.error || io.status || io.host_status, "SG_IO succeeds");
	io_free(&io);
}

static atomic_bool rewriting;

static void *rewrite(void *arg)
{
	volatile uint8_t *buffer = ((struct io *)arg)->buffer;
	uint32_t length = ((struct io *)arg)->length;

	for (uint32_t i = 0; atomic_load(&rewriting); i++)
		buffer[i * 127 % length]++;
	return NULL;
}

/* C-086: what the application does to its buffer meanwhile is its own affair. */
static void rewritten_buffer(uint8_t transport)
{
	static struct received got;
	static struct pdu pdu;
	struct keys keys = plain;
	pthread_t thread;
	struct device d;

	section("a buffer that is rewritten (transport %u)", transport);
	keys.transport = transport;
	keys.data_digest = true;
	device_make(&d, &keys);
	for (int i = 0; i < 20; i++) {
		struct io io = {};

		io_start(&io, &d, true, 131072);
		rewriting = true;
		need(!pthread_create(&thread, NULL, rewrite, &io), "thread");
		got.length = 0;
		if (expect_command(&d, &pdu) &&
		    take_first_burst(&d, &got, &pdu) &&
		    ask_for_rest(&d, &got, pdu.bhs.itt, io.length))
			send_response(&d, pdu.bhs.itt, 0, 0, 0);
		io_wait(&io);
		rewriting = false;
		need(!pthread_join(thread, NULL), "pthread_join");
		check(!io.error && !io.status && !io.host_status, "SG_IO");
		io_free(&io);
	}
	device_end(&d);
}

void test_digests(uint8_t transport)
{
	all_digests(transport);
	damage(transport, true);
	damage(transport, false);
	rewritten_buffer(transport);
}

void test_commands(uint8_t transport)
{
	struct keys keys = plain;

	keys.transport = transport;
	all_writes(&keys);
	all_reads(&keys);
	closed_window(transport);
	early_response(transport);
	hasty_response(transport);
	any_order(transport);
}
