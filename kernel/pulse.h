/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is the target alive, and does it know what we have received? What a
 * connection has to do about that, by the clock alone. Pure: time is handed
 * in, in jiffies, which wrap; the module and user space build it.
 *
 * Any byte from the target is a sign of life, whether it answers anything or
 * not. While a question is open, so is every byte that the target's TCP takes
 * from us: before it has taken the question there can be no answer, and a slow
 * link takes its time over what lies before it. One question is open at a time
 * and what may be sent without an answer is bounded, so a target that only
 * takes comes to its end, too.
 */
#ifndef ISI_PULSE_H
#define ISI_PULSE_H

#include <linux/types.h>

/**
 * struct isi_life - what TCP knows of the other side, at one moment
 * @now: when that is
 * @heard: when the last bytes came
 * @taken: the byte of ours up to which it has them all; wraps
 */
struct isi_life {
	u32 now;
	u32 heard;
	u32 taken;
};

/**
 * struct isi_pulse - how far we are with it; all zero to begin with
 * @asking: a question is open
 * @asked: since when
 * @looked: when we last looked
 * @waited: how long @taken has not moved, by our looking at it
 * @taken: as it was when we last looked
 */
struct isi_pulse {
	bool asking;
	u32 asked;
	u32 looked;
	u32 waited;
	u32 taken;
};

enum isi_pulse_step {
	ISI_PULSE_REST,
	ISI_PULSE_ASK,
	ISI_PULSE_LOST,
};

enum isi_pulse_step isi_pulse_check(struct isi_pulse *pulse,
				    const struct isi_life *life, u32 interval,
				    u32 timeout, u32 *again);

/**
 * struct isi_debt - status received that the target does not know of yet
 * @owed: there was some
 * @since: when that was seen
 * @statsn: our ExpStatSN then
 */
struct isi_debt {
	bool owed;
	u32 since;
	u32 statsn;
};

bool isi_debt_check(struct isi_debt *debt, u32 now, u32 exp_statsn,
		    u32 told_statsn, u32 patience);

#endif
