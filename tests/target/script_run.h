// SPDX-License-Identifier: GPL-2.0-or-later
//
// A script on a listening socket: hands each connection to its section, and
// ends with the first failure or when all numbered sections are through.
#ifndef TARGET_SCRIPT_RUN_H_
#define TARGET_SCRIPT_RUN_H_

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "tests/target/player.h"
#include "tests/target/script.h"
#include "tests/target/server.h"

namespace target {

class ScriptRun {
 public:
  // Everything given must outlive the run; `done` is called once.
  ScriptRun(const Script& script, Server& server,
            asio::ip::tcp::acceptor& acceptor,
            std::function<void(Failure)> done);

  void Start();

 private:
  asio::awaitable<void> Accept();
  void Begin(unsigned number, asio::ip::tcp::socket socket);
  void Ended(unsigned section, Failure failure);
  void Finish(Failure failure);
  // Waits for a connection only while none is being played.
  void Watch();

  const Script& script_;
  Server& server_;
  asio::ip::tcp::acceptor& acceptor_;
  std::function<void(Failure)> done_;
  Variables variables_;
  std::vector<std::weak_ptr<Channel>> channels_;
  std::set<unsigned> missing_;  // numbered sections not through
  unsigned playing_ = 0;
  asio::steady_timer patience_;
  bool finished_ = false;
};

}  // namespace target

#endif  // TARGET_SCRIPT_RUN_H_
