// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/target_thread.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <optional>
#include <thread>

#include "tests/target/script_run.h"
#include "tests/target/service.h"

namespace target {

struct TargetThread::State {
  Script script;
  std::optional<Server> server;  // which connections in the loop need
  asio::io_context loop;
  std::optional<asio::ip::tcp::acceptor> acceptor;
  std::optional<ScriptRun> run;
  std::string address;
  uint16_t port = 0;
  std::string failure;
  std::thread thread;

  Failure Prepare(const std::string& text, Options options) {
    if (text.empty()) {
      script.options = std::move(options);
    } else {
      auto parsed = ParseScript("script", text, std::move(options));
      if (!parsed) return parsed.error();
      script = std::move(*parsed);
    }
    server.emplace(script.options.config);
    auto listening = Listen(loop, "127.0.0.1:0");
    if (!listening) return listening.error();
    acceptor = std::move(*listening);
    port = acceptor->local_endpoint().port();
    address = AddressText(acceptor->local_endpoint());
    if (text.empty())
      asio::co_spawn(loop, AcceptAll(*acceptor, *server, script.options.cut),
                     asio::detached);
    else
      run.emplace(script, *server, *acceptor,
                  [this](Failure ended) {
                    if (ended) failure = ended->what;
                    loop.stop();
                  })
          .Start();
    return std::nullopt;
  }
};

TargetThread::TargetThread(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

std::unique_ptr<TargetThread> TargetThread::Start(const std::string& script,
                                                  Options options) {
  auto state = std::make_unique<State>();
  if (auto failure = state->Prepare(script, std::move(options)))
    state->failure = failure->what;
  else
    state->thread = std::thread([loop = &state->loop] { loop->run(); });
  return std::unique_ptr<TargetThread>(new TargetThread(std::move(state)));
}

TargetThread::~TargetThread() { Stop(); }

const std::string& TargetThread::address() const { return state_->address; }
uint16_t TargetThread::port() const { return state_->port; }

std::string TargetThread::Wait() {
  if (state_->thread.joinable()) state_->thread.join();
  return state_->failure;
}

std::vector<std::string> TargetThread::Stop() {
  state_->loop.stop();
  if (state_->thread.joinable()) state_->thread.join();
  if (!state_->server) return {};
  return state_->server->violations();
}

}  // namespace target
