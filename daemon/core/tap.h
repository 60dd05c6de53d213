// SPDX-License-Identifier: GPL-2.0-or-later
//
// A transport that writes down what passes through it: the connects and the
// PDUs in both directions, with their times. For the probe, which shows them.
#ifndef ISCSID_CORE_TAP_H_
#define ISCSID_CORE_TAP_H_

#include <memory>
#include <variant>
#include <vector>

#include "daemon/ports/clock.h"
#include "daemon/ports/transport.h"
#include "daemon/proto/pdu.h"

namespace iscsid {

struct TapConnect {
  Portal to;  // numeric
  TimePoint begin;
  TimePoint end;
  bool connected = false;
};

struct TapPdu {
  Pdu pdu;
  TimePoint when;  // its last byte
  bool ours = false;
};

using TapEvent = std::variant<TapConnect, TapPdu>;

class Tap : public Transport {
 public:
  // Both outlive the tap, and the tap its streams.
  Tap(Transport& transport, Clock& clock)
      : transport_(transport), clock_(clock) {}

  asio::awaitable<TransportResult<std::vector<Portal>>> Resolve(
      const Portal& portal, TimePoint deadline) override {
    return transport_.Resolve(portal, deadline);
  }
  std::unique_ptr<Stream> NewStream() override;

  [[nodiscard]] const std::vector<TapEvent>& events() const { return events_; }

 private:
  class TappedStream;

  Transport& transport_;
  Clock& clock_;
  std::vector<TapEvent> events_;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_TAP_H_
