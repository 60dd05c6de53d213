// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

namespace iscsid::cli {
namespace {

Failure NoDaemon(const std::string& what) {
  return {.code = ExitCode::kNoDaemon, .message = what, .error = {}};
}

Failure CannotConnect(const std::string& path, int error_number) {
  if (error_number == ENOENT || error_number == ECONNREFUSED) {
    return NoDaemon("iscsid is not running (nothing listens on " + path +
                    "); start it with 'systemctl start iscsid'");
  }
  if (error_number == EACCES || error_number == EPERM) {
    return {.code = ExitCode::kPermission,
            .message = "no access to " + path +
                       "; run this as root, or, to look only, as a member of "
                       "the socket's group",
            .error = {}};
  }
  return NoDaemon("cannot connect to " + path + ": " +
                  std::strerror(error_number));
}

// The message the daemon wrote for people, or one for an error without.
std::string MessageOf(const ctl::Reply& reply) {
  const auto message = reply.parameters.find("message");
  if (message != reply.parameters.end() && message->is_string()) {
    return message->get<std::string>();
  }
  return "iscsid answers " + reply.error + " " + reply.parameters.dump() +
         "; are iscsictl and iscsid of the same version?";
}

}  // namespace

Result<UniqueFd, Failure> Connect(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Failure{.code = ExitCode::kUsage,
                   .message = "the socket's path is too long: " + path,
                   .error = {}};
  }
  path.copy(address.sun_path, path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || connect(socket.get(), reinterpret_cast<sockaddr*>(&address),
                         sizeof(address)) != 0) {
    return CannotConnect(path, errno);
  }
  return socket;
}

Result<ctl::Json, Failure> Client::Reply() {
  Result<std::string, Failure> message = Receive();
  if (!message) return message.error();
  Result<ctl::Reply> reply = ctl::DecodeReply(*message);
  if (!reply) return NotUnderstood(reply.error().what);
  if (reply->error.empty()) return std::move(reply->parameters);
  return Failure{.code = ExitCodeOf(reply->error),
                 .message = MessageOf(*reply),
                 .error = reply->error,
                 .parameters = reply->parameters};
}

Result<void, Failure> Client::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return NoDaemon(std::string("iscsid went away: ") + std::strerror(errno) +
                      "; see 'journalctl -u iscsid'");
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Result<std::string, Failure> Client::Receive() {
  for (;;) {
    if (auto message = framer_.Next()) return *std::move(message);
    std::array<std::byte, 16384> buffer;
    const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return NoDaemon(
          "iscsid went away before it answered; see 'journalctl -u iscsid'");
    }
    const auto bytes = std::span(buffer).first(static_cast<size_t>(count));
    if (Result<void> fed = framer_.Feed(bytes); !fed) {
      return NotUnderstood(fed.error().what);
    }
  }
}

Failure Client::NotUnderstood(const std::string& why) {
  return {.code = ExitCode::kOther,
          .message = "cannot read iscsid's answer (" + why +
                     "); are iscsictl and iscsid of the same version?",
          .error = {}};
}

}  // namespace iscsid::cli
