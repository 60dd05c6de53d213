// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load [OPTION]... DEVICE...
 *
 *   -w              write (default: read)
 *   -s              in sequence (default: at random)
 *   -b BYTES        of an I/O (4096)
 *   -d DEPTH        I/Os under way (1), the same number on each device
 *   -g GROUP        I/Os that are reaped and submitted in one go (1)
 *   -n COUNT        I/Os to measure, a multiple of GROUP (1000)
 *   -u COUNT        I/Os before that, which are not measured (100)
 *   -t              take no latencies: where each look at the clock is dear
 *
 * O_DIRECT through io_uring, on the CPU it was started on, and one line of JSON
 * about it: with several devices, the p99 of the best and of the worst of them
 * too. It asks for time twice for each group and allocates nothing while it
 * measures, so that what is counted is the kernel's work. By raw system calls:
 * that makes it a static program which needs no library.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "marks.h"
#include "options.h"

#define MOST 1024		/* I/Os under way */

static const double percentiles[] = { 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 100 };
#define PERCENTILES (sizeof(percentiles) / sizeof(percentiles[0]))

struct ring {
	int fd;
	uint32_t *sq_tail, *sq_mask, *sq_array;
	uint32_t *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static char **devices;
static uint32_t device_count;
static struct ring ring;
static int disks[MOST];			/* slots take them by turns */
static uint64_t blocks;			/* of option.bytes, on the smallest disk */
static uint64_t place;			/* of the last I/O, or chance */
static char *buffers;
static uint64_t started[MOST];		/* when, by slot */
static struct latency {
	uint32_t device;
	uint64_t ns;
} *latencies;				/* of I/Os that have ended */
static uint64_t measured;

/* When an I/O begins or ends, if anybody asks. */
static uint64_t moment(void)
{
	return option.timeless ? 0 : now();
}

static void *map(size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		       ring.fd, what);

	if (p == MAP_FAILED)
		err(1, "mmap of the ring");
	return p;
}

static void set_up_ring(void)
{
	struct io_uring_params p = {};
	char *sq, *cq;

	ring.fd = syscall(__NR_io_uring_setup, option.depth, &p);
	if (ring.fd < 0)
		err(1, "io_uring_setup");
	sq = map(p.sq_off.array + p.sq_entries * sizeof(uint32_t), IORING_OFF_SQ_RING);
	cq = map(p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		 IORING_OFF_CQ_RING);
	ring.sqes = map(p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	ring.sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	ring.sq_mask = (uint32_t *)(sq + p.sq_off.ring_mask);
	ring.sq_array = (uint32_t *)(sq + p.sq_off.array);
	ring.cq_head = (uint32_t *)(cq + p.cq_off.head);
	ring.cq_tail = (uint32_t *)(cq + p.cq_off.tail);
	ring.cq_mask = (uint32_t *)(cq + p.cq_off.ring_mask);
	ring.cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
}

static void open_disks(void)
{
	uint64_t size;
	uint32_t i;

	blocks = UINT64_MAX;
	for (i = 0; i < device_count; i++) {
		disks[i] = open(devices[i],
				O_DIRECT | (option.write ? O_RDWR : O_RDONLY));
		if (disks[i] < 0 || ioctl(disks[i], BLKGETSIZE64, &size))
			err(1, "%s", devices[i]);
		if (size / option.bytes < blocks)
			blocks = size / option.bytes;
		if (!blocks)
			errx(1, "%s is too small", devices[i]);
	}
}

static void get_memory(void)
{
	size_t size = (size_t)option.bytes * option.depth;

	buffers = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	latencies = malloc((option.count + option.group) * sizeof(*latencies));
	if (buffers == MAP_FAILED || !latencies)
		err(1, "memory");
	memset(buffers, 0x5a, size);
	memset(latencies, 1, (option.count + option.group) * sizeof(*latencies));
}

static uint64_t next_block(void)
{
	if (option.sequential)
		return place++ % blocks;
	place ^= place << 13;
	place ^= place >> 7;
	place ^= place << 17;
	return place % blocks;
}

/* Puts an I/O of a slot into the submission ring. */
static void prepare(uint32_t slot)
{
	uint32_t tail = *ring.sq_tail, index = tail & *ring.sq_mask;
	struct io_uring_sqe *sqe = &ring.sqes[index];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = option.write ? IORING_OP_WRITE : IORING_OP_READ;
	sqe->fd = disks[slot % device_count];
	sqe->addr = (uintptr_t)(buffers + (size_t)slot * option.bytes);
	sqe->len = option.bytes;
	sqe->off = next_block() * option.bytes;
	sqe->user_data = slot;
	ring.sq_array[index] = index;
	__atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static void enter(uint32_t submit, uint32_t wait)
{
	int n = syscall(__NR_io_uring_enter, ring.fd, submit, wait,
			IORING_ENTER_GETEVENTS, NULL, 0);

	if (n != (int)submit)
		err(1, "io_uring_enter: %d of %u", n, submit);
}

/* Takes the I/Os of a group, which have ended; their slots are the caller's. */
static void reap(uint32_t *slots, uint32_t n, bool measure)
{
	uint32_t head = *ring.cq_head, i;
	uint64_t t = moment();

	for (i = 0; i < n; i++) {
		const struct io_uring_cqe *cqe = &ring.cqes[(head + i) & *ring.cq_mask];

		if (cqe->res != (int)option.bytes)
			errx(1, "an I/O ended with %d: %s", cqe->res,
			     cqe->res < 0 ? strerror(-cqe->res) : "short");
		slots[i] = cqe->user_data;
		if (measure)
			latencies[measured++] = (struct latency){
				slots[i] % device_count, t - started[slots[i]]
			};
	}
	__atomic_store_n(ring.cq_head, head + n, __ATOMIC_RELEASE);
}

static void submit(const uint32_t *slots, uint32_t n, uint32_t wait)
{
	uint64_t t = moment();
	uint32_t i;

	for (i = 0; i < n; i++) {
		prepare(slots[i]);
		started[slots[i]] = t;
	}
	enter(n, wait);
}

static void wait_for_group(uint32_t n)
{
	while (__atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE) - *ring.cq_head < n)
		enter(0, n);
}

/* From nothing under way to nothing under way, group by group. */
static void run(uint64_t count, bool measure)
{
	uint32_t slots[MOST], i;
	uint64_t to_submit = count, to_reap = count;

	for (i = 0; i < option.depth && to_submit; i += option.group) {
		for (uint32_t k = 0; k < option.group; k++)
			slots[k] = i + k;
		submit(slots, option.group, 0);
		to_submit -= option.group;
	}
	while (to_reap) {
		wait_for_group(option.group);
		reap(slots, option.group, measure);
		to_reap -= option.group;
		if (to_submit) {
			submit(slots, option.group, option.group);
			to_submit -= option.group;
		}
	}
}

static int by_time(const void *a, const void *b)
{
	const struct latency *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static int by_device(const void *a, const void *b)
{
	const struct latency *x = a, *y = b;

	return x->device != y->device ? (x->device < y->device ? -1 : 1) : by_time(a, b);
}

/* Of @n that are sorted: what so many percent of them did not exceed. */
static uint64_t percentile(const struct latency *sorted, uint64_t n, double percent)
{
	uint64_t i = n * percent / 100;

	return sorted[i < n ? i : n - 1].ns;
}

static void report_devices(void)
{
	uint64_t best = UINT64_MAX, worst = 0, i, from = 0, p99;

	qsort(latencies, measured, sizeof(*latencies), by_device);
	for (i = 1; i <= measured; i++) {
		if (i < measured && latencies[i].device == latencies[from].device)
			continue;
		p99 = percentile(latencies + from, i - from, 99);
		best = p99 < best ? p99 : best;
		worst = p99 > worst ? p99 : worst;
		from = i;
	}
	printf(", \"best_p99_ns\": %" PRIu64 ", \"worst_p99_ns\": %" PRIu64, best, worst);
}

static void report(uint64_t elapsed)
{
	uint32_t i;

	qsort(latencies, measured, sizeof(*latencies), by_time);
	printf("{\"ios\": %" PRIu64 ", \"ns_per_io\": %" PRIu64 ", \"latency_ns\": {",
	       measured, elapsed / measured);
	for (i = 0; i < PERCENTILES && !option.timeless; i++)
		printf("%s\"%g\": %" PRIu64, i ? ", " : "", percentiles[i],
		       percentile(latencies, measured, percentiles[i]));
	printf("}");
	if (device_count > 1 && !option.timeless)
		report_devices();
	printf("}\n");
}

static void parse(int argc, char **argv)
{
	options_parse(argc, argv);
	devices = argv + optind;
	device_count = argc - optind;
	if (!device_count || !option.bytes || option.bytes % 512)
		errx(2, "usage: load [OPTION]... DEVICE...");
	if (option.depth > MOST || option.depth % device_count)
		errx(2, "the depth is a multiple of the devices, and %u at most", MOST);
}

int main(int argc, char **argv)
{
	uint64_t begin;

	parse(argc, argv);
	open_disks();
	get_memory();
	set_up_ring();
	place = option.sequential ? 0 : 88172645463325252;
	run(option.warm_up, false);
	begin = now();
	mark_begin();
	run(option.count, true);
	mark_end();
	report(now() - begin);
	return 0;
}
