// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsi_target: an iSCSI target for tests. Well-behaved on RAM disks unless
// told otherwise; see Usage.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/target/options.h"
#include "tests/target/proxy.h"
#include "tests/target/script_run.h"
#include "tests/target/service.h"

namespace target {
namespace {

constexpr int kWrongUse = 2;

int Fail(const Error& error, int status = 1) {
  std::cerr << "iscsi_target: " << error.what << std::endl;
  return status;
}

// Or until somebody stops the loop.
void RunUntilSignal(asio::io_context& loop) {
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](const asio::error_code&, int) { loop.stop(); });
  loop.run();
}

int RunTarget(const Options& options) {
  Server server(options.config);  // which connections in the loop need
  asio::io_context loop;
  std::vector<asio::ip::tcp::acceptor> acceptors;
  acceptors.reserve(options.listen.size());
  for (const std::string& address : options.listen) {
    auto acceptor = Listen(loop, address);
    if (!acceptor) return Fail(acceptor.error());
    acceptors.push_back(std::move(*acceptor));
    std::cout << "listening on "
              << AddressText(acceptors.back().local_endpoint()) << std::endl;
    asio::co_spawn(loop, AcceptAll(acceptors.back(), server, options.cut),
                   asio::detached);
  }
  RunUntilSignal(loop);
  const size_t wrong = server.violations().size();
  if (wrong) return Fail({std::to_string(wrong) + " violations"});
  return 0;
}

int RunScript(const Script& script) {
  Server server(script.options.config);
  asio::io_context loop;
  auto acceptor = Listen(loop, script.options.listen.front());
  if (!acceptor) return Fail(acceptor.error());
  std::cout << "listening on " << AddressText(acceptor->local_endpoint())
            << std::endl;
  Failure result = Error{"interrupted"};
  ScriptRun run(script, server, *acceptor, [&](Failure failure) {
    result = std::move(failure);
    loop.stop();
  });
  run.Start();
  RunUntilSignal(loop);
  return result ? Fail(*result) : 0;
}

int RunAsProxy(const Options& options) {
  const auto endpoint = ParseEndpoint(options.proxy);
  if (!endpoint) return Fail(endpoint.error(), kWrongUse);
  auto faults = ParseFaults(options);
  if (!faults) return Fail(faults.error(), kWrongUse);
  asio::io_context loop;
  auto acceptor = Listen(loop, options.listen.front());
  if (!acceptor) return Fail(acceptor.error());
  std::cout << "listening on " << AddressText(acceptor->local_endpoint())
            << std::endl;
  const auto tell = [](const std::string& what) {
    std::cout << what << std::endl;
  };
  asio::co_spawn(loop, RunProxy(*acceptor, *endpoint, *faults, tell),
                 asio::detached);
  RunUntilSignal(loop);
  return 0;
}

int ReadAndRunScript(const Options& options) {
  std::ifstream file(options.script);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return Fail({"cannot read " + options.script}, kWrongUse);
  const auto script = ParseScript(options.script, text, options);
  if (!script) return Fail(script.error(), kWrongUse);
  return RunScript(*script);
}

int Main(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(arguments);
  if (!options) return Fail(options.error(), kWrongUse);
  if (options->help) {
    std::cout << Usage();
    return 0;
  }
  if (!options->proxy.empty()) return RunAsProxy(*options);
  if (!options->script.empty()) return ReadAndRunScript(*options);
  return RunTarget(*options);
}

}  // namespace
}  // namespace target

int main(int argc, char** argv) {
  return target::Main({argv + 1, argv + argc});
}
