// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/tcp.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

namespace iscsid {
namespace {

using asio::ip::tcp;

constexpr int kKeepaliveProbes = 3;

TransportError ErrorOf(const asio::error_code& error) {
  const int number = error.value();
  const std::string what = error.message();
  if (error == asio::error::eof)
    return {TransportFailure::kClosed, 0, "the target closed the connection"};
  switch (number) {
    case ECONNREFUSED:
      return {TransportFailure::kRefused, number, what};
    case ETIMEDOUT:
      return {TransportFailure::kTimeout, number, what};
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return {TransportFailure::kReset, number, what};
    case ECANCELED:
    case EBADF:
      return {TransportFailure::kCancelled, number, what};
    default:
      return {TransportFailure::kUnreachable, number, what};
  }
}

TransportError SystemError() {
  return ErrorOf(asio::error_code(errno, asio::error::get_system_category()));
}

Status SetInt(int fd, int level, int option, int value, const char* name) {
  if (::setsockopt(fd, level, option, &value, sizeof(value)) == 0) return {};
  return {Errc::kSystem, std::string(name) + ": " + std::strerror(errno)};
}

// Everything but TCP_NODELAY may be refused without harm to the session, yet
// was asked for, so it is told.
Status SetOptions(int fd, bool v6, const SocketOptions& options) {
  const auto ms = [](Duration value) {
    return static_cast<int>(value.count());
  };
  const auto seconds = [](Duration value) {
    return static_cast<int>(std::max<int64_t>(value.count() / 1000, 1));
  };
  Status done = SetInt(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
  if (done && options.dscp) {
    const int tos = *options.dscp << 2;
    done = v6 ? SetInt(fd, IPPROTO_IPV6, IPV6_TCLASS, tos, "IPV6_TCLASS")
              : SetInt(fd, IPPROTO_IP, IP_TOS, tos, "IP_TOS");
  }
  if (done && options.pcp)
    done = SetInt(fd, SOL_SOCKET, SO_PRIORITY, *options.pcp, "SO_PRIORITY");
  if (done && options.user_timeout.count() != 0)
    done = SetInt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, ms(options.user_timeout),
                  "TCP_USER_TIMEOUT");
  if (!done || options.keepalive_idle.count() == 0) return done;

  done = SetInt(fd, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
  if (done)
    done = SetInt(fd, IPPROTO_TCP, TCP_KEEPIDLE,
                  seconds(options.keepalive_idle), "TCP_KEEPIDLE");
  if (done) done = SetInt(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1, "TCP_KEEPINTVL");
  if (done)
    done =
        SetInt(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes, "TCP_KEEPCNT");
  return done;
}

// On the helper thread. Owns what it uses.
TransportResult<std::vector<Portal>> ResolveNow(const Portal& portal) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(portal.host.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    return TransportError{TransportFailure::kHostNotFound, 0,
                          ::gai_strerror(code)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(
      list, ::freeaddrinfo);
  std::vector<Portal> portals;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof(text),
                      nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    Portal found{text, portal.port, {}};
    if (std::find(portals.begin(), portals.end(), found) == portals.end())
      portals.push_back(std::move(found));
  }
  if (portals.empty()) {
    return TransportError{TransportFailure::kHostNotFound, 0,
                          "it has no address"};
  }
  return portals;
}

}  // namespace

class TcpTransport::TcpStream : public Stream {
 public:
  explicit TcpStream(TcpTransport& transport)
      : transport_(transport),
        socket_(transport.executor_),
        clock_(transport.clock_) {
    transport_.streams_.insert(this);
  }
  ~TcpStream() override { transport_.streams_.erase(this); }

  asio::awaitable<TransportResult<void>> Connect(const Portal& to,
                                                 const SocketOptions& options,
                                                 TimePoint deadline) override {
    asio::error_code error = transport_.closed_ ? asio::error::operation_aborted
                                                : asio::error_code();
    if (error) co_return ErrorOf(error);
    const asio::ip::address address = asio::ip::make_address(to.host, error);
    if (error) co_return ErrorOf(error);
    if (auto prepared = Prepare(address.is_v6(), options); !prepared)
      co_return prepared.error();
    const Timeout timeout(*this, deadline);
    co_await socket_.async_connect(
        tcp::endpoint(address, to.port),
        asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Told(error);
    co_return TransportResult<void>();
  }

  asio::awaitable<TransportResult<size_t>> Read(std::span<std::byte> into,
                                                TimePoint deadline) override {
    asio::error_code error;
    const Timeout timeout(*this, deadline);
    const size_t count = co_await socket_.async_read_some(
        asio::buffer(into.data(), into.size()),
        asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Told(error);
    co_return count;
  }

  asio::awaitable<TransportResult<void>> Write(std::span<const std::byte> bytes,
                                               TimePoint deadline) override {
    asio::error_code error;
    const Timeout timeout(*this, deadline);
    co_await asio::async_write(
        socket_, asio::buffer(bytes.data(), bytes.size()),
        asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Told(error);
    co_return TransportResult<void>();
  }

  // Not close(): that would leave the socket in the loop's epoll set for as
  // long as the module holds it.
  UniqueFd Release() override {
    asio::error_code error;
    const int fd = socket_.release(error);
    return error ? UniqueFd() : UniqueFd(fd);
  }

  void Close() override {
    asio::error_code ignored;
    socket_.close(ignored);
  }

 private:
  // Cancels what is pending when the deadline comes.
  class Timeout {
   public:
    Timeout(TcpStream& stream, TimePoint deadline) {
      stream.timed_out_ = false;
      if (deadline == kNever) return;
      alarm_ = stream.clock_.At(deadline, [&stream] {
        stream.timed_out_ = true;
        asio::error_code ignored;
        stream.socket_.cancel(ignored);
      });
    }

   private:
    std::unique_ptr<Alarm> alarm_;
  };

  TransportError Told(const asio::error_code& error) const {
    if (error == asio::error::operation_aborted && timed_out_)
      return {TransportFailure::kTimeout, ETIMEDOUT, "no answer in time"};
    return ErrorOf(error);
  }

  TransportResult<void> Prepare(bool v6, const SocketOptions& options) {
    UniqueFd fd(::socket(v6 ? AF_INET6 : AF_INET,
                         SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                         IPPROTO_TCP));
    if (!fd) return SystemError();
    if (Status set = SetOptions(fd.get(), v6, options); !set) {
      return TransportError{TransportFailure::kUnreachable, errno,
                            set.error().what};
    }
    asio::error_code error;
    socket_.assign(v6 ? tcp::v6() : tcp::v4(), fd.get(), error);
    if (error) return ErrorOf(error);
    (void)fd.Release();
    if (options.source_address.empty()) return {};
    const asio::ip::address source =
        asio::ip::make_address(options.source_address, error);
    if (!error) socket_.bind(tcp::endpoint(source, 0), error);
    if (error) return ErrorOf(error);
    return {};
  }

  TcpTransport& transport_;
  tcp::socket socket_;
  Clock& clock_;
  bool timed_out_ = false;
};

asio::awaitable<TransportResult<std::vector<Portal>>> TcpTransport::Resolve(
    const Portal& portal, TimePoint deadline) {
  asio::error_code error;
  asio::ip::make_address(portal.host, error);
  if (!error) co_return std::vector<Portal>{{portal.host, portal.port, {}}};
  using Answer = TransportResult<std::vector<Portal>>;
  std::function<Answer()> job = [portal] { return ResolveNow(portal); };
  std::optional<Answer> answer =
      co_await worker_.Run<Answer>(std::move(job), deadline);
  if (answer) co_return *std::move(answer);
  if (clock_.Now() >= deadline) {
    co_return TransportError{TransportFailure::kTimeout, ETIMEDOUT,
                             "no answer in time"};
  }
  co_return TransportError{TransportFailure::kCancelled, 0, "stopped"};
}

std::unique_ptr<Stream> TcpTransport::NewStream() {
  return std::make_unique<TcpStream>(*this);
}

void TcpTransport::Close() {
  closed_ = true;
  for (TcpStream* stream : streams_) stream->Close();
}

}  // namespace iscsid
