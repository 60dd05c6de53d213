// SPDX-License-Identifier: GPL-2.0-or-later
#include "io.h"

#include <errno.h>
#include <linux/bsg.h>
#include <scsi/sg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "dice.h"

#define PAGE		4096
#define BUFFERS		4	/* a buffer is looked at again this much later */
#define GUARD		0xa5
#define FRESH		0xee
#define HURRY_MS	7000	/* the shortest that bsg takes */
#define PATIENT_MS	120000

/* Host bytes of <scsi/scsi_status.h>. */
#define HOST_OK		0x00
#define HOST_TIME_OUT	0x03
#define HOST_ABORT	0x05
#define HOST_ERROR	0x07
#define HOST_RESET	0x08
#define HOST_DISRUPTED	0x0e

struct buffer {
	uint8_t *start;		/* of BUFFER_SIZE bytes */
	uint32_t begin;		/* of the data */
	uint32_t length;
	uint64_t sum;		/* of all, when the command had ended */
};

#define BUFFER_SIZE	(2 * PAGE + (IO_MAX_LENGTH + PAGE) / PAGE * PAGE)

struct io_thread {
	const struct device *device;
	struct io_name name;
	struct dice dice;
	pthread_t thread;
	struct buffer buffers[BUFFERS];
	pthread_mutex_t lock;	/* of the promise */
	struct promise promise;
	uint64_t started, ended, answered, disrupted, timed_out, bytes;
};

static struct io_thread threads[IO_THREADS];
static atomic_int running;
static atomic_bool stopping;

void io_name_put(const struct io_name *name, uint8_t *cdb)
{
	cdb[0] = VENDOR_CDB;
	cdb[1] = name->thread;
	cdb[2] = name->kind;
	cdb[3] = name->hurried;
	memcpy(cdb + 4, &name->seq, sizeof(name->seq));
}

struct io_name io_name_get(const uint8_t *cdb)
{
	struct io_name name = { .thread = cdb[1], .kind = cdb[2],
				.hurried = cdb[3] };

	memcpy(&name.seq, cdb + 4, sizeof(name.seq));
	need(cdb[0] == VENDOR_CDB && name.thread < IO_THREADS,
	     "a command that is none of ours");
	return name;
}

uint8_t io_byte(const struct io_name *name, uint32_t offset)
{
	return name->seq * 29 + name->thread * 71 + name->kind * 113 + offset +
	       (offset >> 8) * 7;
}

void io_promise(const struct io_name *name, const struct promise *promise)
{
	struct io_thread *t = &threads[name->thread];

	pthread_mutex_lock(&t->lock);
	if (t->promise.seq == name->seq) {
		bool loose = t->promise.loose;

		t->promise = *promise;
		t->promise.seq = name->seq;
		t->promise.loose |= loose;
	}
	pthread_mutex_unlock(&t->lock);
}

static uint64_t sum_of(const struct buffer *b)
{
	uint64_t sum = 0, word;

	for (size_t i = 0; i < BUFFER_SIZE; i += sizeof(word)) {
		memcpy(&word, b->start + i, sizeof(word));
		sum = (sum ^ word) * 0x9e3779b97f4a7c15ULL;
		sum ^= sum >> 29;
	}
	return sum;
}

/* Lengths of whole sectors at such a place are mapped, others are copied. */
static uint32_t pick_length(struct io_thread *t)
{
	switch (roll(&t->dice, 16)) {
	case 0:
		return 1 + roll(&t->dice, IO_MAX_LENGTH);
	case 1:
	case 2:
		return 1 + roll(&t->dice, 600);
	case 3:
		return 512 * (1 + roll(&t->dice, IO_MAX_LENGTH / 512));
	case 4:
	case 5:
		return 1 + roll(&t->dice, 9000);
	}
	return 512 * (1 + roll(&t->dice, 16));
}

static void fill(struct io_thread *t, struct buffer *b)
{
	bool write = t->name.kind == IO_WRITE;

	b->length = t->name.kind == IO_NO_DATA ? 0 : pick_length(t);
	b->begin = 512 * (1 + roll(&t->dice, PAGE / 512));
	memset(b->start, GUARD, BUFFER_SIZE);
	memset(b->start + b->begin, FRESH, b->length);
	for (uint32_t i = 0; write && i < b->length; i++)
		b->start[b->begin + i] = io_byte(&t->name, i);
}

static bool all_guard(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != GUARD)
			return false;
	return true;
}

/* Where the block layer has copied, it has zeros. */
static bool untouched(const struct buffer *b, uint8_t byte)
{
	return byte == FRESH || (b->length % 512 && !byte);
}

/*
 * A read's first @whole bytes are the target's; beyond them, or when it failed,
 * each is, or nobody has touched it.
 */
static void check_buffer(const struct io_thread *t, const struct buffer *b,
			 uint32_t whole)
{
	const uint8_t *data = b->start + b->begin;
	uint32_t i;

	check(all_guard(b->start, b->begin) &&
	      all_guard(data + b->length, BUFFER_SIZE - b->begin - b->length),
	      "thread %u, command %u: bytes around the buffer of %u",
	      t->name.thread, t->name.seq, b->length);
	for (i = 0; i < b->length; i++)
		if (data[i] != io_byte(&t->name, i) &&
		    (i < whole || t->name.kind != IO_READ ||
		     !untouched(b, data[i])))
			break;
	check(i == b->length,
	      "thread %u, command %u: byte %u of %u is %#x, not %#x (%u whole)",
	      t->name.thread, t->name.seq, i, b->length, data[i],
	      io_byte(&t->name, i), whole);
}

/* As the target said. */
static void check_answer(const struct io_thread *t, const struct promise *p,
			 const struct sg_io_v4 *io)
{
	uint32_t resid = t->name.kind == IO_WRITE ? io->dout_resid
						  : io->din_resid;

	if (p->loose)
		return;
	if (!check(p->answered, "thread %u, command %u: host %#x, not answered",
		   t->name.thread, t->name.seq, io->transport_status))
		return;
	check(!p->response == (io->transport_status == HOST_OK),
	      "host %#x for response %#x", io->transport_status, p->response);
	if (p->response)
		return;
	check(io->device_status == p->status, "status %#x, not %#x",
	      io->device_status, p->status);
	check(t->name.kind == IO_NO_DATA ||
	      (resid >= p->resid_min && resid <= p->resid_max),
	      "thread %u, command %u: resid %u, not %u to %u", t->name.thread,
	      t->name.seq, resid, p->resid_min, p->resid_max);
}

static void judge(struct io_thread *t, const struct buffer *b,
		  const struct sg_io_v4 *io, const struct promise *p)
{
	uint32_t whole = 0;

	switch (io->transport_status) {
	case HOST_OK:
		whole = p->answered && !p->loose ? p->in_bytes : 0;
		t->bytes += whole;
		/* fall through */
	case HOST_ERROR:
		t->answered++;
		check_answer(t, p, io);
		break;
	case HOST_DISRUPTED:
		t->disrupted++;
		break;
	case HOST_TIME_OUT:
	case HOST_ABORT:
	case HOST_RESET:
		t->timed_out++;
		check(t->name.hurried || p->loose,
		      "thread %u, command %u: timed out (%#x)", t->name.thread,
		      t->name.seq, io->transport_status);
		break;
	default:
		check(p->loose, "thread %u, command %u: host %#x, status %#x",
		      t->name.thread, t->name.seq, io->transport_status,
		      io->device_status);
	}
	check_buffer(t, b, whole);
}

/* Another command: the promise starts anew. */
static void next_command(struct io_thread *t)
{
	pthread_mutex_lock(&t->lock);
	t->name.seq++;
	t->name.kind = roll(&t->dice, 16) ? roll(&t->dice, 2) : IO_NO_DATA;
	t->name.hurried = chance(&t->dice, 256);
	t->promise = (struct promise) { .seq = t->name.seq };
	t->started++;
	pthread_mutex_unlock(&t->lock);
}

static struct promise end_command(struct io_thread *t)
{
	struct promise p;

	pthread_mutex_lock(&t->lock);
	p = t->promise;
	t->promise.seq = 0;
	t->ended++;
	pthread_mutex_unlock(&t->lock);
	return p;
}

static void command(struct io_thread *t, struct buffer *b)
{
	uint8_t cdb[16] = {}, sense[96];
	struct sg_io_v4 io = {
		.guard = 'Q',
		.request = (uintptr_t)cdb,
		.request_len = sizeof(cdb),
		.response = (uintptr_t)sense,
		.max_response_len = sizeof(sense),
		.timeout = t->name.hurried ? HURRY_MS : PATIENT_MS,
	};
	struct promise p;
	int error;

	io_name_put(&t->name, cdb);
	if (t->name.kind == IO_WRITE) {
		io.dout_xferp = (uintptr_t)(b->start + b->begin);
		io.dout_xfer_len = b->length;
	} else if (t->name.kind == IO_READ) {
		io.din_xferp = (uintptr_t)(b->start + b->begin);
		io.din_xfer_len = b->length;
	}
	error = ioctl(t->device->bsg, SG_IO, &io) ? -errno : 0;
	p = end_command(t);
	if (check_error(error, 0, "SG_IO"))
		judge(t, b, &io, &p);
}

static void *run(void *arg)
{
	struct io_thread *t = arg;
	struct buffer *b;

	while (!stopping) {
		b = &t->buffers[t->name.seq % BUFFERS];
		check(sum_of(b) == b->sum,
		      "thread %u: a buffer changed after command %u had ended",
		      t->name.thread, t->name.seq - BUFFERS);
		next_command(t);
		fill(t, b);
		command(t, b);
		b->sum = sum_of(b);
	}
	for (b = t->buffers; b < t->buffers + BUFFERS; b++)
		check(sum_of(b) == b->sum,
		      "thread %u: a buffer changed after its command",
		      t->name.thread);
	running--;
	return NULL;
}

void ios_start(const struct device *d, unsigned int seed)
{
	stopping = false;
	running = IO_THREADS;
	for (int i = 0; i < IO_THREADS; i++) {
		struct io_thread *t = &threads[i];

		*t = (struct io_thread) { .device = d, .name.thread = i,
					  .dice = dice_of(seed * 100 + i) };
		pthread_mutex_init(&t->lock, NULL);
		for (struct buffer *b = t->buffers; b < t->buffers + BUFFERS;
		     b++) {
			need(!posix_memalign((void **)&b->start, PAGE,
					     BUFFER_SIZE), "posix_memalign");
			memset(b->start, GUARD, BUFFER_SIZE);
			b->sum = sum_of(b);
		}
		need(!pthread_create(&t->thread, NULL, run, t),
		     "pthread_create");
	}
}

void ios_stop(void)
{
	stopping = true;
}

int ios_running(void)
{
	return running;
}

void ios_end(int failures)
{
	uint64_t started = 0, ended = 0, answered = 0, disrupted = 0,
		 timed_out = 0, bytes = 0;

	for (struct io_thread *t = threads; t < threads + IO_THREADS; t++) {
		need(!pthread_join(t->thread, NULL), "pthread_join");
		for (int i = 0; i < BUFFERS; i++)
			free(t->buffers[i].start);
		started += t->started;
		ended += t->ended;
		answered += t->answered;
		disrupted += t->disrupted;
		timed_out += t->timed_out;
		bytes += t->bytes;
	}
	printf("commands: %lu, answered %lu, lost with the connection %lu, timed out %lu; %lu bytes read\n",
	       started, answered, disrupted, timed_out, bytes);
	check(started == ended, "%lu commands began, %lu ended", started,
	      ended);
	check(answered > 0 && bytes > 0, "nothing was read");
	check(disrupted <= (uint64_t)failures * IO_THREADS,
	      "%lu commands lost with %d connections", disrupted, failures);
}
