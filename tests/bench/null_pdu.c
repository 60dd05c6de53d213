// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue of PDUs to send, as one vector for sendmsg(), and their digests. */
#include "null_pdu.h"

#include <err.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define QUEUE 256	/* PDUs; a vector has up to 1024 elements */
#define PIECES 3	/* of a PDU: header with its digest, data, padding with digest */
#define ZEROS (16u << 20)

static struct {
	uint8_t bhs[PDU_BHS + 4];
	uint8_t tail[3 + 4];
} queue[QUEUE];

static struct iovec vector[QUEUE * PIECES];
static unsigned int queued, pieces;
static int socket_fd;
static bool header_digest, data_digest;
static uint8_t zeros[ZEROS];	/* not const: as such they would be in the file */
static uint32_t sums[256];

/* CRC32C, bit-reflected: the remainders of all bytes. */
static void fill_sums(void)
{
	uint32_t byte, bit, sum;

	for (byte = 0; byte < 256; byte++) {
		sum = byte;
		for (bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78 : 0);
		sums[byte] = sum;
	}
}

static uint32_t crc32c(uint32_t sum, const uint8_t *bytes, size_t size)
{
	while (size--)
		sum = sum >> 8 ^ sums[(sum ^ *bytes++) & 0xff];
	return sum;
}

static void put_digest(uint8_t *p, uint32_t sum)
{
	sum = ~sum;
	p[0] = sum;
	p[1] = sum >> 8;
	p[2] = sum >> 16;
	p[3] = sum >> 24;
}

/* Most data is zeros, and of the same length as that before. */
static uint32_t sum_of_zeros(uint32_t size)
{
	static uint32_t last_size, last_sum = UINT32_MAX;

	if (size != last_size) {
		last_size = size;
		last_sum = crc32c(UINT32_MAX, zeros, size);
	}
	return last_sum;
}

void pdu_open(int fd)
{
	socket_fd = fd;
	header_digest = false;
	data_digest = false;
	fill_sums();
}

void pdu_use_digests(bool header, bool data)
{
	header_digest = header;
	data_digest = data;
}

static uint32_t padding(uint32_t size)
{
	return -size & 3;
}

size_t pdu_length(const uint8_t *bhs, size_t *before_data)
{
	uint32_t size = pdu_data_length(bhs);

	*before_data = PDU_BHS + bhs[4] * 4 + (header_digest ? 4 : 0);
	if (!size)
		return *before_data;
	return *before_data + size + padding(size) + (data_digest ? 4 : 0);
}

uint8_t *pdu_new(void)
{
	return memset(queue[queued].bhs, 0, PDU_BHS);
}

static void add_piece(const void *base, size_t size)
{
	if (size)
		vector[pieces++] = (struct iovec){ .iov_base = (void *)base, .iov_len = size };
}

static void add_data(uint8_t *tail, const uint8_t *data, uint32_t size)
{
	uint32_t pad = padding(size), sum;

	memset(tail, 0, pad);
	add_piece(data ? data : zeros, size);
	if (data_digest) {
		sum = data ? crc32c(UINT32_MAX, data, size) : sum_of_zeros(size);
		put_digest(tail + pad, crc32c(sum, tail, pad));
	}
	add_piece(tail, pad + (data_digest ? 4 : 0));
}

/* The rest of the vector after @sent bytes of it. */
static struct iovec *skip(struct iovec *at, size_t sent)
{
	while (sent && sent >= at->iov_len)
		sent -= at++->iov_len;
	if (sent) {
		at->iov_base = (char *)at->iov_base + sent;
		at->iov_len -= sent;
	}
	return at;
}

void pdu_flush(void)
{
	struct iovec *at = vector, *end = vector + pieces;

	while (at < end) {
		struct msghdr message = { .msg_iov = at, .msg_iovlen = end - at };
		ssize_t n = sendmsg(socket_fd, &message, MSG_NOSIGNAL);

		if (n < 0)
			break;		/* read() will tell */
		at = skip(at, n);
	}
	queued = 0;
	pieces = 0;
}

void pdu_send(uint8_t *bhs, const uint8_t *data, uint32_t size)
{
	if (size > ZEROS)
		errx(1, "a PDU with %u bytes", size);
	put32(bhs + 4, size);
	if (header_digest)
		put_digest(bhs + PDU_BHS, crc32c(UINT32_MAX, bhs, PDU_BHS));
	add_piece(bhs, PDU_BHS + (header_digest ? 4 : 0));
	if (size)
		add_data(queue[queued].tail, data, size);
	if (++queued == QUEUE)
		pdu_flush();
}
