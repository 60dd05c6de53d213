// SPDX-License-Identifier: GPL-2.0-or-later
//
// A real loop, a real clock and a helper thread, for what makes system calls.
#ifndef ISCSID_TESTS_UNIT_IO_LOOP_FIXTURE_H_
#define ISCSID_TESTS_UNIT_IO_LOOP_FIXTURE_H_

#include <gtest/gtest.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/io/asio_clock.h"
#include "daemon/io/worker.h"
#include "daemon/ports/log.h"

namespace iscsid {

class ListLog : public Log {
 public:
  std::vector<std::string> lines;
  void Write(LogLevel, std::string_view message) override {
    lines.emplace_back(message);
  }
};

class LoopFixture : public testing::Test {
 protected:
  LoopFixture() { EXPECT_TRUE(worker.Start().ok()); }

  // Runs the loop until the coroutine has its value. Nothing here takes as
  // long as the bound.
  template <typename T>
  T Await(asio::awaitable<T> coroutine) {
    std::optional<T> value;
    asio::co_spawn(
        loop,
        [](asio::awaitable<T> what,
           std::optional<T>& out) -> asio::awaitable<void> {
          out = co_await std::move(what);
        }(std::move(coroutine), value),
        asio::detached);
    const TimePoint bound = clock.Now() + std::chrono::seconds(60);
    loop.restart();
    while (!value && clock.Now() < bound)
      loop.run_one_for(std::chrono::seconds(1));
    EXPECT_TRUE(value.has_value());
    return *std::move(value);
  }

  [[nodiscard]] TimePoint In(Duration time) const { return clock.Now() + time; }

  asio::io_context loop;
  AsioClock clock{loop.get_executor()};
  Worker worker{loop.get_executor()};
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_IO_LOOP_FIXTURE_H_
