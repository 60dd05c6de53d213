// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's beginning and end. It can only be removed when no session is
 * left: each holds a reference of the module.
 */
#include <linux/module.h>

#include "isi.h"

/* What I/O waits for: sending, stopping a connection, ending a wait. */
struct workqueue_struct *isi_wq;
/* What waits for I/O: scans, removals. */
struct workqueue_struct *isi_slow_wq;

static int __init isi_init(void)
{
	int err;

	isi_wq = alloc_workqueue("iscsi_initiator",
				 WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!isi_wq)
		return -ENOMEM;
	isi_slow_wq = alloc_workqueue("iscsi_initiator_slow", WQ_UNBOUND, 0);
	if (!isi_slow_wq) {
		err = -ENOMEM;
		goto err_wq;
	}
	err = isi_transport_register();
	if (err)
		goto err_slow_wq;
	err = isi_netlink_register();
	if (err)
		goto err_transport;
	return 0;

err_transport:
	isi_transport_unregister();
err_slow_wq:
	destroy_workqueue(isi_slow_wq);
err_wq:
	destroy_workqueue(isi_wq);
	return err;
}

static void __exit isi_exit(void)
{
	isi_netlink_unregister();
	destroy_workqueue(isi_slow_wq);
	destroy_workqueue(isi_wq);
	isi_transport_unregister();
}

module_init(isi_init);
module_exit(isi_exit);

MODULE_DESCRIPTION("iSCSI initiator");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY(ISI_GENL_NAME);
