// SPDX-License-Identifier: GPL-2.0-or-later
//
// SendTargets on a Discovery session (RFC 7143 §4.3, §13.3, appendix C)
// without a socket: after a login with SessionType=Discovery, Text Requests
// until the list is complete, then a Logout. A Discovery session never enters
// the module.
//
//   Discovery discovery(login_result, connected_portal);
//   send(discovery.Start());
//   for (;;) {
//     DiscoveryEvent event = discovery.OnPdu(<next PDU>);
//     DiscoverySend: send (if not empty) and go on
//     DiscoveryResult: keep it; send(discovery.StartLogout()) and go on
//     DiscoveryLoggedOut, DiscoveryFailure: close.
//   }
//
// The PduReader's data limit is now login_result.connection's
// max_recv_data_segment_length. The owner keeps the deadline.
#ifndef ISCSID_PROTO_DISCOVERY_H_
#define ISCSID_PROTO_DISCOVERY_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "daemon/proto/address.h"
#include "daemon/proto/login.h"
#include "daemon/proto/pdu.h"
#include "daemon/proto/text.h"
#include "daemon/result.h"

namespace iscsid {

struct DiscoveredTarget {
  std::string name;             // normalised
  std::vector<Portal> portals;  // at least one

  friend bool operator==(const DiscoveredTarget&,
                         const DiscoveredTarget&) = default;
};

// Send these bytes; empty when there is nothing to say. Then the next PDU.
struct DiscoverySend {
  Bytes bytes;
};

struct DiscoveryResult {
  std::vector<DiscoveredTarget> targets;  // in the target's order
  // Why records could not be used, printable; the first hundred.
  std::vector<std::string> skipped;
};

// The Logout was answered.
struct DiscoveryLoggedOut {};

struct DiscoveryFailure {
  Error error;
};

using DiscoveryEvent = std::variant<DiscoverySend, DiscoveryResult,
                                    DiscoveryLoggedOut, DiscoveryFailure>;

// Turns the pairs of a whole SendTargets answer into targets. A target without
// an address is reached where we are connected (C-064).
[[nodiscard]] DiscoveryResult TargetsFromText(const TextPairs& pairs,
                                              const Portal& connected);

class Discovery {
 public:
  // `connected` is where the session was opened.
  Discovery(const LoginResult& login, Portal connected);

  // Text Request with SendTargets: "All", or the name of one target. Call once.
  Bytes Start(const std::string& which = "All");

  DiscoveryEvent OnPdu(const Pdu& pdu);

  // Logout Request, reason "close the session".
  Bytes StartLogout();

 private:
  Bytes TextRequest(Bytes text, uint32_t ttt, const uint8_t (&lun)[8]);
  Status TakeStatSn(uint32_t statsn);
  DiscoveryEvent OnTextResponse(const Pdu& pdu);
  DiscoveryEvent OnNopIn(const Pdu& pdu);
  DiscoveryEvent OnLogoutResponse(const Pdu& pdu);

  enum class Phase : uint8_t { kText, kListed, kLogout };

  Portal connected_;
  uint16_t cid_;
  uint32_t cmdsn_;  // all requests are immediate: it stays
  uint32_t exp_statsn_;
  size_t max_xmit_data_;
  Phase phase_ = Phase::kText;
  TextCollector collector_;
  TextPairs pairs_;        // of the texts that are complete
  size_t text_bytes_ = 0;  // of the whole answer so far
  unsigned responses_ = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_DISCOVERY_H_
