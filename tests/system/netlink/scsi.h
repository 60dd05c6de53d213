/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCSI behind a connection: a target with one processor device, which takes any
 * vendor's command, and bsg to send it one.
 */
#ifndef SCSI_H
#define SCSI_H

#include <pthread.h>

#include "scene.h"

#define ILLEGAL_REQUEST	5
#define VENDOR_CDB	0xd0

/* Session keys of a connection that a test chooses. */
struct keys {
	uint8_t transport;
	uint8_t initial_r2t;
	uint8_t immediate_data;
	uint16_t max_outstanding_r2t;
	uint32_t first_burst_length;
	uint32_t max_burst_length;
	uint32_t max_xmit_dsl;
	uint32_t max_recv_dsl;	/* 0: scene.c's */
	uint32_t window;	/* commands; may change later */
	bool header_digest;
	bool data_digest;
	bool out_of_order;	/* PDUs and sequences */
};

/* A session with a disk: one that nobody but bsg wants. */
struct device {
	struct session session;
	struct conn conn;
	struct keys keys;
	uint32_t exp_cmdsn;
	int bsg;
};

/* Has the module look for all LUNs, and answers until it has. */
void serve_scan(struct device *d);
/* The session's first connection, or the one that reinstates it. */
void device_connect(struct device *d);
void device_make(struct device *d, const struct keys *keys);
/* Ends the session; a command that is left ends with it. */
void device_end(struct device *d);

/* The next PDU of the module, which must be a SCSI Command. */
bool expect_command(struct device *d, struct pdu *pdu);
/* Fills in what the target numbers; @status: the PDU carries a status. */
void number_pdu(struct device *d, struct iscsi_bhs *bhs, bool status);
void send_response(struct device *d, uint32_t itt, uint8_t status,
		   uint8_t flags, uint32_t residual);
/* CHECK CONDITION with @sense, of fixed format. */
void send_sense(struct device *d, uint32_t itt, const uint8_t sense[18]);
void send_data_in(struct device *d, uint32_t itt, uint32_t datasn,
		  uint32_t offset, const void *data, uint32_t length,
		  uint8_t flags);
void send_r2t(struct device *d, uint32_t itt, uint32_t ttt, uint32_t r2tsn,
	      uint32_t offset, uint32_t length);

/* A command through bsg, in a thread of its own. */
struct io {
	struct device *device;
	bool write;
	uint8_t cdb_len;
	uint32_t length;
	uint8_t *buffer;
	pthread_t thread;
	/* once it has ended */
	int error;
	uint32_t status;
	uint32_t host_status;
	int32_t resid;
};

void io_start(struct io *io, struct device *d, bool write, uint32_t length);
void io_wait(struct io *io);
void io_free(struct io *io);

#endif
