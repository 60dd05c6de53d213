// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/process.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include <cerrno>
#include <cstring>

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

namespace iscsid {
namespace {

// Makes the hash ours: machine-id(5) must not be shown to targets.
constexpr sd_id128_t kApplication = SD_ID128_MAKE(
    5c, 0e, 1d, 9b, 53, 7f, 4a, 6e, a2, 47, 8b, 60, 1f, d3, 94, e8);
constexpr size_t kHashDigits = 16;

}  // namespace

void SurviveMemoryPressure(Log& log) {
  if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
    log.Warning(std::string("mlockall: ") + std::strerror(errno) +
                "; when memory is short, recovery may hang");
  }
  if (::prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) != 0) {
    log.Warning(std::string("PR_SET_IO_FLUSHER: ") + std::strerror(errno) +
                "; when memory is short, recovery may hang");
  }
}

void ForbidCoreDumps(Log& log) {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {  // C-055
    log.Warning(std::string("PR_SET_DUMPABLE: ") + std::strerror(errno) +
                "; should the daemon crash, its core would hold CHAP secrets");
  }
}

std::string MachineHash() {
  sd_id128_t hash;
  if (sd_id128_get_machine_app_specific(kApplication, &hash) < 0) return {};
  char text[SD_ID128_STRING_MAX];
  return std::string(sd_id128_to_string(hash, text)).substr(0, kHashDigits);
}

UniqueFd ActivatedSocket() {
  if (sd_listen_fds(1) != 1) return {};
  return UniqueFd(SD_LISTEN_FDS_START);
}

void ServiceManager::Ready() {
  sd_notify(0, "READY=1");
  uint64_t usec = 0;
  if (interval_.count() != 0 || sd_watchdog_enabled(0, &usec) <= 0) return;
  interval_ = std::chrono::microseconds(usec / 2);
  FeedWatchdog();
}

void ServiceManager::Reloading() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
             static_cast<long long>(now.count()));
}

void ServiceManager::Stopping() {
  watchdog_.cancel();
  sd_notify(0, "STOPPING=1");
}

void ServiceManager::FeedWatchdog() {
  sd_notify(0, "WATCHDOG=1");
  watchdog_.expires_after(interval_);
  watchdog_.async_wait([this](const asio::error_code& error) {
    if (!error) FeedWatchdog();
  });
}

}  // namespace iscsid
