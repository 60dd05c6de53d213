/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs as a target makes them: right ones, by what the model knows, and those
 * of which a field, a digest or a length is something else. Nothing here knows
 * which of these the module must refuse.
 */
#ifndef FORGE_H
#define FORGE_H

#include "dice.h"
#include "model.h"

/* Longer data segments are declared, not sent. */
#define FORGED_DATA	(65536 + ISCSI_PAD_TO)

struct forged {
	struct iscsi_bhs bhs;
	uint8_t ahs[ISCSI_AHS_MAX_LEN];
	uint8_t data[FORGED_DATA];
	bool plain_sense;	/* ILLEGAL REQUEST, nothing else */
	bool wrong_header;	/* its digest */
	bool wrong_data;
};

/*
 * The next step of some command, a request's answer, or something by itself.
 * False: it is the module's turn.
 */
bool forge_good(struct forged *p, struct model *m, struct dice *d);
/* Until every command is answered, and nothing else. */
bool forge_answer(struct forged *p, struct model *m, struct dice *d);
/* One field or a few are changed; or the last PDU is sent once more. */
void forge_wrong(struct forged *p, struct model *m, struct dice *d);

/* A Data-In's bytes: what @name has where it says, or what must not land. */
void forge_fill(struct forged *p, const struct io_name *name);

/* A ping that asks for an answer. */
void forge_ping(struct forged *p, struct model *m, uint32_t length);

#endif
