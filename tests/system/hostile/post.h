/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs on their way to the module: as one segment each, byte by byte, in pieces
 * of any size, or several at once.
 */
#ifndef POST_H
#define POST_H

#include "forge.h"

struct post {
	int fd;
	const struct keys *keys;
	uint8_t *bytes;		/* held back */
	size_t length;
	uint64_t pdus;		/* sent, and held back */
	uint64_t of_opcode[ISCSI_BHS_OPCODE + 1];
	uint64_t in_bytes;	/* PDUs that went byte by byte */
	uint64_t together;	/* or with others */
};

void post_init(struct post *post);
/* To a new connection; what was held back is forgotten. */
void post_to(struct post *post, int fd, const struct keys *keys);
void post_free(struct post *post);

/* Sends it now or, if @more may follow, later with others. */
void post_pdu(struct post *post, const struct forged *p, bool more,
	      struct dice *d);
/* All that was held back. */
void post_flush(struct post *post, struct dice *d);

#endif
