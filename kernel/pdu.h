/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building and checking PDUs (RFC 7143 §11). Pure: no socket, no lock, no
 * allocation; the module and user space build it. A check returns what the
 * target did wrong as enum isi_fail, ISI_FAIL_NONE when nothing, and changes
 * its bookkeeping only then.
 */
#ifndef ISI_PDU_H
#define ISI_PDU_H

#include <linux/types.h>
#include <uapi/linux/iscsi_initiator.h>
#include <uapi/linux/iscsi_wire.h>

#include "range.h"

#define ISI_MAX_OUTSTANDING_R2T	7
#define ISI_MAX_CDB_LEN		32
#define ISI_MAX_AHS_LEN		20	/* extended CDB of 32 bytes */
#define ISI_MAX_HEAD_LEN	(ISCSI_BHS_LEN + ISI_MAX_AHS_LEN)

/**
 * struct isi_limits - what both sides agreed to, of a connection
 * @max_recv_dsl: longest data segment the target may send
 * @max_xmit_dsl: longest data segment we may send
 * @header_digest: CRC32C over BHS and AHS, in both directions
 * @data_digest: CRC32C over data segment and pad, in both directions
 *
 * The rest are the session's keys, RFC 7143 §13.
 */
struct isi_limits {
	u32 max_recv_dsl;
	u32 max_xmit_dsl;
	u32 first_burst_length;
	u32 max_burst_length;
	u16 max_outstanding_r2t;
	bool initial_r2t;
	bool immediate_data;
	bool data_pdu_in_order;
	bool data_sequence_in_order;
	bool header_digest;
	bool data_digest;
};

/**
 * struct isi_r2t - data the target has asked for, or may take unasked
 * @ttt: as on the wire; ISCSI_TAG_NONE for unsolicited data
 * @offset: of the next byte to send
 * @left: bytes still to send
 * @datasn: of the next Data-Out
 */
struct isi_r2t {
	__be32 ttt;
	u32 offset;
	u32 left;
	u32 datasn;
};

/**
 * struct isi_xfer - one command's data transfer
 * @edtl: Expected Data Transfer Length, the size of the buffer
 * @read: data comes in
 * @write: data goes out
 * @in_sequence: the last Data-In was not the end of its sequence
 * @exp_datasn: DataSN of the next Data-In
 * @next_in: offset of the next Data-In, where it is determined
 * @exp_r2tsn: R2TSN of the next R2T
 * @r2t_head: oldest of the R2Ts in @r2t
 * @r2t_count: R2Ts not yet answered in full
 * @r2t_room: entries of @r2t
 * @r2t: ring of them, isi_r2t_room() long and the caller's; unsolicited Data-Out
 *	stands in it as the first
 * @cover: bytes received; of a write: asked for, or sent unasked
 */
struct isi_xfer {
	u32 edtl;
	bool read;
	bool write;
	bool in_sequence;
	u32 exp_datasn;
	u32 next_in;
	u32 exp_r2tsn;
	u8 r2t_head;
	u8 r2t_count;
	u8 r2t_room;
	struct isi_r2t *r2t;
	struct isi_cover cover;
};

/* Status and residual as a Response or a Data-In with S reports them. */
struct isi_status {
	u8 response;
	u8 status;
	u32 residual;		/* bytes not transferred */
};

static inline u32 isi_get_dlength(const struct iscsi_bhs *bhs)
{
	return bhs->dlength[0] << 16 | bhs->dlength[1] << 8 | bhs->dlength[2];
}

static inline void isi_put_dlength(u8 dlength[3], u32 length)
{
	dlength[0] = length >> 16;
	dlength[1] = length >> 8;
	dlength[2] = length;
}

static inline u32 isi_pad(u32 length)
{
	return -length & (ISCSI_PAD_TO - 1);
}

static inline u8 isi_opcode(const struct iscsi_bhs *bhs)
{
	return bhs->opcode & ISCSI_BHS_OPCODE;
}

/* R2Ts that a command may have at a time, and its unsolicited data. */
static inline unsigned int isi_r2t_room(const struct isi_limits *limits)
{
	return limits->max_outstanding_r2t + 1;
}

/* Ranges that a command's bytes may be in at a time, beside the prefix. */
static inline unsigned int isi_range_room(const struct isi_limits *limits)
{
	return limits->data_pdu_in_order && limits->data_sequence_in_order ?
	       0 : ISI_RANGES;
}

static inline struct isi_r2t *isi_xfer_r2t(struct isi_xfer *x)
{
	return x->r2t_count ? &x->r2t[x->r2t_head] : NULL;
}

/* Everything about a command that its PDU needs. */
struct isi_command {
	const u8 *cdb;
	unsigned int cdb_len;		/* <= ISI_MAX_CDB_LEN */
	const u8 *lun;			/* 8 bytes, SAM */
	u32 itt;
	u32 cmdsn;
	u32 exp_statsn;
	u8 attr;			/* ISCSI_CMD_ATTR_* */
};

u32 isi_xfer_start(struct isi_xfer *x, u32 edtl, bool read, bool write,
		   const struct isi_limits *limits);
void isi_xfer_sent(struct isi_xfer *x, u32 length);
unsigned int isi_xfer_outstanding_r2t(const struct isi_xfer *x);

unsigned int isi_build_command(void *head, const struct isi_command *cmd,
			       const struct isi_xfer *x, u32 immediate);
u32 isi_build_data_out(struct iscsi_bhs_data_out *bhs, struct isi_xfer *x,
		       u32 itt, const u8 *lun, u32 exp_statsn,
		       const struct isi_limits *limits);
void isi_build_tmf(struct iscsi_bhs_tmf_request *bhs,
		   enum iscsi_tmf_function function, const u8 *lun);
void isi_build_nop_out(struct iscsi_bhs_nop_out *bhs);
void isi_build_nop_reply(struct iscsi_bhs_nop_out *bhs,
			 const struct iscsi_bhs_nop_in *ping, u32 length);

enum isi_fail isi_check_bhs(const struct iscsi_bhs *bhs,
			    const struct isi_limits *limits);
bool isi_has_statsn(const struct iscsi_bhs *bhs);
enum isi_fail isi_check_data_in(struct isi_xfer *x,
				const struct iscsi_bhs_data_in *bhs,
				const struct isi_limits *limits);
enum isi_fail isi_check_r2t(struct isi_xfer *x, const struct iscsi_bhs_r2t *bhs,
			    const struct isi_limits *limits);
enum isi_fail isi_check_response(const struct isi_xfer *x,
				 const struct iscsi_bhs_scsi_response *bhs,
				 struct isi_status *status);
enum isi_fail isi_check_status(const struct isi_xfer *x,
			       const struct iscsi_bhs_data_in *bhs,
			       struct isi_status *status);
enum isi_fail isi_check_sense(const u8 *data, u32 length, const u8 **sense,
			      u32 *sense_length);

#endif
