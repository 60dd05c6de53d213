/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The generic netlink family "iscsi_initiator": how a daemon that has logged
 * in hands its connections to the module, and learns what becomes of them.
 *
 * Rules for every command
 *
 * - Caller: CAP_NET_ADMIN in the initial user namespace, dumps included
 *   (-EPERM). A session belongs to the network namespace of the socket that
 *   sent SESSION_ADD; other namespaces do not see it (-ENOENT), but for the
 *   initial one, which sees all of them. A session pins its namespace.
 * - Attributes are checked strictly: unknown, malformed or out of range ones
 *   are refused (-EINVAL, -ERANGE) with the extended ack naming the attribute.
 *   A missing one that the command needs gives -EINVAL and "missing".
 *   Attributes are only ever added; the daemon sends none that the module's
 *   ISI_A_INFO_MINOR does not cover.
 * - Integers are in host byte order, unless said otherwise.
 * - Handles: a session is {ISI_A_SESSION_ID, ISI_A_SESSION_GENERATION}, a
 *   connection that and {ISI_A_CONN_CID, ISI_A_CONN_GENERATION}. The ID is the
 *   N of /sys/class/iscsi_session/sessionN. Unknown: -ENOENT. A generation
 *   that is no longer the present one: -ESTALE, and nothing was done.
 * - Commands are synchronous and bounded, except those said to be accepted:
 *   these return 0 when the work is queued, and end in exactly one event.
 * - Every command runs without I/O of its own (memalloc_noio): the daemon may
 *   page to a disk that it is just recovering.
 *
 * Events go to the multicast group "events" of the session's namespace and of
 * the initial one. They carry ISI_A_EVENT_SEQ, which counts those sent to that
 * namespace; an event may be lost (a gap, or ENOBUFS): dump and compare, the dump is the
 * truth. An event is sent after the state it tells of can be dumped.
 */
#ifndef _UAPI_LINUX_ISCSI_INITIATOR_H
#define _UAPI_LINUX_ISCSI_INITIATOR_H

#include <linux/types.h>

#define ISI_GENL_NAME			"iscsi_initiator"
#define ISI_GENL_VERSION		1
#define ISI_GENL_MINOR			1	/* rises with each addition */
#define ISI_GENL_MCGRP_EVENTS		"events"

#define ISI_OWNER_MAX			1024	/* bytes of ISI_A_SESSION_OWNER */
#define ISI_ALIAS_MAX			255	/* RFC 7143 §13.7 */
#define ISI_IFACE_MAX			65
#define ISI_ADDRESS_MAX			63	/* numeric, %scope included */
#define ISI_CONTROL_DATA_MAX		8192	/* data segment, all but Data-In */

/*
 * With DATA_PDU_IN_ORDER or DATA_SEQUENCE_IN_ORDER 0: so many pieces of data
 * (Data-In PDUs, R2Ts) may come in any order behind what is complete from the
 * start of the buffer. More may as long as there are no more than half as many
 * gaps; else the connection fails with ISI_FAIL_DATA_FRAGMENTS. No byte may
 * come, or be asked for, twice.
 */
#define ISI_DATA_PIECES			64

/**
 * enum isi_cmd - commands and events
 *
 * @ISI_CMD_INFO_GET: what the module can do. No attributes.
 *	Reply: ISI_A_INFO { MINOR, MAX_CONNECTIONS, MAX_RECV_DSL,
 *	MAX_OUTSTANDING_R2T, MAX_ERL, DIGESTS, MAX_QUEUE_DEPTH, FEATURES }.
 *
 * @ISI_CMD_SESSION_ADD: make a session and its Scsi_Host. It has no
 *	connection yet and takes no I/O until CONN_ADD.
 *	ISI_A_SESSION {
 *	  TARGET_NAME, INITIATOR_NAME, ISID, TPGT, PORTAL_ADDRESS, PORTAL_PORT,
 *	  optional: INITIATOR_ALIAS, INTERFACE, OWNER, QUEUE_DEPTH (128),
 *	  LUN_QUEUE_DEPTH (32), MAX_CONNECTIONS (1), RECOVERY_TMO (120),
 *	  PING_INTERVAL (0), PING_TIMEOUT (5000) }
 *	Reply: ISI_A_SESSION { ID, GENERATION, HOST }.
 *	The caller owns it until SESSION_DEL; it outlives the caller.
 *	-EEXIST: this namespace has a session with the same initiator name,
 *	ISID, target name and TPGT (RFC 7143 §4.4.3, the ISID rule). -ENOMEM.
 *	Event: none.
 *
 * @ISI_CMD_SESSION_SET: change OWNER, RECOVERY_TMO, PORTAL_ADDRESS,
 *	PORTAL_PORT, PING_INTERVAL, PING_TIMEOUT, in any state. ISI_A_SESSION
 *	{ ID, GENERATION, what changes }. A running recovery timer keeps the
 *	value it was started with; pings follow the new ones at once.
 *
 * @ISI_CMD_SESSION_GET: dump sessions, or one when ISI_A_SESSION { ID } is
 *	given (do: -ENOENT when there is none).
 *	Reply: ISI_A_SESSION { everything, STATE }, then an
 *	ISI_A_CONN { everything but FD } for each connection.
 *
 * @ISI_CMD_SESSION_SCAN: look for LUNs: ISI_A_SESSION { ID, GENERATION,
 *	optional LUN, KEEP (0) }. Without LUN: all, and disks of LUNs that the
 *	target no longer reports are removed, unless KEEP is 1. What was there before is read anew: a
 *	disk's size, and what it says of itself. Accepted; event SCANNED.
 *	-ENOTCONN: no live connection. -EALREADY: a scan is under way; one of
 *	all LUNs follows it, and its event serves both. The event's error is
 *	-ENOTCONN when the session was lost meanwhile: then scan again.
 *
 * @ISI_CMD_SESSION_UNBIND: remove the disks while the connections still carry
 *	I/O, so that caches are flushed. Accepted; event UNBOUND. A session is
 *	not bound again. -EALREADY: under way or done.
 *
 * @ISI_CMD_SESSION_DEL: end the session. Connections are dropped, I/O that
 *	is left fails. Accepted; event GONE. Disks that were not unbound go
 *	without a flush. -EALREADY: under way.
 *
 * @ISI_CMD_CONN_ADD: the module adopts a logged-in connection.
 *	ISI_A_SESSION { ID, GENERATION }, ISI_A_CONN { CID, FD, EXP_STATSN,
 *	MAX_RECV_DSL, MAX_XMIT_DSL, optional HEADER_DIGEST (0),
 *	DATA_DIGEST (0), TRANSPORT (0) }.
 *	On a session without a live connection this is the leading one, or
 *	reinstates the session (RFC 7143 §6.3.5), and ISI_A_SESSION also needs
 *	{ TSIH, CMDSN, EXP_CMDSN, MAX_CMDSN, INITIAL_R2T, IMMEDIATE_DATA,
 *	FIRST_BURST_LENGTH, MAX_BURST_LENGTH, MAX_OUTSTANDING_R2T,
 *	DATA_PDU_IN_ORDER, DATA_SEQUENCE_IN_ORDER, ERL; optional TARGET_ALIAS,
 *	DEFAULT_TIME2WAIT, DEFAULT_TIME2RETAIN }: tasks of the old connections
 *	go back to the SCSI midlayer for a retry, the keys are swapped, I/O
 *	resumes. Old connections are gone after that.
 *	FD: a connected TCP socket, in the session's namespace, that nobody
 *	else has taken over. The caller has read exactly to the end of the
 *	last Login Response: what follows is the module's. On success the
 *	module holds a reference of its own and the caller closes its copy
 *	without shutdown; on failure the socket is untouched.
 *	Reply: ISI_A_CONN { CID, GENERATION }.
 *	-EBADF, -ENOTSOCK: FD. -EPROTOTYPE: not TCP, or with an upper layer
 *	protocol the module does not know. -ENOTCONN: not established.
 *	-EBUSY: socket taken. -EXDEV: another namespace. -EEXIST: CID is live.
 *	-EISCONN: TSIH given, but a connection is live. -EMFILE:
 *	MAX_CONNECTIONS reached. -ESHUTDOWN: the session is being removed.
 *	-ENOMEM.
 *	Event: SESSION_STATE (up) when it leads.
 *
 * @ISI_CMD_CONN_STOP: treat the connection as failed, for the reason given
 *	in ISI_A_CONN { CID, GENERATION, optional FAIL_REASON (STOPPED) }. Like
 *	any failure: event CONN_FAILED, the TCP connection is reset soon after,
 *	and at ERL 0 the session's other connections fail with it. No wait for
 *	I/O. Stopping one that has failed already is no error, and no second
 *	event.
 *
 * @ISI_CMD_CONN_DEL: forget the connection { CID, GENERATION }. One that is
 *	live after a Logout Response is closed in order, any other is reset,
 *	which takes up to 10 s if a network device holds on to its data. Event
 *	CONN_FAILED if it was live. The session is left without a connection
 *	when it was the last, and blocks; else the tasks the connection had go
 *	back for a retry.
 *
 * @ISI_CMD_PDU_SEND: send a NOP-Out, Text or Logout Request on a connection.
 *	ISI_A_SESSION, ISI_A_CONN { CID, GENERATION }, ISI_A_PDU { BHS,
 *	optional DATA }. The module fills ITT, CmdSN, ExpStatSN, lengths, and
 *	sends it as immediate. Each request has an ITT of its own, so a Text
 *	negotiation is one PDU each way. After a Logout Request for the
 *	connection or the session nothing else is sent on the connection.
 *	Reply: ISI_A_PDU { ITT } (as on the wire), by which the answer is told.
 *	-EOPNOTSUPP: another opcode. -ENOTCONN: not live. -EBUSY: too many
 *	unanswered. -EMSGSIZE: DATA longer than the target takes.
 *
 * Pings of the module's own (minor 1). When a live connection has brought no
 *	byte for PING_INTERVAL, the module sends a NOP-Out that the target has
 *	to answer; that the target answers, with anything, is all that is asked
 *	of it. When after PING_TIMEOUT still no byte has come, and its TCP has
 *	not taken any of ours in that time, the connection fails, with PING and
 *	-ETIMEDOUT. So a target that has gone silent is noticed after
 *	PING_INTERVAL + PING_TIMEOUT; one whose TCP goes on taking data for a
 *	while, PING_TIMEOUT and up to a quarter of it after that has ended. One ping is unanswered at a time. An answer
 *	with other data than the ping's fails the connection with PING_DATA.
 *	The daemon hears of neither ping nor answer, but of a Reject. With PING_INTERVAL 0
 *	there are no pings. Status that nothing else acknowledges is
 *	acknowledged within 15 s in any case.
 *
 * @ISI_CMD_STATS_GET: dump counters. Optional ISI_A_SESSION { ID }.
 *	Reply: ISI_A_SESSION { ID, GENERATION }, ISI_A_STATS { one u64 per
 *	enum isi_stat }; sums over the session's connections, past ones too.
 *
 * @ISI_EVENT_SESSION_STATE: ISI_A_SESSION { ID, GENERATION, STATE }.
 * @ISI_EVENT_CONN_FAILED: ISI_A_SESSION { ID, GENERATION, STATE }, ISI_A_CONN
 *	{ CID, GENERATION, FAIL_REASON, FAIL_ERRNO }. Once per connection.
 * @ISI_EVENT_PDU_RECEIVED: a PDU that is the daemon's business: Async, Reject,
 *	NOP-In, Text and Logout Responses that answer PDU_SEND. A Reject of
 *	a SCSI command's PDU fails the connection. ISI_A_SESSION,
 *	ISI_A_CONN { CID, GENERATION }, ISI_A_PDU { BHS, DATA }.
 * @ISI_EVENT_SCANNED: ISI_A_SESSION { ID, GENERATION }, ISI_A_ERRNO (0 or
 *	negative).
 * @ISI_EVENT_UNBOUND: ISI_A_SESSION { ID, GENERATION }.
 * @ISI_EVENT_GONE: ISI_A_SESSION { ID, GENERATION }. The ID is free.
 * @ISI_EVENT_LUNS_CHANGED: a SCSI status says that logical units are not as
 *	they were. ISI_A_SESSION { ID, GENERATION, LUN (that said so), CHANGE }.
 *	Once, however often and of how many LUNs it is said, until the next
 *	SESSION_SCAN of all LUNs begins, which brings everything in line; until
 *	then, and after one that failed, a dump has ISI_SESSION_F_CHANGED. Nothing else is done. Since
 *	minor 1.
 */
enum isi_cmd {
	ISI_CMD_UNSPEC,
	ISI_CMD_INFO_GET,
	ISI_CMD_SESSION_ADD,
	ISI_CMD_SESSION_SET,
	ISI_CMD_SESSION_GET,
	ISI_CMD_SESSION_SCAN,
	ISI_CMD_SESSION_UNBIND,
	ISI_CMD_SESSION_DEL,
	ISI_CMD_CONN_ADD,
	ISI_CMD_CONN_STOP,
	ISI_CMD_CONN_DEL,
	ISI_CMD_PDU_SEND,
	ISI_CMD_STATS_GET,

	ISI_EVENT_SESSION_STATE,
	ISI_EVENT_CONN_FAILED,
	ISI_EVENT_PDU_RECEIVED,
	ISI_EVENT_SCANNED,
	ISI_EVENT_UNBOUND,
	ISI_EVENT_GONE,
	ISI_EVENT_LUNS_CHANGED,
	__ISI_CMD_MAX,
};
#define ISI_CMD_MAX (__ISI_CMD_MAX - 1)

/* Top level of every message. */
enum isi_attr {
	ISI_A_UNSPEC,
	ISI_A_INFO,			/* nest, enum isi_attr_info */
	ISI_A_SESSION,			/* nest, enum isi_attr_session */
	ISI_A_CONN,			/* nest, enum isi_attr_conn */
	ISI_A_PDU,			/* nest, enum isi_attr_pdu */
	ISI_A_STATS,			/* nest, type is enum isi_stat */
	ISI_A_EVENT_SEQ,		/* u32 */
	ISI_A_ERRNO,			/* s32, 0 or negative */
	__ISI_A_MAX,
};
#define ISI_A_MAX (__ISI_A_MAX - 1)

enum isi_attr_info {
	ISI_A_INFO_UNSPEC,
	ISI_A_INFO_MINOR,		/* u32, ISI_GENL_MINOR it was built with */
	ISI_A_INFO_MAX_CONNECTIONS,	/* u16, per session */
	ISI_A_INFO_MAX_RECV_DSL,	/* u32, largest MaxRecvDataSegmentLength */
	ISI_A_INFO_MAX_OUTSTANDING_R2T,	/* u16 */
	ISI_A_INFO_MAX_ERL,		/* u8 */
	ISI_A_INFO_DIGESTS,		/* u8, bits of enum isi_digest: 1 << n */
	ISI_A_INFO_MAX_QUEUE_DEPTH,	/* u16, commands per session */
	ISI_A_INFO_FEATURES,		/* u32, none defined yet */
	__ISI_A_INFO_MAX,
};
#define ISI_A_INFO_MAX (__ISI_A_INFO_MAX - 1)

/* Strings are NUL terminated; lengths are without the NUL. */
enum isi_attr_session {
	ISI_A_SESSION_UNSPEC,
	ISI_A_SESSION_ID,		/* u32 */
	ISI_A_SESSION_GENERATION,	/* u32 */
	ISI_A_SESSION_STATE,		/* u8, enum isi_session_state */
	ISI_A_SESSION_HOST,		/* u32, N of /sys/class/scsi_host/hostN */
	ISI_A_SESSION_NETNS,		/* u32, inode number of /proc/PID/ns/net */
	ISI_A_SESSION_OWNER,		/* binary, <= ISI_OWNER_MAX, opaque */
	ISI_A_SESSION_TARGET_NAME,	/* string, 1..223 */
	ISI_A_SESSION_TARGET_ALIAS,	/* string, <= 255 */
	ISI_A_SESSION_INITIATOR_NAME,	/* string, 1..223 */
	ISI_A_SESSION_INITIATOR_ALIAS,	/* string, <= 255 */
	ISI_A_SESSION_INTERFACE,	/* string, <= 65, name shown in sysfs */
	ISI_A_SESSION_ISID,		/* binary, 6, as on the wire */
	ISI_A_SESSION_TSIH,		/* u16, not 0 */
	ISI_A_SESSION_TPGT,		/* u16 */
	ISI_A_SESSION_PORTAL_ADDRESS,	/* string, <= 63, configured portal */
	ISI_A_SESSION_PORTAL_PORT,	/* u16, not 0 */
	ISI_A_SESSION_QUEUE_DEPTH,	/* u16, 1..ISI_A_INFO_MAX_QUEUE_DEPTH */
	ISI_A_SESSION_LUN_QUEUE_DEPTH,	/* u16, 1..QUEUE_DEPTH */
	ISI_A_SESSION_MAX_CONNECTIONS,	/* u16, configured, 1..INFO's */
	ISI_A_SESSION_RECOVERY_TMO,	/* s32, -1 (for ever)..1000000 seconds */
	ISI_A_SESSION_CMDSN,		/* u32, of the first command to send */
	ISI_A_SESSION_EXP_CMDSN,	/* u32, of the last Login Response */
	ISI_A_SESSION_MAX_CMDSN,	/* u32, of the last Login Response */
	/* negotiated, RFC 7143 §13 */
	ISI_A_SESSION_INITIAL_R2T,	/* u8, 0 or 1, as all booleans here */
	ISI_A_SESSION_IMMEDIATE_DATA,	/* u8 */
	ISI_A_SESSION_FIRST_BURST_LENGTH, /* u32, 512..2^24-1, <= MAX_BURST */
	ISI_A_SESSION_MAX_BURST_LENGTH,	/* u32, 512..2^24-1 */
	ISI_A_SESSION_MAX_OUTSTANDING_R2T, /* u16, 1..INFO's */
	ISI_A_SESSION_DATA_PDU_IN_ORDER, /* u8; 0: see ISI_DATA_PIECES */
	ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER, /* u8; likewise */
	ISI_A_SESSION_ERL,		/* u8, 0..INFO's */
	ISI_A_SESSION_DEFAULT_TIME2WAIT, /* u16, seconds */
	ISI_A_SESSION_DEFAULT_TIME2RETAIN, /* u16, seconds */
	ISI_A_SESSION_LUN,		/* u64, as in sysfs */
	ISI_A_SESSION_FLAGS,		/* u32, ISI_SESSION_F_*, output */
	/* minor 1 */
	ISI_A_SESSION_PING_INTERVAL,	/* u32, 0 (off)..86400000 ms */
	ISI_A_SESSION_PING_TIMEOUT,	/* u32, 1..86400000 ms */
	ISI_A_SESSION_CHANGE,		/* u8, enum isi_change, output */
	ISI_A_SESSION_KEEP,		/* u8, SESSION_SCAN: no disk goes */
	__ISI_A_SESSION_MAX,
};
#define ISI_A_SESSION_MAX (__ISI_A_SESSION_MAX - 1)

enum isi_attr_conn {
	ISI_A_CONN_UNSPEC,
	ISI_A_CONN_CID,			/* u16 */
	ISI_A_CONN_GENERATION,		/* u32 */
	ISI_A_CONN_STATE,		/* u8, enum isi_conn_state */
	ISI_A_CONN_FD,			/* u32, input only */
	ISI_A_CONN_TRANSPORT,		/* u8, enum isi_transport */
	ISI_A_CONN_EXP_STATSN,		/* u32, StatSN of the next status */
	ISI_A_CONN_MAX_RECV_DSL,	/* u32, 512..2^24-1: what we declared */
	ISI_A_CONN_MAX_XMIT_DSL,	/* u32, 512..2^24-1: what the target did */
	ISI_A_CONN_HEADER_DIGEST,	/* u8, enum isi_digest */
	ISI_A_CONN_DATA_DIGEST,		/* u8, enum isi_digest */
	ISI_A_CONN_FAIL_REASON,		/* u8, enum isi_fail */
	ISI_A_CONN_FAIL_ERRNO,		/* s32, 0 or negative */
	ISI_A_CONN_LOCAL_ADDRESS,	/* string, numeric, output */
	ISI_A_CONN_LOCAL_PORT,		/* u16, output */
	ISI_A_CONN_PEER_ADDRESS,	/* string, numeric, output */
	ISI_A_CONN_PEER_PORT,		/* u16, output */
	ISI_A_CONN_FLAGS,		/* u32, ISI_CONN_F_*, output */
	__ISI_A_CONN_MAX,
};
#define ISI_A_CONN_MAX (__ISI_A_CONN_MAX - 1)

enum isi_attr_pdu {
	ISI_A_PDU_UNSPEC,
	ISI_A_PDU_BHS,			/* binary, 48, as on the wire */
	ISI_A_PDU_DATA,			/* binary, <= ISI_CONTROL_DATA_MAX */
	ISI_A_PDU_ITT,			/* u32, big endian */
	__ISI_A_PDU_MAX,
};
#define ISI_A_PDU_MAX (__ISI_A_PDU_MAX - 1)

/**
 * enum isi_session_state - what a session does with I/O
 * @ISI_SESSION_NEW: has never had a connection; there are no disks
 * @ISI_SESSION_UP: a connection is live, I/O runs
 * @ISI_SESSION_BLOCKED: no live connection; I/O waits, the recovery timer runs
 * @ISI_SESSION_EXPIRED: the recovery timer ran out; I/O fails at once
 * @ISI_SESSION_REMOVING: SESSION_DEL is under way
 */
enum isi_session_state {
	ISI_SESSION_NEW,
	ISI_SESSION_UP,
	ISI_SESSION_BLOCKED,
	ISI_SESSION_EXPIRED,
	ISI_SESSION_REMOVING,
};

/* What a dump tells of long operations, should their event be lost. */
#define ISI_SESSION_F_SCANNING		(1 << 0)
#define ISI_SESSION_F_UNBINDING		(1 << 1)	/* asked for */
#define ISI_SESSION_F_UNBOUND		(1 << 2)	/* and done */
#define ISI_SESSION_F_CHANGED		(1 << 3)	/* LUNS_CHANGED was sent */
#define ISI_CONN_F_LOGGED_OUT		(1 << 0)	/* the target said so */

/**
 * enum isi_change - what a target says has changed, by sense key and ASC/ASCQ
 * @ISI_CHANGE_NONE: not used
 * @ISI_CHANGE_LUNS: UNIT ATTENTION, REPORTED LUNS DATA HAS CHANGED
 * @ISI_CHANGE_CAPACITY: UNIT ATTENTION, CAPACITY DATA HAS CHANGED
 * @ISI_CHANGE_INQUIRY: UNIT ATTENTION, INQUIRY DATA HAS CHANGED
 * @ISI_CHANGE_LUN_GONE: ILLEGAL REQUEST, LOGICAL UNIT NOT SUPPORTED, of a LUN
 *	that has been in use, while no scan runs
 */
enum isi_change {
	ISI_CHANGE_NONE,
	ISI_CHANGE_LUNS,
	ISI_CHANGE_CAPACITY,
	ISI_CHANGE_INQUIRY,
	ISI_CHANGE_LUN_GONE,
};

/**
 * enum isi_conn_state - a connection's life, one way
 * @ISI_CONN_LIVE: full feature phase
 * @ISI_CONN_FAILED: for the reason it carries; its tasks wait
 * @ISI_CONN_DEAD: stopped, the socket is released
 */
enum isi_conn_state {
	ISI_CONN_LIVE,
	ISI_CONN_FAILED,
	ISI_CONN_DEAD,
};

/**
 * enum isi_transport - how the module talks to the socket
 * @ISI_TRANSPORT_TCP: at TCP itself: receive in softirq, send from the submitter
 * @ISI_TRANSPORT_GENERIC: sendmsg and recvmsg from a thread
 */
enum isi_transport {
	ISI_TRANSPORT_TCP,
	ISI_TRANSPORT_GENERIC,
};

enum isi_digest {
	ISI_DIGEST_NONE,
	ISI_DIGEST_CRC32C,
};

/* Why a connection failed. Only ever appended to. */
enum isi_fail {
	ISI_FAIL_NONE,
	/* the connection */
	ISI_FAIL_PEER_CLOSED,		/* FIN */
	ISI_FAIL_SOCKET,		/* FAIL_ERRNO tells */
	ISI_FAIL_SEND,			/* FAIL_ERRNO tells */
	ISI_FAIL_RECEIVE,		/* FAIL_ERRNO tells */
	/* our side */
	ISI_FAIL_STOPPED,		/* CONN_STOP without a reason, CONN_DEL */
	ISI_FAIL_LOGIN_LOST,		/* the daemon's reason: T7 and the like */
	ISI_FAIL_LOGOUT,		/* the daemon's reason: logged out */
	ISI_FAIL_HOST_RESET,		/* the SCSI error handler asked for it */
	ISI_FAIL_NOMEM,
	/* the target broke the protocol */
	ISI_FAIL_OPCODE,		/* not a target's, or not in this phase */
	ISI_FAIL_DATA_LENGTH,		/* more than MaxRecvDataSegmentLength */
	ISI_FAIL_CONTROL_LENGTH,	/* more than ISI_CONTROL_DATA_MAX */
	ISI_FAIL_ITT,			/* names no task */
	ISI_FAIL_TTT,
	ISI_FAIL_FLAGS,			/* F, S, O, U where they may not be */
	ISI_FAIL_STATSN,		/* gap */
	ISI_FAIL_DATASN,
	ISI_FAIL_R2TSN,
	ISI_FAIL_EXP_DATASN,		/* response counts PDUs we did not get */
	ISI_FAIL_DATA_DIRECTION,	/* Data-In for a write, R2T for a read */
	ISI_FAIL_DATA_OFFSET,		/* outside the buffer, out of order, twice */
	ISI_FAIL_R2T_LENGTH,		/* 0, or more than MaxBurstLength */
	ISI_FAIL_R2T_COUNT,		/* more than MaxOutstandingR2T */
	ISI_FAIL_SENSE_LENGTH,
	ISI_FAIL_NOP_FLOOD,		/* pings faster than answers can be sent */
	ISI_FAIL_REJECT,		/* the target rejected what we sent */
	/* the session's */
	ISI_FAIL_SESSION,		/* another connection failed, at ERL 0 */
	/* what was received is not what was sent */
	ISI_FAIL_HEADER_DIGEST,
	ISI_FAIL_DATA_DIGEST,
	/* minor 1 */
	ISI_FAIL_DATA_FRAGMENTS,	/* out of order, in too many pieces */
	ISI_FAIL_PING,			/* no sign of life since */
	ISI_FAIL_PING_DATA,		/* the answer has not the ping's data */
};

/* Counters, u64 each. Only ever appended to. */
enum isi_stat {
	ISI_STAT_UNSPEC,
	ISI_STAT_TX_PDUS,
	ISI_STAT_TX_DATA_BYTES,
	ISI_STAT_TX_COMMANDS,
	ISI_STAT_TX_DATA_OUT_UNSOLICITED,
	ISI_STAT_TX_DATA_OUT_SOLICITED,
	ISI_STAT_TX_IMMEDIATE_BYTES,	/* data inside command PDUs */
	ISI_STAT_TX_DIRECT,		/* PDUs sent by their submitter */
	ISI_STAT_TX_THREAD,		/* PDUs sent by a worker thread */
	ISI_STAT_TX_FULL,		/* times the socket had no room */
	ISI_STAT_RX_PDUS,
	ISI_STAT_RX_DATA_BYTES,
	ISI_STAT_RX_RESPONSES,
	ISI_STAT_RX_DATA_IN,
	ISI_STAT_RX_DATA_IN_STATUS,	/* Data-In that carried the status */
	ISI_STAT_RX_R2T,
	ISI_STAT_RX_NOP_IN,
	ISI_STAT_RX_ASYNC,
	ISI_STAT_RX_REJECT,
	ISI_STAT_RX_LATE,		/* dropped, for a task that has ended */
	ISI_STAT_R2T_OUTSTANDING_MAX,	/* most at a time for one command */
	ISI_STAT_WINDOW_CLOSED,		/* commands held back for it */
	ISI_STAT_CONN_FAILURES,
	ISI_STAT_RECOVERIES,
	ISI_STAT_RX_OUT_OF_ORDER,	/* Data-In and R2Ts that left a gap */
	ISI_STAT_TX_PINGS,		/* of ours */
	ISI_STAT_RX_PONGS,		/* answers to them */
	__ISI_STAT_MAX,
};
#define ISI_STAT_MAX (__ISI_STAT_MAX - 1)

#endif /* _UAPI_LINUX_ISCSI_INITIATOR_H */
