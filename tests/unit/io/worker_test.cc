// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/worker.h"

#include <gtest/gtest.h>

#include <future>

#include "daemon/io/state_dir.h"
#include "tests/unit/io/loop_fixture.h"
#include "tests/unit/io/system_tree.h"

namespace iscsid {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WorkerTest : public LoopFixture {};

TEST_F(WorkerTest, BringsTheValueBack) {
  const auto id = std::this_thread::get_id();
  const std::function<bool()> job = [id] {
    return std::this_thread::get_id() != id;
  };
  EXPECT_EQ(Await(worker.Run<bool>(job, In(seconds(30)))), true);
}

// A job that hangs costs its caller the deadline, and nothing else.
TEST_F(WorkerTest, WaitsNoLongerThanTheDeadline) {
  std::promise<void> go;
  const std::function<int()> hanging = [gate = go.get_future().share()] {
    gate.wait();
    return 1;
  };
  EXPECT_FALSE(Await(worker.Run<int>(hanging, In(milliseconds(20)))));
  const std::function<int()> next = [] { return 2; };
  EXPECT_FALSE(Await(worker.Run<int>(next, In(milliseconds(20)))));
  go.set_value();
  EXPECT_EQ(Await(worker.Run<int>(next, In(seconds(30)))), 2);
}

TEST_F(WorkerTest, CloseEndsTheWaiting) {
  std::promise<void> go;
  const std::function<int()> hanging = [gate = go.get_future().share()] {
    gate.wait();
    return 1;
  };
  const auto alarm = clock.At(In(milliseconds(10)), [&] { worker.Close(); });
  EXPECT_FALSE(Await(worker.Run<int>(hanging, kNever)));
  EXPECT_FALSE(Await(worker.Run<int>(hanging, kNever)));
  go.set_value();
}

// Left behind when it hangs at the end; what it holds is its own.
TEST_F(WorkerTest, EndsWithoutAThreadThatHangs) {
  std::promise<void> go;
  auto ended = std::make_shared<std::promise<void>>();
  {
    Worker other(loop.get_executor());
    ASSERT_TRUE(other.Start().ok());
    const std::function<int()> hanging = [gate = go.get_future().share(),
                                          ended] {
      gate.wait();
      ended->set_value();
      return 1;
    };
    EXPECT_FALSE(Await(other.Run<int>(hanging, In(milliseconds(20)))));
  }
  go.set_value();
  ended->get_future().wait();
}

TEST_F(WorkerTest, SavesTheStateInItsThread) {
  const TemporaryDirectory directory;
  StateDir store(directory.path() + "/state", worker);
  const auto before = store.Load("isids.json");
  ASSERT_TRUE(before);
  EXPECT_FALSE(*before);
  EXPECT_TRUE(Await(store.Save("isids.json", "{}")).ok());
  EXPECT_EQ(**store.Load("isids.json"), "{}");
}

}  // namespace
}  // namespace iscsid
