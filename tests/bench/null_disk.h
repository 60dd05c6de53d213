/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The null target's disk: what it has to say to a CDB. */
#ifndef BENCH_NULL_DISK_H
#define BENCH_NULL_DISK_H

#include <stdint.h>

struct disk_answer {
	enum {
		DISK_READ,	/* as many bytes of data as are asked for */
		DISK_WRITE,	/* data is taken */
		DISK_DATA,	/* bytes, size */
		DISK_GOOD,
		DISK_SENSE,	/* bytes, size: as they stand in a SCSI Response */
	} kind;
	const uint8_t *bytes;
	uint32_t size;
};

void disk_do(struct disk_answer *answer, const uint8_t *cdb);

#endif
