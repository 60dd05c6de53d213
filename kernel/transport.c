// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's iSCSI transport class: what udev, lsblk, lsscsi, multipath and
 * others read in /sys/class/iscsi_{session,connection,host}. The class also
 * has a netlink interface of its own, for which we only have refusals: it
 * calls most of a transport's operations without looking whether they exist.
 */
#include <linux/module.h>
#include <scsi/scsi_transport_iscsi.h>

#include "isi.h"

struct scsi_transport_template *isi_transport_template;

static struct iscsi_cls_session *
refuse_create_session(struct iscsi_endpoint *ep, u16 cmds_max, u16 qdepth,
		      u32 sn)
{
	return NULL;
}

static struct iscsi_cls_conn *
refuse_create_conn(struct iscsi_cls_session *session, u32 cid)
{
	return NULL;
}

static int refuse_bind_conn(struct iscsi_cls_session *session,
			    struct iscsi_cls_conn *conn, u64 handle,
			    int is_leading)
{
	return -EOPNOTSUPP;
}

static int refuse_start_conn(struct iscsi_cls_conn *conn)
{
	return -EOPNOTSUPP;
}

static void refuse_stop_conn(struct iscsi_cls_conn *conn, int flag)
{
}

static void refuse_destroy_conn(struct iscsi_cls_conn *conn)
{
}

static void refuse_destroy_session(struct iscsi_cls_session *session)
{
}

static int refuse_set_param(struct iscsi_cls_conn *conn, enum iscsi_param param,
			    char *buf, int len)
{
	return -EOPNOTSUPP;
}

static int refuse_send_pdu(struct iscsi_cls_conn *conn, struct iscsi_hdr *hdr,
			   char *data, u32 size)
{
	return -EOPNOTSUPP;
}

/* STATS_GET has them; the class has zeroed these. */
static void refuse_stats(struct iscsi_cls_conn *conn, struct iscsi_stats *stats)
{
}

static void recovery_timedout(struct iscsi_cls_session *cls)
{
	struct isi_session *session = cls->dd_data;

	/* Not here: CONN_ADD waits for this timer with the mutex held. */
	queue_work(isi_wq, &session->expire_work);
}

static int show_isid(const u8 *isid, char *buf)
{
	return sysfs_emit(buf, "%*phN\n", 6, isid);
}

static int get_session_param(struct iscsi_cls_session *cls,
			     enum iscsi_param param, char *buf)
{
	struct isi_session *s = cls->dd_data;

	switch (param) {
	case ISCSI_PARAM_TARGET_NAME:
		return sysfs_emit(buf, "%s\n", s->target_name);
	case ISCSI_PARAM_TARGET_ALIAS:
		return sysfs_emit(buf, "%s\n", s->target_alias);
	case ISCSI_PARAM_INITIATOR_NAME:
		return sysfs_emit(buf, "%s\n", s->initiator_name);
	case ISCSI_PARAM_IFACE_NAME:
		return sysfs_emit(buf, "%s\n", s->interface);
	case ISCSI_PARAM_TPGT:
		return sysfs_emit(buf, "%u\n", s->tpgt);
	case ISCSI_PARAM_ISID:
		return show_isid(s->isid, buf);
	case ISCSI_PARAM_INITIAL_R2T_EN:
		return sysfs_emit(buf, "%d\n", s->limits.initial_r2t);
	case ISCSI_PARAM_IMM_DATA_EN:
		return sysfs_emit(buf, "%d\n", s->limits.immediate_data);
	case ISCSI_PARAM_FIRST_BURST:
		return sysfs_emit(buf, "%u\n", s->limits.first_burst_length);
	case ISCSI_PARAM_MAX_BURST:
		return sysfs_emit(buf, "%u\n", s->limits.max_burst_length);
	case ISCSI_PARAM_MAX_R2T:
		return sysfs_emit(buf, "%u\n", s->limits.max_outstanding_r2t);
	case ISCSI_PARAM_PDU_INORDER_EN:
		return sysfs_emit(buf, "%d\n", s->limits.data_pdu_in_order);
	case ISCSI_PARAM_DATASEQ_INORDER_EN:
		return sysfs_emit(buf, "%d\n",
				  s->limits.data_sequence_in_order);
	case ISCSI_PARAM_ERL:
		return sysfs_emit(buf, "%u\n", s->erl);
	case ISCSI_PARAM_DEF_TIME2WAIT:
		return sysfs_emit(buf, "%u\n", s->default_time2wait);
	case ISCSI_PARAM_DEF_TIME2RETAIN:
		return sysfs_emit(buf, "%u\n", s->default_time2retain);
	default:
		return -ENODATA;
	}
}

static int show_address(const struct isi_conn *conn, bool local, char *buf)
{
	if (!conn)
		return -ENOTCONN;
	return sysfs_emit(buf, "%s\n",
			  local ? conn->local.text : conn->peer.text);
}

static int show_port(const struct isi_conn *conn, bool local, char *buf)
{
	if (!conn)
		return -ENOTCONN;
	return sysfs_emit(buf, "%u\n",
			  local ? conn->local.port : conn->peer.port);
}

/* connectionN:0 stands for whichever connection is the session's first. */
static const struct isi_conn *first_conn(struct isi_session *session)
{
	int i;

	lockdep_assert_held(&session->mutex);
	for (i = 0; i < ISI_MAX_CONNECTIONS; i++)
		if (session->conns[i])
			return session->conns[i];
	return NULL;
}

static int show_conn_param(struct isi_session *session, enum iscsi_param param,
			   char *buf)
{
	const struct isi_conn *conn = first_conn(session);

	switch (param) {
	case ISCSI_PARAM_PERSISTENT_ADDRESS:
		return sysfs_emit(buf, "%s\n", session->portal_address);
	case ISCSI_PARAM_PERSISTENT_PORT:
		return sysfs_emit(buf, "%u\n", session->portal_port);
	case ISCSI_PARAM_CONN_ADDRESS:
		return show_address(conn, false, buf);
	case ISCSI_PARAM_CONN_PORT:
		return show_port(conn, false, buf);
	case ISCSI_PARAM_LOCAL_IPADDR:
		return show_address(conn, true, buf);
	case ISCSI_PARAM_LOCAL_PORT:
		return show_port(conn, true, buf);
	case ISCSI_PARAM_HDRDGST_EN:
	case ISCSI_PARAM_DATADGST_EN:
		return sysfs_emit(buf, "0\n");
	default:
		break;
	}
	if (!conn)
		return -ENOTCONN;
	switch (param) {
	case ISCSI_PARAM_MAX_RECV_DLENGTH:
		return sysfs_emit(buf, "%u\n", conn->limits.max_recv_dsl);
	case ISCSI_PARAM_MAX_XMIT_DLENGTH:
		return sysfs_emit(buf, "%u\n", conn->limits.max_xmit_dsl);
	case ISCSI_PARAM_EXP_STATSN:
		return sysfs_emit(buf, "%u\n", conn->exp_statsn);
	default:
		return -ENODATA;
	}
}

static int get_conn_param(struct iscsi_cls_conn *cls, enum iscsi_param param,
			  char *buf)
{
	struct isi_session *session =
		iscsi_conn_to_session(cls)->dd_data;
	int ret;

	mutex_lock(&session->mutex);
	ret = show_conn_param(session, param, buf);
	mutex_unlock(&session->mutex);
	return ret;
}

static int get_host_param(struct Scsi_Host *shost, enum iscsi_host_param param,
			  char *buf)
{
	struct isi_session *session = shost_priv(shost);
	int ret;

	switch (param) {
	case ISCSI_HOST_PARAM_INITIATOR_NAME:
		return sysfs_emit(buf, "%s\n", session->initiator_name);
	case ISCSI_HOST_PARAM_IPADDRESS:
		mutex_lock(&session->mutex);
		ret = show_address(first_conn(session), true, buf);
		mutex_unlock(&session->mutex);
		return ret;
	default:
		return -ENODATA;
	}
}

static const u8 visible_params[ISCSI_PARAM_MAX] = {
	[ISCSI_PARAM_TARGET_NAME]		= 1,
	[ISCSI_PARAM_TARGET_ALIAS]		= 1,
	[ISCSI_PARAM_INITIATOR_NAME]		= 1,
	[ISCSI_PARAM_IFACE_NAME]		= 1,
	[ISCSI_PARAM_TPGT]			= 1,
	[ISCSI_PARAM_ISID]			= 1,
	[ISCSI_PARAM_INITIAL_R2T_EN]		= 1,
	[ISCSI_PARAM_IMM_DATA_EN]		= 1,
	[ISCSI_PARAM_FIRST_BURST]		= 1,
	[ISCSI_PARAM_MAX_BURST]			= 1,
	[ISCSI_PARAM_MAX_R2T]			= 1,
	[ISCSI_PARAM_PDU_INORDER_EN]		= 1,
	[ISCSI_PARAM_DATASEQ_INORDER_EN]	= 1,
	[ISCSI_PARAM_ERL]			= 1,
	[ISCSI_PARAM_DEF_TIME2WAIT]		= 1,
	[ISCSI_PARAM_DEF_TIME2RETAIN]		= 1,
	[ISCSI_PARAM_PERSISTENT_ADDRESS]	= 1,
	[ISCSI_PARAM_PERSISTENT_PORT]		= 1,
	[ISCSI_PARAM_CONN_ADDRESS]		= 1,
	[ISCSI_PARAM_CONN_PORT]			= 1,
	[ISCSI_PARAM_LOCAL_IPADDR]		= 1,
	[ISCSI_PARAM_LOCAL_PORT]		= 1,
	[ISCSI_PARAM_HDRDGST_EN]		= 1,
	[ISCSI_PARAM_DATADGST_EN]		= 1,
	[ISCSI_PARAM_MAX_RECV_DLENGTH]		= 1,
	[ISCSI_PARAM_MAX_XMIT_DLENGTH]		= 1,
	[ISCSI_PARAM_EXP_STATSN]		= 1,
};

static umode_t attr_is_visible(int type, int param)
{
	if (type == ISCSI_HOST_PARAM)
		return param == ISCSI_HOST_PARAM_INITIATOR_NAME ||
		       param == ISCSI_HOST_PARAM_IPADDRESS ? 0444 : 0;
	if (type == ISCSI_PARAM && param < ISCSI_PARAM_MAX)
		return visible_params[param] ? 0444 : 0;
	return 0;
}

static struct iscsi_transport transport = {
	.owner			= THIS_MODULE,
	/* "tcp" is iscsi_tcp's. */
	.name			= "initiator",
	.create_session		= refuse_create_session,
	.destroy_session	= refuse_destroy_session,
	.create_conn		= refuse_create_conn,
	.bind_conn		= refuse_bind_conn,
	.start_conn		= refuse_start_conn,
	.stop_conn		= refuse_stop_conn,
	.destroy_conn		= refuse_destroy_conn,
	.set_param		= refuse_set_param,
	.send_pdu		= refuse_send_pdu,
	.get_stats		= refuse_stats,
	.get_session_param	= get_session_param,
	.get_conn_param		= get_conn_param,
	.get_host_param		= get_host_param,
	.attr_is_visible	= attr_is_visible,
	.session_recovery_timedout = recovery_timedout,
};

/**
 * isi_transport_add() - show a session in the class
 * @session: initialised; its host is added
 *
 * Return: 0, or -errno and nothing is left of it.
 */
int isi_transport_add(struct isi_session *session)
{
	struct iscsi_cls_session *cls;
	int err;

	cls = iscsi_alloc_session(session->shost, &transport, 0);
	if (!cls)
		return -ENOMEM;
	cls->dd_data = session;
	err = iscsi_add_session(cls, 0);
	if (err)
		goto err_free;
	session->cls_session = cls;
	session->cls_conn = iscsi_alloc_conn(cls, 0, 0);
	if (!session->cls_conn) {
		err = -ENOMEM;
		goto err_remove;
	}
	err = iscsi_add_conn(session->cls_conn);
	if (err)
		goto err_conn;
	return 0;

err_conn:
	iscsi_put_conn(session->cls_conn);
err_remove:
	iscsi_remove_session(cls);
err_free:
	iscsi_free_session(cls);
	return err;
}

s32 isi_transport_recovery_tmo(const struct isi_session *session)
{
	return READ_ONCE(session->cls_session->recovery_tmo);
}

void isi_transport_set_recovery_tmo(struct isi_session *session, s32 seconds)
{
	WRITE_ONCE(session->cls_session->recovery_tmo, seconds);
}

int isi_transport_register(void)
{
	isi_transport_template = iscsi_register_transport(&transport);
	return isi_transport_template ? 0 : -ENOMEM;
}

void isi_transport_unregister(void)
{
	iscsi_unregister_transport(&transport);
}
