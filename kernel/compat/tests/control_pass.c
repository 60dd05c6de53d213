// SPDX-License-Identifier: GPL-2.0-only
/* Must compile on every kernel, quoted macros of the command line included. */
#include <linux/module.h>
#include <net/tcp.h>
#include <scsi/scsi_host.h>

int control_pass(void);
int control_pass(void)
{
	pr_debug("%s\n", KBUILD_MODNAME);
	return 0;
}
