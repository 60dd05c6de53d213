// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/system_devices.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "daemon/io/holders.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {
namespace {

constexpr uint32_t kKernelGroup = 1;  // udevd's own messages go to another
constexpr size_t kUeventBytes = 8192;
constexpr int kReceiveBytes = 1 << 20;

}  // namespace

Status SystemDevices::Open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                       NETLINK_KOBJECT_UEVENT));
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  self.nl_groups = kKernelGroup;
  if (!fd ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBytes,
                   sizeof(kReceiveBytes)) != 0 ||
      ::bind(fd.get(), reinterpret_cast<sockaddr*>(&self), sizeof(self)) != 0) {
    return {Errc::kSystem, std::string("uevents: ") + std::strerror(errno)};
  }
  uevents_.assign(fd.Release());
  WaitForUevents();
  return {};
}

void SystemDevices::Close() {
  asio::error_code ignored;
  uevents_.close(ignored);
  changed_ = nullptr;
}

void SystemDevices::WaitForUevents() {
  uevents_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](const asio::error_code& error) {
                        if (error) return;
                        if (ReadUevents() && changed_) changed_();
                        if (uevents_.is_open()) WaitForUevents();
                      });
}

bool SystemDevices::ReadUevents() {
  bool ours = false;
  std::string buffer(kUeventBytes, '\0');
  for (;;) {
    const ssize_t count =
        ::recv(uevents_.native_handle(), buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    // What was lost may have been ours.
    if (count < 0 && errno == ENOBUFS) {
      ours = true;
      continue;
    }
    if (count < 0) return ours;
    // The path of a SCSI device leads through its host.
    const std::string_view path(buffer.data());
    ours = ours || path.find("/host") != std::string_view::npos;
  }
}

asio::awaitable<std::optional<std::vector<ctl::Holder>>> SystemDevices::Holders(
    uint32_t host, TimePoint deadline) {
  using Found = std::vector<ctl::Holder>;
  std::function<Found()> job = [roots = roots_, host] {
    return FindHolders(roots, host);
  };
  std::optional<Found> found =
      co_await worker_.Run<Found>(std::move(job), deadline);
  co_return found;
}

}  // namespace iscsid
