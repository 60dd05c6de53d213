// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/pdu_channel.h"

#include <span>

namespace iscsid {
namespace {

// C-120, in the login phase.
ConnEvent EventOf(TransportFailure failure) {
  switch (failure) {
    case TransportFailure::kTimeout:
      return ConnEvent::kLoginTimeout;
    case TransportFailure::kReset:
      return ConnEvent::kTransportReset;
    case TransportFailure::kClosed:
      return ConnEvent::kTransportDisconnect;
    case TransportFailure::kHostNotFound:
    case TransportFailure::kRefused:
    case TransportFailure::kUnreachable:
    case TransportFailure::kCancelled:
      break;
  }
  return ConnEvent::kConnectionAborted;
}

}  // namespace

Failure PduChannel::Fail(const TransportError& error, ctl::Step step) {
  failure_event_ = EventOf(error.failure);
  return FromTransport(error, portal_, step);
}

asio::awaitable<Outcome<Pdu>> PduChannel::Receive(TimePoint deadline,
                                                  ctl::Step step) {
  Bytes buffer;
  for (;;) {
    buffer.resize(reader_.Needed());
    const TransportResult<size_t> count =
        co_await stream_.Read(buffer, deadline);
    if (!count) co_return Fail(count.error(), step);  // C-023
    std::span<const std::byte> bytes(buffer.data(), *count);
    Result<std::optional<Pdu>> pdu = reader_.Feed(bytes);
    if (!pdu) {
      failure_event_ = ConnEvent::kConnectionAborted;
      co_return FromProtocol(pdu.error(), portal_);
    }
    if (pdu->has_value()) co_return std::move(**pdu);
  }
}

asio::awaitable<Outcome<void>> PduChannel::Send(const Bytes& bytes,
                                                TimePoint deadline,
                                                ctl::Step step) {
  const TransportResult<void> sent = co_await stream_.Write(bytes, deadline);
  if (!sent) co_return Fail(sent.error(), step);
  co_return Outcome<void>();
}

}  // namespace iscsid
