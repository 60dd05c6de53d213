// SPDX-License-Identifier: GPL-2.0-or-later
#include "forge.h"

#include <string.h>

#define POISON		0xbd
#define FIELD_TAIL	36	/* three words that are each opcode's own */

static const uint8_t sense[] = { 0, 18, 0x70, 0, ILLEGAL_REQUEST, 0, 0, 0, 0,
	10, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0 };

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void put_be32(struct iscsi_bhs *bhs, int offset, uint32_t value)
{
	value = htobe32(value);
	memcpy((uint8_t *)bhs + offset, &value, sizeof(value));
}

static uint32_t get_be32(const struct iscsi_bhs *bhs, int offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)bhs + offset, sizeof(value));
	return be32toh(value);
}

static void begin(struct forged *p, struct model *m, uint8_t opcode,
		  uint32_t itt)
{
	p->bhs = (struct iscsi_bhs) {
		.opcode = opcode,
		.flags = ISCSI_BHS_FINAL,
		.itt = htobe32(itt),
		.ttt = htobe32(ISCSI_TAG_NONE),
		.sn = { htobe32(m->device.conn.statsn),
			htobe32(m->device.exp_cmdsn),
			htobe32(m->device.exp_cmdsn + m->device.keys.window -
				1) },
	};
	p->plain_sense = p->wrong_header = p->wrong_data = false;
}

/* Answers */

static void make_response(struct forged *p, struct model *m, struct task *t,
			  struct dice *d)
{
	struct iscsi_bhs_scsi_response *bhs = (void *)&p->bhs;
	uint32_t moved = t->read ? t->next_in : t->received;

	begin(p, m, ISCSI_OPCODE_SCSI_RESPONSE, t->itt);
	bhs->exp_datasn = htobe32(t->read ? t->datasn : t->r2tsn);
	if (moved < t->edtl) {
		bhs->flags |= ISCSI_RSP_UNDERFLOW;
		bhs->residual = htobe32(t->edtl - moved);
	} else if (chance(d, 8)) {
		bhs->flags |= ISCSI_RSP_OVERFLOW;
		bhs->residual = any(d);
	}
	if (!t->named)
		return;
	if (chance(d, 8)) {
		bhs->status = 2;
		put_length(&p->bhs, sizeof(sense));
		memcpy(p->data, sense, sizeof(sense));
		p->plain_sense = true;
	} else if (chance(d, 16)) {
		bhs->response = 1 + roll(d, 255);
	}
}

static void make_data_in(struct forged *p, struct model *m, struct task *t,
			 struct dice *d)
{
	uint32_t most = smaller(m->device.keys.max_recv_dsl,
				t->edtl - t->next_in);
	uint32_t length = chance(d, 4) ? most : smaller(most, 1 + roll(d, 4096));

	if (chance(d, 64))
		length = 0;
	begin(p, m, ISCSI_OPCODE_DATA_IN, t->itt);
	put_length(&p->bhs, length);
	put_be32(&p->bhs, FIELD_TAIL, t->datasn);
	put_be32(&p->bhs, FIELD_TAIL + 4, t->next_in);
	if (t->next_in + length < t->edtl) {
		if (chance(d, 2))
			p->bhs.flags = 0;
		if (!chance(d, 32))
			return;
		p->bhs.flags = ISCSI_BHS_FINAL | ISCSI_RSP_UNDERFLOW;
		put_be32(&p->bhs, FIELD_TAIL + 8, t->edtl - t->next_in - length);
	} else if (chance(d, 2)) {
		return;
	}
	p->bhs.flags |= ISCSI_DATA_IN_STATUS;
}

static void make_r2t(struct forged *p, struct model *m, struct task *t,
		     struct dice *d)
{
	uint32_t most = smaller(m->device.keys.max_burst_length,
				t->edtl - t->next_r2t);

	begin(p, m, ISCSI_OPCODE_R2T, t->itt);
	p->bhs.ttt = htobe32(m->next_ttt++ & 0x7fffffff);
	put_be32(&p->bhs, FIELD_TAIL, t->r2tsn);
	put_be32(&p->bhs, FIELD_TAIL + 4, t->next_r2t);
	put_be32(&p->bhs, FIELD_TAIL + 8, chance(d, 2) ? most :
		 smaller(most, 1 + roll(d, 8192)));
}

static int r2ts_outstanding(const struct task *t)
{
	return t->r2t_count -
	       (t->r2t_count && t->r2ts[0].ttt == ISCSI_TAG_NONE);
}

/* False: it has all it needs, or waits for the module's data. */
static bool make_step(struct forged *p, struct model *m, struct task *t,
		      struct dice *d)
{
	if (t->named && t->name.hurried && t->name.seq % 2)	/* forgotten */
		return false;
	if (t->named && t->read && t->next_in < t->edtl && !chance(d, 64))
		make_data_in(p, m, t, d);
	else if (t->named && t->write && t->next_r2t < t->edtl &&
		 r2ts_outstanding(t) < m->device.keys.max_outstanding_r2t)
		make_r2t(p, m, t, d);
	else if (!t->write || !t->r2t_count || chance(d, 64))
		make_response(p, m, t, d);
	else
		return false;
	return true;
}

static void make_answer(struct forged *p, struct model *m, struct request *r,
			struct dice *d)
{
	begin(p, m, answer_to(r), be32toh(r->bhs.itt));
	/* A function that does not succeed has the error handler go on. */
	if (answer_to(r) == ISCSI_OPCODE_TMF_RESPONSE && !m->calm &&
	    chance(d, 16))
		p->bhs.rsvd2[0] = chance(d, 2) ? ISCSI_TMF_NO_TASK :
						 ISCSI_TMF_NOT_SUPPORTED;
}

bool forge_answer(struct forged *p, struct model *m, struct dice *d)
{
	int live = model_live(m), first = live ? roll(d, live) : 0;

	for (int i = 0; i < REQUESTS; i++)
		if (m->requests[i].used) {
			make_answer(p, m, &m->requests[i], d);
			return true;
		}
	for (int i = 0; i < live; i++)
		if (make_step(p, m, model_nth(m, (first + i) % live), d))
			return true;
	return false;
}

/* By itself */

static void make_data(struct forged *p, struct dice *d, uint32_t most)
{
	uint32_t length = chance(d, 2) ? 0 : roll(d, chance(d, 4) ? most + 1
								 : 256);
	uint8_t first = any(d);

	put_length(&p->bhs, smaller(length, most));
	for (uint32_t i = 0; i < length; i++)
		p->data[i] = first + i;
}

static uint32_t control_most(const struct model *m)
{
	return smaller(ISI_CONTROL_DATA_MAX, m->device.keys.max_recv_dsl);
}

void forge_ping(struct forged *p, struct model *m, uint32_t length)
{
	begin(p, m, ISCSI_OPCODE_NOP_IN, ISCSI_TAG_NONE);
	p->bhs.ttt = htobe32(m->next_ttt++ & 0x7fffffff);
	put_length(&p->bhs, length);
	for (uint32_t i = 0; i < length; i++)
		p->data[i] = i;
}

static void make_nop(struct forged *p, struct model *m, struct dice *d)
{
	begin(p, m, ISCSI_OPCODE_NOP_IN, ISCSI_TAG_NONE);
	make_data(p, d, control_most(m));
	if (m->ping_count < 4)
		p->bhs.ttt = htobe32(m->next_ttt++ & 0x7fffffff);
}

static void make_async(struct forged *p, struct model *m, struct dice *d)
{
	begin(p, m, ISCSI_OPCODE_ASYNC, ISCSI_TAG_NONE);
	((struct iscsi_bhs_async *)&p->bhs)->async_event = any(d);
	make_data(p, d, control_most(m));
}

/* A status that came before is dropped, whatever it says. C-071 */
static void make_duplicate(struct forged *p, struct model *m, struct dice *d)
{
	begin(p, m, ISCSI_OPCODE_SCSI_RESPONSE, any(d));
	p->bhs.sn[0] = htobe32(m->device.conn.statsn - 1 - roll(d, 100));
	make_data(p, d, 256);
}

static void add_ahs(struct forged *p, struct dice *d)
{
	p->bhs.ahs_words = chance(d, 4) ? 255 : any(d);
	for (int i = 0; i < p->bhs.ahs_words * 4; i++)
		p->ahs[i] = any(d);
}

bool forge_good(struct forged *p, struct model *m, struct dice *d)
{
	uint32_t what = roll(d, 64);

	if (m->flood && m->flood--)
		forge_ping(p, m, roll(d, 64));
	else if (what == 0)
		make_nop(p, m, d);
	else if (what == 1)
		make_async(p, m, d);
	else if (what == 2)
		make_duplicate(p, m, d);
	else if (!forge_answer(p, m, d))
		return false;
	if (chance(d, 64))
		add_ahs(p, d);
	return true;
}

/* What is wrong */

/* Opcodes of the target's, and a vendor's, and those that nobody has. */
static void make_any_opcode(struct forged *p, struct model *m, struct dice *d)
{
	static const uint8_t opcodes[] = { 0x20, 0x21, 0x22, 0x23, 0x24, 0x25,
		0x26, 0x31, 0x32, 0x3f };
	int live = model_live(m);
	struct task *t = live ? model_nth(m, roll(d, live)) : NULL;

	begin(p, m, chance(d, 4) ? roll(d, 64) :
	      opcodes[roll(d, sizeof(opcodes))], t ? t->itt : any(d));
	if (p->bhs.opcode == ISCSI_OPCODE_DATA_IN && t) {
		put_be32(&p->bhs, FIELD_TAIL, t->datasn);
		put_be32(&p->bhs, FIELD_TAIL + 4, t->next_in);
		put_length(&p->bhs, roll(d, 4096));
	} else if (p->bhs.opcode == ISCSI_OPCODE_R2T && t) {
		p->bhs.ttt = 0;
		put_be32(&p->bhs, FIELD_TAIL, t->r2tsn);
		put_be32(&p->bhs, FIELD_TAIL + 4, t->next_r2t);
		put_be32(&p->bhs, FIELD_TAIL + 8, 1 + roll(d, 4096));
	}
}

static uint32_t other_itt(const struct model *m, struct dice *d, uint32_t itt)
{
	int live = model_live(m);

	switch (roll(d, 10)) {
	case 0:		/* a foreign one, of a command or of a request */
		if (live)
			return model_nth((struct model *)m, roll(d, live))->itt;
		/* fall through */
	case 1:
		return be32toh(m->requests[roll(d, REQUESTS)].bhs.itt);
	case 2:
	case 3:
	case 4:		/* one that is gone */
		return m->ended[roll(d, TAGS)].itt;
	case 5:		/* the tag's use before that */
		return itt - (1 << TAG_BITS);
	case 6:		/* not a command's tag */
		return (itt & ~((1U << TAG_BITS) - 1)) |
		       (TAGS + roll(d, (1 << TAG_BITS) - TAGS));
	case 7:
		return ISCSI_TAG_NONE;
	case 8:
		return itt | 1U << 31;
	}
	return any(d) | 1U << 31;
}

/* Around limits of what the module knows, and of the field. */
static uint32_t other_number(const struct model *m, struct dice *d,
			     uint32_t value, uint32_t edtl)
{
	const struct keys *keys = &m->device.keys;
	const uint32_t numbers[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffffffe,
		0xffffffff, edtl, edtl - 1, edtl + 1, keys->max_burst_length,
		keys->max_burst_length + 1, -edtl, value | 1U << 31,
		keys->first_burst_length, 1 << 24, any(d), any(d) & 0xffff };

	if (chance(d, 2))
		return value + (chance(d, 2) ? 1 : -1) * (1 + roll(d, 4));
	return numbers[roll(d, sizeof(numbers) / sizeof(numbers[0]))];
}

static uint32_t other_length(const struct model *m, struct dice *d,
			     uint32_t edtl)
{
	uint32_t most = m->device.keys.max_recv_dsl;
	const uint32_t lengths[] = { 0, 1, 2, 3, 4, 5, 48, most, most + 1,
		most - 1, ISI_CONTROL_DATA_MAX, ISI_CONTROL_DATA_MAX + 1, edtl,
		edtl + 1, 0xffffff, 0x800000, any(d), roll(d, most) };

	return lengths[roll(d, sizeof(lengths) / sizeof(lengths[0]))] &
	       0xffffff;
}

static uint8_t other_byte(struct dice *d, uint8_t value)
{
	switch (roll(d, 4)) {
	case 0:
		return any(d);
	case 1:
		return value ? 0 : 0xff;
	}
	return value ^ 1 << roll(d, 8);
}

static void change(struct forged *p, struct model *m, struct dice *d)
{
	/* Weighted by how much there is to find. */
	static const uint8_t fields[] = { 0, 1, 1, 2, 3, 4, 5, 5, 5, 8, 16, 16,
		16, 16, 20, 24, 24, 28, 32, 36, 36, 40, 40, 40, 44, 44, 100,
		101, 102 };
	const struct task *t = model_task(m, be32toh(p->bhs.itt));
	uint32_t edtl = t ? t->edtl : any(d) & 0xffff;
	uint8_t field = fields[roll(d, sizeof(fields))];
	uint8_t *bytes = (void *)&p->bhs;

	switch (field) {
	case 3:		/* a status the midlayer knows, or seldom another */
		bytes[3] = chance(d, 16) ? any(d) :
			   (const uint8_t []){ 0, 4, 8, 0x28 }[roll(d, 4)];
		break;
	case 4:
		add_ahs(p, d);
		break;
	case 5:
		put_length(&p->bhs, other_length(m, d, edtl));
		break;
	case 16:
		put_be32(&p->bhs, field, other_itt(m, d, be32toh(p->bhs.itt)));
		break;
	case 100:
		p->wrong_header = true;
		break;
	case 101:
		p->wrong_data = true;
		break;
	case 102:
		for (int i = 0; i < 64; i++)
			p->data[i] = any(d);
		break;
	default:
		if (field >= 8)
			put_be32(&p->bhs, field,
				 other_number(m, d, get_be32(&p->bhs, field),
					      edtl));
		else
			bytes[field] = other_byte(d, bytes[field]);
	}
	p->plain_sense = false;
}

/* A Reject that seems to be of a request of the module's, or is of none. */
static void make_reject(struct forged *p, struct model *m, struct dice *d)
{
	struct iscsi_bhs *of = (void *)p->data;

	begin(p, m, ISCSI_OPCODE_REJECT, ISCSI_TAG_NONE);
	p->bhs.rsvd2[0] = 1 + roll(d, 12);
	*of = m->requests[roll(d, REQUESTS)].bhs;
	of->itt = htobe32(other_itt(m, d, be32toh(of->itt)));
	put_length(&p->bhs, chance(d, 4) ? roll(d, 48) : 48 + roll(d, 64));
}

/* One more R2T for some write, whether or not the others are answered. */
static bool make_more_r2t(struct forged *p, struct model *m, struct dice *d)
{
	int live = model_live(m), first = live ? roll(d, live) : 0;

	for (int i = 0; i < live; i++) {
		struct task *t = model_nth(m, (first + i) % live);

		if (t->named && t->write && t->next_r2t < t->edtl) {
			make_r2t(p, m, t, d);
			return true;
		}
	}
	return false;
}

void forge_wrong(struct forged *p, struct model *m, struct dice *d)
{
	if (chance(d, 16) && make_more_r2t(p, m, d))
		return;
	if (chance(d, 32)) {
		m->flood = 12;	/* this one and more than may be unanswered */
		forge_good(p, m, d);
		return;
	}
	switch (roll(d, 8)) {
	case 0:
		make_any_opcode(p, m, d);
		if (chance(d, 2))
			return;
		break;
	case 1:
		if (chance(d, 4)) {
			make_reject(p, m, d);
			return;
		}
		/* the last once more, numbered anew */
		p->bhs.sn[0] = htobe32(m->device.conn.statsn);
		p->wrong_header = p->wrong_data = false;
		return;
	case 2:		/* bytes at random */
		for (size_t i = 0; i < sizeof(p->bhs); i++)
			((uint8_t *)&p->bhs)[i] = any(d);
		p->bhs.itt |= htobe32(1U << 31);
		p->plain_sense = false;
		return;
	default:
		if (!forge_good(p, m, d))
			make_nop(p, m, d);
	}
	for (uint32_t n = 1 + roll(d, 3); n; n--)
		change(p, m, d);
}

void forge_fill(struct forged *p, const struct io_name *name)
{
	uint32_t length = get_length(&p->bhs);
	uint32_t offset = get_be32(&p->bhs, FIELD_TAIL + 4);

	if ((p->bhs.opcode & ISCSI_BHS_OPCODE) != ISCSI_OPCODE_DATA_IN)
		return;
	for (uint32_t i = 0; i < length && i < FORGED_DATA; i++)
		p->data[i] = name ? io_byte(name, offset + i) : POISON;
}
