// SPDX-License-Identifier: GPL-2.0-or-later
/* A disk of 1 GiB without memory: as much SCSI as a scan and reads and writes take. */
#include "null_disk.h"

#include <string.h>

#include "null_pdu.h"

#define BLOCKS (1u << 21)	/* of 512 bytes */

static const uint8_t inquiry[36] = {
	0, 0, 6, 0x02, 31, 0, 0, 0x02,	/* a disk of SPC-4, with command queueing */
	'B', 'E', 'N', 'C', 'H', ' ', ' ', ' ',
	'N', 'U', 'L', 'L', ' ', 'D', 'I', 'S', 'K', ' ', ' ', ' ', ' ', ' ', ' ', ' ',
	'1', ' ', ' ', ' ',
};

static const uint8_t page_list[] = { 0, 0x00, 0, 4, 0x00, 0x80, 0x83, 0xb1 };
static const uint8_t page_serial[] = { 0, 0x80, 0, 4, 'n', 'u', 'l', 'l' };
static const uint8_t page_names[] = { 0, 0x83, 0, 12, 2, 1, 0, 8,
				      'n', 'u', 'l', 'l', 'd', 'i', 's', 'k' };
/* Not rotating: of a disk that is, each completion stirs the kernel's randomness. */
static const uint8_t page_medium[64] = { 0, 0xb1, 0, 60, 0, 1 };
static const uint8_t mode_6[] = { 3, 0, 0, 0 };
static const uint8_t mode_10[] = { 0, 6, 0, 0, 0, 0, 0, 0 };
static const uint8_t luns[16] = { 0, 0, 0, 8 };
/* A length, then ILLEGAL REQUEST: INVALID COMMAND OPERATION CODE. */
static const uint8_t refusal[20] = { 0, 18, 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20 };

static void give(struct disk_answer *answer, const uint8_t *bytes, uint32_t size)
{
	answer->kind = DISK_DATA;
	answer->bytes = bytes;
	answer->size = size;
}

static void refuse(struct disk_answer *answer)
{
	give(answer, refusal, sizeof(refusal));
	answer->kind = DISK_SENSE;
}

static void inquire(struct disk_answer *answer, const uint8_t *cdb)
{
	if (!(cdb[1] & 1))
		give(answer, inquiry, sizeof(inquiry));
	else if (cdb[2] == 0x00)
		give(answer, page_list, sizeof(page_list));
	else if (cdb[2] == 0x80)
		give(answer, page_serial, sizeof(page_serial));
	else if (cdb[2] == 0x83)
		give(answer, page_names, sizeof(page_names));
	else if (cdb[2] == 0xb1)
		give(answer, page_medium, sizeof(page_medium));
	else
		refuse(answer);
}

static void capacity_10(struct disk_answer *answer)
{
	static uint8_t bytes[8];

	put32(bytes, BLOCKS - 1);
	put32(bytes + 4, 512);
	give(answer, bytes, sizeof(bytes));
}

static void capacity_16(struct disk_answer *answer)
{
	static uint8_t bytes[32];

	put32(bytes + 4, BLOCKS - 1);
	put32(bytes + 8, 512);
	give(answer, bytes, sizeof(bytes));
}

void disk_do(struct disk_answer *answer, const uint8_t *cdb)
{
	memset(answer, 0, sizeof(*answer));
	switch (cdb[0]) {
	case 0x08: case 0x28: case 0x88:	/* READ(6), (10), (16) */
		answer->kind = DISK_READ;
		break;
	case 0x0a: case 0x2a: case 0x8a:	/* WRITE */
		answer->kind = DISK_WRITE;
		break;
	case 0x00: case 0x1b: case 0x35: case 0x91:
		answer->kind = DISK_GOOD; /* TEST UNIT READY, START STOP, SYNCHRONIZE CACHE */
		break;
	case 0x12:
		inquire(answer, cdb);
		break;
	case 0x1a:
		give(answer, mode_6, sizeof(mode_6));
		break;
	case 0x5a:
		give(answer, mode_10, sizeof(mode_10));
		break;
	case 0x25:
		capacity_10(answer);
		break;
	case 0x9e:
		capacity_16(answer);
		break;
	case 0xa0:
		give(answer, luns, sizeof(luns));
		break;
	default:
		refuse(answer);
	}
}
