// SPDX-License-Identifier: GPL-2.0-or-later
//
// A network in memory: a test says what happens to each connect, and a script
// answers each PDU that is written.
#ifndef ISCSID_TESTS_UNIT_FAKES_FAKE_TRANSPORT_H_
#define ISCSID_TESTS_UNIT_FAKES_FAKE_TRANSPORT_H_

#include <fcntl.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/condition.h"
#include "daemon/ports/transport.h"
#include "daemon/proto/pdu.h"

namespace iscsid {

enum class OnConnect { kAccept, kRefuse, kUnreachable, kHang };

class FakeStream;

class FakeTransport : public Transport {
 public:
  struct Connect {
    Portal to;
    TimePoint when;
  };

  // What a connect to a portal does; the default accepts.
  std::function<OnConnect(const Portal&)> on_connect = [](const Portal&) {
    return OnConnect::kAccept;
  };
  // Called for every PDU written on any stream.
  std::function<void(FakeStream&, const Pdu&)> on_pdu;
  // Host names and their addresses; a name that is not there does not resolve.
  std::map<std::string, std::vector<std::string>> hosts;

  std::vector<Connect> connects;
  std::set<FakeStream*> streams;  // alive
  std::vector<size_t> unread;     // bytes left on each released stream
  unsigned resolves = 0;

  void SetEnvironment(Environment& env) { env_ = &env; }
  Environment& env() { return *env_; }

  asio::awaitable<TransportResult<std::vector<Portal>>> Resolve(
      const Portal& portal, TimePoint) override {
    if (portal.IsIpv6() ||
        portal.host.find_first_not_of("0123456789.") == std::string::npos)
      co_return std::vector<Portal>{{portal.host, portal.port, {}}};
    ++resolves;
    const auto found = hosts.find(portal.host);
    if (found == hosts.end())
      co_return TransportError{TransportFailure::kHostNotFound, 0, "no such"};
    std::vector<Portal> portals;
    for (const std::string& address : found->second)
      portals.push_back({address, portal.port, {}});
    co_return portals;
  }

  std::unique_ptr<Stream> NewStream() override;

 private:
  Environment* env_ = nullptr;
};

class FakeStream : public Stream {
 public:
  explicit FakeStream(FakeTransport& transport)
      : transport_(transport), changed_(transport.env()) {
    transport_.streams.insert(this);
  }
  ~FakeStream() override { transport_.streams.erase(this); }

  // The peer's side.
  void Push(const Bytes& bytes) {
    inbox_.insert(inbox_.end(), bytes.begin(), bytes.end());
    changed_.NotifyAll();
  }
  void End(TransportFailure how) {
    failure_ = how;
    changed_.NotifyAll();
  }
  // How many bytes one Read gives at most.
  size_t chunk = SIZE_MAX;

  asio::awaitable<TransportResult<void>> Connect(const Portal& to,
                                                 const SocketOptions&,
                                                 TimePoint deadline) override {
    transport_.connects.push_back({to, transport_.env().clock.Now()});
    switch (transport_.on_connect(to)) {
      case OnConnect::kAccept:
        co_return TransportResult<void>();
      case OnConnect::kRefuse:
        co_return TransportError{TransportFailure::kRefused, ECONNREFUSED, ""};
      case OnConnect::kUnreachable:
        co_return TransportError{TransportFailure::kUnreachable, EHOSTUNREACH,
                                 ""};
      case OnConnect::kHang:
        break;
    }
    const bool closed =
        co_await changed_.Wait([this] { return closed_; }, deadline);
    co_return TransportError{
        closed ? TransportFailure::kCancelled : TransportFailure::kTimeout,
        ETIMEDOUT, ""};
  }

  asio::awaitable<TransportResult<size_t>> Read(std::span<std::byte> into,
                                                TimePoint deadline) override {
    const bool in_time = co_await changed_.Wait(
        [this] { return closed_ || failure_ || !inbox_.empty(); }, deadline);
    if (closed_)
      co_return TransportError{TransportFailure::kCancelled, 0, "closed"};
    if (!in_time)
      co_return TransportError{TransportFailure::kTimeout, ETIMEDOUT, ""};
    if (inbox_.empty())
      co_return TransportError{*failure_, ECONNRESET, "peer went away"};
    const size_t count = std::min({into.size(), inbox_.size(), chunk});
    std::copy_n(inbox_.begin(), count, into.begin());
    inbox_.erase(inbox_.begin(),
                 inbox_.begin() + static_cast<ptrdiff_t>(count));
    co_return count;
  }

  asio::awaitable<TransportResult<void>> Write(std::span<const std::byte> bytes,
                                               TimePoint) override {
    if (closed_ || failure_)
      co_return TransportError{TransportFailure::kReset, EPIPE, "gone"};
    while (!bytes.empty()) {
      Result<std::optional<Pdu>> pdu = reader_.Feed(bytes);
      if (pdu && *pdu && transport_.on_pdu) transport_.on_pdu(*this, **pdu);
    }
    co_return TransportResult<void>();
  }

  UniqueFd Release() override {
    transport_.unread.push_back(inbox_.size());
    return UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  }

  void Close() override {
    closed_ = true;
    changed_.NotifyAll();
  }

 private:
  FakeTransport& transport_;
  Condition changed_;
  PduReader reader_{{.data_bytes = 1 << 20}};
  Bytes inbox_;
  std::optional<TransportFailure> failure_;
  bool closed_ = false;
};

inline std::unique_ptr<Stream> FakeTransport::NewStream() {
  return std::make_unique<FakeStream>(*this);
}

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_FAKES_FAKE_TRANSPORT_H_
