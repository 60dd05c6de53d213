// SPDX-License-Identifier: GPL-2.0-or-later
//
// The well-behaved target on sockets: listens, and runs every connection it
// accepts on the caller's loop.
#ifndef TARGET_SERVICE_H_
#define TARGET_SERVICE_H_

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "tests/target/channel.h"
#include "tests/target/connection.h"
#include "tests/target/result.h"
#include "tests/target/server.h"

namespace target {

// "address:port", "[address]:port"; port 0 is any free one.
Result<asio::ip::tcp::endpoint> ParseEndpoint(const std::string& text);
Result<asio::ip::tcp::acceptor> Listen(asio::io_context& loop,
                                       const std::string& address);

// A connection wired to a channel. `label` begins its lines in the log.
std::shared_ptr<Connection> Wire(Server& server,
                                 const std::shared_ptr<Channel>& channel,
                                 std::string label);

// Serves until the connection ends.
asio::awaitable<void> Serve(std::shared_ptr<Channel> channel,
                            std::shared_ptr<Connection> connection);

// Accepts for ever; each connection breaks off as `cut` says.
asio::awaitable<void> AcceptAll(asio::ip::tcp::acceptor& acceptor,
                                Server& server, Cut cut);

// "initiator 1: LOGIN …" on standard output, when the server logs.
void LogPdu(const Server& server, const std::string& label, const char* side,
            const Pdu& pdu);

}  // namespace target

#endif  // TARGET_SERVICE_H_
