/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that read and write through bsg as long as they may, each one command
 * at a time. The CDB says which it is; what the target has promised of it is
 * compared with what the thread is told, and every byte of the buffers with
 * what may be there.
 */
#ifndef IO_H
#define IO_H

#include "scsi.h"

#define IO_THREADS	12
#define IO_MAX_LENGTH	40000

enum io_kind { IO_READ, IO_WRITE, IO_NO_DATA };

/* Which command: in the bytes of its CDB. */
struct io_name {
	uint8_t thread;
	uint8_t kind;
	bool hurried;		/* its timer is short */
	uint32_t seq;
};

void io_name_put(const struct io_name *name, uint8_t *cdb);
struct io_name io_name_get(const uint8_t *cdb);

/* What goes to, and comes from, byte @offset of its buffer. */
uint8_t io_byte(const struct io_name *name, uint32_t offset);

/* What the target has told of a command. */
struct promise {
	uint32_t seq;
	bool answered;		/* the rest is set */
	bool loose;		/* nobody can tell what the module makes of it */
	uint8_t response;
	uint8_t status;
	uint32_t resid_min;
	uint32_t resid_max;
	uint32_t in_bytes;
};

/* To be said before the PDU goes out; of a command that has ended, nothing. */
void io_promise(const struct io_name *name, const struct promise *promise);

void ios_start(const struct device *d, unsigned int seed);
/* No thread begins another command. */
void ios_stop(void);
int ios_running(void);
/* Once none is: counts, and checks of them. */
void ios_end(int failures);

#endif
