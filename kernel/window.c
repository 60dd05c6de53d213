// SPDX-License-Identifier: GPL-2.0-only
/*
 * The session's command window (seq.c) under its lock, which any context may
 * take.
 */
#include "isi.h"

bool isi_session_reserve(struct isi_session *session)
{
	bool open;

	spin_lock_bh(&session->seq_lock);
	open = isi_window_reserve(&session->window);
	session->window_closed += !open;
	spin_unlock_bh(&session->seq_lock);
	return open;
}

u32 isi_session_take(struct isi_session *session)
{
	u32 cmdsn;

	spin_lock_bh(&session->seq_lock);
	cmdsn = isi_window_take(&session->window);
	spin_unlock_bh(&session->seq_lock);
	return cmdsn;
}

void isi_session_release(struct isi_session *session)
{
	spin_lock_bh(&session->seq_lock);
	isi_window_release(&session->window);
	spin_unlock_bh(&session->seq_lock);
}

/* What an immediate PDU carries: it does not consume the number. */
u32 isi_session_cmdsn(struct isi_session *session)
{
	u32 cmdsn;

	spin_lock_bh(&session->seq_lock);
	cmdsn = session->window.cmdsn;
	spin_unlock_bh(&session->seq_lock);
	return cmdsn;
}

void isi_session_window(struct isi_session *session, u32 exp_cmdsn,
			u32 max_cmdsn)
{
	spin_lock_bh(&session->seq_lock);
	isi_window_update(&session->window, exp_cmdsn, max_cmdsn);
	spin_unlock_bh(&session->seq_lock);
}
