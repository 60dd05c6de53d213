// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who holds the disks of a host: mounts, swap, devices built on them,
// processes that have them open. Reads files and opens devices, so it is the
// helper thread's.
#ifndef ISCSID_IO_HOLDERS_H_
#define ISCSID_IO_HOLDERS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/ctl/messages.h"
#include "daemon/io/sysfs.h"

namespace iscsid {

// What /proc/PID/mountinfo (proc(5)) says about these devices.
std::vector<ctl::Holder> MountsOf(const std::vector<BlockDevice>& blocks,
                                  const SystemRoots& roots,
                                  std::string_view mountinfo);

// What /proc/swaps says about them.
std::vector<ctl::Holder> SwapsOn(const std::vector<BlockDevice>& blocks,
                                 const SystemRoots& roots,
                                 std::string_view swaps);

std::vector<ctl::Holder> FindHolders(const SystemRoots& roots, uint32_t host);

}  // namespace iscsid

#endif  // ISCSID_IO_HOLDERS_H_
