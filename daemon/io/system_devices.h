// SPDX-License-Identifier: GPL-2.0-or-later
//
// The devices port: sysfs, /proc, and the kernel's uevents to tell when to
// look again.
#ifndef ISCSID_IO_SYSTEM_DEVICES_H_
#define ISCSID_IO_SYSTEM_DEVICES_H_

#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <utility>

#include "daemon/io/sysfs.h"
#include "daemon/io/worker.h"
#include "daemon/ports/devices.h"

namespace iscsid {

class SystemDevices : public Devices {
 public:
  SystemDevices(const asio::any_io_executor& executor, Worker& worker,
                SystemRoots roots = {})
      : uevents_(executor), worker_(worker), roots_(std::move(roots)) {}

  // Listens to uevents from now on.
  Status Open();
  void Close();

  std::vector<ctl::Lun> Luns(uint32_t host) override {
    return ReadLuns(roots_, host);
  }
  asio::awaitable<std::optional<std::vector<ctl::Holder>>> Holders(
      uint32_t host, TimePoint deadline) override;
  void OnChange(std::function<void()> changed) override {
    changed_ = std::move(changed);
  }

 private:
  void WaitForUevents();
  // True when one of those that came is about a SCSI device.
  bool ReadUevents();

  asio::posix::stream_descriptor uevents_;
  Worker& worker_;
  SystemRoots roots_;
  std::function<void()> changed_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_SYSTEM_DEVICES_H_
