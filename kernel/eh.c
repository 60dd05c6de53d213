// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SCSI error handler's calls for a command that does not come back in time:
 * ABORT TASK, LUN RESET, TARGET WARM RESET (tmf.c), and at last reinstatement
 * of the session (RFC 7143 §6.3.5), by which the target drops every task of it.
 * None succeeds before the old command is certainly dead at the target, so that
 * a retry cannot be overtaken by it. C-110
 *
 * Bound, at a target that answers nothing: the command's timeout, 10 s for the
 * first abort; then, once all else that is under way has ended or timed out,
 * too, 15 s for the first LUN reset, 15 s for the target reset, and recovery_tmo
 * + the drain of the socket (10 s). Where recovery_tmo is off there is none, as
 * its user asked for.
 */
#include "isi.h"

/*
 * While the session is down its commands wait for it, not for their timer: the
 * recovery timer is what ends that. Softirq.
 */
enum scsi_timeout_action isi_eh_timed_out(struct scsi_cmnd *sc)
{
	struct isi_session *session = shost_priv(sc->device->host);

	if (isi_session_state(session) == ISI_SESSION_BLOCKED)
		return SCSI_EH_RESET_TIMER;
	return SCSI_EH_NOT_HANDLED;
}

static int result_of(int error)
{
	return error ? FAILED : SUCCESS;
}

int isi_eh_abort(struct scsi_cmnd *sc)
{
	return result_of(isi_tmf(ISI_TMF_ABORT, sc));
}

int isi_eh_device_reset(struct scsi_cmnd *sc)
{
	return result_of(isi_tmf(ISI_TMF_LUN_RESET, sc));
}

int isi_eh_target_reset(struct scsi_cmnd *sc)
{
	return result_of(isi_tmf(ISI_TMF_TARGET_RESET, sc));
}

/*
 * The midlayer owns the commands again when this returns, so it does not return
 * before isi_tasks_end() has let go of them: now, when nothing will bring the
 * session back, or when something does. isi_conn_stop() has waited for every
 * context that may fail a connection, so the state is settled.
 */
int isi_eh_host_reset(struct scsi_cmnd *sc)
{
	struct isi_session *session = shost_priv(sc->device->host);
	unsigned int ended;

	mutex_lock(&session->mutex);
	if (session->gone) {	/* an ioctl's, and the tasks' table with it */
		mutex_unlock(&session->mutex);
		return FAST_IO_FAIL;
	}
	isi_session_stop(session, ISI_FAIL_HOST_RESET);
	ended = session->nexus_ended;
	if (isi_session_state(session) != ISI_SESSION_BLOCKED)
		isi_tasks_end(session, DID_TRANSPORT_FAILFAST);
	mutex_unlock(&session->mutex);

	wait_event_idle(session->wait,
			READ_ONCE(session->nexus_ended) != ended);
	switch (isi_session_state(session)) {
	case ISI_SESSION_UP:
	case ISI_SESSION_BLOCKED:
		return SUCCESS;
	case ISI_SESSION_NEW:
	case ISI_SESSION_EXPIRED:
	case ISI_SESSION_REMOVING:
		break;
	}
	return FAST_IO_FAIL;
}
