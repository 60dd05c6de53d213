// SPDX-License-Identifier: GPL-2.0-only
/* { "version": "v6.2", "commit": "dee7121e8c0a",
 *   "title": "scsi: core: Change the return type of .eh_timed_out()" }
 */
#include <scsi/scsi_host.h>

enum scsi_timeout_action probe(void);
enum scsi_timeout_action probe(void)
{
	return SCSI_EH_RESET_TIMER;
}
