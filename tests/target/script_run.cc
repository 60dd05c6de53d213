// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/script_run.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <iostream>

#include "tests/target/service.h"

namespace target {

ScriptRun::ScriptRun(const Script& script, Server& server,
                     asio::ip::tcp::acceptor& acceptor,
                     std::function<void(Failure)> done)
    : script_(script),
      server_(server),
      acceptor_(acceptor),
      done_(std::move(done)),
      patience_(acceptor.get_executor()) {
  for (const auto& [number, section] : script.sections)
    if (number) missing_.insert(number);
  const asio::ip::tcp::endpoint local = acceptor.local_endpoint();
  variables_.Set("address", AddressText(local));
  variables_.Set("port", std::to_string(local.port()));
  variables_.Set("target", server.config().name);
}

void ScriptRun::Start() {
  asio::co_spawn(acceptor_.get_executor(), Accept(), asio::detached);
  Watch();
}

asio::awaitable<void> ScriptRun::Accept() {
  for (unsigned number = 1; !finished_; ++number) {
    asio::error_code error;
    asio::ip::tcp::socket socket = co_await acceptor_.async_accept(
        asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) co_return Finish(Error{"accept: " + error.message()});
    Begin(number, std::move(socket));
  }
}

void ScriptRun::Begin(unsigned number, asio::ip::tcp::socket socket) {
  auto section = script_.sections.find(number);
  if (section == script_.sections.end()) section = script_.sections.find(0);
  if (section == script_.sections.end()) {
    std::cerr << "connection " << number << " is not in the script"
              << std::endl;
    return;  // and is closed
  }
  ++playing_;
  Watch();
  const auto channel = std::make_shared<Channel>(std::move(socket));
  channels_.push_back(channel);
  const auto player =
      std::make_shared<Player>(server_, channel, script_.options.patience,
                               variables_, std::to_string(number));
  asio::co_spawn(acceptor_.get_executor(), player->Play(section->second),
                 [this, player, which = section->first](
                     std::exception_ptr thrown, Failure failure) {
                   if (thrown) failure = Error{"0: out of memory"};
                   Ended(which, std::move(failure));
                 });
}

void ScriptRun::Ended(unsigned section, Failure failure) {
  if (finished_) return;
  --playing_;
  missing_.erase(section);
  if (failure) return Finish(Error{script_.file + ":" + failure->what});
  const bool numbered = script_.sections.size() > 1 || section != 0;
  if (numbered && missing_.empty()) return Finish(std::nullopt);
  Watch();
}

void ScriptRun::Watch() {
  patience_.cancel();
  if (playing_ || missing_.empty()) return;
  patience_.expires_after(script_.options.patience);
  patience_.async_wait([this](const asio::error_code& error) {
    if (error || finished_ || playing_) return;
    Finish(Error{script_.file + ": connection " +
                 std::to_string(*missing_.begin()) + " did not come"});
  });
}

void ScriptRun::Finish(Failure failure) {
  if (std::exchange(finished_, true)) return;
  patience_.cancel();
  asio::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& weak : channels_)  // nobody shall wait for an answer
    if (const auto channel = weak.lock()) channel->Reset();
  done_(std::move(failure));
}

}  // namespace target
