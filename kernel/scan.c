// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking for LUNs. New ones are the midlayer's job, through the class's
 * user_scan: only that marks the target as scanned, without which the class
 * would not remove it later. Ones that are gone are ours: the midlayer never
 * takes a disk away, so the target's REPORT LUNS is compared with what we have.
 * And the midlayer passes over what it knows: that is told to look again.
 *
 * Process context, on the module's workqueue; commands that the target does not
 * answer end with their timeout or with the session.
 */
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <scsi/scsi.h>
#include <scsi/scsi_proto.h>
#include <scsi/scsi_transport.h>

#include "isi.h"

#define REPORT_LUNS_HEADER	8
#define REPORT_LUNS_MAX		(REPORT_LUNS_HEADER + 4096 * 8)
#define REPORT_LUNS_TIMEOUT	(30 * HZ)
#define REPORT_LUNS_RETRIES	3
#define READY_TIMEOUT		(10 * HZ)
#define READY_RETRIES		3

/* Return: bytes of LUN entries in @list, 0 when the target did not tell. */
static u32 report_luns(struct scsi_device *sdev, u8 *list)
{
	u8 cdb[16] = { REPORT_LUNS };
	u32 length;

	put_unaligned_be32(REPORT_LUNS_MAX, &cdb[6]);
	if (isi_scsi_read(sdev, cdb, list, REPORT_LUNS_MAX,
			  REPORT_LUNS_TIMEOUT, REPORT_LUNS_RETRIES))
		return 0;
	length = get_unaligned_be32(list);
	/* A list that does not fit says nothing about what is not in it. */
	return length <= REPORT_LUNS_MAX - REPORT_LUNS_HEADER ? length : 0;
}

static bool reported(const u8 *list, u32 length, u64 lun)
{
	struct scsi_lun entry;
	u32 at;

	for (at = 0; at + 8 <= length; at += 8) {
		memcpy(&entry, list + REPORT_LUNS_HEADER + at, sizeof(entry));
		if (scsilun_to_int(&entry) == lun)
			return true;
	}
	return false;
}

/* The first device is as good as any: REPORT LUNS is about the target. */
static u32 ask_any(struct Scsi_Host *shost, u8 *list)
{
	struct scsi_device *sdev;
	u32 length;

	shost_for_each_device(sdev, shost) {
		length = report_luns(sdev, list);
		if (length) {
			scsi_device_put(sdev);
			return length;
		}
	}
	return 0;
}

static int remove_vanished(struct Scsi_Host *shost)
{
	u8 *list = kzalloc(REPORT_LUNS_MAX, GFP_KERNEL);
	struct scsi_device *sdev;
	u32 length;

	if (!list)
		return -ENOMEM;
	length = ask_any(shost, list);
	if (length) {
		shost_for_each_device(sdev, shost)
			if (!reported(list, length, sdev->lun))
				scsi_remove_device(sdev);
	}
	kfree(list);
	return 0;
}

/*
 * One that does not answer as a device would have is left as it is: sd would
 * take it for empty, and send it nothing more.
 */
static bool is_ready(struct scsi_device *sdev)
{
	struct scsi_sense_hdr sense;

	return !scsi_test_unit_ready(sdev, READY_TIMEOUT, READY_RETRIES,
				     &sense);
}

/* Sizes and the like: what the drivers keep of a device, read anew. */
static void reread(struct Scsi_Host *shost, u64 lun)
{
	struct scsi_device *sdev;

	shost_for_each_device(sdev, shost)
		if ((lun == SCAN_WILD_CARD || sdev->lun == lun) &&
		    is_ready(sdev))
			isi_scsi_rescan(sdev);
}

/*
 * Bring the disks in line with the target's LUNs: one LUN, or SCAN_WILD_CARD for
 * all. @keep: disks of LUNs that are not reported, too.
 *
 * Return: 0, -ENOMEM, or -ENOTCONN when the session was not up all the while:
 * then nobody can say what is missing.
 */
static int scan(struct isi_session *session, u64 lun, bool keep)
{
	struct Scsi_Host *shost = session->shost;
	int err = 0;

	if (lun == SCAN_WILD_CARD && !keep)
		err = remove_vanished(shost);
	if (!err) {
		reread(shost, lun);
		err = shost->transportt->user_scan(shost, 0, 0, lun);
	}
	if (!err && isi_session_state(session) != ISI_SESSION_UP)
		err = -ENOTCONN;
	return err;
}

/* True: another scan was asked for meanwhile, of everything. */
static bool scan_more(struct isi_session *session)
{
	bool again;

	mutex_lock(&session->mutex);
	again = session->scan_again;
	session->scan_again = false;
	session->scan_keep = session->scan_again_keep;
	WRITE_ONCE(session->scanning, again);
	mutex_unlock(&session->mutex);
	return again;
}

void isi_scan_work(struct work_struct *work)
{
	struct isi_session *session =
		container_of(work, struct isi_session, scan_work);
	u64 lun = session->scan_lun;
	int err;

	do {
		/* What is said from here on is not part of this scan. */
		if (lun == SCAN_WILD_CARD)
			clear_bit(ISI_SESSION_CHANGED, &session->flags);
		err = scan(session, lun, session->scan_keep);
		if (err)
			set_bit(ISI_SESSION_CHANGED, &session->flags);
		lun = SCAN_WILD_CARD;
	} while (scan_more(session));
	isi_event_session(session, ISI_EVENT_SCANNED, err);
}

int isi_session_scan(struct isi_session *session, u64 lun, bool keep)
{
	lockdep_assert_held(&session->mutex);
	if (session->state != ISI_SESSION_UP)
		return -ENOTCONN;
	keep |= lun != SCAN_WILD_CARD;
	if (session->scanning) {
		/* One scan for all that ask: a disk goes if one lets it. */
		session->scan_again_keep = keep && (!session->scan_again ||
						    session->scan_again_keep);
		session->scan_again = true;
		return -EALREADY;
	}
	WRITE_ONCE(session->scanning, true);
	session->scan_lun = lun;
	session->scan_keep = keep;
	queue_work(isi_slow_wq, &session->scan_work);
	return 0;
}

/*
 * A LUN that a scan asks for may well be absent; one that vanishes under the
 * scan's commands is told of by the next command it gets. Any context. C-099
 */
void isi_session_changed(struct isi_session *session, u64 lun,
			 enum isi_change change)
{
	if (change == ISI_CHANGE_LUN_GONE && READ_ONCE(session->scanning))
		return;
	if (!test_and_set_bit(ISI_SESSION_CHANGED, &session->flags))
		isi_event_luns_changed(session, lun, change);
}
