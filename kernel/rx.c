// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting the byte stream into PDUs (RFC 7143 §11.1): BHS, AHS, header digest,
 * data segment, pad, data digest. The parser is asked where the next bytes go
 * (isi_rx_iter) and told how many came (isi_rx_advance), so that payload is
 * copied once, from the socket into the command's pages, whichever way the
 * socket is read. Any split of the stream gives the same PDUs. C-005
 */
#include "isi.h"

static void expect(struct isi_rx *rx, enum isi_rx_part part, u32 left)
{
	rx->part = part;
	rx->left = left;
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

static void iter_to(struct isi_rx *rx, struct iov_iter *iter, void *base,
		    u32 length)
{
	rx->kvec.iov_base = base;
	rx->kvec.iov_len = length;
	iov_iter_kvec(iter, ITER_DEST, &rx->kvec, 1, length);
}

/* Where the next bytes of the stream belong; at least one. */
void isi_rx_iter(struct isi_conn *conn, struct iov_iter *iter)
{
	struct isi_rx *rx = &conn->rx;

	switch (rx->part) {
	case ISI_RX_BHS:
		iter_to(rx, iter, (u8 *)(&rx->bhs + 1) - rx->left, rx->left);
		return;
	case ISI_RX_DATA:
		if (rx->drop)
			break;
		if (!rx->task) {
			iter_to(rx, iter, rx->data + isi_get_dlength(&rx->bhs) -
				rx->left, rx->left);
			return;
		}
		isi_cursor_bvec(&rx->task->rx, rx->left, &rx->bvec);
		iov_iter_bvec(iter, ITER_DEST, &rx->bvec, 1, rx->bvec.bv_len);
		return;
	case ISI_RX_HEADER_DIGEST:
	case ISI_RX_DATA_DIGEST:
		iter_to(rx, iter, (u8 *)(&rx->digest + 1) - rx->left, rx->left);
		return;
	case ISI_RX_AHS:
	case ISI_RX_PAD:
		break;
	}
	/*
	 * Nobody wants these. The control buffer is free for them: data that
	 * has come already is no more than its first dlength bytes.
	 */
	if (rx->part == ISI_RX_PAD)
		iter_to(rx, iter, rx->data + ISI_CONTROL_DATA_MAX, rx->left);
	else
		iter_to(rx, iter, rx->data,
			min_t(u32, rx->left, ISI_CONTROL_DATA_MAX));
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

/* The part is complete: what comes next? */
static enum isi_fail next_part(struct isi_conn *conn)
{
	struct isi_rx *rx = &conn->rx;
	enum isi_fail fail;

	switch (rx->part) {
	case ISI_RX_BHS:
		/* C-001: a target sends no AHS; one that comes is skipped. */
		expect(rx, ISI_RX_AHS, rx->bhs.ahs_words * 4);
		return ISI_FAIL_NONE;
	case ISI_RX_AHS:
		expect(rx, ISI_RX_HEADER_DIGEST,
		       conn->limits.header_digest ? ISI_DIGEST_LEN : 0);
		return ISI_FAIL_NONE;
	case ISI_RX_HEADER_DIGEST:
		fail = end_header(conn);
		expect(rx, ISI_RX_DATA, isi_get_dlength(&rx->bhs));
		return fail;
	case ISI_RX_DATA:
		expect(rx, ISI_RX_PAD, isi_pad(isi_get_dlength(&rx->bhs)));
		return ISI_FAIL_NONE;
	case ISI_RX_PAD:
		expect(rx, ISI_RX_DATA_DIGEST, conn->limits.data_digest &&
		       isi_get_dlength(&rx->bhs) ? ISI_DIGEST_LEN : 0);
		return ISI_FAIL_NONE;
	case ISI_RX_DATA_DIGEST:
		break;
	}
	fail = end_pdu(conn);
	isi_rx_init(rx);
	return fail;
}

/**
 * isi_rx_advance() - @bytes have been written where isi_rx_iter() said
 * @conn: its lock is held
 * @bytes: not more than the iterator had
 *
 * Return: 0, or -EPROTO when the connection has failed.
 */
int isi_rx_advance(struct isi_conn *conn, size_t bytes)
{
	struct isi_rx *rx = &conn->rx;
	enum isi_fail fail;

	if (rx->part == ISI_RX_DATA && rx->task)
		isi_cursor_advance(&rx->task->rx, bytes);
	rx->left -= bytes;
	while (!rx->left) {
		fail = next_part(conn);
		if (fail != ISI_FAIL_NONE) {
			isi_conn_fail(conn, fail, -EPROTO);
			return -EPROTO;
		}
	}
	return 0;
}
