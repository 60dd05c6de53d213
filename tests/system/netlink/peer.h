/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other end of a connection: TCP pairs on the loopback, and as much of a
 * target as it takes to send one PDU and to look at one.
 */
#ifndef PEER_H
#define PEER_H

#include <linux/iscsi_wire.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* @family: AF_INET or AF_INET6. */
void tcp_pair(int family, int *ours, int *theirs);

/* A PDU as it was received. */
struct pdu {
	struct iscsi_bhs bhs;
	uint8_t ahs[ISCSI_AHS_MAX_LEN];
	uint8_t data[262144 + ISCSI_PAD_TO];
	uint32_t length;	/* of the data, without its pad */
};

/* What has been agreed to; and what of the next PDU sent is to be wrong. */
struct peer_digests {
	bool header;
	bool data;
	bool wrong_header;
	bool wrong_data;
};

extern struct peer_digests peer_digests;

/* Of two pieces that follow each other, as it stands on the wire. */
uint32_t digest_of(const void *first, size_t length, const void *second,
		   size_t more);

void put_length(struct iscsi_bhs *bhs, uint32_t length);
uint32_t get_length(const struct iscsi_bhs *bhs);

/*
 * Sends a PDU with its length, pad and digests. What the module makes of it is its own
 * affair: it may have closed the connection in the middle.
 */
void peer_send(int fd, struct iscsi_bhs *bhs, const void *data,
	       uint32_t length);

enum peer_got { GOT_PDU, GOT_END, GOT_RESET, GOT_NOTHING };

/* On a slow machine any PDU may have a NOP-Out before it that says nothing else. */
extern bool peer_wants_acks;
bool only_acknowledges(const struct iscsi_bhs *bhs);

/*
 * Waits up to @ms milliseconds for a whole PDU, or the end; checks digests.
 * What only acknowledges is passed over unless it is wanted.
 */
enum peer_got peer_receive(int fd, struct pdu *pdu, int ms);

/* Sends a reset instead of a FIN. */
void close_with_reset(int fd);

#endif
