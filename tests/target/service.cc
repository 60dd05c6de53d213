// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/service.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <iostream>

namespace target {
namespace {

using asio::ip::tcp;

// Pings as long as the connection is held by somebody else.
asio::awaitable<void> PingForEver(std::weak_ptr<Connection> weak,
                                  std::chrono::milliseconds interval) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (true) {
    timer.expires_after(interval);
    co_await timer.async_wait(asio::use_awaitable);
    const auto connection = weak.lock();
    if (!connection || connection->closed()) co_return;
    if (connection->full_feature()) connection->Ping();
  }
}

}  // namespace

Result<tcp::endpoint> ParseEndpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos
                        ? std::nullopt
                        : ParseNumber(text.substr(colon + 1));
  if (!port || *port > 65535)
    return Error{"'" + text + "' is not ADDRESS:PORT"};
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  asio::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return Error{"'" + host + "' is not an IP address"};
  return tcp::endpoint(address, static_cast<uint16_t>(*port));
}

Result<tcp::acceptor> Listen(asio::io_context& loop,
                             const std::string& address) {
  const auto endpoint = ParseEndpoint(address);
  if (!endpoint) return endpoint.error();
  tcp::acceptor acceptor(loop);
  asio::error_code error;
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error)
    return Error{"cannot listen on " + address + ": " + error.message()};
  return acceptor;
}

void LogPdu(const Server& server, const std::string& label, const char* side,
            const Pdu& pdu) {
  if (server.config().log)
    std::cout << side << ' ' << label << ": " << Describe(pdu) << std::endl;
}

std::shared_ptr<Connection> Wire(Server& server,
                                 const std::shared_ptr<Channel>& channel,
                                 std::string label) {
  const auto send = [channel, &server, label](Pdu& pdu, Digests digests) {
    LogPdu(server, label, "target   ", pdu);
    channel->Write(Encode(pdu, digests));
  };
  return Connection::Make(server, {.send = send,
                                   .close = [channel] { channel->Close(); },
                                   .address = channel->local_address(),
                                   .label = label});
}

asio::awaitable<void> Serve(std::shared_ptr<Channel> channel,
                            std::shared_ptr<Connection> connection) {
  const std::string& label = connection->label();
  while (!connection->closed()) {
    const auto decoded = co_await channel->Read();
    if (!decoded) break;
    LogPdu(connection->server(), label, "initiator", decoded->pdu);
    connection->Receive(*decoded);
    channel->set_digests(connection->digests());
  }
  connection->Close();
}

asio::awaitable<void> AcceptAll(tcp::acceptor& acceptor, Server& server,
                                Cut cut) {
  for (unsigned number = 1;; ++number) {
    asio::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(
        asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      std::cerr << "accept: " << error.message() << std::endl;
      continue;
    }
    const auto channel = std::make_shared<Channel>(std::move(socket));
    channel->set_cut(cut);
    const auto connection = Wire(server, channel, std::to_string(number));
    asio::co_spawn(acceptor.get_executor(), Serve(channel, connection),
                   asio::detached);
    if (const auto interval = server.config().nop_interval; interval.count())
      asio::co_spawn(acceptor.get_executor(), PingForEver(connection, interval),
                     asio::detached);
  }
}

}  // namespace target
