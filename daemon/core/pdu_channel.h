// SPDX-License-Identifier: GPL-2.0-or-later
//
// PDUs over a stream, one at a time, reading not one byte beyond the PDU that
// is asked for: what follows the last Login Response belongs to the module.
#ifndef ISCSID_CORE_PDU_CHANNEL_H_
#define ISCSID_CORE_PDU_CHANNEL_H_

#include <asio/awaitable.hpp>
#include <utility>

#include "daemon/core/failure.h"
#include "daemon/fsm/conn_fsm.h"
#include "daemon/ports/transport.h"
#include "daemon/proto/pdu.h"

namespace iscsid {

class PduChannel {
 public:
  // The stream outlives the channel. `portal` is for messages.
  PduChannel(Stream& stream, Portal portal, PduReader::Limits limits)
      : stream_(stream), portal_(std::move(portal)), reader_(limits) {}

  // `step` is what is going on, should the time run out.
  asio::awaitable<Outcome<Pdu>> Receive(TimePoint deadline, ctl::Step step);
  asio::awaitable<Outcome<void>> Send(const Bytes& bytes, TimePoint deadline,
                                      ctl::Step step);

  [[nodiscard]] const Portal& portal() const { return portal_; }

  // The last failure is that the peer closed or reset the connection.
  [[nodiscard]] bool hung_up() const {
    return failure_event_ == ConnEvent::kTransportReset ||
           failure_event_ == ConnEvent::kTransportDisconnect;
  }
  // What the last failure is to the connection's state machine.
  [[nodiscard]] ConnEvent failure_event() const { return failure_event_; }

 private:
  Failure Fail(const TransportError& error, ctl::Step step);

  Stream& stream_;
  Portal portal_;
  PduReader reader_;
  ConnEvent failure_event_ = ConnEvent::kConnectionAborted;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_PDU_CHANNEL_H_
