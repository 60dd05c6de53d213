// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/ctl_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>
#include <variant>

#include "daemon/ctl/errors.h"

namespace iscsid {
namespace {

// A client that says nothing, or does not take its answer, makes room.
constexpr Duration kIdleTimeout{300000};
constexpr Duration kSendTimeout{30000};
constexpr Duration kAcceptPause{1000};

void Rethrow(std::exception_ptr exception) {
  if (exception) std::rethrow_exception(exception);
}

Error SystemError(const std::string& what) {
  return {Errc::kSystem, what + ": " + std::strerror(errno)};
}

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return {Errc::kInvalidArgument, path + ": too long for a socket's name"};
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// A socket left by a daemon that was killed is replaced, a living one's not.
Result<UniqueFd> NewListener(const std::string& path) {
  const Result<sockaddr_un> address = AddressOf(path);
  if (!address) return address.error();
  const auto* name = reinterpret_cast<const sockaddr*>(&*address);
  UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe) return SystemError("socket");
  if (::connect(probe.get(), name, sizeof(*address)) == 0)
    return {Errc::kExists, path + ": another iscsid is running"};
  if (errno == ECONNREFUSED) ::unlink(path.c_str());

  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return SystemError("socket");
  const mode_t mask = ::umask(0117);
  const int bound = ::bind(fd.get(), name, sizeof(*address));
  ::umask(mask);
  if (bound != 0 || ::listen(fd.get(), SOMAXCONN) != 0)
    return SystemError(path);
  return fd;
}

bool Changes(const ctl::AnyCall& call) {
  return std::visit(
      [](const auto& typed) {
        return std::remove_cvref_t<decltype(typed)>::kChanges;
      },
      call);
}

}  // namespace

CtlServer::CtlServer(asio::any_io_executor executor, Clock& clock, Log& log,
                     std::string version, Handler handler)
    : executor_(std::move(executor)),
      clock_(clock),
      log_(log),
      version_(std::move(version)),
      handler_(std::move(handler)),
      acceptor_(executor_) {}

Status CtlServer::Listen(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash != 0) {
    const std::string directory = path.substr(0, slash);
    if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST)
      return SystemError(directory);
  }
  Result<UniqueFd> fd = NewListener(path);
  if (!fd) return fd.error();
  return Adopt(*std::move(fd));
}

Status CtlServer::Adopt(UniqueFd listening) {
  sockaddr_un address{};
  socklen_t length = sizeof(address);
  struct stat status {};
  if (::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address),
                    &length) != 0 ||
      ::stat(address.sun_path, &status) != 0) {
    return SystemError("control socket");
  }
  owner_ = status.st_gid;
  asio::error_code error;
  acceptor_.assign(asio::local::stream_protocol(), listening.get(), error);
  if (error) return {Errc::kSystem, "control socket: " + error.message()};
  (void)listening.Release();
  accepting_ = true;
  asio::co_spawn(executor_, Accept(), Rethrow);
  return {};
}

void CtlServer::Close() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  for (const ClientPtr& client : clients_) client->socket.close(ignored);
}

asio::awaitable<void> CtlServer::Accept() {
  while (acceptor_.is_open()) {
    asio::error_code error;
    Socket socket = co_await acceptor_.async_accept(
        asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      Admit(std::move(socket));
    } else if (acceptor_.is_open()) {
      // Out of descriptors: some come back when clients go.
      log_.Warning("control socket: " + error.message());
      asio::steady_timer pause(executor_, kAcceptPause);
      co_await pause.async_wait(
          asio::redirect_error(asio::use_awaitable, error));
    }
  }
  accepting_ = false;
}

void CtlServer::Admit(Socket socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  Result<Peer> peer = ReadPeer(socket.native_handle());
  if (!peer) return log_.Warning(peer.error().what);
  if (clients_.size() >= kMaxClients)
    return log_.Warning("control socket: too many clients");
  auto client = std::make_shared<Client>(std::move(socket), *std::move(peer));
  clients_.push_back(client);
  asio::co_spawn(executor_, Serve(std::move(client)), Rethrow);
}

asio::awaitable<void> CtlServer::Serve(ClientPtr client) {
  ctl::Framer framer(ctl::kMaxCallBytes);
  std::array<std::byte, 4096> buffer;
  bool listening = true;
  while (listening) {
    asio::error_code error;
    size_t count = 0;
    {
      const auto idle = clock_.At(clock_.Now() + kIdleTimeout, [client] {
        asio::error_code ignored;
        client->socket.cancel(ignored);
      });
      count = co_await client->socket.async_read_some(
          asio::buffer(buffer),
          asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) break;
    const Status fed = framer.Feed(std::span(buffer).first(count));
    if (!fed) {
      log_.Warning("control socket: " + fed.error().what);
      break;
    }
    while (listening) {
      std::optional<std::string> message = framer.Next();
      if (!message) break;
      listening = co_await Answer(client, *std::move(message));
    }
  }
  std::erase(clients_, client);
}

asio::awaitable<bool> CtlServer::Answer(ClientPtr client, std::string message) {
  Result<ctl::Call> call = ctl::DecodeCall(message);
  if (!call) {
    log_.Warning("control socket: " + call.error().what);
    co_return false;
  }
  const bool oneway = call->oneway;
  ctl::Reply reply = co_await Carry(client->peer, *std::move(call));
  if (oneway) co_return true;
  const bool sent = co_await Send(client, std::move(reply));
  co_return sent;
}

asio::awaitable<ctl::Reply> CtlServer::Carry(const Peer& peer, ctl::Call call) {
  auto dispatched = ctl::Dispatch(call, version_);
  if (auto* reply = std::get_if<ctl::Reply>(&dispatched))
    co_return std::move(*reply);
  auto& typed = std::get<ctl::AnyCall>(dispatched);
  if (Changes(typed) && !peer.MayChange(::geteuid()))
    co_return ctl::PermissionDenied(call.method + " is for root; use sudo");
  if (!peer.MayRead(::geteuid(), owner_)) {
    co_return ctl::PermissionDenied(
        call.method + " is for root and the group of the control socket");
  }
  ctl::Reply reply = co_await handler_(std::move(typed));
  co_return reply;
}

asio::awaitable<bool> CtlServer::Send(ClientPtr client, ctl::Reply reply) {
  const std::string bytes = ctl::EncodeReply(reply);
  const auto timeout = clock_.At(clock_.Now() + kSendTimeout, [client] {
    asio::error_code ignored;
    client->socket.cancel(ignored);
  });
  asio::error_code error;
  co_await asio::async_write(client->socket, asio::buffer(bytes),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

}  // namespace iscsid
