// SPDX-License-Identifier: GPL-2.0-or-later
//
// The two netlink sockets: one that asks and waits for the answer, one that
// listens. Nothing here knows what the messages mean.
#ifndef ISCSID_IO_GENL_SOCKET_H_
#define ISCSID_IO_GENL_SOCKET_H_

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/io/genl_message.h"
#include "daemon/ports/kernel.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {

// Requests, one at a time. The kernel carries a request out before send()
// returns, so waiting for the answer is waiting for nothing; a bound is kept
// nevertheless.
class GenlRequests {
 public:
  using OnReply = std::function<void(const nlmsghdr*)>;

  // Sends and reads up to the acknowledgement; on_reply sees the answers.
  // `operation` is for the error. `dump`: many answers.
  KernelResult<void> Do(const std::string& operation, GenlWriter request,
                        bool dump, const OnReply& on_reply);

 private:
  KernelResult<void> Open();
  KernelResult<void> Send(const std::string& operation, GenlWriter& request,
                          bool dump);
  KernelResult<void> ReadAnswers(const std::string& operation,
                                 const OnReply& on_reply, bool& interrupted);

  UniqueFd fd_;
  uint32_t seq_ = 0;
  std::vector<char> buffer_;
};

// A family, as CTRL_CMD_GETFAMILY tells. ENODEV when it is not there.
struct GenlFamily {
  uint16_t id = 0;
  std::map<std::string, uint32_t> groups;
};
KernelResult<GenlFamily> FindFamily(GenlRequests& requests,
                                    const std::string& name);

// Multicasts. Non-blocking: read when the descriptor is readable.
class GenlEvents {
 public:
  Status Open();
  Status Join(uint32_t group);
  [[nodiscard]] int fd() const { return fd_.get(); }

  // Everything there is to read; false when some of it was lost.
  bool Read(const GenlRequests::OnReply& on_event);

 private:
  UniqueFd fd_;
  std::vector<char> buffer_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_GENL_SOCKET_H_
