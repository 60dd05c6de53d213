// SPDX-License-Identifier: GPL-2.0-or-later
//
// SCSI devices as /sys/bus/scsi/devices shows them (H:C:T:L).
#ifndef ISCSID_IO_SYSFS_H_
#define ISCSID_IO_SYSFS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/ctl/messages.h"

namespace iscsid {

// Where things are; tests put their own trees there.
struct SystemRoots {
  std::string sys = "/sys";
  std::string proc = "/proc";
  std::string dev = "/dev";
};

// A whole disk or one of its partitions.
struct BlockDevice {
  std::string name;                  // "sda1"
  std::string number;                // "8:1"
  std::vector<std::string> holders;  // "dm-0", "md127"
};

// The logical units of a host, by LUN.
std::vector<ctl::Lun> ReadLuns(const SystemRoots& roots, uint32_t host);

// Every node of the tape drives among them: a drive has eight.
std::vector<std::string> ReadTapeNodes(const SystemRoots& roots, uint32_t host);

// The block devices among them, each disk followed by its partitions.
std::vector<BlockDevice> ReadBlockDevices(const SystemRoots& roots,
                                          uint32_t host);

}  // namespace iscsid

#endif  // ISCSID_IO_SYSFS_H_
