// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the daemon asks the kernel for itself, and what it tells systemd.
#ifndef ISCSID_IO_PROCESS_H_
#define ISCSID_IO_PROCESS_H_

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "daemon/ports/log.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {

// Our pages may be on the very disk that waits for us: stay in memory, and do
// not wait for write-back when memory is short. Missing privileges are told
// and lived with. For the calling thread and those that it starts afterwards.
void SurviveMemoryPressure(Log& log);

// C-055: a core would hold secrets. /proc/self stays readable to root.
void ForbidCoreDumps(Log& log);

// Hexadecimal, derived from /etc/machine-id and from nothing else; empty when
// there is none.
std::string MachineHash();

// The control socket when systemd made it; else nothing.
UniqueFd ActivatedSocket();

// sd_notify(3); without systemd nothing happens.
class ServiceManager {
 public:
  explicit ServiceManager(asio::any_io_executor executor)
      : watchdog_(std::move(executor)) {}

  // From here on the watchdog is fed, too.
  void Ready();
  void Reloading();
  void Stopping();

 private:
  void FeedWatchdog();

  asio::steady_timer watchdog_;
  std::chrono::microseconds interval_{0};  // 0: no watchdog
};

}  // namespace iscsid

#endif  // ISCSID_IO_PROCESS_H_
