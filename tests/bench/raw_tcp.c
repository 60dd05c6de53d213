// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * raw_tcp --listen ADDRESS PORT
 * raw_tcp ADDRESS PORT [load's OPTION]...
 *
 * What TCP alone costs for the traffic that load's I/Os make: of a header of 48
 * bytes and its data on one way, a header on the other. Requests go out in groups,
 * and the peer answers in one go what has come in one go. The client is measured,
 * and prints what load prints.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "marks.h"
#include "options.h"

#define HEADER 48
#define BUFFER (4u << 20)

static char buffer[BUFFER];

/* The lengths of a request and of its answer: all that is in its header. */
struct request {
	uint32_t request, answer;
};

static void set_nodelay(int fd)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		err(1, "TCP_NODELAY");
}

static void send_all(int fd, size_t length)
{
	while (length) {
		ssize_t n = send(fd, buffer, length < BUFFER ? length : BUFFER, MSG_NOSIGNAL);

		if (n <= 0)
			err(1, "send");
		length -= n;
	}
}

/* Reads what is there; an answer for each request that is complete. */
static void serve(int fd)
{
	static char input[BUFFER];
	size_t have = 0, skip = 0;
	struct request request;

	for (;;) {
		ssize_t n = recv(fd, input + have, sizeof(input) - have, 0);
		size_t at = 0, answer = 0;

		if (n <= 0)
			return;
		have += n;
		while (have - at >= HEADER) {
			memcpy(&request, input + at, sizeof(request));
			skip = request.request;
			if (have - at < skip)
				break;
			at += skip;
			answer += request.answer;
		}
		memmove(input, input + at, have - at);
		have -= at;
		if (answer)
			send_all(fd, answer);
	}
}

static void listen_for_ever(const struct sockaddr_in *address)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (const void *)address, sizeof(*address)) || listen(fd, 8))
		err(1, "listen");
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			err(1, "accept");
		set_nodelay(peer);
		serve(peer);
		close(peer);
	}
}

static struct request one_request(void)
{
	return (struct request){ HEADER + (option.write ? option.bytes : 0),
				 HEADER + (option.write ? 0 : option.bytes) };
}

static void submit(int fd, uint32_t n)
{
	const struct request request = one_request();
	uint32_t i;

	for (i = 0; i < n; i++)
		memcpy(buffer + (size_t)i * request.request, &request, sizeof(request));
	send_all(fd, (size_t)n * request.request);
}

/* Waits for a group of answers. */
static void reap(int fd)
{
	static char input[BUFFER];
	size_t left = (size_t)option.group * one_request().answer;

	while (left) {
		ssize_t n = recv(fd, input, left < BUFFER ? left : BUFFER, MSG_WAITALL);

		if (n <= 0)
			err(1, "recv");
		left -= n;
	}
}

static void run(int fd, uint64_t count)
{
	uint64_t to_submit = count, to_reap = count;
	uint32_t i;

	for (i = 0; i < option.depth && to_submit; i += option.group) {
		submit(fd, option.group);
		to_submit -= option.group;
	}
	for (; to_reap; to_reap -= option.group) {
		reap(fd);
		if (to_submit) {
			submit(fd, option.group);
			to_submit -= option.group;
		}
	}
}

int main(int argc, char **argv)
{
	bool listening = argc == 4 && !strcmp(argv[1], "--listen");
	struct sockaddr_in address = { .sin_family = AF_INET };
	uint64_t begin;
	int fd;

	argv += listening;
	argc -= listening;
	if (argc < 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		errx(2, "usage: raw_tcp [--listen] ADDRESS PORT [OPTION]...");
	address.sin_port = htons(atoi(argv[2]));
	if (listening)
		listen_for_ever(&address);
	options_parse(argc - 2, argv + 2);
	if ((uint64_t)option.group * (HEADER + option.bytes) > BUFFER)
		errx(2, "a group has %u bytes at most", BUFFER);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (const void *)&address, sizeof(address)))
		err(1, "connect");
	set_nodelay(fd);
	run(fd, option.warm_up);
	begin = now();
	mark_begin();
	run(fd, option.count);
	mark_end();
	printf("{\"ios\": %llu, \"ns_per_io\": %llu}\n", (unsigned long long)option.count,
	       (unsigned long long)((now() - begin) / option.count));
	return 0;
}
