// SPDX-License-Identifier: GPL-2.0-or-later
#include "scsi.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bsg.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INQUIRY		0x12
#define REPORT_LUNS	0xa0
#define IO_SECONDS	120

static void put_be32(void *to, uint32_t value)
{
	value = htobe32(value);
	memcpy(to, &value, sizeof(value));
}

void number_pdu(struct device *d, struct iscsi_bhs *bhs, bool status)
{
	bhs->sn[0] = htobe32(d->conn.statsn);
	d->conn.statsn += status;
	bhs->sn[1] = htobe32(d->exp_cmdsn);
	bhs->sn[2] = htobe32(d->exp_cmdsn + d->keys.window - 1);
}

bool expect_command(struct device *d, struct pdu *pdu)
{
	const struct iscsi_bhs_scsi_command *bhs = (void *)&pdu->bhs;

	if (!check(peer_receive(d->conn.peer, pdu, PATIENCE_MS) == GOT_PDU,
		   "no command comes"))
		return false;
	check((bhs->opcode & ISCSI_BHS_OPCODE) == ISCSI_OPCODE_SCSI_COMMAND,
	      "opcode %#x is no SCSI Command", bhs->opcode);
	check(be32toh(bhs->cmdsn) == d->exp_cmdsn, "CmdSN %u, not %u",
	      be32toh(bhs->cmdsn), d->exp_cmdsn);
	check(be32toh(bhs->exp_statsn) == d->conn.statsn,
	      "ExpStatSN %u, not %u", be32toh(bhs->exp_statsn),
	      d->conn.statsn);
	check(bhs->itt != htobe32(ISCSI_TAG_NONE), "the reserved ITT");
	d->exp_cmdsn++;
	return true;
}

void send_response(struct device *d, uint32_t itt, uint8_t status,
		   uint8_t flags, uint32_t residual)
{
	static const uint8_t sense[] = { 0, 18, 0x70, 0, ILLEGAL_REQUEST, 0, 0,
		0, 0, 10, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0 };
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_SCSI_RESPONSE,
				 .flags = ISCSI_BHS_FINAL | flags,
				 .itt = itt };

	((struct iscsi_bhs_scsi_response *)&bhs)->status = status;
	put_be32(bhs.rest + 8, residual);
	number_pdu(d, &bhs, true);
	peer_send(d->conn.peer, &bhs, sense, status ? sizeof(sense) : 0);
}

void send_sense(struct device *d, uint32_t itt, const uint8_t sense[18])
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_SCSI_RESPONSE,
				 .flags = ISCSI_BHS_FINAL, .itt = itt };
	uint8_t segment[20] = { 0, 18 };

	((struct iscsi_bhs_scsi_response *)&bhs)->status = 2;
	memcpy(segment + 2, sense, 18);
	number_pdu(d, &bhs, true);
	peer_send(d->conn.peer, &bhs, segment, sizeof(segment));
}

void send_data_in(struct device *d, uint32_t itt, uint32_t datasn,
		  uint32_t offset, const void *data, uint32_t length,
		  uint8_t flags)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_DATA_IN,
				 .flags = flags, .itt = itt,
				 .ttt = htobe32(ISCSI_TAG_NONE) };

	put_be32(bhs.rest, datasn);
	put_be32(bhs.rest + 4, offset);
	number_pdu(d, &bhs, flags & ISCSI_DATA_IN_STATUS);
	peer_send(d->conn.peer, &bhs, data, length);
}

void send_r2t(struct device *d, uint32_t itt, uint32_t ttt, uint32_t r2tsn,
	      uint32_t offset, uint32_t length)
{
	struct iscsi_bhs bhs = { .opcode = ISCSI_OPCODE_R2T,
				 .flags = ISCSI_BHS_FINAL, .itt = itt,
				 .ttt = htobe32(ttt) };

	put_be32(bhs.rest, r2tsn);
	put_be32(bhs.rest + 4, offset);
	put_be32(bhs.rest + 8, length);
	number_pdu(d, &bhs, false);
	peer_send(d->conn.peer, &bhs, NULL, 0);
}

/* @data as far as the command has room, and the status. */
static void send_all_data(struct device *d, const struct pdu *pdu,
			  const void *data, uint32_t length)
{
	const struct iscsi_bhs_scsi_command *bhs = (const void *)&pdu->bhs;
	uint32_t room = be32toh(bhs->edtl), residual = 0;
	uint8_t flags = 0;

	if (length < room) {
		flags = ISCSI_RSP_UNDERFLOW;
		residual = room - length;
	}
	send_data_in(d, pdu->bhs.itt, 0, 0, data, length < room ? length : room,
		     ISCSI_BHS_FINAL);
	send_response(d, pdu->bhs.itt, 0, flags, residual);
}

static void answer_scan(struct device *d, const struct pdu *pdu)
{
	static const uint8_t inquiry[36] = { 3, 0, 5, 2, 31, 0, 0, 2,
		'E', 'X', 'A', 'M', 'P', 'L', 'E', ' ',
		'p', 'r', 'o', 'c', 'e', 's', 's', 'o', 'r', ' ', ' ', ' ',
		' ', ' ', ' ', ' ', '1', '.', '0', ' ' };
	static const uint8_t luns[16] = { 0, 0, 0, 8 };
	const struct iscsi_bhs_scsi_command *bhs = (const void *)&pdu->bhs;

	if (bhs->cdb[0] == INQUIRY && !(bhs->cdb[1] & 1))
		send_all_data(d, pdu, inquiry, sizeof(inquiry));
	else if (bhs->cdb[0] == REPORT_LUNS)
		send_all_data(d, pdu, luns, sizeof(luns));
	else
		send_response(d, pdu->bhs.itt, 2, 0, 0);
}

void serve_scan(struct device *d)
{
	static struct pdu pdu;
	struct event e;

	tell_session(ISI_CMD_SESSION_SCAN, &d->session, 0);
	while (!listen_for(&events, ISI_EVENT_SCANNED, d->session.id, 0, &e)) {
		switch (peer_receive(d->conn.peer, &pdu, 50)) {
		case GOT_PDU:
			d->exp_cmdsn++;
			answer_scan(d, &pdu);
			break;
		case GOT_NOTHING:
			break;
		default:
			check(false, "the module has closed the connection");
			return;
		}
	}
	check_error(e.error, 0, "event SCANNED");
}

void device_connect(struct device *d)
{
	struct message m;
	struct nest *n;
	struct reply r;
	int ours;

	d->conn.statsn = 1;
	d->exp_cmdsn = 1;
	peer_digests = (struct peer_digests) { .header = d->keys.header_digest,
					       .data = d->keys.data_digest };
	tcp_pair(AF_INET, &ours, &d->conn.peer);
	conn_lead_message(&m, &d->session, ours, 0);
	n = message_nest(&m, ISI_A_SESSION);
	nest_attr(n, ISI_A_SESSION_MAX_CMDSN)->value = d->keys.window;
	nest_attr(n, ISI_A_SESSION_INITIAL_R2T)->value = d->keys.initial_r2t;
	nest_attr(n, ISI_A_SESSION_IMMEDIATE_DATA)->value =
		d->keys.immediate_data;
	nest_attr(n, ISI_A_SESSION_MAX_OUTSTANDING_R2T)->value =
		d->keys.max_outstanding_r2t;
	nest_attr(n, ISI_A_SESSION_FIRST_BURST_LENGTH)->value =
		d->keys.first_burst_length;
	nest_attr(n, ISI_A_SESSION_MAX_BURST_LENGTH)->value =
		d->keys.max_burst_length;
	nest_attr(n, ISI_A_SESSION_DATA_PDU_IN_ORDER)->value =
		!d->keys.out_of_order;
	nest_attr(n, ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER)->value =
		!d->keys.out_of_order;
	n = message_nest(&m, ISI_A_CONN);
	nest_attr(n, ISI_A_CONN_MAX_XMIT_DSL)->value = d->keys.max_xmit_dsl;
	if (d->keys.max_recv_dsl)
		nest_attr(n, ISI_A_CONN_MAX_RECV_DSL)->value =
			d->keys.max_recv_dsl;
	put_u8(n, ISI_A_CONN_TRANSPORT, d->keys.transport);
	put_u8(n, ISI_A_CONN_HEADER_DIGEST, d->keys.header_digest);
	put_u8(n, ISI_A_CONN_DATA_DIGEST, d->keys.data_digest);
	check_error(talk(&main_link, &m, &r), 0, "CONN_ADD (%s)", r.why);
	d->conn.generation = reply_u32(&r, ISI_A_CONN, ISI_A_CONN_GENERATION);
	close(ours);
}

void device_make(struct device *d, const struct keys *keys)
{
	char path[64];

	*d = (struct device) { .session = session_make(), .keys = *keys };
	d->conn = (struct conn) { .session = &d->session };
	device_connect(d);
	serve_scan(d);
	snprintf(path, sizeof(path), "/dev/bsg/%u:0:0:0", d->session.host);
	d->bsg = open(path, O_RDWR | O_CLOEXEC);
	need(d->bsg >= 0, path);
}

void device_end(struct device *d)
{
	close(d->bsg);
	session_end(&d->session);
	conn_end(&d->conn);
	peer_digests = (struct peer_digests) {};
}

static void *run(void *arg)
{
	uint8_t cdb[32] = { VENDOR_CDB }, sense[96];
	struct io *io = arg;
	struct sg_io_v4 command = {
		.guard = 'Q',
		.request = (uintptr_t)cdb,
		.request_len = io->cdb_len,
		.response = (uintptr_t)sense,
		.max_response_len = sizeof(sense),
		.timeout = IO_SECONDS * 1000,
	};

	for (int i = 1; i < io->cdb_len; i++)
		cdb[i] = i;
	if (io->write) {
		command.dout_xferp = (uintptr_t)io->buffer;
		command.dout_xfer_len = io->length;
	} else {
		command.din_xferp = (uintptr_t)io->buffer;
		command.din_xfer_len = io->length;
	}
	io->error = ioctl(io->device->bsg, SG_IO, &command) ? -errno : 0;
	io->status = command.device_status;
	io->host_status = command.transport_status;
	io->resid = io->write ? command.dout_resid : command.din_resid;
	return NULL;
}

void io_start(struct io *io, struct device *d, bool write, uint32_t length)
{
	uint8_t cdb_len = io->cdb_len ? io->cdb_len : 10;

	*io = (struct io) { .device = d, .write = write, .length = length,
			    .cdb_len = cdb_len };
	/* A page's start, so that the module gets these very pages. */
	need(!posix_memalign((void **)&io->buffer, 4096, length),
	     "posix_memalign");
	for (uint32_t i = 0; i < length; i++)
		io->buffer[i] = write ? i * 31 >> 3 : 0xee;
	need(!pthread_create(&io->thread, NULL, run, io), "pthread_create");
}

void io_wait(struct io *io)
{
	need(!pthread_join(io->thread, NULL), "pthread_join");
}

void io_free(struct io *io)
{
	free(io->buffer);
}
