// SPDX-License-Identifier: GPL-2.0-only
/* { "version": "v6.7", "commit": "e03781879a0d",
 *   "title": "drop_monitor: Require 'CAP_SYS_ADMIN' when joining ..." }
 */
#include <net/genetlink.h>

const struct genl_multicast_group probe = {
	.flags = GENL_MCAST_CAP_NET_ADMIN,
};
