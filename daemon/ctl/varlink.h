// SPDX-License-Identifier: GPL-2.0-or-later
//
// The Varlink protocol (https://varlink.org/Method-Call) as a pure codec:
// bytes to messages and messages to bytes. A message is one JSON object ended
// by a NUL. No socket and no clock live here; io.iscsi.Initiator's own types
// are in messages.h, its errors in errors.h.
#ifndef ISCSID_CTL_VARLINK_H_
#define ISCSID_CTL_VARLINK_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/result.h"

namespace iscsid::ctl {

using Json = nlohmann::json;

inline constexpr std::string_view kSocketPath =
    "/run/iscsid/io.iscsi.Initiator";

// A call is small; a reply to Discover may list 100,000 targets.
inline constexpr size_t kMaxCallBytes = 64 * 1024;
inline constexpr size_t kMaxReplyBytes = 64 * 1024 * 1024;
inline constexpr size_t kMaxDepth = 16;

struct Call {
  std::string method;  // "io.iscsi.Initiator.Login"
  Json parameters = Json::object();
  bool oneway = false;
  bool more = false;
  bool upgrade = false;
};

struct Reply {
  Json parameters = Json::object();
  bool continues = false;
  std::string error;  // empty, or "io.iscsi.Initiator.UnknownSession"
};

// Cuts a byte stream into messages.
class Framer {
 public:
  explicit Framer(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Takes bytes as they arrived. Fails when what Next() has not given out yet
  // would exceed max_bytes, so call Next() until it has no more after each
  // Feed(); the stream is of no more use after a failure.
  [[nodiscard]] Result<void> Feed(std::span<const std::byte> bytes);

  // The next whole message without its NUL, or nothing until more is fed.
  std::optional<std::string> Next();

  // True when the stream may end here without cutting a message.
  bool Empty() const { return buffer_.empty(); }

 private:
  size_t max_bytes_;
  std::string buffer_;
  size_t scanned_ = 0;  // this prefix of buffer_ holds no NUL
};

// Strict: anything but one object with the protocol's members, of their types,
// nested at most kMaxDepth deep, in UTF-8, is an error. The text says why, for
// a log; the peer's connection is best closed.
[[nodiscard]] Result<Call> DecodeCall(std::string_view message);
[[nodiscard]] Result<Reply> DecodeReply(std::string_view message);

// With the closing NUL. Bytes that are not UTF-8 become U+FFFD, so that no
// name a target chose can make a reply undecodable.
std::string EncodeCall(const Call& call);
std::string EncodeReply(const Reply& reply);

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_VARLINK_H_
