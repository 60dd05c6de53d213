// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block_versions DEVICE MEGABYTES SECONDS SEED
 *
 * Writes and reads a disk at random, and knows of each 512-byte block which of
 * its writes was the last that ended: every read has to give that version, whole
 * and in its place. A write that is lost, torn, put elsewhere, or done once more
 * after a later one has ended shows as another version than that.
 *
 * Each thread has a part of the disk to itself and one write at a time under
 * way, into a buffer that it fills anew at once: what is still sent of a command
 * that has ended is then other data than it was. First all is written, at the end
 * all is read.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 512
#define WORDS (BLOCK / sizeof(uint64_t))
#define THREADS 8
#define MOST 512		/* blocks of one command */

enum { AT_SEED, AT_BLOCK, AT_VERSION, AT_FILLER };

struct part {
	pthread_t thread;
	uint64_t first, count;	/* blocks */
	uint64_t *versions;	/* of the write that ended last */
	uint64_t chance;
	uint64_t (*buffer)[WORDS];
	uint64_t writes, reads;
};

static uint64_t seed;
static int disk;
static struct timespec end;

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* All of a block follows from what it says it is. */
static void fill(uint64_t *block, uint64_t number, uint64_t version)
{
	uint64_t x = (number << 32 ^ version ^ seed << 16) | 1;
	size_t i;

	block[AT_SEED] = seed;
	block[AT_BLOCK] = number;
	block[AT_VERSION] = version;
	for (i = AT_FILLER; i < WORDS; i++)
		block[i] = next(&x);
}

static void check(const uint64_t *block, uint64_t number, uint64_t version)
{
	uint64_t right[WORDS];

	fill(right, number, version);
	if (!memcmp(block, right, BLOCK))
		return;
	fill(right, block[AT_BLOCK], block[AT_VERSION]);
	errx(1, "block %" PRIu64 ", version %" PRIu64 ": found %s block %" PRIu64
	     ", version %" PRIu64, number, version,
	     memcmp(block, right, BLOCK) ? "a damaged" : "a whole",
	     block[AT_BLOCK], block[AT_VERSION]);
}

static void write_range(struct part *part, uint64_t at, uint64_t count)
{
	ssize_t done;
	uint64_t i;

	for (i = 0; i < count; i++)
		fill(part->buffer[i], part->first + at + i,
		     part->versions[at + i] + 1);
	done = pwrite(disk, part->buffer, count * BLOCK,
		      (off_t)(part->first + at) * BLOCK);
	if (done != (ssize_t)(count * BLOCK))
		err(1, "write of block %" PRIu64, part->first + at);
	for (i = 0; i < count; i++)
		part->versions[at + i]++;
	part->writes++;
}

static void read_range(struct part *part, uint64_t at, uint64_t count)
{
	ssize_t done;
	uint64_t i;

	memset(part->buffer, 0xa5, count * BLOCK);
	done = pread(disk, part->buffer, count * BLOCK,
		     (off_t)(part->first + at) * BLOCK);
	if (done != (ssize_t)(count * BLOCK))
		err(1, "read of block %" PRIu64, part->first + at);
	for (i = 0; i < count; i++)
		check(part->buffer[i], part->first + at + i,
		      part->versions[at + i]);
	part->reads++;
}

static int time_is_over(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end.tv_sec ||
	       (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
}

/* Small commands as often as large ones, whatever the size. */
static uint64_t some_blocks(struct part *part)
{
	uint64_t most = 1ull << next(&part->chance) % 10;

	return 1 + next(&part->chance) % (most < MOST ? most : MOST);
}

static void for_all(struct part *part,
		    void (*act)(struct part *part, uint64_t at, uint64_t count))
{
	uint64_t at, count;

	for (at = 0; at < part->count; at += count) {
		count = part->count - at < MOST ? part->count - at : MOST;
		act(part, at, count);
	}
}

static void *work(void *argument)
{
	struct part *part = argument;
	uint64_t at, count;

	for_all(part, write_range);
	while (!time_is_over()) {
		count = some_blocks(part);
		at = next(&part->chance) % (part->count - count);
		if (next(&part->chance) % 2)
			write_range(part, at, count);
		else
			read_range(part, at, count);
	}
	for_all(part, read_range);
	return NULL;
}

static void start(struct part *part, unsigned int number, uint64_t blocks)
{
	part->count = blocks / THREADS;
	part->first = number * part->count;
	part->chance = seed * THREADS + number + 1;
	part->versions = calloc(part->count, sizeof(*part->versions));
	part->buffer = aligned_alloc(4096, MOST * BLOCK);
	if (!part->versions || !part->buffer ||
	    pthread_create(&part->thread, NULL, work, part))
		errx(2, "out of memory");
}

int main(int argc, char **argv)
{
	static struct part parts[THREADS];
	uint64_t writes = 0, reads = 0, most = 0, i;
	uint64_t megabytes = argc == 5 ? strtoull(argv[2], NULL, 10) : 0;
	unsigned int n;

	if (megabytes < 4)
		errx(2, "usage: block_versions DEVICE MEGABYTES SECONDS SEED");
	seed = strtoull(argv[4], NULL, 10);
	disk = open(argv[1], O_RDWR | O_DIRECT);
	if (disk < 0)
		err(2, "%s", argv[1]);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += strtol(argv[3], NULL, 10);
	for (n = 0; n < THREADS; n++)
		start(&parts[n], n, megabytes << 20 >> 9);
	for (n = 0; n < THREADS; n++) {
		pthread_join(parts[n].thread, NULL);
		writes += parts[n].writes;
		reads += parts[n].reads;
		for (i = 0; i < parts[n].count; i++)
			if (parts[n].versions[i] > most)
				most = parts[n].versions[i];
	}
	printf("%" PRIu64 " writes, %" PRIu64 " reads, up to version %" PRIu64
	       "\n", writes, reads, most);
	return writes ? 0 : 1;
}
