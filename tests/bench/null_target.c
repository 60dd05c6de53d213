// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * null_target ADDRESS PORT
 *
 * As good a peer as an initiator can have: an iSCSI target (RFC 7143) with one
 * disk that stores nothing. It takes all that has come in one go, and sends what
 * there is to say to that in one go; a read is answered in PDUs as large as the
 * initiator takes, the last with the status. Sessions are of one connection, at
 * ErrorRecoveryLevel 0, and of a process each. It believes what it is told, digests
 * included: checking an initiator is for tests/target.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "null_disk.h"
#include "null_keys.h"
#include "null_pdu.h"

#define INPUT (4u << 20)	/* bytes; more than one PDU of KEYS_OUR_SEGMENT */
#define WRITES 1024		/* commands that wait for their data */

/* A command that waits for data: R2Ts are sent one at a time. */
struct write {
	uint32_t itt, expected, received, next_r2tsn;
	bool used;
};

static struct {
	int socket;
	struct keys keys;
	uint32_t statsn, exp_cmdsn;
	struct write writes[WRITES];
} conn;

static uint8_t input[INPUT];

/* --- answers */

/* A response to @request; what all of them have. */
static uint8_t *response(enum opcode opcode, const uint8_t *request, bool has_status)
{
	uint8_t *bhs = pdu_new();

	bhs[0] = opcode;
	bhs[1] = PDU_FINAL;
	memcpy(bhs + PDU_ITT, request + PDU_ITT, 4);
	put32(bhs + PDU_STATSN, conn.statsn);
	conn.statsn += has_status;
	put32(bhs + PDU_EXP_CMDSN, conn.exp_cmdsn);
	put32(bhs + PDU_MAX_CMDSN, conn.exp_cmdsn + 255);
	return bhs;
}

/* @r2ts is how many of them the initiator has had. */
static void send_response(const uint8_t *command, uint32_t r2ts, const uint8_t *sense,
			  uint32_t size)
{
	uint8_t *bhs = response(SCSI_RESPONSE, command, true);

	put32(bhs + PDU_DATASN, r2ts);
	if (sense)
		bhs[3] = 2;	/* CHECK CONDITION */
	pdu_send(bhs, sense, size);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What a read has less than was asked for. */
static void put_residual(uint8_t *bhs, uint32_t missing)
{
	if (!missing)
		return;
	bhs[1] |= 0x02;		/* underflow */
	put32(bhs + PDU_RESIDUAL, missing);
}

static void send_data_in(const uint8_t *command, const uint8_t *data, uint32_t size)
{
	uint32_t offset = 0, datasn = 0, asked = get32(command + PDU_EDTL);

	size = least(size, asked);
	do {
		uint32_t burst_left = conn.keys.max_burst - offset % conn.keys.max_burst;
		uint32_t n = least(least(size - offset, conn.keys.their_segment), burst_left);
		bool last = offset + n == size;
		uint8_t *bhs = response(DATA_IN, command, last);

		bhs[1] = n == burst_left || last ? PDU_FINAL : 0;
		put32(bhs + PDU_TTT, UINT32_MAX);
		put32(bhs + PDU_DATASN, datasn++);
		put32(bhs + PDU_OFFSET, offset);
		if (last) {
			bhs[1] |= 0x01;		/* with the status, which is GOOD */
			put_residual(bhs, asked - size);
		} else {
			put32(bhs + PDU_STATSN, 0);
		}
		pdu_send(bhs, data ? data + offset : NULL, n);
		offset += n;
	} while (offset < size);
}

/* --- writes */

static struct write *find_write(uint32_t itt)
{
	uint32_t i;

	for (i = 0; i < WRITES; i++)
		if (conn.writes[i].used && conn.writes[i].itt == itt)
			return &conn.writes[i];
	errx(1, "data for a command that is not there");
}

static struct write *new_write(void)
{
	uint32_t i;

	for (i = 0; i < WRITES; i++)
		if (!conn.writes[i].used)
			return &conn.writes[i];
	errx(1, "more than %u writes", WRITES);
}

static void send_r2t(struct write *write, const uint8_t *request)
{
	uint8_t *bhs = response(R2T, request, false);

	memcpy(bhs + PDU_LUN, request + PDU_LUN, 8);
	put32(bhs + PDU_TTT, write->itt);
	put32(bhs + PDU_DATASN, write->next_r2tsn++);
	put32(bhs + PDU_OFFSET, write->received);
	put32(bhs + PDU_R2T_LENGTH, least(write->expected - write->received,
					  conn.keys.max_burst));
	pdu_send(bhs, NULL, 0);
}

/* The initiator has sent all that it may. */
static void write_goes_on(struct write *write, const uint8_t *request)
{
	if (write->received < write->expected) {
		send_r2t(write, request);
		return;
	}
	write->used = false;
	send_response(request, write->next_r2tsn, NULL, 0);
}

static void start_write(const uint8_t *command)
{
	struct write *write, now;

	now = (struct write){ .itt = get32(command + PDU_ITT), .used = true,
			      .expected = get32(command + PDU_EDTL),
			      .received = pdu_data_length(command) };
	if (now.received == now.expected) {
		send_response(command, 0, NULL, 0);
		return;
	}
	write = new_write();
	*write = now;
	if (command[1] & PDU_FINAL)
		write_goes_on(write, command);
}

static void take_data_out(const uint8_t *bhs)
{
	struct write *write = find_write(get32(bhs + PDU_ITT));

	write->received += pdu_data_length(bhs);
	if (bhs[1] & PDU_FINAL)
		write_goes_on(write, bhs);
}

/* --- requests */

static void take_command(const uint8_t *bhs)
{
	struct disk_answer answer;

	disk_do(&answer, bhs + PDU_CDB);
	switch (answer.kind) {
	case DISK_READ:
		send_data_in(bhs, NULL, get32(bhs + PDU_EDTL));
		break;
	case DISK_DATA:
		send_data_in(bhs, answer.bytes, answer.size);
		break;
	case DISK_WRITE:
		start_write(bhs);
		break;
	case DISK_GOOD:
		send_response(bhs, 0, NULL, 0);
		break;
	case DISK_SENSE:
		send_response(bhs, 0, answer.bytes, answer.size);
		break;
	}
}

static void take_login(const uint8_t *bhs, const char *text, uint32_t size)
{
	char answer[4096];
	uint32_t length = keys_answer(&conn.keys, text, size, answer, sizeof(answer));
	bool transit = bhs[1] & 0x80, last = transit && (bhs[1] & 3) == 3;
	uint8_t *reply;

	conn.exp_cmdsn = get32(bhs + PDU_CMDSN);
	reply = response(LOGIN_RESPONSE, bhs, true);
	reply[1] = bhs[1];
	memcpy(reply + PDU_LUN, bhs + PDU_LUN, 8);	/* ISID and TSIH */
	if (last)
		reply[PDU_LUN + 7] = 1;
	pdu_send(reply, (uint8_t *)answer, length);
	pdu_flush();
	if (!last)
		return;
	pdu_use_digests(conn.keys.header_digest, conn.keys.data_digest);
}

/* A ping: its own data back, if it wants an answer. */
static void take_nop(const uint8_t *bhs, const uint8_t *data, uint32_t size)
{
	uint8_t *reply;

	if (get32(bhs + PDU_ITT) == UINT32_MAX)
		return;
	reply = response(NOP_IN, bhs, true);
	put32(reply + PDU_TTT, UINT32_MAX);
	pdu_send(reply, data, size);
	pdu_flush();	/* while the data is there */
}

static void take_pdu(const uint8_t *bhs, const uint8_t *data, uint32_t size)
{
	enum opcode opcode = bhs[0] & 0x3f;

	if (opcode != DATA_OUT && !(bhs[0] & PDU_IMMEDIATE))
		conn.exp_cmdsn = get32(bhs + PDU_CMDSN) + 1;
	switch (opcode) {
	case SCSI_COMMAND:
		take_command(bhs);
		break;
	case DATA_OUT:
		take_data_out(bhs);
		break;
	case LOGIN_REQUEST:
		take_login(bhs, (const char *)data, size);
		break;
	case NOP_OUT:
		take_nop(bhs, data, size);
		break;
	case TMF_REQUEST:
		pdu_send(response(TMF_RESPONSE, bhs, true), NULL, 0);
		break;
	case LOGOUT_REQUEST:
		pdu_send(response(LOGOUT_RESPONSE, bhs, true), NULL, 0);
		break;
	default:
		errx(1, "no answer to opcode 0x%02x", opcode);
	}
}

/* All PDUs of input[from] to input[end] that are whole; returns where they end. */
static size_t take_input(size_t from, size_t end)
{
	for (;;) {
		const uint8_t *bhs = input + from;
		size_t before_data, whole;

		if (end - from < PDU_BHS)
			return from;
		whole = pdu_length(bhs, &before_data);
		if (whole > INPUT / 2)
			errx(1, "a PDU of %zu bytes", whole);
		if (end - from < whole)
			return from;
		take_pdu(bhs, bhs + before_data, pdu_data_length(bhs));
		from += whole;
	}
}

/* What is left of a PDU moves only when the room behind it may not be enough. */
static void serve(void)
{
	size_t from = 0, end = 0;
	ssize_t n;

	while ((n = read(conn.socket, input + end, INPUT - end)) > 0) {
		from = take_input(from, end + n);
		end += n;
		pdu_flush();
		if (from == end) {
			from = 0;
			end = 0;
		} else if (from > INPUT / 2) {
			memcpy(input, input + from, end - from);
			end -= from;
			from = 0;
		}
	}
}

static int listen_at(const char *address, const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 4))
		err(1, "%s:%s", address, port);
	return fd;
}

int main(int argc, char **argv)
{
	int listener, child, on = 1;

	if (argc != 3)
		errx(2, "usage: null_target ADDRESS PORT");
	listener = listen_at(argv[1], argv[2]);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		conn.socket = accept(listener, NULL, NULL);
		if (conn.socket < 0)
			err(1, "accept");
		child = fork();
		if (child < 0)
			err(1, "fork");
		if (!child)
			break;
		close(conn.socket);
	}
	close(listener);	/* the next null_target's */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	conn.keys = keys_default;
	pdu_open(conn.socket);
	setsockopt(conn.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	serve();
	return 0;
}
