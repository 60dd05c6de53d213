// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Scsi_Host of a session: the template, and queuecommand.
 */
#include <linux/module.h>
#include <scsi/scsi_tcq.h>

#include "isi.h"

/* What happens to a command, by the session's state. */
static const struct {
	int busy;		/* SCSI_MLQUEUE_*: comes again later */
	int host_byte;		/* DID_*: ends at once */
} verdicts[] = {
	[ISI_SESSION_NEW]	= { .host_byte = DID_NO_CONNECT },
	[ISI_SESSION_UP]	= { .busy = SCSI_MLQUEUE_TARGET_BUSY },
	[ISI_SESSION_BLOCKED]	= { .busy = SCSI_MLQUEUE_TARGET_BUSY },
	[ISI_SESSION_EXPIRED]	= { .host_byte = DID_TRANSPORT_FAILFAST },
	[ISI_SESSION_REMOVING]	= { .host_byte = DID_NO_CONNECT },
};

static int refuse(struct isi_session *session, struct scsi_cmnd *sc)
{
	enum isi_session_state state = isi_session_state(session);

	if (verdicts[state].busy)
		return verdicts[state].busy;
	sc->result = verdicts[state].host_byte << 16;
	scsi_done(sc);
	return 0;
}

/* The connection this CPU's queue uses, when it takes commands. */
static struct isi_conn *pick_connection(struct isi_session *session,
					struct scsi_cmnd *sc)
{
	u32 tag = blk_mq_unique_tag(scsi_cmd_to_rq(sc));
	u16 queue = blk_mq_unique_tag_to_hwq(tag);
	struct isi_conn *conn = rcu_dereference(session->map[queue]);

	if (!conn || !isi_conn_live(conn))
		return NULL;
	return conn;
}

/*
 * May not sleep. The RCU read side keeps the connection: isi_conn_stop() waits
 * for it. A command without a number to be had is refused before anything is
 * set up; the midlayer brings it again (C-066).
 */
static int isi_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *sc)
{
	struct isi_session *session = shost_priv(shost);
	struct isi_task *task = scsi_cmd_priv(sc);
	bool last = sc->flags & SCMD_LAST;	/* not ours once submitted */
	struct isi_conn *conn;
	int ret = 0;

	/* The error handler's, of a command that is not off our lists yet. */
	if (unlikely(READ_ONCE(task->state) != ISI_TASK_FREE))
		return SCSI_MLQUEUE_HOST_BUSY;

	rcu_read_lock();
	conn = pick_connection(session, sc);
	if (isi_session_state(session) != ISI_SESSION_UP || !conn) {
		ret = refuse(session, sc);
	} else if (!isi_session_reserve(session)) {
		ret = SCSI_MLQUEUE_TARGET_BUSY;
	} else {
		isi_task_start(task, conn, sc);
		isi_tx_submit(task);
	}
	/* Also when refused: commands before it may wait for this push. */
	if (conn && (last || ret))
		isi_tx_kick(conn);
	rcu_read_unlock();
	return ret;
}

/* The batch is over although its last command never came. */
static void isi_commit_rqs(struct Scsi_Host *shost, u16 queue)
{
	struct isi_session *session = shost_priv(shost);
	struct isi_conn *conn;

	rcu_read_lock();
	conn = rcu_dereference(session->map[queue]);
	if (conn)
		isi_tx_kick(conn);
	rcu_read_unlock();
}

/* Its being there keeps the area from being cleared at every dispatch. */
static int isi_init_cmd_priv(struct Scsi_Host *shost, struct scsi_cmnd *sc)
{
	struct isi_task *task = scsi_cmd_priv(sc);

	memset(task, 0, sizeof(*task));
	return 0;
}

static ISI_TEMPLATE_CONST struct scsi_host_template isi_host_template = {
	.module			= THIS_MODULE,
	.name			= "iSCSI Initiator",
	.proc_name		= "iscsi_initiator",
	.queuecommand		= isi_queuecommand,
	.commit_rqs		= isi_commit_rqs,
	.init_cmd_priv		= isi_init_cmd_priv,
	.eh_timed_out		= isi_eh_timed_out,
	.eh_abort_handler	= isi_eh_abort,
	.eh_device_reset_handler = isi_eh_device_reset,
	.eh_target_reset_handler = isi_eh_target_reset,
	.eh_host_reset_handler	= isi_eh_host_reset,
	.change_queue_depth	= scsi_change_queue_depth,
	.track_queue_depth	= 1,
	.skip_settle_delay	= 1,
	.cmd_size		= sizeof(struct isi_task),
	.this_id		= -1,
	.sg_tablesize		= 4096,
	.max_sectors		= 0xffff,
};

/* Return: a host that is not added, with a zeroed session, or NULL. */
struct Scsi_Host *isi_host_alloc(const struct isi_session_spec *spec)
{
	struct Scsi_Host *shost;

	shost = scsi_host_alloc(&isi_host_template,
				sizeof(struct isi_session));
	if (!shost)
		return NULL;
	shost->transportt = isi_transport_template;
	shost->can_queue = spec->queue_depth;
	shost->cmd_per_lun = spec->lun_queue_depth;
	shost->nr_hw_queues = min_t(unsigned int, spec->max_connections,
				    nr_cpu_ids);
	/* Where queues share tags, an I/O scheduler allocates 2048 requests. */
	shost->host_tagset = shost->nr_hw_queues > 1;
	shost->max_cmd_len = ISI_MAX_CDB_LEN;
	shost->max_lun = ~0ULL;
	shost->max_id = 1;
	shost->max_channel = 0;
	return shost;
}
