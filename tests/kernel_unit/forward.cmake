# SPDX-License-Identifier: GPL-2.0-or-later
# The receive path needs more of the kernel than the pure files: every header
# isi.h includes is shim/module.h. Sets `forward`, the directory of these.
set(forward ${CMAKE_CURRENT_BINARY_DIR}/forward)
foreach(header linux/bvec.h linux/gfp.h linux/highmem.h linux/kref.h linux/llist.h
        linux/mm.h linux/mutex.h linux/net.h linux/scatterlist.h linux/slab.h linux/spinlock.h linux/uio.h
        linux/wait.h linux/workqueue.h net/sock.h scsi/scsi_cmnd.h
        scsi/scsi_device.h scsi/scsi_host.h scsi/scsi_tcq.h)
  file(WRITE ${forward}/${header} "#include <module.h>\n")
endforeach()
