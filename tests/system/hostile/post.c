// SPDX-License-Identifier: GPL-2.0-or-later
#include "post.h"

#include <stdlib.h>
#include <string.h>

#define HELD_MOST	(512 * 1024)
#define PDU_MOST	(ISCSI_BHS_LEN + ISCSI_AHS_MAX_LEN + FORGED_DATA + 16)
#define BYTEWISE_MOST	4096	/* longer ones go in pieces */

void post_init(struct post *post)
{
	*post = (struct post) { .bytes = malloc(HELD_MOST) };
	need(post->bytes, "malloc");
}

void post_free(struct post *post)
{
	free(post->bytes);
}

void post_to(struct post *post, int fd, const struct keys *keys)
{
	post->fd = fd;
	post->keys = keys;
	post->length = 0;
}

static uint8_t *put_digest(uint8_t *to, const void *of, size_t length,
			   bool wrong)
{
	uint32_t digest = digest_of(of, length, NULL, 0) ^ (wrong ? 0x100 : 0);

	return mempcpy(to, &digest, sizeof(digest));
}

/* With what of the data there is; a pad of anything. */
static uint8_t *put_pdu(uint8_t *to, const struct post *post,
			const struct forged *p)
{
	uint32_t length = get_length(&p->bhs);
	uint32_t padded = (length + ISCSI_PAD_TO - 1) & ~(ISCSI_PAD_TO - 1);
	uint8_t *begin = to;

	to = mempcpy(to, &p->bhs, sizeof(p->bhs));
	to = mempcpy(to, p->ahs, p->bhs.ahs_words * 4);
	if (post->keys->header_digest)
		to = put_digest(to, begin, to - begin, p->wrong_header);
	if (padded > FORGED_DATA || !length)
		return to;
	begin = to;
	to = mempcpy(to, p->data, padded);
	if (post->keys->data_digest)
		to = put_digest(to, begin, padded, p->wrong_data);
	return to;
}

/* The module may have closed it: that is for others to notice. */
static void send_piece(int fd, const uint8_t *bytes, size_t length)
{
	ssize_t n;

	for (; length; bytes += n, length -= n) {
		n = send(fd, bytes, length, MSG_NOSIGNAL);
		if (n <= 0)
			return;
	}
}

static void send_in_pieces(struct post *post, size_t most, struct dice *d)
{
	size_t sent = 0, n;

	for (; sent < post->length; sent += n) {
		n = most > 1 ? 1 + roll(d, most) : 1;
		if (n > post->length - sent)
			n = post->length - sent;
		send_piece(post->fd, post->bytes + sent, n);
	}
}

void post_flush(struct post *post, struct dice *d)
{
	uint32_t how = roll(d, 16);

	if (how == 0 && post->length <= BYTEWISE_MOST) {
		send_in_pieces(post, 1, d);
		post->in_bytes++;
	} else if (how < 3) {
		send_in_pieces(post, 1 + post->length / 4, d);
	} else {
		send_piece(post->fd, post->bytes, post->length);
	}
	post->length = 0;
}

void post_pdu(struct post *post, const struct forged *p, bool more,
	      struct dice *d)
{
	post->together += more;
	post->pdus++;
	post->of_opcode[p->bhs.opcode & ISCSI_BHS_OPCODE]++;
	post->length = put_pdu(post->bytes + post->length, post, p) -
		       post->bytes;
	if (!more || post->length + PDU_MOST > HELD_MOST)
		post_flush(post, d);
}
