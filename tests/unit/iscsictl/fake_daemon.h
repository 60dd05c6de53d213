// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs iscsictl against a daemon of a few lines at the other end of a socket
// pair, which records the calls and answers what the test wants.
#ifndef ISCSID_TESTS_UNIT_ISCSICTL_FAKE_DAEMON_H_
#define ISCSID_TESTS_UNIT_ISCSICTL_FAKE_DAEMON_H_

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/ctl/errors.h"
#include "daemon/ctl/service.h"
#include "daemon/iscsictl/run.h"

namespace iscsid::cli {

// Bytes to send back; the connection is closed when there are none.
using Handler = std::function<std::string(const ctl::Call& call)>;

struct Outcome {
  ExitCode code = ExitCode::kSuccess;
  std::string out;
  std::string err;
  std::vector<ctl::Call> calls;
  size_t connections = 0;

  // The parameters of the only call.
  ctl::Json Parameters() const {
    return calls.size() == 1 ? calls[0].parameters : ctl::Json();
  }
  // Those of all calls of a method; calls side by side come in any order.
  std::vector<ctl::Json> ParametersOf(const std::string& method) const {
    std::vector<ctl::Json> all;
    for (const ctl::Call& call : calls) {
      if (call.method == "io.iscsi.Initiator." + method)
        all.push_back(call.parameters);
    }
    std::ranges::sort(all);
    return all;
  }
};

template <class T>
std::string Replied(const T& reply) {
  return ctl::EncodeReply(ctl::MakeReply(reply));
}

// One connection; `lock` is for what they share.
inline void Serve(int fd, const Handler& handler, std::vector<ctl::Call>& calls,
                  std::mutex& lock) {
  const UniqueFd socket(fd);
  ctl::Framer framer(ctl::kMaxCallBytes);
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const ssize_t count = read(socket.get(), buffer.data(), buffer.size());
    if (count <= 0) return;
    const auto bytes = std::span(buffer).first(static_cast<size_t>(count));
    ASSERT_TRUE(framer.Feed(bytes));
    while (const auto message = framer.Next()) {
      const Result<ctl::Call> call = ctl::DecodeCall(*message);
      ASSERT_TRUE(call) << *message;
      std::string reply;
      {
        const std::lock_guard guard(lock);
        calls.push_back(*call);
        reply = handler(*call);
      }
      if (reply.empty()) return;
      // Byte by byte, as a stream may come.
      for (const char& byte : reply) {
        ASSERT_EQ(send(socket.get(), &byte, 1, MSG_NOSIGNAL), 1);
      }
    }
  }
}

inline Outcome RunWith(std::vector<std::string> arguments,
                       const Handler& handler) {
  Outcome outcome;
  std::vector<std::thread> servers;
  std::mutex lock;
  std::ostringstream out;
  std::ostringstream err;
  {
    Console console(
        out, err, [&](const std::string&) -> Result<UniqueFd, Failure> {
          std::array<int, 2> ends;
          EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
          servers.emplace_back(
              [&, fd = ends[0]] { Serve(fd, handler, outcome.calls, lock); });
          return UniqueFd(ends[1]);
        });
    outcome.code = Run(std::move(arguments), console);
  }
  outcome.connections = servers.size();
  for (std::thread& server : servers) server.join();
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

// For commands that must not get as far as a call.
inline Outcome RunAlone(std::vector<std::string> arguments) {
  Outcome outcome = RunWith(std::move(arguments),
                            [](const ctl::Call&) { return std::string(); });
  EXPECT_TRUE(outcome.calls.empty());
  return outcome;
}

}  // namespace iscsid::cli

#endif  // ISCSID_TESTS_UNIT_ISCSICTL_FAKE_DAEMON_H_
