// SPDX-License-Identifier: GPL-2.0-only
/*
 * All access to the socket: taking it over from the daemon, two ways to send
 * and receive, and letting go of it.
 *
 * TCP: at the protocol itself. Receive runs from data_ready, in softirq or from
 * the backlog, always with the socket lock; send uses the *_locked calls,
 * from io_work (lock_sock) or from a submitter (the lock's spinlock, when
 * nobody owns it; net/xfrm/espintcp.c does likewise). A send never waits:
 * MSG_DONTWAIT; and never signals: MSG_NOSIGNAL, since a submitter is any
 * process that does I/O.
 *
 * Generic: sendmsg and recvmsg from io_work, for sockets that
 * have something on top of TCP.
 *
 * Memory (HAZARDS: sockets that recurse into their own I/O): GFP_ATOMIC, no
 * task frag, SOCK_MEMALLOC.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "isi.h"

/* Until a cancelled write's pages have left the stack and the device. */
#define DRAIN_POLL_MS	2
#define DRAIN_MAX_MS	10000

static int send_flags(bool more)
{
	return MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
}

/* TCP itself */

static void native_lock(struct isi_conn *conn)
{
	lock_sock(conn->sock->sk);
}

static void native_unlock(struct isi_conn *conn)
{
	release_sock(conn->sock->sk);
}

static bool native_trylock(struct isi_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	local_bh_disable();
	if (!spin_trylock(&sk->sk_lock.slock))
		goto busy;
	if (!sock_owned_by_user(sk)) {
		__release(&sk->sk_lock.slock);	/* sparse: untrylock's now */
		return true;
	}
	spin_unlock(&sk->sk_lock.slock);
busy:
	local_bh_enable();
	return false;
}

static void native_untrylock(struct isi_conn *conn)
{
	__acquire(&conn->sock->sk->sk_lock.slock);
	spin_unlock_bh(&conn->sock->sk->sk_lock.slock);
}

static int send_copy(struct sock *sk, struct bio_vec *bvec, bool more)
{
	struct msghdr msg = { .msg_flags = send_flags(more) };

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, bvec, 1, bvec->bv_len);
	return tcp_sendmsg_locked(sk, &msg, bvec->bv_len);
}

/* By reference where the page allows it. */
static int native_send_page(struct isi_conn *conn, struct bio_vec *bvec,
			    bool more)
{
	struct sock *sk = conn->sock->sk;

	if (!sendpage_ok(bvec->bv_page))
		return send_copy(sk, bvec, more);
	return isi_tcp_splice_locked(sk, bvec, send_flags(more) |
				     (more ? ISI_MSG_NO_PUSH : 0));
}

/* TCP's own numbers wrap before a slow command is answered. */
static u64 native_sent(struct isi_conn *conn)
{
	const struct tcp_sock *tp = tcp_sk(conn->sock->sk);

	return tp->bytes_acked + (u32)(tp->write_seq - tp->snd_una);
}

/* What is not acknowledged may be sent again. */
static bool native_holds(struct isi_conn *conn, u64 sent)
{
	return tcp_sk(conn->sock->sk)->bytes_acked < sent;
}

/*
 * Copied and summed from the socket's memory, which nobody else writes to. With
 * memcpy(): what walks an skb for an iov_iter checks each piece of it as if it
 * came from user space.
 */
static int native_receive_skb(read_descriptor_t *desc, struct sk_buff *skb,
			      unsigned int offset, size_t len)
{
	struct isi_conn *conn = desc->arg.data;
	struct skb_seq_state state;
	unsigned int done = 0, n;
	const u8 *bytes;

	skb_prepare_seq_read(skb, offset, offset + len, &state);
	while (done < len && isi_conn_live(conn)) {
		n = skb_seq_read(done, &bytes, &state);
		if (!n)
			break;
		done += isi_rx_take(conn, bytes, min_t(size_t, n, len - done));
	}
	skb_abort_seq_read(&state);
	if (!isi_conn_live(conn))
		desc->count = 0;
	return done;
}

static int native_receive(struct isi_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	read_descriptor_t desc = { .arg.data = conn, .count = 1 };

	tcp_read_sock(sk, &desc, native_receive_skb);
	/* All that came before the FIN has been read. */
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		isi_conn_fail(conn, ISI_FAIL_PEER_CLOSED, 0);
	return 0;
}

/* What was received may have given us something to send. */
static void native_data_ready(struct isi_conn *conn)
{
	native_receive(conn);
	if (isi_tx_pending(conn))
		isi_conn_wake(conn);
}

static const struct isi_sock_ops native_ops = {
	.lock = native_lock,
	.unlock = native_unlock,
	.trylock = native_trylock,
	.untrylock = native_untrylock,
	.send_page = native_send_page,
	.sent = native_sent,
	.holds = native_holds,
	.data_ready = native_data_ready,
	.receive = native_receive,
};

/* Whatever a struct socket can do */

static void generic_lock(struct isi_conn *conn)
{
	mutex_lock(&conn->mutex);
}

static void generic_unlock(struct isi_conn *conn)
{
	mutex_unlock(&conn->mutex);
}

/* A submitter may not sleep, so it never sends itself. */
static bool generic_trylock(struct isi_conn *conn)
{
	return false;
}

static int generic_send_page(struct isi_conn *conn, struct bio_vec *bvec,
			     bool more)
{
	struct msghdr msg = { .msg_flags = send_flags(more) };

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, bvec, 1, bvec->bv_len);
	return sock_sendmsg(conn->sock, &msg);
}

/* It has copied all that it was given. */
static u64 generic_sent(struct isi_conn *conn)
{
	return 0;
}

static bool generic_holds(struct isi_conn *conn, u64 sent)
{
	return false;
}

/* From where they went. */
static void sum_received(struct isi_conn *conn, struct bio_vec *room,
			 size_t length)
{
	void *bytes = bvec_kmap_local(room);

	isi_rx_sum(conn, bytes, length);
	kunmap_local(bytes);
}

/* Return: 0 when all has been read, 1 when the turn is over before that. */
static int generic_receive(struct isi_conn *conn)
{
	struct bio_vec room;
	struct msghdr msg;
	int turns, n;

	for (turns = 0; turns < 64 && isi_conn_live(conn); turns++) {
		msg = (struct msghdr) { .msg_flags = MSG_DONTWAIT };
		isi_rx_room(conn, &room);
		iov_iter_bvec(&msg.msg_iter, ITER_DEST, &room, 1, room.bv_len);
		n = sock_recvmsg(conn->sock, &msg, msg.msg_flags);
		if (n == -EAGAIN)
			return 0;
		if (n <= 0) {
			isi_conn_fail(conn, n ? ISI_FAIL_RECEIVE :
				      ISI_FAIL_PEER_CLOSED, n);
			return 0;
		}
		if (isi_rx_is_summed(conn))
			sum_received(conn, &room, n);
		if (isi_rx_advance(conn, n))
			return 0;
	}
	return isi_conn_live(conn);
}

static const struct isi_sock_ops generic_ops = {
	.lock = generic_lock,
	.unlock = generic_unlock,
	.trylock = generic_trylock,
	.send_page = generic_send_page,
	.sent = generic_sent,
	.holds = generic_holds,
	.data_ready = isi_conn_wake,
	.receive = generic_receive,
};

const struct isi_sock_ops *isi_sock_ops(enum isi_transport transport)
{
	return transport == ISI_TRANSPORT_TCP ? &native_ops : &generic_ops;
}

/*
 * Callbacks. sk_user_data is cleared under the write side of sk_callback_lock,
 * so a callback that found the connection is done before it can go away.
 */
static void data_ready(struct sock *sk)
{
	struct isi_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn && isi_conn_live(conn))
		conn->ops->data_ready(conn);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* May run with the socket lock held, or without. */
static void write_space(struct sock *sk)
{
	struct isi_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn && sk_stream_is_writeable(sk)) {
		clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
		isi_conn_wake(conn);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

/* Something TCP holds is wanted back: it calls write_space when it lets go. */
void isi_sock_wait_for_space(struct isi_conn *conn)
{
	set_bit(SOCK_NOSPACE, &conn->sock->flags);
}

/* The clock is TCP's own; both numbers are read whole, whoever writes them. */
void isi_sock_life(const struct isi_conn *conn, struct isi_life *life)
{
	const struct sock *sk = conn->sock->sk;

	life->heard = READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime);
	life->taken = READ_ONCE(tcp_sk(sk)->snd_una);
	life->now = tcp_jiffies32;
}

static void fail_with_socket_error(struct sock *sk)
{
	struct isi_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn && (sk->sk_err || sk->sk_state == TCP_CLOSE))
		isi_conn_fail(conn, ISI_FAIL_SOCKET, -sk->sk_err);
	read_unlock_bh(&sk->sk_callback_lock);
}

/**
 * isi_sock_check() - is this a socket we can take?
 * @sock: any socket
 * @net: the session's namespace
 *
 * Return: 0, or what uapi says of CONN_ADD.
 */
int isi_sock_check(struct socket *sock, struct net *net)
{
	struct sock *sk = sock->sk;

	if (!sk_is_tcp(sk) || inet_csk_has_ulp(sk))
		return -EPROTOTYPE;
	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	if (!net_eq(sock_net(sk), net))
		return -EXDEV;
	return 0;
}

/* Both ends are kept as text: they are asked for after the socket is gone. */
void isi_sock_address(const struct socket *sock, bool local,
		      struct isi_address *address)
{
	struct sockaddr_storage storage = {};

	if (local)
		kernel_getsockname((struct socket *)sock, (void *)&storage);
	else
		kernel_getpeername((struct socket *)sock, (void *)&storage);
	/* %pISc leaves the scope out, and is right for the rest. */
	snprintf(address->text, sizeof(address->text), "%pISc", &storage);
	address->port = be16_to_cpu(((struct sockaddr_in *)&storage)->sin_port);
}

static void set_memory_rules(struct sock *sk)
{
	lock_sock(sk);
	sk->sk_allocation = GFP_ATOMIC;
	sk->sk_use_task_frag = false;
	sk_set_memalloc(sk);
	release_sock(sk);
	tcp_sock_set_nodelay(sk);
}

/**
 * isi_sock_adopt() - take the socket over
 * @conn: not live yet, so the callbacks do nothing
 * @sock: passed isi_sock_check(); a reference of its file is taken
 *
 * Return: 0, or -EBUSY when somebody else's callbacks are on it.
 */
int isi_sock_adopt(struct isi_conn *conn, struct socket *sock)
{
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data) {
		write_unlock_bh(&sk->sk_callback_lock);
		return -EBUSY;
	}
	get_file(sock->file);
	conn->sock = sock;
	conn->old_data_ready = sk->sk_data_ready;
	conn->old_write_space = sk->sk_write_space;
	conn->old_state_change = sk->sk_state_change;
	conn->old_error_report = sk->sk_error_report;
	sk->sk_user_data = conn;
	sk->sk_data_ready = data_ready;
	sk->sk_write_space = write_space;
	sk->sk_state_change = fail_with_socket_error;
	sk->sk_error_report = fail_with_socket_error;
	write_unlock_bh(&sk->sk_callback_lock);
	set_memory_rules(sk);
	isi_sock_address(sock, true, &conn->local);
	isi_sock_address(sock, false, &conn->peer);
	return 0;
}

/* The connection is live: what came, or broke, before that counts now. */
void isi_sock_start(struct isi_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	isi_conn_lock(conn);
	conn->ops->receive(conn);
	isi_conn_unlock(conn);
	if (sk->sk_err || sk->sk_state == TCP_CLOSE)
		isi_conn_fail(conn, ISI_FAIL_SOCKET, -sk->sk_err);
	isi_conn_wake(conn);
}

/* After this no callback of ours runs. */
void isi_sock_unhook(struct isi_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	sk->sk_data_ready = conn->old_data_ready;
	sk->sk_write_space = conn->old_write_space;
	sk->sk_state_change = conn->old_state_change;
	sk->sk_error_report = conn->old_error_report;
	write_unlock_bh(&sk->sk_callback_lock);
	lock_sock(sk);
	sk_clear_memalloc(sk);
	release_sock(sk);
}

/*
 * A write that returns for a retry may go to the target on another connection
 * while its pages, by then with newer bytes in them, still lie in a queue of
 * this one. Wait until nothing of the socket is in flight. A device that holds
 * a packet for longer than we wait has lost it, or the administrator delays
 * packets on purpose; then the log says so.
 */
static void drain(struct sock *sk)
{
	int waited;

	for (waited = 0; waited < DRAIN_MAX_MS; waited += DRAIN_POLL_MS) {
		if (!sk_wmem_alloc_get(sk))
			return;
		msleep(DRAIN_POLL_MS);
	}
	pr_warn("iscsi_initiator: data still in flight %d s after the connection was reset\n",
		DRAIN_MAX_MS / 1000);
}

/**
 * isi_sock_release() - close it
 * @conn: unhooked, its io_work cancelled
 * @orderly: with a FIN, as after a logout, if all was sent; else with a reset,
 *	which also throws away what was not
 */
void isi_sock_release(struct isi_conn *conn, bool orderly)
{
	struct sock *sk = conn->sock->sk;

	sock_hold(sk);
	if (orderly && !sk->sk_wmem_queued) {
		kernel_sock_shutdown(conn->sock, SHUT_RDWR);
	} else {
		tcp_abort(sk, ECONNABORTED);
		drain(sk);
	}
	fput(conn->sock->file);
	conn->sock = NULL;
	sock_put(sk);
}
