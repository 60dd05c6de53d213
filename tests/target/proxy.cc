// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/proxy.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <memory>

#include "tests/target/channel.h"
#include "tests/target/script.h"

namespace target {
namespace {

using asio::ip::tcp;
using Tell = std::function<void(const std::string&)>;

constexpr const char* kUsualActions[] = {"drop", "duplicate", "corrupt 0",
                                         "delay 500ms", "reset"};

// One initiator's connection and ours to the target.
struct Link {
  Link(Faults& faults, Tell tell) : interceptor(faults, std::move(tell)) {}

  const std::shared_ptr<Channel>& channel(Side side) const {
    return side == Side::kInitiator ? initiator : target;
  }
  void set_digests() {
    initiator->set_digests(interceptor.digests());
    target->set_digests(interceptor.digests());
  }

  Interceptor interceptor;
  std::shared_ptr<Channel> initiator;
  std::shared_ptr<Channel> target;
};

std::chrono::milliseconds Now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

// Does it; false: nothing more is to go this way.
asio::awaitable<bool> Do(const Step& step, Link& link) {
  switch (step.kind) {
    case Step::Kind::kForward:
      link.channel(step.to)->Write(step.bytes);
      break;
    case Step::Kind::kDelay: {
      asio::steady_timer timer(co_await asio::this_coro::executor, step.time);
      co_await timer.async_wait(asio::use_awaitable);
      break;
    }
    case Step::Kind::kStall:
      co_return false;
    case Step::Kind::kClose:
      link.initiator->Close();
      link.target->Close();
      co_return false;
    case Step::Kind::kReset:
      link.initiator->Reset();
      link.target->Reset();
      co_return false;
  }
  co_return true;
}

// What comes from one side, until its connection ends; then the other ends in
// the same way.
asio::awaitable<void> Pump(std::shared_ptr<Link> link, Side from) {
  const auto& channel = link->channel(from);
  bool forwarding = true;
  while (const auto decoded = co_await channel->Read()) {
    if (!forwarding) continue;
    const auto steps = link->interceptor.Take(from, *decoded, Now());
    link->set_digests();
    for (const Step& step : steps)
      if (forwarding) forwarding = co_await Do(step, *link);
  }
  if (channel->end() == "reset")
    link->channel(Other(from))->Reset();
  else
    link->channel(Other(from))->Close();
}

asio::awaitable<void> Connect(tcp::socket initiator, tcp::endpoint endpoint,
                              Faults& faults, Tell tell) {
  tcp::socket target(co_await asio::this_coro::executor);
  asio::error_code error;
  co_await target.async_connect(
      endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    tell("the target cannot be reached: " + error.message());
    co_return;
  }
  const auto link = std::make_shared<Link>(faults, tell);
  link->initiator = std::make_shared<Channel>(std::move(initiator));
  link->target = std::make_shared<Channel>(std::move(target));
  const auto executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, Pump(link, Side::kInitiator), asio::detached);
  asio::co_spawn(executor, Pump(link, Side::kTarget), asio::detached);
}

Result<RandomFaults> ParseRandom(const Options& options) {
  RandomFaults random;
  const size_t colon = options.random_faults.find(':');
  const auto seed = ParseNumber(options.random_faults.substr(0, colon));
  const auto seconds = ParseNumber(options.random_faults.substr(colon + 1));
  if (!seed || !seconds || !*seconds || *seconds > 1000000)
    return Error{"--random-faults SEED:SECONDS"};
  random.seed = *seed;
  random.interval = std::chrono::seconds(*seconds);
  std::vector<std::string> texts = options.random_actions;
  if (texts.empty())
    texts.assign(std::begin(kUsualActions), std::end(kUsualActions));
  for (const std::string& text : texts) {
    auto rule = ParseRule(text.starts_with("on ") ? text : "on ANY : " + text);
    if (!rule) return rule.error();
    if (rule->when != Rule::When::kAlways)
      return Error{"--random-action '" + text + "': chance does the counting"};
    random.rules.push_back(std::move(*rule));
  }
  return random;
}

}  // namespace

Result<Faults> ParseFaults(const Options& options) {
  std::vector<Rule> rules;
  for (const std::string& text : options.rules) {
    auto rule = ParseRule(text);
    if (!rule) return rule.error();
    rules.push_back(std::move(*rule));
  }
  if (options.random_faults.empty())
    return Faults(std::move(rules), std::nullopt);
  auto random = ParseRandom(options);
  if (!random) return random.error();
  return Faults(std::move(rules), std::move(*random));
}

asio::awaitable<void> RunProxy(tcp::acceptor& acceptor, tcp::endpoint target,
                               Faults& faults, Tell tell) {
  while (true) {
    asio::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(
        asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error)
      tell("accept: " + error.message());
    else
      asio::co_spawn(acceptor.get_executor(),
                     Connect(std::move(socket), target, faults, tell),
                     asio::detached);
  }
}

}  // namespace target
