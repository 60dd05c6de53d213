/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must become of a PDU, by RFC 7143 and the reasons uapi gives, and what
 * the model knows.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "forge.h"
#include "model.h"

/* At least one of both; both when it depends on what the module was doing. */
struct verdict {
	bool may_pass;
	uint64_t reasons;	/* bits of enum isi_fail it may be refused for */
};

struct verdict judge(struct model *m, const struct forged *p);

/* Whose buffer the bytes of a Data-In may reach, whatever becomes of the PDU. */
const struct io_name *landing(struct model *m, const struct forged *p);

/* It passed, or will: what follows from it. Tells the I/O threads. */
void passed(struct model *m, const struct forged *p);

bool has_statsn(const struct iscsi_bhs *bhs);

#endif
