// SPDX-License-Identifier: GPL-2.0-only
/* Must compile on no kernel. */
#include <linux/module.h>

int control_fail(void);
int control_fail(void)
{
	return no_kernel_has_this();
}
