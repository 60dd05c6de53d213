// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle.h"

#include <string.h>

#define REASON(reason)	(1ULL << (reason))
#define ANY_REASON	(~0ULL)
#define PONGS		8	/* the module owes at the most */

static const struct verdict passes = { .may_pass = true };

static struct verdict refused(enum isi_fail reason)
{
	return (struct verdict) { .reasons = REASON(reason) };
}

/* Refused also if it would not have been for what was before. */
static void and_refused(struct verdict *v, enum isi_fail reason)
{
	v->may_pass = false;
	v->reasons |= REASON(reason);
}

static uint8_t opcode_of(const struct iscsi_bhs *bhs)
{
	return bhs->opcode & ISCSI_BHS_OPCODE;
}

static uint32_t be32_at(const struct iscsi_bhs *bhs, int offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)bhs + offset, sizeof(value));
	return be32toh(value);
}

#define DATASN		36	/* or R2TSN, or ExpDataSN */
#define OFFSET		40
#define LENGTH		44	/* or residual */

bool has_statsn(const struct iscsi_bhs *bhs)
{
	switch (opcode_of(bhs)) {
	case ISCSI_OPCODE_R2T:
		return false;
	case ISCSI_OPCODE_DATA_IN:
		return bhs->flags & ISCSI_DATA_IN_STATUS;
	case ISCSI_OPCODE_NOP_IN:
		return be32toh(bhs->itt) != ISCSI_TAG_NONE;
	}
	return true;
}

static bool length_is_right(const struct model *m, const struct forged *p,
			    struct verdict *v)
{
	uint32_t length = get_length(&p->bhs), most;

	switch (opcode_of(&p->bhs)) {
	case ISCSI_OPCODE_NOP_IN:
	case ISCSI_OPCODE_SCSI_RESPONSE:
	case ISCSI_OPCODE_TEXT_RESPONSE:
	case ISCSI_OPCODE_ASYNC:
	case ISCSI_OPCODE_REJECT:
		most = ISI_CONTROL_DATA_MAX;
		break;
	case ISCSI_OPCODE_DATA_IN:
		most = ISCSI_DSL_MAX;
		break;
	case ISCSI_OPCODE_TMF_RESPONSE:
	case ISCSI_OPCODE_LOGOUT_RESPONSE:
	case ISCSI_OPCODE_R2T:
		most = 0;
		break;
	default:
		*v = refused(length > m->device.keys.max_recv_dsl ?
			     ISI_FAIL_DATA_LENGTH : ISI_FAIL_OPCODE);
		return false;
	}
	if (length <= most && length <= m->device.keys.max_recv_dsl)
		return true;
	*v = refused(most && length <= m->device.keys.max_recv_dsl ?
		     ISI_FAIL_CONTROL_LENGTH : ISI_FAIL_DATA_LENGTH);
	return false;
}

/*
 * Of an ITT that no command we know has. A tag's earlier uses may be what the
 * module remembers as late; indices beyond the tags and generations that no run
 * comes to never are.
 */
static struct verdict unknown_itt(const struct model *m, uint32_t itt)
{
	uint32_t index = itt & ((1 << TAG_BITS) - 1);

	if (index >= TAGS || itt >> 31)
		return refused(ISI_FAIL_ITT);
	if (m->ended[index].itt != itt)
		return (struct verdict) { true, ANY_REASON };
	switch (m->ended[index].how) {
	case GONE:
		return refused(ISI_FAIL_ITT);
	case GONE_LATE:
		return (struct verdict) { true, REASON(ISI_FAIL_ITT) };
	case GONE_ANY:
		break;
	}
	return (struct verdict) { true, ANY_REASON };
}

static struct verdict data_in(const struct task *t, const struct forged *p)
{
	uint32_t offset = be32_at(&p->bhs, OFFSET);
	uint64_t end = (uint64_t)offset + get_length(&p->bhs);

	if (!t->read)
		return refused(ISI_FAIL_DATA_DIRECTION);
	if ((p->bhs.flags & ISCSI_DATA_IN_STATUS) &&
	    !(p->bhs.flags & ISCSI_BHS_FINAL))
		return refused(ISI_FAIL_FLAGS);
	if (be32_at(&p->bhs, DATASN) != t->datasn)
		return refused(ISI_FAIL_DATASN);
	if (offset != t->next_in || end > t->edtl)
		return refused(ISI_FAIL_DATA_OFFSET);
	return passes;
}

static bool both_residuals(const struct iscsi_bhs *bhs)
{
	return (bhs->flags & ISCSI_RSP_OVERFLOW) &&
	       (bhs->flags & ISCSI_RSP_UNDERFLOW);
}

/* RFC 7143 §11.4.8: it may tell of fewer PDUs than there were, as tgt does. */
static struct verdict response(const struct task *t, const struct forged *p)
{
	const struct iscsi_bhs_scsi_response *bhs = (const void *)&p->bhs;
	uint32_t seen = t->read ? t->datasn : t->r2tsn;
	uint32_t length = get_length(&p->bhs);

	if (!bhs->response && (int32_t)(seen - be32toh(bhs->exp_datasn)) < 0)
		return refused(ISI_FAIL_EXP_DATASN);
	if (both_residuals(&p->bhs))
		return refused(ISI_FAIL_FLAGS);
	if (length && (length < 2 ||
		       (p->data[0] << 8 | p->data[1]) > (int)length - 2))
		return refused(ISI_FAIL_SENSE_LENGTH);
	return passes;
}

/* What we have not had the data of yet, the module may have sent. */
static struct verdict r2t(const struct model *m, const struct task *t,
			  const struct forged *p)
{
	const struct keys *keys = &m->device.keys;
	uint32_t length = be32_at(&p->bhs, LENGTH);
	uint32_t offset = be32_at(&p->bhs, OFFSET);
	int outstanding = t->r2t_count;

	if (!t->write)
		return refused(ISI_FAIL_DATA_DIRECTION);
	if (be32toh(p->bhs.ttt) == ISCSI_TAG_NONE)
		return refused(ISI_FAIL_TTT);
	if (be32_at(&p->bhs, DATASN) != t->r2tsn)
		return refused(ISI_FAIL_R2TSN);
	if (!length || length > keys->max_burst_length)
		return refused(ISI_FAIL_R2T_LENGTH);
	if (offset != t->next_r2t || (uint64_t)offset + length > t->edtl)
		return refused(ISI_FAIL_DATA_OFFSET);
	if (outstanding && t->r2ts[0].ttt == ISCSI_TAG_NONE)
		outstanding--;
	if (outstanding >= keys->max_outstanding_r2t)
		return (struct verdict) { true, REASON(ISI_FAIL_R2T_COUNT) };
	return passes;
}

static struct verdict of_task(struct model *m, const struct forged *p)
{
	uint32_t itt = be32toh(p->bhs.itt);
	struct task *t = model_task(m, itt);
	struct verdict v;

	if (!t)
		return unknown_itt(m, itt);
	switch (opcode_of(&p->bhs)) {
	case ISCSI_OPCODE_DATA_IN:
		v = data_in(t, p);
		break;
	case ISCSI_OPCODE_R2T:
		v = r2t(m, t, p);
		break;
	default:
		v = response(t, p);
	}
	return v;
}

static struct verdict of_request(struct model *m, const struct forged *p)
{
	struct request *r = model_request(m, be32toh(p->bhs.itt));

	if (r && answer_to(r) == opcode_of(&p->bhs))
		return passes;
	return refused(ISI_FAIL_ITT);
}

static struct verdict nop_in(struct model *m, const struct forged *p)
{
	if (be32toh(p->bhs.itt) != ISCSI_TAG_NONE)
		return of_request(m, p);
	if (be32toh(p->bhs.ttt) != ISCSI_TAG_NONE && m->ping_count >= PONGS)
		return (struct verdict) { true, REASON(ISI_FAIL_NOP_FLOOD) };
	return passes;
}

/* Of a request that waits, or of a NOP-Out that wants no answer. */
static struct verdict reject(struct model *m, const struct forged *p)
{
	const struct iscsi_bhs *bhs = (const void *)p->data;
	uint32_t itt = be32toh(bhs->itt);

	if (get_length(&p->bhs) < sizeof(*bhs))
		return refused(ISI_FAIL_REJECT);
	if (model_request(m, itt) || (opcode_of(bhs) == ISCSI_OPCODE_NOP_OUT &&
				      itt == ISCSI_TAG_NONE))
		return passes;
	return refused(ISI_FAIL_REJECT);
}

static struct verdict of_opcode(struct model *m, const struct forged *p)
{
	switch (opcode_of(&p->bhs)) {
	case ISCSI_OPCODE_SCSI_RESPONSE:
	case ISCSI_OPCODE_R2T:
		return of_task(m, p);
	case ISCSI_OPCODE_NOP_IN:
		return nop_in(m, p);
	case ISCSI_OPCODE_ASYNC:
		return passes;
	case ISCSI_OPCODE_REJECT:
		return reject(m, p);
	}
	return of_request(m, p);
}

/* What the end of a Data-In that began well says. */
static struct verdict data_in_status(struct model *m, const struct forged *p)
{
	if ((p->bhs.flags & ISCSI_DATA_IN_STATUS) && both_residuals(&p->bhs) &&
	    model_task(m, be32toh(p->bhs.itt)))
		return refused(ISI_FAIL_FLAGS);
	return passes;
}

/* The header first, then the data's place, the data, its number, the rest. */
struct verdict judge(struct model *m, const struct forged *p)
{
	bool data_in_pdu = opcode_of(&p->bhs) == ISCSI_OPCODE_DATA_IN;
	int32_t ahead = be32toh(p->bhs.sn[0]) - m->device.conn.statsn;
	struct verdict v = passes, end;

	if (m->device.keys.header_digest && p->wrong_header)
		return refused(ISI_FAIL_HEADER_DIGEST);
	if (!length_is_right(m, p, &v))
		return v;
	if (data_in_pdu)
		v = of_task(m, p);
	if (!v.may_pass)
		return v;
	if (m->device.keys.data_digest && p->wrong_data &&
	    get_length(&p->bhs)) {
		and_refused(&v, ISI_FAIL_DATA_DIGEST);
		return v;
	}
	if (has_statsn(&p->bhs) && ahead) {
		if (ahead > 0)
			and_refused(&v, ISI_FAIL_STATSN);
		else if (ahead == INT32_MIN)	/* neither, by RFC 1982 */
			v.reasons |= REASON(ISI_FAIL_STATSN);
		return v;
	}
	end = data_in_pdu ? data_in_status(m, p) : of_opcode(m, p);
	end.reasons |= v.reasons;
	return end;
}

/*
 * A command that may still be alive gets nothing that is not its own: what has
 * become of it, nobody knows.
 */
const struct io_name *landing(struct model *m, const struct forged *p)
{
	uint32_t itt = be32toh(p->bhs.itt);
	const struct ended *ended = &m->ended[itt % TAGS];
	struct task *t = model_task(m, itt);
	struct verdict v;

	if (t)
		return t->named && length_is_right(m, p, &v) &&
		       data_in(t, p).may_pass ? &t->name : NULL;
	return ended->itt == itt && ended->how == GONE_ANY && ended->named ?
	       &ended->name : NULL;
}

/* What follows */

/* What the midlayer tells on as it is; other statuses it acts upon. */
static bool plain_status(const struct forged *p, uint8_t status)
{
	return status == 0 || (status == 2 && p->plain_sense);
}

static void answered(struct model *m, struct task *t, const struct forged *p)
{
	const struct iscsi_bhs_scsi_response *bhs = (const void *)&p->bhs;
	bool with_data = opcode_of(&p->bhs) == ISCSI_OPCODE_DATA_IN;
	uint32_t claimed = 0, asked = t->read ? t->next_in : t->next_r2t;
	uint32_t arrived = t->read ? t->next_in : t->received;
	struct promise promise = { .answered = true };

	if (p->bhs.flags & ISCSI_RSP_UNDERFLOW)
		claimed = be32toh(bhs->residual);
	if (claimed > t->edtl)
		claimed = t->edtl;
	promise.response = with_data ? 0 : bhs->response;
	promise.status = bhs->status;
	promise.in_bytes = t->read ? t->next_in : 0;
	promise.resid_min = promise.resid_max = claimed;
	if (promise.resid_min < t->edtl - asked)
		promise.resid_min = t->edtl - asked;
	if (promise.resid_max < t->edtl - arrived)
		promise.resid_max = t->edtl - arrived;
	promise.loose = !promise.response && !plain_status(p, promise.status);
	if (t->named)
		io_promise(&t->name, &promise);
	model_end_task(m, t, GONE_LATE);
}

static void loosen(struct task *t)
{
	const struct promise promise = { .loose = true };

	if (t->named)
		io_promise(&t->name, &promise);
}

static void took_data(struct task *t, const struct forged *p)
{
	t->datasn++;
	t->next_in += get_length(&p->bhs);
}

static void took_r2t(struct task *t, const struct forged *p)
{
	need(t->r2t_count < R2TS, "too many R2Ts");
	t->r2ts[t->r2t_count++] = (struct r2t) {
		.ttt = be32toh(p->bhs.ttt),
		.offset = t->next_r2t,
		.left = be32_at(&p->bhs, LENGTH),
	};
	t->r2tsn++;
	t->next_r2t += be32_at(&p->bhs, LENGTH);
}

static void took_ping(struct model *m, const struct forged *p)
{
	uint32_t length = get_length(&p->bhs);

	if (length > m->device.keys.max_xmit_dsl)
		length = m->device.keys.max_xmit_dsl;
	need(m->ping_count < PINGS, "too many pings");
	m->pings[m->ping_count++] = (struct ping) {
		.ttt = be32toh(p->bhs.ttt),
		.length = length,
		.sum = digest_of(p->data, length, NULL, 0),
	};
}

/* Those that were sent before it, and are what it was about, end soon. */
static void function_done(struct model *m, const struct iscsi_bhs *bhs)
{
	const struct iscsi_bhs_tmf_request *asked = (const void *)bhs;
	bool one = (bhs->flags & ~ISCSI_BHS_FINAL) == ISCSI_TMF_ABORT_TASK;

	for (struct task *t = m->tasks; t < m->tasks + TASKS; t++) {
		if (!t->used || (one && t->itt != be32toh(asked->rtt)) ||
		    (int32_t)(t->cmdsn - be32toh(asked->cmdsn)) >= 0)
			continue;
		loosen(t);
		model_end_task(m, t, GONE_ANY);
	}
}

static void request_rejected(struct model *m, const struct iscsi_bhs *bhs)
{
	struct request *r = model_request(m, be32toh(bhs->itt));

	if (r)
		r->used = false;
}

static void request_answered(struct model *m, struct request *r,
			     const struct forged *p)
{
	uint8_t said = ((const struct iscsi_bhs_tmf_response *)&p->bhs)->response;

	r->used = false;
	if (opcode_of(&p->bhs) == ISCSI_OPCODE_TMF_RESPONSE &&
	    (said == ISCSI_TMF_COMPLETE || said == ISCSI_TMF_NO_TASK))
		function_done(m, &r->bhs);
}

void passed(struct model *m, const struct forged *p)
{
	uint32_t itt = be32toh(p->bhs.itt);
	struct task *t = model_task(m, itt);
	struct request *r = model_request(m, itt);
	uint8_t opcode = opcode_of(&p->bhs);

	if (opcode == ISCSI_OPCODE_DATA_IN && t)
		took_data(t, p);
	if (has_statsn(&p->bhs)) {
		if (be32toh(p->bhs.sn[0]) != m->device.conn.statsn)
			return;
		m->device.conn.statsn++;
	}
	if (t && (opcode == ISCSI_OPCODE_SCSI_RESPONSE ||
		  (opcode == ISCSI_OPCODE_DATA_IN && has_statsn(&p->bhs))))
		answered(m, t, p);
	else if (t && opcode == ISCSI_OPCODE_R2T)
		took_r2t(t, p);
	else if (opcode == ISCSI_OPCODE_NOP_IN && itt == ISCSI_TAG_NONE &&
		 be32toh(p->bhs.ttt) != ISCSI_TAG_NONE)
		took_ping(m, p);
	else if (r && opcode == answer_to(r))
		request_answered(m, r, p);
	else if (opcode == ISCSI_OPCODE_REJECT)
		request_rejected(m, (const void *)p->data);
}
