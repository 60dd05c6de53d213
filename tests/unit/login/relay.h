// SPDX-License-Identifier: GPL-2.0-or-later
//
// Real TCP between initiator and target that ends where a test says: after a
// number of bytes of one direction it is closed, reset, or goes on without
// another byte.
#ifndef ISCSID_TESTS_UNIT_LOGIN_RELAY_H_
#define ISCSID_TESTS_UNIT_LOGIN_RELAY_H_

#include <algorithm>
#include <array>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace iscsid {

enum class CutHow { kClose, kReset, kStall };
enum class CutSide { kInitiator, kTarget };  // whose bytes are counted

struct CutRule {
  CutSide side = CutSide::kInitiator;
  size_t after = 0;
  CutHow how = CutHow::kClose;
};

class Relay {
 public:
  using tcp = asio::ip::tcp;

  Relay(asio::io_context& loop, tcp::endpoint target)
      : target_(std::move(target)),
        acceptor_(loop, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(loop, Accept(), asio::detached);
  }

  [[nodiscard]] uint16_t port() const {
    return acceptor_.local_endpoint().port();
  }
  void Close() {
    asio::error_code ignored;
    acceptor_.close(ignored);
  }

  std::optional<CutRule> rule;   // of the next connection
  unsigned cuts = 0;             // made so far
  std::array<size_t, 2> passed;  // by CutSide, of the last connection
  unsigned open = 0;
  unsigned most_open = 0;

 private:
  struct Pair {
    Pair(Relay& owner, tcp::socket socket)
        : relay(owner),
          client(std::move(socket)),
          target(client.get_executor()),
          rule(std::exchange(owner.rule, std::nullopt)) {
      relay.most_open = std::max(relay.most_open, ++relay.open);
      relay.passed = {};
    }
    ~Pair() { --relay.open; }

    void End() {
      asio::error_code ignored;
      client.close(ignored);
      target.close(ignored);
    }

    Relay& relay;
    tcp::socket client;
    tcp::socket target;
    std::optional<CutRule> rule;
  };
  using PairPtr = std::shared_ptr<Pair>;

  asio::awaitable<void> Accept() {
    for (;;) {
      asio::error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(
          asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      auto pair = std::make_shared<Pair>(*this, std::move(socket));
      asio::co_spawn(acceptor_.get_executor(), Join(pair), asio::detached);
    }
  }

  asio::awaitable<void> Join(PairPtr pair) {
    asio::error_code error;
    co_await pair->target.async_connect(
        target_, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return pair->End();
    for (const CutSide side : {CutSide::kInitiator, CutSide::kTarget})
      asio::co_spawn(acceptor_.get_executor(), Pump(pair, side),
                     asio::detached);
  }

  asio::awaitable<void> Pump(PairPtr pair, CutSide side) {
    const bool ours = side == CutSide::kInitiator;
    tcp::socket& from = ours ? pair->client : pair->target;
    tcp::socket& to = ours ? pair->target : pair->client;
    size_t left =
        pair->rule && pair->rule->side == side ? pair->rule->after : SIZE_MAX;
    bool silent = false;
    std::array<std::byte, 4096> buffer;
    asio::error_code error;
    while (!error) {
      if (left == 0 && !silent) {
        silent = true;
        ++cuts;
        if (Cut(*pair)) co_return;
      }
      const size_t count = co_await from.async_read_some(
          asio::buffer(buffer.data(),
                       silent ? buffer.size() : std::min(left, buffer.size())),
          asio::redirect_error(asio::use_awaitable, error));
      if (error || silent) continue;
      left -= count;
      passed[static_cast<size_t>(side)] += count;
      co_await asio::async_write(
          to, asio::buffer(buffer.data(), count),
          asio::redirect_error(asio::use_awaitable, error));
    }
    pair->End();
  }

  // True when this is the end of the connection.
  static bool Cut(Pair& pair) {
    if (pair.rule->how == CutHow::kStall) return false;
    asio::error_code ignored;
    if (pair.rule->how == CutHow::kReset) {
      pair.client.set_option(asio::socket_base::linger(true, 0), ignored);
    }
    pair.End();
    return true;
  }

  tcp::endpoint target_;
  tcp::acceptor acceptor_;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_LOGIN_RELAY_H_
