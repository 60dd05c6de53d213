/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sequence numbers: RFC 1982 arithmetic and the CmdSN window of RFC 7143
 * §4.2.2.1. Pure: no locks, no clock; the module and user space build it.
 */
#ifndef ISI_SEQ_H
#define ISI_SEQ_H

#include <linux/types.h>

/* RFC 1982: a comes before b, when they are less than 2^31 apart. C-068 */
static inline bool isi_sn_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

/**
 * struct isi_window - the session's command window
 * @cmdsn: number the next non-immediate command will carry
 * @reserved: commands admitted that carry no number yet
 * @exp_cmdsn: highest ExpCmdSN the target has sent
 * @max_cmdsn: highest MaxCmdSN the target has sent
 *
 * A command is admitted when a number is left for it (reserve) and gets the
 * number when its header goes on the wire (take), so that numbers rise in the
 * order of sending and one that is never sent leaves no hole (release).
 */
struct isi_window {
	u32 cmdsn;
	u32 reserved;
	u32 exp_cmdsn;
	u32 max_cmdsn;
};

void isi_window_init(struct isi_window *w, u32 cmdsn, u32 exp_cmdsn,
		     u32 max_cmdsn);
bool isi_window_reserve(struct isi_window *w);
u32 isi_window_take(struct isi_window *w);
void isi_window_release(struct isi_window *w);
void isi_window_update(struct isi_window *w, u32 exp_cmdsn, u32 max_cmdsn);

/* What a StatSN that has arrived means against the one expected. */
enum isi_sn_order {
	ISI_SN_EXPECTED,
	ISI_SN_DUPLICATE,
	ISI_SN_GAP,
};

enum isi_sn_order isi_sn_order(u32 sn, u32 expected);

#endif
