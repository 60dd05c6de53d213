// SPDX-License-Identifier: GPL-2.0-or-later
//
// TCP as core/ sees it: one stream per connection, a deadline on every wait.
#ifndef ISCSID_PORTS_TRANSPORT_H_
#define ISCSID_PORTS_TRANSPORT_H_

#include <asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/ports/clock.h"
#include "daemon/ports/unique_fd.h"
#include "daemon/proto/address.h"
#include "daemon/result.h"

namespace iscsid {

enum class TransportFailure {
  kHostNotFound,
  kRefused,
  kUnreachable,  // no route, no such local address, …
  kTimeout,
  kReset,   // by the peer, or the network gave up
  kClosed,  // by the peer, in order
  kCancelled,
};

struct TransportError {
  TransportFailure failure;
  int error_number = 0;  // when the kernel gave one
  std::string what;
};

template <typename T>
using TransportResult = Result<T, TransportError>;

// What iscsi.conf(5) says about the socket itself.
struct SocketOptions {
  std::string source_address;   // empty: the kernel's choice
  std::optional<uint8_t> dscp;  // 0 to 63
  std::optional<uint8_t> pcp;   // 0 to 7
  // Silence after which the network is asked whether the peer is still there,
  // and how long what we sent may stay unacknowledged; 0: the kernel's.
  Duration keepalive_idle{0};
  Duration user_timeout{0};
};

// One operation at a time. An operation pending at Close() ends kCancelled;
// the stream must live until it has.
class Stream {
 public:
  virtual ~Stream() = default;

  // `to` is numeric. Once.
  virtual asio::awaitable<TransportResult<void>> Connect(
      const Portal& to, const SocketOptions& options, TimePoint deadline) = 0;

  // At least one byte, at most into.size(): nothing is read ahead.
  virtual asio::awaitable<TransportResult<size_t>> Read(
      std::span<std::byte> into, TimePoint deadline) = 0;

  // All of it.
  virtual asio::awaitable<TransportResult<void>> Write(
      std::span<const std::byte> bytes, TimePoint deadline) = 0;

  // Takes the socket out of the loop and hands it over, still connected.
  virtual UniqueFd Release() = 0;

  virtual void Close() = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // The numeric addresses of a portal, in the order to try them; a numeric
  // one is answered at once. Goes through the helper thread otherwise.
  virtual asio::awaitable<TransportResult<std::vector<Portal>>> Resolve(
      const Portal& portal, TimePoint deadline) = 0;

  virtual std::unique_ptr<Stream> NewStream() = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_TRANSPORT_H_
