// SPDX-License-Identifier: GPL-2.0-or-later
//
// What an Asynchronous Message (RFC 7143 §11.9) or a Reject (§11.17) wants
// from us. Pure.
#ifndef ISCSID_CORE_ASYNC_MESSAGE_H_
#define ISCSID_CORE_ASYNC_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/ports/clock.h"
#include "daemon/proto/pdu.h"
#include "include/uapi/linux/iscsi_initiator.h"

namespace iscsid {

enum class AsyncWish {
  kNothing,
  kRescan,             // the target's logical units changed
  kLogout,             // log out, and come back
  kRelogin,            // negotiate anew: for us the same
  kConnectionDropped,  // it drops the connection
  kSessionDropped,     // it drops all connections of the session
};

struct AsyncMessage {
  AsyncWish wish = AsyncWish::kNothing;
  uint16_t cid = 0;       // kConnectionDropped: Parameter1
  Duration time2wait{0};  // when dropped: Parameter2
  Duration within{0};     // kLogout, kRelogin: Parameter3
  std::string text;       // for the log
};

[[nodiscard]] AsyncMessage ReadAsync(const Pdu& pdu);

// What a Reject rejects, as far as it says that.
[[nodiscard]] std::optional<iscsi_bhs> RejectedHeader(const Pdu& pdu);

[[nodiscard]] std::string_view DescribeChange(isi_change change);

[[nodiscard]] std::string DescribeReject(const Pdu& pdu);

}  // namespace iscsid

#endif  // ISCSID_CORE_ASYNC_MESSAGE_H_
