/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The bytes of iSCSI on the wire: Basic Header Segments, opcodes, flags and
 * limits of RFC 7143 chapters 11 and 13. Nothing here is a choice of ours.
 *
 * Shared by the module (C) and the daemon (C++). All multi-byte fields are
 * big endian (RFC 7143 §11.1); __be32 keeps sparse watching over that.
 * Reserved fields are sent as zero and ignored when received (§11.2).
 */
#ifndef _UAPI_LINUX_ISCSI_WIRE_H
#define _UAPI_LINUX_ISCSI_WIRE_H

#include <linux/types.h>

#define ISCSI_BHS_LEN			48
#define ISCSI_PAD_TO			4	/* §11.1: segments padded */
#define ISCSI_DIGEST_LEN		4	/* §11.2.3 CRC32C */
#define ISCSI_AHS_MAX_LEN		(255 * 4)
#define ISCSI_DSL_MAX			0xffffff	/* 24 bits on the wire */
#define ISCSI_TAG_NONE			0xffffffffU	/* ITT and TTT */
#define ISCSI_LOGIN_MRDSL		8192	/* §13.12: before negotiation */
#define ISCSI_NAME_MAX			223	/* §4.2.7.1, bytes without NUL */
#define ISCSI_PORT			3260

/* §11.2.1.2: opcode is the low six bits of byte 0, I the bit above. */
#define ISCSI_BHS_OPCODE		0x3f
#define ISCSI_BHS_IMMEDIATE		0x40

enum iscsi_opcode {
	/* sent by the initiator */
	ISCSI_OPCODE_NOP_OUT		= 0x00,
	ISCSI_OPCODE_SCSI_COMMAND	= 0x01,
	ISCSI_OPCODE_TMF_REQUEST	= 0x02,
	ISCSI_OPCODE_LOGIN_REQUEST	= 0x03,
	ISCSI_OPCODE_TEXT_REQUEST	= 0x04,
	ISCSI_OPCODE_DATA_OUT		= 0x05,
	ISCSI_OPCODE_LOGOUT_REQUEST	= 0x06,
	ISCSI_OPCODE_SNACK		= 0x10,
	/* sent by the target */
	ISCSI_OPCODE_NOP_IN		= 0x20,
	ISCSI_OPCODE_SCSI_RESPONSE	= 0x21,
	ISCSI_OPCODE_TMF_RESPONSE	= 0x22,
	ISCSI_OPCODE_LOGIN_RESPONSE	= 0x23,
	ISCSI_OPCODE_TEXT_RESPONSE	= 0x24,
	ISCSI_OPCODE_DATA_IN		= 0x25,
	ISCSI_OPCODE_LOGOUT_RESPONSE	= 0x26,
	ISCSI_OPCODE_R2T		= 0x31,
	ISCSI_OPCODE_ASYNC		= 0x32,
	ISCSI_OPCODE_REJECT		= 0x3f,
};

/* F, the top bit of byte 1, in every PDU that has one. */
#define ISCSI_BHS_FINAL			0x80

/* What every BHS shares (§11.2.1). */
struct iscsi_bhs {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;		/* TotalAHSLength, 4-byte words */
	__u8	dlength[3];		/* DataSegmentLength, without pad */
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	sn[3];			/* CmdSN/StatSN, Exp…, Max… */
	__u8	rest[12];
};

/* §11.3 SCSI Command, byte 1 */
#define ISCSI_CMD_READ			0x40
#define ISCSI_CMD_WRITE			0x20
#define ISCSI_CMD_ATTR_UNTAGGED		0
#define ISCSI_CMD_ATTR_SIMPLE		1
#define ISCSI_CMD_ATTR_ORDERED		2
#define ISCSI_CMD_ATTR_HEAD_OF_QUEUE	3
#define ISCSI_CMD_ATTR_ACA		4
#define ISCSI_CDB_LEN			16	/* longer: extended-CDB AHS */

struct iscsi_bhs_scsi_command {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	edtl;			/* Expected Data Transfer Length */
	__be32	cmdsn;
	__be32	exp_statsn;
	__u8	cdb[ISCSI_CDB_LEN];
};

/* §11.2.2.3 Extended CDB Additional Header Segment */
#define ISCSI_AHS_TYPE_EXT_CDB		1

struct iscsi_ahs_ext_cdb {
	__be16	length;			/* reserved byte + CDB bytes past 16 */
	__u8	type;
	__u8	rsvd;
	__u8	cdb[];
};

/* §11.4 SCSI Response, byte 1 */
#define ISCSI_RSP_BIDI_OVERFLOW		0x10
#define ISCSI_RSP_BIDI_UNDERFLOW	0x08
#define ISCSI_RSP_OVERFLOW		0x04
#define ISCSI_RSP_UNDERFLOW		0x02
#define ISCSI_RSP_COMPLETED		0x00	/* Response byte; all else failed */

struct iscsi_bhs_scsi_response {
	__u8	opcode;
	__u8	flags;
	__u8	response;
	__u8	status;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	rsvd8[8];
	__be32	itt;
	__be32	snack_tag;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__be32	exp_datasn;
	__be32	bidi_residual;
	__be32	residual;
};

/* §11.5 Task Management Function Request, low seven bits of byte 1 */
enum iscsi_tmf_function {
	ISCSI_TMF_ABORT_TASK		= 1,
	ISCSI_TMF_ABORT_TASK_SET	= 2,
	ISCSI_TMF_CLEAR_ACA		= 3,
	ISCSI_TMF_CLEAR_TASK_SET	= 4,
	ISCSI_TMF_LUN_RESET		= 5,
	ISCSI_TMF_TARGET_WARM_RESET	= 6,
	ISCSI_TMF_TARGET_COLD_RESET	= 7,
	ISCSI_TMF_TASK_REASSIGN		= 8,
};

struct iscsi_bhs_tmf_request {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	rtt;			/* Referenced Task Tag */
	__be32	cmdsn;
	__be32	exp_statsn;
	__be32	ref_cmdsn;
	__be32	exp_datasn;
	__u8	rsvd40[8];
};

/* §11.6 Task Management Function Response, byte 2 */
enum iscsi_tmf_response {
	ISCSI_TMF_COMPLETE		= 0,
	ISCSI_TMF_NO_TASK		= 1,
	ISCSI_TMF_NO_LUN		= 2,
	ISCSI_TMF_STILL_ALLEGIANT	= 3,
	ISCSI_TMF_NO_REASSIGNMENT	= 4,
	ISCSI_TMF_NOT_SUPPORTED		= 5,
	ISCSI_TMF_AUTH_FAILED		= 6,
	ISCSI_TMF_REJECTED		= 255,
};

struct iscsi_bhs_tmf_response {
	__u8	opcode;
	__u8	flags;
	__u8	response;
	__u8	rsvd3;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	rsvd8[8];
	__be32	itt;
	__be32	rsvd20;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__u8	rsvd36[12];
};

/* §11.7 SCSI Data-Out */
struct iscsi_bhs_data_out {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	rsvd24;
	__be32	exp_statsn;
	__be32	rsvd32;
	__be32	datasn;
	__be32	offset;
	__be32	rsvd44;
};

/* §11.7 SCSI Data-In, byte 1 (O and U as in the SCSI Response) */
#define ISCSI_DATA_IN_ACK		0x40
#define ISCSI_DATA_IN_STATUS		0x01

struct iscsi_bhs_data_in {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2;
	__u8	status;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__be32	datasn;
	__be32	offset;
	__be32	residual;
};

/* §11.8 Ready To Transfer */
struct iscsi_bhs_r2t {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__be32	r2tsn;
	__be32	offset;
	__be32	desired_length;
};

/* §11.9 Asynchronous Message, byte 36 */
enum iscsi_async_event {
	ISCSI_ASYNC_SCSI		= 0,
	ISCSI_ASYNC_LOGOUT_REQUEST	= 1,
	ISCSI_ASYNC_CONN_DROP		= 2,
	ISCSI_ASYNC_SESSION_DROP	= 3,
	ISCSI_ASYNC_NEGOTIATE		= 4,
	ISCSI_ASYNC_FAST_ABORT		= 5,
	ISCSI_ASYNC_VENDOR		= 255,
};

struct iscsi_bhs_async {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;			/* reserved tag */
	__be32	rsvd20;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__u8	async_event;
	__u8	async_vcode;
	__be16	parameter1;
	__be16	parameter2;
	__be16	parameter3;
	__u8	rsvd44[4];
};

/* §11.10 Text Request, §11.11 Text Response; byte 1: F and C */
#define ISCSI_TEXT_CONTINUE		0x40

struct iscsi_bhs_text_request {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	cmdsn;
	__be32	exp_statsn;
	__u8	rsvd32[16];
};

struct iscsi_bhs_text_response {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__u8	rsvd36[12];
};

/* §11.12 Login Request, §11.13 Login Response; byte 1: T, C, CSG, NSG */
#define ISCSI_LOGIN_TRANSIT		0x80
#define ISCSI_LOGIN_CONTINUE		0x40
#define ISCSI_LOGIN_CSG_SHIFT		2
#define ISCSI_LOGIN_STAGE_MASK		0x3

enum iscsi_login_stage {
	ISCSI_STAGE_SECURITY		= 0,
	ISCSI_STAGE_OPERATIONAL		= 1,
	ISCSI_STAGE_FULL_FEATURE	= 3,
};

struct iscsi_bhs_login_request {
	__u8	opcode;
	__u8	flags;
	__u8	version_max;
	__u8	version_min;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	isid[6];
	__be16	tsih;
	__be32	itt;
	__be16	cid;
	__be16	rsvd22;
	__be32	cmdsn;
	__be32	exp_statsn;
	__u8	rsvd32[16];
};

struct iscsi_bhs_login_response {
	__u8	opcode;
	__u8	flags;
	__u8	version_max;
	__u8	version_active;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	isid[6];
	__be16	tsih;
	__be32	itt;
	__be32	rsvd20;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__u8	status_class;
	__u8	status_detail;
	__u8	rsvd38[10];
};

/* §11.14 Logout Request, low seven bits of byte 1 */
enum iscsi_logout_reason {
	ISCSI_LOGOUT_SESSION		= 0,
	ISCSI_LOGOUT_CONNECTION		= 1,
	ISCSI_LOGOUT_RECOVERY		= 2,
};

struct iscsi_bhs_logout_request {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	rsvd8[8];
	__be32	itt;
	__be16	cid;
	__be16	rsvd22;
	__be32	cmdsn;
	__be32	exp_statsn;
	__u8	rsvd32[16];
};

/* §11.15 Logout Response */
enum iscsi_logout_response {
	ISCSI_LOGOUT_CLOSED		= 0,
	ISCSI_LOGOUT_NO_CID		= 1,
	ISCSI_LOGOUT_NO_RECOVERY	= 2,
	ISCSI_LOGOUT_FAILED		= 3,
};

struct iscsi_bhs_logout_response {
	__u8	opcode;
	__u8	flags;
	__u8	response;
	__u8	rsvd3;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	rsvd8[8];
	__be32	itt;
	__be32	rsvd20;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__be32	rsvd36;
	__be16	time2wait;		/* seconds */
	__be16	time2retain;		/* seconds */
	__be32	rsvd44;
};

/* §11.17 Reject, byte 2 */
enum iscsi_reject_reason {
	ISCSI_REJECT_DATA_DIGEST	= 0x02,
	ISCSI_REJECT_SNACK		= 0x03,
	ISCSI_REJECT_PROTOCOL		= 0x04,
	ISCSI_REJECT_NOT_SUPPORTED	= 0x05,
	ISCSI_REJECT_IMMEDIATE		= 0x06,
	ISCSI_REJECT_TASK_IN_PROGRESS	= 0x07,
	ISCSI_REJECT_INVALID_ACK	= 0x08,
	ISCSI_REJECT_INVALID_PDU	= 0x09,
	ISCSI_REJECT_LONG_OPERATION	= 0x0a,
	ISCSI_REJECT_NEGOTIATION_RESET	= 0x0b,
	ISCSI_REJECT_WAIT_LOGOUT	= 0x0c,
};

struct iscsi_bhs_reject {
	__u8	opcode;
	__u8	flags;
	__u8	reason;
	__u8	rsvd3;
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	rsvd8[8];
	__be32	itt;			/* reserved tag */
	__be32	rsvd20;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__be32	datasn;			/* or R2TSN */
	__u8	rsvd40[8];
};

/* §11.18 NOP-Out, §11.19 NOP-In */
struct iscsi_bhs_nop_out {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	cmdsn;
	__be32	exp_statsn;
	__u8	rsvd32[16];
};

struct iscsi_bhs_nop_in {
	__u8	opcode;
	__u8	flags;
	__u8	rsvd2[2];
	__u8	ahs_words;
	__u8	dlength[3];
	__u8	lun[8];
	__be32	itt;
	__be32	ttt;
	__be32	statsn;
	__be32	exp_cmdsn;
	__be32	max_cmdsn;
	__u8	rsvd36[12];
};

#ifdef __cplusplus
#define _ISCSI_WIRE_ASSERT(t) \
	static_assert(sizeof(struct t) == ISCSI_BHS_LEN, #t)
#else
#define _ISCSI_WIRE_ASSERT(t) \
	_Static_assert(sizeof(struct t) == ISCSI_BHS_LEN, #t)
#endif

_ISCSI_WIRE_ASSERT(iscsi_bhs);
_ISCSI_WIRE_ASSERT(iscsi_bhs_scsi_command);
_ISCSI_WIRE_ASSERT(iscsi_bhs_scsi_response);
_ISCSI_WIRE_ASSERT(iscsi_bhs_tmf_request);
_ISCSI_WIRE_ASSERT(iscsi_bhs_tmf_response);
_ISCSI_WIRE_ASSERT(iscsi_bhs_data_out);
_ISCSI_WIRE_ASSERT(iscsi_bhs_data_in);
_ISCSI_WIRE_ASSERT(iscsi_bhs_r2t);
_ISCSI_WIRE_ASSERT(iscsi_bhs_async);
_ISCSI_WIRE_ASSERT(iscsi_bhs_text_request);
_ISCSI_WIRE_ASSERT(iscsi_bhs_text_response);
_ISCSI_WIRE_ASSERT(iscsi_bhs_login_request);
_ISCSI_WIRE_ASSERT(iscsi_bhs_login_response);
_ISCSI_WIRE_ASSERT(iscsi_bhs_logout_request);
_ISCSI_WIRE_ASSERT(iscsi_bhs_logout_response);
_ISCSI_WIRE_ASSERT(iscsi_bhs_reject);
_ISCSI_WIRE_ASSERT(iscsi_bhs_nop_out);
_ISCSI_WIRE_ASSERT(iscsi_bhs_nop_in);

#endif /* _UAPI_LINUX_ISCSI_WIRE_H */
