// SPDX-License-Identifier: GPL-2.0-or-later
//
// The SCSI devices of a session as the kernel shows them, and who holds them.
#ifndef ISCSID_PORTS_DEVICES_H_
#define ISCSID_PORTS_DEVICES_H_

#include <asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "daemon/ctl/messages.h"
#include "daemon/ports/clock.h"

namespace iscsid {

class Devices {
 public:
  virtual ~Devices() = default;

  // The logical units of hostN, by LUN. Reads sysfs only.
  virtual std::vector<ctl::Lun> Luns(uint32_t host) = 0;

  // Who keeps the devices of hostN busy; nothing when that could not be found
  // out in time. Opens the devices, so it is not for use on a session that is
  // down.
  virtual asio::awaitable<std::optional<std::vector<ctl::Holder>>> Holders(
      uint32_t host, TimePoint deadline) = 0;

  // Called after devices came, went or changed.
  virtual void OnChange(std::function<void()> changed) = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_DEVICES_H_
