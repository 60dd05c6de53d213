// SPDX-License-Identifier: GPL-2.0-only
/* { "version": "v6.3", "commit": "d0949565811f",
 *   "title": "scsi: core: Add struct for args to execution functions" }
 */
#include <scsi/scsi_device.h>

int probe(struct scsi_device *sdev, const unsigned char *cdb);
int probe(struct scsi_device *sdev, const unsigned char *cdb)
{
	return scsi_execute_cmd(sdev, cdb, REQ_OP_DRV_IN, NULL, 0, 0, 0, NULL);
}
