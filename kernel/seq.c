// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CmdSN window and the order of status numbers (RFC 7143 §4.2.2).
 * Pure; the caller holds whatever lock protects the window.
 */
#include "seq.h"

void isi_window_init(struct isi_window *w, u32 cmdsn, u32 exp_cmdsn,
		     u32 max_cmdsn)
{
	w->cmdsn = cmdsn;
	w->reserved = 0;
	w->exp_cmdsn = exp_cmdsn;
	w->max_cmdsn = max_cmdsn;
}

/*
 * True: the caller owns one number until it takes or releases it. Windows of
 * one and of 2^31 - 1 are alike. C-066 C-069
 */
bool isi_window_reserve(struct isi_window *w)
{
	if (isi_sn_before(w->max_cmdsn, w->cmdsn + w->reserved))
		return false;
	w->reserved++;
	return true;
}

/* The reserved number itself; when the header is built. C-065 C-075 */
u32 isi_window_take(struct isi_window *w)
{
	w->reserved--;
	return w->cmdsn++;
}

void isi_window_release(struct isi_window *w)
{
	w->reserved--;
}

/*
 * RFC 7143 §4.2.2.1: a pair with MaxCmdSN < ExpCmdSN - 1 is no pair; each is
 * adopted only when it is ahead of what is known, since PDUs of several
 * connections overtake each other. C-067
 */
void isi_window_update(struct isi_window *w, u32 exp_cmdsn, u32 max_cmdsn)
{
	if (isi_sn_before(max_cmdsn, exp_cmdsn - 1))
		return;
	if (isi_sn_before(w->exp_cmdsn, exp_cmdsn))
		w->exp_cmdsn = exp_cmdsn;
	if (isi_sn_before(w->max_cmdsn, max_cmdsn))
		w->max_cmdsn = max_cmdsn;
}

enum isi_sn_order isi_sn_order(u32 sn, u32 expected)
{
	if (sn == expected)
		return ISI_SN_EXPECTED;
	return isi_sn_before(sn, expected) ? ISI_SN_DUPLICATE : ISI_SN_GAP;
}
