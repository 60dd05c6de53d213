// SPDX-License-Identifier: GPL-2.0-only
/*
 * PDUs built and checked field by field (RFC 7143 §11). Pure; every number of
 * the target's is compared against the transfer and the negotiated limits
 * before anything uses it.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "pdu.h"
#include "seq.h"

/**
 * isi_xfer_start() - what of a write goes out unasked
 * @x: set up whole, but for its ring and its ranges, which it has already
 * @edtl: size of the buffer
 * @read: data comes in
 * @write: data goes out
 * @limits: negotiated
 *
 * RFC 7143 §13.10, §13.11, §13.14: immediate data fits FirstBurstLength and
 * the target's MaxRecvDataSegmentLength; with InitialR2T=No the rest of the
 * first burst follows in Data-Out PDUs. That rest becomes the first entry of
 * the R2T ring. C-076 C-077
 *
 * Return: the length of the immediate data.
 */
u32 isi_xfer_start(struct isi_xfer *x, u32 edtl, bool read, bool write,
		   const struct isi_limits *limits)
{
	u32 first = min(limits->first_burst_length, edtl);
	u32 immediate = 0;

	memset(x, 0, offsetof(struct isi_xfer, r2t));
	x->r2t_room = isi_r2t_room(limits);
	isi_cover_init(&x->cover, 0);
	x->edtl = edtl;
	x->read = read;
	x->write = write;
	if (!write)
		return 0;

	if (limits->immediate_data)
		immediate = min(first, limits->max_xmit_dsl);
	if (limits->initial_r2t)
		first = immediate;
	if (first > immediate) {
		x->r2t[0] = (struct isi_r2t) {
			.ttt = cpu_to_be32(ISCSI_TAG_NONE),
			.offset = immediate,
			.left = first - immediate,
		};
		x->r2t_count = 1;
	}
	isi_cover_init(&x->cover, first);
	return immediate;
}

/* Of the R2T that is @nth behind the oldest, less than a ring. */
static unsigned int ring_index(const struct isi_xfer *x, unsigned int nth)
{
	unsigned int at = x->r2t_head + nth;

	return at < x->r2t_room ? at : at - x->r2t_room;
}

/* @length bytes of the oldest R2T have gone on the wire. */
void isi_xfer_sent(struct isi_xfer *x, u32 length)
{
	struct isi_r2t *r2t = &x->r2t[x->r2t_head];

	r2t->offset += length;
	r2t->left -= length;
	r2t->datasn++;
	if (r2t->left)
		return;
	x->r2t_head = ring_index(x, 1);
	x->r2t_count--;
}

/* RFC 7143 §11.2.2.3: what the 16 bytes of the BHS do not hold. C-010 */
static unsigned int build_ext_cdb(struct iscsi_ahs_ext_cdb *ahs,
				  const struct isi_command *cmd)
{
	unsigned int rest = cmd->cdb_len - ISCSI_CDB_LEN;

	ahs->length = cpu_to_be16(rest + 1);
	ahs->type = ISCSI_AHS_TYPE_EXT_CDB;
	ahs->rsvd = 0;
	memcpy(ahs->cdb, cmd->cdb + ISCSI_CDB_LEN, rest);
	memset(ahs->cdb + rest, 0, isi_pad(rest));
	return sizeof(*ahs) + rest + isi_pad(rest);
}

/**
 * isi_build_command() - SCSI Command PDU header (RFC 7143 §11.3)
 * @head: room for ISI_MAX_HEAD_LEN bytes
 * @cmd: the command
 * @x: its transfer, fresh from isi_xfer_start()
 * @immediate: what that returned
 *
 * Return: length of the header, additional header segment included.
 */
unsigned int isi_build_command(void *head, const struct isi_command *cmd,
			       const struct isi_xfer *x, u32 immediate)
{
	struct iscsi_bhs_scsi_command *bhs = head;
	unsigned int ahs_len = 0;

	memset(bhs, 0, sizeof(*bhs));
	bhs->opcode = ISCSI_OPCODE_SCSI_COMMAND;
	bhs->flags = cmd->attr;
	if (x->read)
		bhs->flags |= ISCSI_CMD_READ;
	if (x->write)
		bhs->flags |= ISCSI_CMD_WRITE;
	/* §11.3.1: F=0 says that unsolicited Data-Out follows. C-009 */
	if (!x->r2t_count)
		bhs->flags |= ISCSI_BHS_FINAL;
	isi_put_dlength(bhs->dlength, immediate);
	memcpy(bhs->lun, cmd->lun, sizeof(bhs->lun));
	bhs->itt = cpu_to_be32(cmd->itt);
	bhs->edtl = cpu_to_be32(x->edtl);
	bhs->cmdsn = cpu_to_be32(cmd->cmdsn);
	bhs->exp_statsn = cpu_to_be32(cmd->exp_statsn);
	memcpy(bhs->cdb, cmd->cdb,
	       min_t(unsigned int, cmd->cdb_len, ISCSI_CDB_LEN));
	if (cmd->cdb_len > ISCSI_CDB_LEN)
		ahs_len = build_ext_cdb(head + sizeof(*bhs), cmd);
	bhs->ahs_words = ahs_len / 4;
	return sizeof(*bhs) + ahs_len;
}

/**
 * isi_build_data_out() - next Data-Out of the oldest R2T (RFC 7143 §11.7)
 * @bhs: to fill
 * @x: has an R2T; unchanged, isi_xfer_sent() takes the step
 * @itt: of the command
 * @lun: 8 bytes, the command's
 * @exp_statsn: acknowledges
 * @limits: negotiated
 *
 * Return: length of the data segment, never 0. C-078 C-079
 */
u32 isi_build_data_out(struct iscsi_bhs_data_out *bhs, struct isi_xfer *x,
		       u32 itt, const u8 *lun, u32 exp_statsn,
		       const struct isi_limits *limits)
{
	const struct isi_r2t *r2t = isi_xfer_r2t(x);
	u32 length = min(r2t->left, limits->max_xmit_dsl);

	memset(bhs, 0, sizeof(*bhs));
	bhs->opcode = ISCSI_OPCODE_DATA_OUT;
	if (length == r2t->left)
		bhs->flags = ISCSI_BHS_FINAL;
	isi_put_dlength(bhs->dlength, length);
	memcpy(bhs->lun, lun, sizeof(bhs->lun));
	bhs->itt = cpu_to_be32(itt);
	bhs->ttt = r2t->ttt;
	bhs->exp_statsn = cpu_to_be32(exp_statsn);
	bhs->datasn = cpu_to_be32(r2t->datasn);
	bhs->offset = cpu_to_be32(r2t->offset);
	return length;
}

/*
 * RFC 7143 §11.5. The Referenced Task Tag and RefCmdSN are ABORT TASK's alone,
 * the caller's to fill; @lun is NULL for a function of the whole target.
 */
void isi_build_tmf(struct iscsi_bhs_tmf_request *bhs,
		   enum iscsi_tmf_function function, const u8 *lun)
{
	memset(bhs, 0, sizeof(*bhs));
	bhs->opcode = ISCSI_OPCODE_TMF_REQUEST | ISCSI_BHS_IMMEDIATE;
	bhs->flags = ISCSI_BHS_FINAL | function;
	if (lun)
		memcpy(bhs->lun, lun, sizeof(bhs->lun));
	bhs->rtt = cpu_to_be32(ISCSI_TAG_NONE);
}

/*
 * RFC 7143 §11.18: one that answers nothing, and as it stands wants no answer:
 * all it does is to tell our ExpStatSN. With an ITT it is a ping. C-072 C-097
 */
void isi_build_nop_out(struct iscsi_bhs_nop_out *bhs)
{
	memset(bhs, 0, sizeof(*bhs));
	bhs->opcode = ISCSI_OPCODE_NOP_OUT | ISCSI_BHS_IMMEDIATE;
	bhs->flags = ISCSI_BHS_FINAL;
	bhs->itt = cpu_to_be32(ISCSI_TAG_NONE);
	bhs->ttt = cpu_to_be32(ISCSI_TAG_NONE);
}

/*
 * RFC 7143 §11.18: TTT and LUN come back as they were, I is set. CmdSN and
 * ExpStatSN are filled when it is sent. C-096
 */
void isi_build_nop_reply(struct iscsi_bhs_nop_out *bhs,
			 const struct iscsi_bhs_nop_in *ping, u32 length)
{
	isi_build_nop_out(bhs);
	isi_put_dlength(bhs->dlength, length);
	memcpy(bhs->lun, ping->lun, sizeof(bhs->lun));
	bhs->ttt = ping->ttt;
}

/* How long a PDU of the target's may be; what is not here may not come. */
enum data_rule {
	DATA_NOT_A_PDU,		/* not a target's opcode, or login's */
	DATA_NONE,		/* has no data segment */
	DATA_CONTROL,		/* up to ISI_CONTROL_DATA_MAX */
	DATA_PAYLOAD,		/* up to MaxRecvDataSegmentLength */
};

static const u8 data_rules[ISCSI_BHS_OPCODE + 1] = {
	[ISCSI_OPCODE_NOP_IN]		= DATA_CONTROL,
	[ISCSI_OPCODE_SCSI_RESPONSE]	= DATA_CONTROL,
	[ISCSI_OPCODE_TMF_RESPONSE]	= DATA_NONE,
	[ISCSI_OPCODE_TEXT_RESPONSE]	= DATA_CONTROL,
	[ISCSI_OPCODE_DATA_IN]		= DATA_PAYLOAD,
	[ISCSI_OPCODE_LOGOUT_RESPONSE]	= DATA_NONE,
	[ISCSI_OPCODE_R2T]		= DATA_NONE,
	[ISCSI_OPCODE_ASYNC]		= DATA_CONTROL,
	[ISCSI_OPCODE_REJECT]		= DATA_CONTROL,
};

/* What holds for every PDU of the full feature phase. C-003 C-006 */
enum isi_fail isi_check_bhs(const struct iscsi_bhs *bhs,
			    const struct isi_limits *limits)
{
	u32 length = isi_get_dlength(bhs);

	if (length > limits->max_recv_dsl)
		return ISI_FAIL_DATA_LENGTH;
	switch (data_rules[isi_opcode(bhs)]) {
	case DATA_NONE:
		return length ? ISI_FAIL_DATA_LENGTH : ISI_FAIL_NONE;
	case DATA_CONTROL:
		return length > ISI_CONTROL_DATA_MAX ? ISI_FAIL_CONTROL_LENGTH :
						       ISI_FAIL_NONE;
	case DATA_PAYLOAD:
		return ISI_FAIL_NONE;
	}
	return ISI_FAIL_OPCODE;
}

/* RFC 7143 §4.2.2.2: which PDUs consume a StatSN. C-073 */
bool isi_has_statsn(const struct iscsi_bhs *bhs)
{
	switch (isi_opcode(bhs)) {
	case ISCSI_OPCODE_R2T:
		return false;
	case ISCSI_OPCODE_DATA_IN:
		return bhs->flags & ISCSI_DATA_IN_STATUS;
	case ISCSI_OPCODE_NOP_IN:
		return bhs->itt != cpu_to_be32(ISCSI_TAG_NONE);
	}
	return true;
}

/* Is [offset, offset + length) inside the buffer? Overflow is not. */
static bool xfer_covers(const struct isi_xfer *x, u32 offset, u32 length)
{
	return offset <= x->edtl && length <= x->edtl - offset;
}

/*
 * RFC 7143 §13.18, §13.19: where the target may place a Data-In. With both
 * keys Yes there is one place; with DataPDUInOrder alone a new sequence may
 * begin anywhere; with DataSequenceInOrder alone it begins when the one before
 * has left no hole. C-088
 */
static bool data_in_in_order(const struct isi_xfer *x, u32 offset,
			     const struct isi_limits *limits)
{
	bool new_sequence = !x->in_sequence;

	if (limits->data_pdu_in_order &&
	    (limits->data_sequence_in_order || !new_sequence))
		return offset == x->next_in;
	if (limits->data_sequence_in_order && new_sequence)
		return !x->cover.count;
	return true;
}

/**
 * isi_check_data_in() - may this Data-In be written into the buffer?
 * @x: the command's transfer; steps on when it may
 * @bhs: as received, isi_check_bhs() passed
 * @limits: negotiated
 *
 * RFC 7143 §11.7. Its bytes are counted here, before they have come: a
 * connection that breaks in between fails the command anyway. None may come
 * twice, whatever the order. C-087 C-089 C-090
 *
 * DEVIATION: a sequence longer than MaxBurstLength is let pass, tgt sends every
 * read as one. The buffer bounds it.
 */
enum isi_fail isi_check_data_in(struct isi_xfer *x,
				const struct iscsi_bhs_data_in *bhs,
				const struct isi_limits *limits)
{
	u32 length = isi_get_dlength((const struct iscsi_bhs *)bhs);
	u32 offset = be32_to_cpu(bhs->offset);
	enum isi_fail fail;

	if (!x->read)
		return ISI_FAIL_DATA_DIRECTION;
	if ((bhs->flags & ISCSI_DATA_IN_STATUS) &&
	    !(bhs->flags & ISCSI_BHS_FINAL))
		return ISI_FAIL_FLAGS;
	if (be32_to_cpu(bhs->datasn) != x->exp_datasn)
		return ISI_FAIL_DATASN;
	if (!xfer_covers(x, offset, length) ||
	    !data_in_in_order(x, offset, limits))
		return ISI_FAIL_DATA_OFFSET;
	fail = isi_cover_add(&x->cover, offset, length);
	if (fail != ISI_FAIL_NONE)
		return fail;

	x->exp_datasn++;
	x->next_in = offset + length;
	x->in_sequence = !(bhs->flags & ISCSI_BHS_FINAL);
	return ISI_FAIL_NONE;
}

/* How many R2Ts wait for data; unsolicited data under way is none. */
unsigned int isi_xfer_outstanding_r2t(const struct isi_xfer *x)
{
	bool unsolicited = x->r2t_count &&
		x->r2t[x->r2t_head].ttt == cpu_to_be32(ISCSI_TAG_NONE);

	return x->r2t_count - unsolicited;
}

/**
 * isi_check_r2t() - may the target have this data?
 * @x: the command's transfer; the R2T is in its ring when it may
 * @bhs: as received, isi_check_bhs() passed
 * @limits: negotiated
 *
 * RFC 7143 §11.8, §13.17, §13.19. Nothing is asked for twice: that is
 * recovery, which ErrorRecoveryLevel 0 does not have. C-080 C-081 C-082 C-083
 */
enum isi_fail isi_check_r2t(struct isi_xfer *x, const struct iscsi_bhs_r2t *bhs,
			    const struct isi_limits *limits)
{
	u32 length = be32_to_cpu(bhs->desired_length);
	u32 offset = be32_to_cpu(bhs->offset);
	enum isi_fail fail;

	if (!x->write)
		return ISI_FAIL_DATA_DIRECTION;
	if (bhs->ttt == cpu_to_be32(ISCSI_TAG_NONE))
		return ISI_FAIL_TTT;
	if (be32_to_cpu(bhs->r2tsn) != x->exp_r2tsn)
		return ISI_FAIL_R2TSN;
	if (!length || length > limits->max_burst_length)
		return ISI_FAIL_R2T_LENGTH;
	if (!xfer_covers(x, offset, length))
		return ISI_FAIL_DATA_OFFSET;
	if (limits->data_sequence_in_order && offset != x->cover.prefix)
		return ISI_FAIL_DATA_OFFSET;
	if (isi_xfer_outstanding_r2t(x) >= limits->max_outstanding_r2t)
		return ISI_FAIL_R2T_COUNT;
	fail = isi_cover_add(&x->cover, offset, length);
	if (fail != ISI_FAIL_NONE)
		return fail;

	x->r2t[ring_index(x, x->r2t_count)] = (struct isi_r2t) {
		.ttt = bhs->ttt,
		.offset = offset,
		.left = length,
	};
	x->r2t_count++;
	x->exp_r2tsn++;
	return ISI_FAIL_NONE;
}

/*
 * Bytes that have moved or begun to, up to the first that has not: what lies
 * behind a hole is none that the midlayer could be told of.
 */
static u32 moved(const struct isi_xfer *x)
{
	u32 bytes = x->cover.prefix;
	unsigned int i;

	for (i = 0; i < x->r2t_count; i++)
		bytes = min(bytes, x->r2t[ring_index(x, i)].offset);
	return bytes;
}

/*
 * RFC 7143 §11.4.5. The residual is clamped to the buffer; data that has not
 * moved counts as not transferred whatever the target says, so that nobody
 * takes an unwritten buffer for data, or data for written. C-092
 */
static enum isi_fail check_residual(const struct isi_xfer *x, u8 flags,
				    u32 residual, struct isi_status *status)
{
	bool underflow = flags & ISCSI_RSP_UNDERFLOW;

	if (underflow && (flags & ISCSI_RSP_OVERFLOW))
		return ISI_FAIL_FLAGS;
	status->residual = max(underflow ? min(residual, x->edtl) : 0,
			       x->edtl - moved(x));
	return ISI_FAIL_NONE;
}

/**
 * isi_check_response() - SCSI Response (RFC 7143 §11.4)
 * @x: the command's transfer
 * @bhs: as received
 * @status: what it says
 */
enum isi_fail isi_check_response(const struct isi_xfer *x,
				 const struct iscsi_bhs_scsi_response *bhs,
				 struct isi_status *status)
{
	u32 seen = x->read ? x->exp_datasn : x->exp_r2tsn;

	status->response = bhs->response;
	status->status = bhs->status;
	/*
	 * §11.4.8: the number of Data-In or R2T PDUs sent. C-091
	 * DEVIATION: fewer than we saw is let pass, tgt leaves it 0.
	 */
	if (bhs->response == ISCSI_RSP_COMPLETED &&
	    isi_sn_before(seen, be32_to_cpu(bhs->exp_datasn)))
		return ISI_FAIL_EXP_DATASN;
	return check_residual(x, bhs->flags, be32_to_cpu(bhs->residual),
			      status);
}

/* The status that came with the last Data-In (RFC 7143 §11.7.3). */
enum isi_fail isi_check_status(const struct isi_xfer *x,
			       const struct iscsi_bhs_data_in *bhs,
			       struct isi_status *status)
{
	status->response = ISCSI_RSP_COMPLETED;
	status->status = bhs->status;
	return check_residual(x, bhs->flags, be32_to_cpu(bhs->residual),
			      status);
}

/**
 * isi_check_sense() - the data segment of a SCSI Response (RFC 7143 §11.4.7)
 * @data: data segment
 * @length: its length
 * @sense: where the sense data lies in it
 * @sense_length: its length, 0 when there is none
 *
 * C-094
 */
enum isi_fail isi_check_sense(const u8 *data, u32 length, const u8 **sense,
			      u32 *sense_length)
{
	*sense = data;
	*sense_length = 0;
	if (!length)
		return ISI_FAIL_NONE;
	if (length < 2)
		return ISI_FAIL_SENSE_LENGTH;
	*sense_length = data[0] << 8 | data[1];
	if (*sense_length > length - 2)
		return ISI_FAIL_SENSE_LENGTH;
	*sense = data + 2;
	return ISI_FAIL_NONE;
}
