// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting the byte stream into PDUs (RFC 7143 §11.1): BHS, AHS, header digest,
 * data segment, pad, data digest. The parser takes what lies in the socket
 * (isi_rx_take), or says where the next bytes go (isi_rx_room) and is told how
 * many came (isi_rx_advance), so that payload is copied once, from the socket into
 * the command's pages, whichever way the socket is read. Any split of the stream
 * gives the same PDUs. C-005
 */
#include <linux/bvec.h>

#include "isi.h"

static enum isi_fail expect(struct isi_rx *rx, enum isi_rx_part part, u32 left)
{
	rx->part = part;
	rx->left = left;
	return ISI_FAIL_NONE;
}

void isi_rx_init(struct isi_rx *rx)
{
	rx->task = NULL;
	rx->drop = false;
	rx->sum = ISI_DIGEST_SEED;
	expect(rx, ISI_RX_BHS, ISCSI_BHS_LEN);
}

/* @task ends: what still comes of the PDU of it under way is read and dropped. */
void isi_rx_forget(struct isi_conn *conn, const struct isi_task *task)
{
	if (conn->rx.task != task)
		return;
	conn->rx.task = NULL;
	conn->rx.drop = true;
}

/* Where the next bytes belong that are not a command's; NULL: nobody wants them. */
static void *control_room(struct isi_conn *conn)
{
	struct isi_rx *rx = &conn->rx;

	switch (rx->part) {
	case ISI_RX_BHS:
		return (u8 *)(&rx->bhs + 1) - rx->left;
	case ISI_RX_HEADER_DIGEST:
	case ISI_RX_DATA_DIGEST:
		return (u8 *)(&rx->digest + 1) - rx->left;
	case ISI_RX_DATA:
		if (rx->drop)
			break;
		return rx->data + isi_get_dlength(&rx->bhs) - rx->left;
	case ISI_RX_AHS:
	case ISI_RX_PAD:
		break;
	}
	return NULL;
}

static bool is_command_data(const struct isi_rx *rx)
{
	return rx->part == ISI_RX_DATA && rx->task;
}

/**
 * isi_rx_room() - where the next bytes of the stream belong
 * @conn: its lock is held
 * @room: set to room for at least one of them, within a page
 */
void isi_rx_room(struct isi_conn *conn, struct bio_vec *room)
{
	struct isi_rx *rx = &conn->rx;
	u32 length = rx->left;
	void *base;

	if (is_command_data(rx)) {
		isi_cursor_bvec(&rx->task->cursor, length, room);
		room->bv_len = min_t(u32, room->bv_len,
				     PAGE_SIZE - room->bv_offset);
		return;
	}
	base = control_room(conn);
	/* What is skipped before control data may go where that will. */
	if (!base && rx->part == ISI_RX_PAD) {
		base = rx->pad;
	} else if (!base) {
		base = rx->data;
		length = min_t(u32, length, ISI_CONTROL_DATA_MAX);
	}
	room->bv_page = virt_to_page(base);
	room->bv_offset = offset_in_page(base);
	room->bv_len = min_t(u32, length, PAGE_SIZE - room->bv_offset);
}

/* Do the next bytes count for a digest? RFC 7143 §11.2.3, C-121 */
bool isi_rx_is_summed(const struct isi_conn *conn)
{
	switch (conn->rx.part) {
	case ISI_RX_BHS:
	case ISI_RX_AHS:
		return conn->limits.header_digest;
	case ISI_RX_DATA:
	case ISI_RX_PAD:
		return conn->limits.data_digest;
	case ISI_RX_HEADER_DIGEST:
	case ISI_RX_DATA_DIGEST:
		break;
	}
	return false;
}

/**
 * isi_rx_sum() - the next bytes of the stream, before isi_rx_advance()
 * @conn: its lock is held; isi_rx_is_summed()
 * @bytes: as they came: what the destination holds may have changed since
 * @length: of them
 */
void isi_rx_sum(struct isi_conn *conn, const void *bytes, size_t length)
{
	conn->rx.sum = isi_digest_add(conn->rx.sum, bytes, length);
}

/* The header is whole, and nothing in it was believed yet. C-122 */
static enum isi_fail end_header(struct isi_conn *conn)
{
	struct isi_rx *rx = &conn->rx;

	if (conn->limits.header_digest &&
	    rx->digest != isi_digest_end(rx->sum))
		return ISI_FAIL_HEADER_DIGEST;
	rx->sum = ISI_DIGEST_SEED;
	return isi_rx_begin(conn);
}

/* C-123 C-124: at ERL 0 the connection fails, and its commands are retried. */
static enum isi_fail end_pdu(struct isi_conn *conn)
{
	struct isi_rx *rx = &conn->rx;

	if (conn->limits.data_digest && isi_get_dlength(&rx->bhs) &&
	    rx->digest != isi_digest_end(rx->sum))
		return ISI_FAIL_DATA_DIGEST;
	return isi_rx_end(conn);
}

/* The part is complete. What comes next is that which has any bytes. */
static enum isi_fail next_part(struct isi_conn *conn)
{
	struct isi_rx *rx = &conn->rx;
	u32 length = isi_get_dlength(&rx->bhs);
	enum isi_fail fail;

	switch (rx->part) {
	case ISI_RX_BHS:
		/* C-001: a target sends no AHS; one that comes is skipped. */
		if (rx->bhs.ahs_words)
			return expect(rx, ISI_RX_AHS, rx->bhs.ahs_words * 4);
		fallthrough;
	case ISI_RX_AHS:
		if (conn->limits.header_digest)
			return expect(rx, ISI_RX_HEADER_DIGEST, ISI_DIGEST_LEN);
		fallthrough;
	case ISI_RX_HEADER_DIGEST:
		fail = end_header(conn);
		if (fail != ISI_FAIL_NONE)
			return fail;
		if (length)
			return expect(rx, ISI_RX_DATA, length);
		break;
	case ISI_RX_DATA:
		if (isi_pad(length))
			return expect(rx, ISI_RX_PAD, isi_pad(length));
		fallthrough;
	case ISI_RX_PAD:
		if (conn->limits.data_digest)
			return expect(rx, ISI_RX_DATA_DIGEST, ISI_DIGEST_LEN);
		break;
	case ISI_RX_DATA_DIGEST:
		break;
	}
	fail = end_pdu(conn);
	isi_rx_init(rx);
	return fail;
}

/* @bytes of the part are where they belong. */
static int advance(struct isi_conn *conn, size_t bytes)
{
	enum isi_fail fail;

	conn->rx.left -= bytes;
	if (conn->rx.left)
		return 0;
	fail = next_part(conn);
	if (fail == ISI_FAIL_NONE)
		return 0;
	isi_conn_fail(conn, fail, -EPROTO);
	return -EPROTO;
}

/**
 * isi_rx_advance() - @bytes have been written where isi_rx_room() said
 * @conn: its lock is held
 * @bytes: not more than there was room for
 *
 * Return: 0, or -EPROTO when the connection has failed.
 */
int isi_rx_advance(struct isi_conn *conn, size_t bytes)
{
	if (is_command_data(&conn->rx))
		isi_cursor_advance(&conn->rx.task->cursor, bytes);
	return advance(conn, bytes);
}

/* Some bytes of the part to where they belong. */
static void put(struct isi_conn *conn, const u8 *bytes, size_t length)
{
	void *to;

	if (is_command_data(&conn->rx)) {
		isi_cursor_put(&conn->rx.task->cursor, bytes, length);
		return;
	}
	to = control_room(conn);
	if (to)
		memcpy(to, bytes, length);
}

/**
 * isi_rx_take() - the next bytes of the stream
 * @conn: its lock is held
 * @bytes: where nobody writes to them, as they are summed and copied
 * @length: of them
 *
 * Return: how many were taken: all, unless the connection failed.
 */
size_t isi_rx_take(struct isi_conn *conn, const u8 *bytes, size_t length)
{
	size_t done = 0, n;

	while (done < length && isi_conn_live(conn)) {
		n = min_t(size_t, conn->rx.left, length - done);
		if (isi_rx_is_summed(conn))
			isi_rx_sum(conn, bytes + done, n);
		put(conn, bytes + done, n);
		done += n;
		advance(conn, n);
	}
	return done;
}
