// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/connect_limiter.h"

#include <gtest/gtest.h>

#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

class ConnectLimiterTest : public testing::Test {
 protected:
  struct Slot {
    ConnectLimiter::Turn turn;
    bool answered = false;
    bool given_up = false;
  };

  std::shared_ptr<Slot> Take(const std::string& portal,
                             TimePoint deadline = kNever) {
    auto slot = std::make_shared<Slot>();
    asio::co_spawn(
        world.env().executor,
        [](ConnectLimiter& turns, std::string where, TimePoint until,
           std::shared_ptr<Slot> out) -> asio::awaitable<void> {
          const std::function<bool()> given_up = [out] {
            return out->given_up;
          };
          out->turn = co_await turns.Take(where, until, given_up);
          out->answered = true;
        }(limiter, portal, deadline, slot),
        asio::detached);
    world.Settle();
    return slot;
  }

  FakeWorld world;
  ConnectLimiter limiter{world.env()};
};

TEST_F(ConnectLimiterTest, LetsAFewInAtATime) {
  std::vector<std::shared_ptr<Slot>> slots;
  for (unsigned i = 0; i < ConnectLimiter::kPerPortal; ++i) {
    slots.push_back(Take("a"));
    EXPECT_TRUE(slots.back()->turn);
  }
  const auto next = Take("a");
  EXPECT_FALSE(next->answered);
  EXPECT_TRUE(Take("b")->turn);  // another portal
  slots.pop_back();
  world.Settle();
  EXPECT_TRUE(next->turn);
}

TEST_F(ConnectLimiterTest, WaitsNoLongerThanTheDeadline) {
  std::vector<std::shared_ptr<Slot>> slots;
  for (unsigned i = 0; i < ConnectLimiter::kPerPortal; ++i)
    slots.push_back(Take("a"));
  const auto late = Take("a", world.clock.Now() + std::chrono::seconds(1));
  world.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(late->answered);
  EXPECT_FALSE(late->turn);
}

TEST_F(ConnectLimiterTest, LetsOneGiveUp) {
  std::vector<std::shared_ptr<Slot>> slots;
  for (unsigned i = 0; i < ConnectLimiter::kPerPortal; ++i)
    slots.push_back(Take("a"));
  const auto waiting = Take("a");
  waiting->given_up = true;
  limiter.Wake();
  world.Settle();
  EXPECT_TRUE(waiting->answered);
  EXPECT_FALSE(waiting->turn);
}

}  // namespace
}  // namespace iscsid
