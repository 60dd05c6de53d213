// SPDX-License-Identifier: GPL-2.0-only
/* { "version": "v6.4", "commit": "e0d3f2c692e3",
 *   "title": "scsi: core: Declare SCSI host template pointer members const" }
 */
#include <scsi/scsi_host.h>

struct Scsi_Host *probe(const struct scsi_host_template *template);
struct Scsi_Host *probe(const struct scsi_host_template *template)
{
	return scsi_host_alloc(template, 0);
}
