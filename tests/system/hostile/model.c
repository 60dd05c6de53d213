// SPDX-License-Identifier: GPL-2.0-or-later
#include "model.h"

#include <poll.h>
#include <string.h>

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void model_reset(struct model *m)
{
	for (int i = 0; i < TASKS; i++)
		if (m->tasks[i].used)
			model_end_task(m, &m->tasks[i], GONE_LATE);
	memset(m->requests, 0, sizeof(m->requests));
	m->ping_count = 0;
	m->flood = 0;
	m->calm = true;
}

struct task *model_task(struct model *m, uint32_t itt)
{
	for (int i = 0; i < TASKS; i++)
		if (m->tasks[i].used && m->tasks[i].itt == itt)
			return &m->tasks[i];
	return NULL;
}

struct request *model_request(struct model *m, uint32_t itt)
{
	for (int i = 0; i < REQUESTS; i++)
		if (m->requests[i].used &&
		    be32toh(m->requests[i].bhs.itt) == itt)
			return &m->requests[i];
	return NULL;
}

uint8_t answer_to(const struct request *r)
{
	return (r->bhs.opcode & ISCSI_BHS_OPCODE) | 0x20;
}

/* Only of a write is anything remembered when it was answered. */
void model_end_task(struct model *m, struct task *t, enum gone how)
{
	uint32_t index = t->itt & ((1 << TAG_BITS) - 1);

	if (how == GONE_LATE && !t->write)
		how = GONE;
	m->ended[index % TAGS] = (struct ended) { t->itt, how, t->named,
						  t->name };
	t->used = false;
}

int model_live(const struct model *m)
{
	int n = 0;

	for (int i = 0; i < TASKS; i++)
		n += m->tasks[i].used;
	return n;
}

struct task *model_nth(struct model *m, int n)
{
	for (int i = 0; i < TASKS; i++)
		if (m->tasks[i].used && n-- == 0)
			return &m->tasks[i];
	return NULL;
}

static void check_written(const struct task *t, uint32_t offset,
			  const struct pdu *pdu)
{
	uint32_t i;

	for (i = 0; i < pdu->length; i++)
		if (pdu->data[i] != io_byte(&t->name, offset + i))
			break;
	check(i == pdu->length, "thread %u, command %u: byte %u written is %#x",
	      t->name.thread, t->name.seq, offset + i, pdu->data[i]);
}

/* RFC 7143 §13.10, §13.11, §13.14: immediate data, and what follows unasked. */
static void take_first_burst(struct model *m, struct task *t,
			     const struct pdu *pdu)
{
	const struct keys *keys = &m->device.keys;
	uint32_t first = smaller(t->edtl, keys->first_burst_length);

	check(pdu->length <= first && (keys->immediate_data || !pdu->length),
	      "%u bytes of immediate data", pdu->length);
	check_written(t, 0, pdu);
	t->received = t->next_r2t = pdu->length;
	if (pdu->bhs.flags & ISCSI_BHS_FINAL)
		return;
	check(!keys->initial_r2t && first > pdu->length, "F is missing");
	t->r2ts[t->r2t_count++] = (struct r2t) {
		.ttt = ISCSI_TAG_NONE,
		.offset = pdu->length,
		.left = first - pdu->length,
	};
	t->next_r2t = first;
}

static void take_command(struct model *m, const struct pdu *pdu)
{
	const struct iscsi_bhs_scsi_command *bhs = (const void *)&pdu->bhs;
	struct task *t = m->tasks;

	check(be32toh(bhs->cmdsn) == m->device.exp_cmdsn, "CmdSN %u, not %u",
	      be32toh(bhs->cmdsn), m->device.exp_cmdsn);
	m->device.exp_cmdsn++;
	check(!model_task(m, be32toh(bhs->itt)), "ITT %#x is taken",
	      be32toh(bhs->itt));
	while (t < m->tasks + TASKS && t->used)
		t++;
	need(t < m->tasks + TASKS, "too many commands");
	*t = (struct task) {
		.used = true,
		.named = bhs->cdb[0] == VENDOR_CDB,
		.itt = be32toh(bhs->itt),
		.cmdsn = be32toh(bhs->cmdsn),
		.edtl = be32toh(bhs->edtl),
		.read = bhs->flags & ISCSI_CMD_READ,
		.write = bhs->flags & ISCSI_CMD_WRITE,
	};
	memcpy(t->cdb, bhs->cdb, sizeof(t->cdb));
	m->calm = !t->named;
	if (!t->named)
		return;
	t->name = io_name_get(bhs->cdb);
	if (t->write)
		take_first_burst(m, t, pdu);
}

static void end_r2t(struct task *t)
{
	t->r2t_count--;
	memmove(t->r2ts, t->r2ts + 1, t->r2t_count * sizeof(t->r2ts[0]));
}

/* A PDU of a command that was answered meanwhile is none of our business. */
static void take_data_out(struct model *m, const struct pdu *pdu)
{
	const struct iscsi_bhs_data_out *bhs = (const void *)&pdu->bhs;
	struct task *t = model_task(m, be32toh(bhs->itt));
	struct r2t *r2t;

	if (!t)
		return;
	if (!check(t->write && t->r2t_count, "Data-Out that nobody asked for"))
		return;
	r2t = &t->r2ts[0];
	check(be32toh(bhs->ttt) == r2t->ttt, "TTT %#x, not %#x",
	      be32toh(bhs->ttt), r2t->ttt);
	check(be32toh(bhs->datasn) == r2t->datasn++, "DataSN");
	check(be32toh(bhs->offset) == r2t->offset, "offset %u, not %u",
	      be32toh(bhs->offset), r2t->offset);
	if (!check(pdu->length && pdu->length <= r2t->left &&
		   pdu->length <= m->device.keys.max_xmit_dsl,
		   "Data-Out of %u bytes", pdu->length))
		return;
	check_written(t, r2t->offset, pdu);
	t->received += pdu->length;
	r2t->offset += pdu->length;
	r2t->left -= pdu->length;
	check(!(pdu->bhs.flags & ISCSI_BHS_FINAL) == (r2t->left > 0), "F");
	if (!r2t->left)
		end_r2t(t);
}

static void take_request(struct model *m, const struct pdu *pdu)
{
	struct request *r = m->requests;

	while (r < m->requests + REQUESTS && r->used)
		r++;
	need(r < m->requests + REQUESTS, "too many requests");
	*r = (struct request) { .bhs = pdu->bhs, .used = true };
	switch (pdu->bhs.opcode & ISCSI_BHS_OPCODE) {
	case ISCSI_OPCODE_TMF_REQUEST:
		m->calm |= (pdu->bhs.flags & ~ISCSI_BHS_FINAL) !=
			   ISCSI_TMF_ABORT_TASK;
	}
}

/* The answer to the oldest ping, with its data as far as we take it. */
static void take_pong(struct model *m, const struct pdu *pdu)
{
	const struct ping *ping = &m->pings[0];

	if (!check(m->ping_count, "an answer to no ping"))
		return;
	check(pdu->bhs.ttt == htobe32(ping->ttt) &&
	      pdu->length == ping->length,
	      "answer %#x of %u bytes to ping %#x, not of %u",
	      be32toh(pdu->bhs.ttt), pdu->length, ping->ttt, ping->length);
	check(digest_of(pdu->data, pdu->length, NULL, 0) == ping->sum,
	      "the answer has not the ping's data");
	m->ping_count--;
	memmove(m->pings, m->pings + 1, m->ping_count * sizeof(m->pings[0]));
}

static void take(struct model *m, const struct pdu *pdu)
{
	if (only_acknowledges(&pdu->bhs))
		return;
	m->received++;
	switch (pdu->bhs.opcode & ISCSI_BHS_OPCODE) {
	case ISCSI_OPCODE_SCSI_COMMAND:
		take_command(m, pdu);
		return;
	case ISCSI_OPCODE_DATA_OUT:
		take_data_out(m, pdu);
		return;
	case ISCSI_OPCODE_NOP_OUT:
		if (pdu->bhs.itt == htobe32(ISCSI_TAG_NONE)) {
			take_pong(m, pdu);
			return;
		}
		/* fall through */
	case ISCSI_OPCODE_TMF_REQUEST:
	case ISCSI_OPCODE_TEXT_REQUEST:
		take_request(m, pdu);
		return;
	}
	check(false, "opcode %#x from the module", pdu->bhs.opcode);
}

bool model_receive(struct model *m)
{
	static struct pdu pdu;
	struct pollfd poll_fd = { .fd = m->device.conn.peer,
				  .events = POLLIN };

	while (poll(&poll_fd, 1, 0) > 0) {
		if (peer_receive(m->device.conn.peer, &pdu, PATIENCE_MS) !=
		    GOT_PDU)
			return false;
		take(m, &pdu);
	}
	return true;
}
