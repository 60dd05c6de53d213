// SPDX-License-Identifier: GPL-2.0-or-later
//
// Portal addresses as TargetAddress writes them (RFC 7143 §13.8):
// host[:port][,portal-group-tag], host being a DNS name, a dotted IPv4 address
// or an IPv6 address in brackets, for us with a zone: [fe80::1%eth0].
#ifndef ISCSID_PROTO_ADDRESS_H_
#define ISCSID_PROTO_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/result.h"
#include "include/uapi/linux/iscsi_wire.h"

namespace iscsid {

struct Portal {
  std::string host;  // IPv6 without brackets, with %zone if it has one
  uint16_t port = ISCSI_PORT;
  std::optional<uint16_t> tpgt;

  [[nodiscard]] bool IsIpv6() const {
    return host.find(':') != std::string::npos;
  }
  friend bool operator==(const Portal&, const Portal&) = default;
};

// Port 3260 when none is given (§13.8).
Result<Portal> ParsePortal(std::string_view text);

// host:port, [v6]:port; ",tpgt" follows when it is known.
[[nodiscard]] std::string ToString(const Portal& portal);

}  // namespace iscsid

#endif  // ISCSID_PROTO_ADDRESS_H_
