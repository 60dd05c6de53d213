/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the target knows of a connection: the commands it has seen, those that
 * have ended, what the module waits for. It takes in what the module sends, and
 * checks that against it.
 */
#ifndef MODEL_H
#define MODEL_H

#include "io.h"

#define TASKS		64
#define R2TS		64	/* more than can be outstanding, if some slip by */
#define REQUESTS	16
#define PINGS		64
#define TAGS		128	/* indices of ITTs that are commands' */
#define TAG_BITS	12

struct r2t {
	uint32_t ttt;
	uint32_t offset;
	uint32_t left;
	uint32_t datasn;
};

struct task {
	bool used;
	bool named;		/* an I/O thread's; else the midlayer's own */
	struct io_name name;
	uint8_t cdb[ISCSI_CDB_LEN];
	uint32_t itt;
	uint32_t cmdsn;
	uint32_t edtl;
	bool read;
	bool write;
	uint32_t datasn;	/* of the next Data-In */
	uint32_t next_in;
	uint32_t r2tsn;
	uint32_t next_r2t;
	uint32_t received;
	struct r2t r2ts[R2TS];	/* oldest first; unsolicited data is one */
	int r2t_count;
};

/* How the last command of a tag has ended, if it has. */
enum gone {
	GONE,			/* nothing of it may come */
	GONE_LATE,		/* what comes of it may be let pass */
	GONE_ANY,		/* or it has not quite ended */
};

struct ended {
	uint32_t itt;
	enum gone how;
	bool named;
	struct io_name name;
};

/* A request of the module's that wants an answer. */
struct request {
	struct iscsi_bhs bhs;
	bool used;
};

struct ping {
	uint32_t ttt;
	uint32_t length;	/* of the answer */
	uint32_t sum;		/* of its data */
};

struct model {
	struct device device;
	struct task tasks[TASKS];
	struct ended ended[TAGS];
	struct request requests[REQUESTS];
	struct ping pings[PINGS];	/* oldest first */
	int ping_count;
	uint32_t next_ttt;
	int flood;		/* pings still to come at once */
	bool calm;		/* no command of ours may come: be good */
	uint64_t received;	/* PDUs */
};

/* After a new connection. */
void model_reset(struct model *m);
/* All that has come, but none of it is waited for. False: the stream ended. */
bool model_receive(struct model *m);

struct task *model_task(struct model *m, uint32_t itt);
struct request *model_request(struct model *m, uint32_t itt);
void model_end_task(struct model *m, struct task *t, enum gone how);
int model_live(const struct model *m);
/* The @n-th of the live ones. */
struct task *model_nth(struct model *m, int n);

/* Is @opcode a request that is answered with one more bit? */
uint8_t answer_to(const struct request *r);

#endif
