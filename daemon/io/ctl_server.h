// SPDX-License-Identifier: GPL-2.0-or-later
//
// The control socket: Varlink (daemon/ctl) over a Unix stream socket. Checks
// who calls, bounds what clients may use up, and hands calls on. A client's
// calls are answered in order, different clients' side by side.
#ifndef ISCSID_IO_CTL_SERVER_H_
#define ISCSID_IO_CTL_SERVER_H_

#include <sys/types.h>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ctl/calls.h"
#include "daemon/ctl/service.h"
#include "daemon/io/peer.h"
#include "daemon/ports/clock.h"
#include "daemon/ports/log.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {

class CtlServer {
 public:
  using Handler = std::function<asio::awaitable<ctl::Reply>(ctl::AnyCall)>;

  static constexpr size_t kMaxClients = 64;

  // All outlive the server, which outlives its coroutines: see Close().
  CtlServer(asio::any_io_executor executor, Clock& clock, Log& log,
            std::string version, Handler handler);

  // Makes the socket, mode 0660, and accepts. Fails when a daemon answers
  // there already.
  Status Listen(const std::string& path);
  // The same on a listening socket that systemd made.
  Status Adopt(UniqueFd listening);

  // No new clients, no more reading; replies under way are dropped.
  void Close();
  // None of the server's coroutines is left.
  [[nodiscard]] bool idle() const { return !accepting_ && clients_.empty(); }

 private:
  using Socket = asio::local::stream_protocol::socket;

  struct Client {
    Client(Socket connected, Peer who)
        : socket(std::move(connected)), peer(std::move(who)) {}
    Socket socket;
    Peer peer;
  };
  using ClientPtr = std::shared_ptr<Client>;

  asio::awaitable<void> Accept();
  void Admit(Socket socket);
  asio::awaitable<void> Serve(ClientPtr client);
  // False: the client is not worth listening to any longer.
  asio::awaitable<bool> Answer(ClientPtr client, std::string message);
  asio::awaitable<ctl::Reply> Carry(const Peer& peer, ctl::Call call);
  asio::awaitable<bool> Send(ClientPtr client, ctl::Reply reply);

  asio::any_io_executor executor_;
  Clock& clock_;
  Log& log_;
  std::string version_;
  Handler handler_;
  asio::local::stream_protocol::acceptor acceptor_;
  gid_t owner_ = 0;
  bool accepting_ = false;
  std::vector<ClientPtr> clients_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_CTL_SERVER_H_
