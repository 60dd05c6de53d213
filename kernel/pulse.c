// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>

#include "pulse.h"
#include "seq.h"

/* How finely the time an answer takes is divided, to see bytes move. */
#define LOOKS		4

/* Has something come since we asked? Ages, so that no wrap matters. C-097 */
static bool heard_since(const struct isi_pulse *pulse,
			const struct isi_life *life)
{
	return life->now - life->heard <= life->now - pulse->asked;
}

static void ask(struct isi_pulse *pulse, const struct isi_life *life)
{
	pulse->asking = true;
	pulse->asked = life->now;
	pulse->looked = life->now;
	pulse->waited = 0;
	pulse->taken = life->taken;
}

/*
 * One look counts for as long as it was due after the last, and no longer:
 * where we were held up, so was who brings us what the target has sent.
 */
static void wait_on(struct isi_pulse *pulse, const struct isi_life *life,
		    u32 look)
{
	if (life->taken == pulse->taken)
		pulse->waited += min(life->now - pulse->looked, look);
	else
		pulse->waited = 0;
	pulse->looked = life->now;
	pulse->taken = life->taken;
}

/**
 * isi_pulse_check() - what is to be done now
 * @pulse: the connection's
 * @life: as of now
 * @interval: silence after which we ask; not 0
 * @timeout: how long the answer may take; not 0
 * @again: set to when to look again, from now; not 0
 *
 * A target that sends nothing and takes nothing is lost @interval + @timeout
 * after its last byte. One that goes on taking for a while gets as much more,
 * and up to a quarter of @timeout, as that is how often we look.
 */
enum isi_pulse_step isi_pulse_check(struct isi_pulse *pulse,
				    const struct isi_life *life, u32 interval,
				    u32 timeout, u32 *again)
{
	u32 silence = life->now - life->heard;
	u32 look = max(timeout / LOOKS, 1U);

	if (pulse->asking && heard_since(pulse, life))
		pulse->asking = false;
	if (!pulse->asking && silence < interval) {
		*again = interval - silence;
		return ISI_PULSE_REST;
	}
	*again = look;
	if (!pulse->asking) {
		ask(pulse, life);
		return ISI_PULSE_ASK;
	}
	wait_on(pulse, life, look);
	if (pulse->waited >= timeout)
		return ISI_PULSE_LOST;
	*again = min(look, timeout - pulse->waited);
	return ISI_PULSE_REST;
}

/**
 * isi_debt_check() - is it time to acknowledge status by itself?
 * @debt: the connection's
 * @now: jiffies
 * @exp_statsn: StatSN of the next status, ours
 * @told_statsn: the ExpStatSN of the last PDU we sent
 * @patience: how long another PDU may be waited for
 *
 * RFC 7143 §4.2.2.2, §11.18. C-072
 */
bool isi_debt_check(struct isi_debt *debt, u32 now, u32 exp_statsn,
		    u32 told_statsn, u32 patience)
{
	if (debt->owed && !isi_sn_before(told_statsn, debt->statsn))
		debt->owed = false;
	if (told_statsn == exp_statsn)
		return false;
	if (!debt->owed) {
		debt->owed = true;
		debt->since = now;
		debt->statsn = exp_statsn;
		return false;
	}
	return now - debt->since >= patience;
}
