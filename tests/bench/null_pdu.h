/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDUs of the null target: where their fields are, and a queue of those to send. */
#ifndef BENCH_NULL_PDU_H
#define BENCH_NULL_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode {
	NOP_OUT = 0x00, SCSI_COMMAND = 0x01, TMF_REQUEST = 0x02, LOGIN_REQUEST = 0x03,
	DATA_OUT = 0x05, LOGOUT_REQUEST = 0x06,
	NOP_IN = 0x20, SCSI_RESPONSE = 0x21, TMF_RESPONSE = 0x22, LOGIN_RESPONSE = 0x23,
	DATA_IN = 0x25, LOGOUT_RESPONSE = 0x26, R2T = 0x31,
};

#define PDU_IMMEDIATE 0x40	/* of byte 0 */
#define PDU_FINAL 0x80		/* of byte 1 */

/* Offsets in a BHS; some share their place, in PDUs of different kinds. */
enum {
	PDU_LUN = 8,
	PDU_ITT = 16,
	PDU_EDTL = 20, PDU_TTT = 20,
	PDU_CMDSN = 24, PDU_STATSN = 24,
	PDU_EXP_CMDSN = 28,
	PDU_MAX_CMDSN = 32, PDU_CDB = 32,
	PDU_DATASN = 36,
	PDU_OFFSET = 40,
	PDU_RESIDUAL = 44, PDU_R2T_LENGTH = 44,
	PDU_BHS = 48,
};

static inline void put32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static inline uint32_t pdu_data_length(const uint8_t *bhs)
{
	return get32(bhs + 4) & 0xffffff;
}

/* A new connection, without digests. */
void pdu_open(int fd);

/* From now on, in both directions. */
void pdu_use_digests(bool header, bool data);

/* How many bytes a received PDU takes, and how many of them come before its data. */
size_t pdu_length(const uint8_t *bhs, size_t *before_data);

/* A BHS of zeros to fill in, for one pdu_send(). */
uint8_t *pdu_new(void);

/*
 * Queues a PDU with @size bytes of data, which have to stay until pdu_flush(), or
 * zeros if @data is NULL.
 */
void pdu_send(uint8_t *bhs, const uint8_t *data, uint32_t size);
void pdu_flush(void);

#endif
