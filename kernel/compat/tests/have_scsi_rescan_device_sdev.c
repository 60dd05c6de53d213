// SPDX-License-Identifier: GPL-2.0-only
/* { "version": "v6.6, and 6.1.y since", "commit": "79519528a180",
 *   "title": "scsi: core: Improve type safety of scsi_rescan_device()" }
 */
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

void probe(struct scsi_device *sdev);
void probe(struct scsi_device *sdev)
{
	scsi_rescan_device(sdev);
}
