// SPDX-License-Identifier: GPL-2.0-or-later
#include "peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"

void tcp_pair(int family, int *ours, int *theirs)
{
	struct sockaddr_in6 address = { .sin6_family = family };
	socklen_t length = family == AF_INET ? sizeof(struct sockaddr_in)
					     : sizeof(address);
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (family == AF_INET)
		((struct sockaddr_in *)&address)->sin_addr.s_addr =
			htonl(INADDR_LOOPBACK);
	else
		address.sin6_addr = in6addr_loopback;
	need(listener >= 0, "socket");
	need(!bind(listener, (void *)&address, length), "bind");
	need(!listen(listener, 1), "listen");
	need(!getsockname(listener, (void *)&address, &length), "getsockname");
	*ours = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(*ours >= 0, "socket");
	need(!connect(*ours, (void *)&address, length), "connect");
	*theirs = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	need(*theirs >= 0, "accept");
	setsockopt(*theirs, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(listener);
}

void put_length(struct iscsi_bhs *bhs, uint32_t length)
{
	bhs->dlength[0] = length >> 16;
	bhs->dlength[1] = length >> 8;
	bhs->dlength[2] = length;
}

uint32_t get_length(const struct iscsi_bhs *bhs)
{
	return bhs->dlength[0] << 16 | bhs->dlength[1] << 8 | bhs->dlength[2];
}

static uint32_t padded(uint32_t length)
{
	return (length + ISCSI_PAD_TO - 1) & ~(ISCSI_PAD_TO - 1);
}

struct peer_digests peer_digests;

/* What a byte does to the sum. */
static uint32_t digest_step(uint8_t byte)
{
	static uint32_t steps[256];
	uint32_t sum = byte;

	if (byte && !steps[byte]) {
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78 : 0);
		steps[byte] = sum;
	}
	return steps[byte];
}

/* RFC 7143 §13.1: CRC32C, least significant byte first. C-121 */
uint32_t digest_of(const void *first, size_t length, const void *second,
		   size_t more)
{
	uint32_t sum = 0xffffffff;
	uint8_t byte;

	for (size_t i = 0; i < length + more; i++) {
		byte = i < length ? ((const uint8_t *)first)[i]
				  : ((const uint8_t *)second)[i - length];
		sum = sum >> 8 ^ digest_step(sum ^ byte);
	}
	return htole32(~sum);
}

static char *put_digest(char *to, const void *of, size_t length, bool *wrong)
{
	uint32_t digest = digest_of(of, length, NULL, 0) ^ *wrong;

	*wrong = false;
	return mempcpy(to, &digest, sizeof(digest));
}

static void send_all(int fd, const char *data, size_t length)
{
	ssize_t n;

	for (; length; data += n, length -= n) {
		n = send(fd, data, length, MSG_NOSIGNAL);
		if (n <= 0)
			return;
	}
}

/* In one piece, so that it comes in one segment. */
void peer_send(int fd, struct iscsi_bhs *bhs, const void *data,
	       uint32_t length)
{
	char *bytes = calloc(1, sizeof(*bhs) + padded(length) + 8), *end, *segment;

	need(bytes, "calloc");
	put_length(bhs, length);
	end = mempcpy(bytes, bhs, sizeof(*bhs));
	if (peer_digests.header)
		end = put_digest(end, bytes, sizeof(*bhs),
				 &peer_digests.wrong_header);
	if (length) {
		segment = end;
		memcpy(segment, data, length);
		end += padded(length);
		if (peer_digests.data)
			end = put_digest(end, segment, padded(length),
					 &peer_digests.wrong_data);
	}
	send_all(fd, bytes, end - bytes);
	free(bytes);
}

static enum peer_got receive_all(int fd, void *to, size_t length)
{
	ssize_t n;

	if (!length)
		return GOT_PDU;
	n = recv(fd, to, length, MSG_WAITALL);
	if (n == (ssize_t)length)
		return GOT_PDU;
	if (n >= 0)
		return GOT_END;
	return errno == EAGAIN ? GOT_NOTHING : GOT_RESET;
}

static enum peer_got receive_digest(int fd, uint32_t right, const char *of)
{
	enum peer_got got;
	uint32_t digest;

	got = receive_all(fd, &digest, sizeof(digest));
	if (got == GOT_PDU)
		check(digest == right, "%s digest %#x, not %#x", of, digest,
		      right);
	return got;
}

bool peer_wants_acks;

/* RFC 7143 §11.18: with neither tag it only tells an ExpStatSN. */
bool only_acknowledges(const struct iscsi_bhs *bhs)
{
	return (bhs->opcode & ISCSI_BHS_OPCODE) == ISCSI_OPCODE_NOP_OUT &&
	       bhs->itt == htobe32(ISCSI_TAG_NONE) &&
	       bhs->ttt == htobe32(ISCSI_TAG_NONE);
}

static enum peer_got receive_pdu(int fd, struct pdu *pdu)
{
	enum peer_got got;

	got = receive_all(fd, &pdu->bhs, sizeof(pdu->bhs));
	if (got != GOT_PDU)
		return got;
	pdu->length = get_length(&pdu->bhs);
	need(padded(pdu->length) <= sizeof(pdu->data), "a PDU too long");
	got = receive_all(fd, pdu->ahs, pdu->bhs.ahs_words * 4);
	if (got == GOT_PDU && peer_digests.header)
		got = receive_digest(fd, digest_of(&pdu->bhs, sizeof(pdu->bhs),
						   pdu->ahs,
						   pdu->bhs.ahs_words * 4),
				     "header");
	if (got == GOT_PDU)
		got = receive_all(fd, pdu->data, padded(pdu->length));
	if (got == GOT_PDU && peer_digests.data && pdu->length)
		got = receive_digest(fd, digest_of(pdu->data,
						   padded(pdu->length), NULL, 0),
				     "data");
	return got;
}

enum peer_got peer_receive(int fd, struct pdu *pdu, int ms)
{
	struct timeval limit = { .tv_sec = ms / 1000,
				 .tv_usec = ms % 1000 * 1000 };
	enum peer_got got;

	need(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)),
	     "SO_RCVTIMEO");
	do {
		got = receive_pdu(fd, pdu);
	} while (got == GOT_PDU && !peer_wants_acks &&
		 only_acknowledges(&pdu->bhs));
	return got;
}

void close_with_reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}
