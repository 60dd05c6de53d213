// SPDX-License-Identifier: GPL-2.0-or-later
//
// A clock that stands still until a test moves it.
#ifndef ISCSID_TESTS_UNIT_FAKES_FAKE_CLOCK_H_
#define ISCSID_TESTS_UNIT_FAKES_FAKE_CLOCK_H_

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "daemon/ports/clock.h"

namespace iscsid {

class FakeClock : public Clock {
 public:
  [[nodiscard]] TimePoint Now() const override { return now_; }
  [[nodiscard]] int64_t WallSeconds() const override { return 1700000000; }

  [[nodiscard]] std::unique_ptr<Alarm> At(TimePoint when,
                                          std::function<void()> ring) override {
    auto shared = std::make_shared<std::function<void()>>(std::move(ring));
    alarms_.emplace(when, shared);
    return std::make_unique<Held>(std::move(shared));
  }

  // Moves on by `step`, ringing what is due in order; `settle` lets everybody
  // act on it before time goes on.
  void Advance(Duration step, const std::function<void()>& settle) {
    const TimePoint end = now_ + step;
    settle();
    while (!alarms_.empty() && alarms_.begin()->first <= end) {
      const auto [when, ring] = *alarms_.begin();
      alarms_.erase(alarms_.begin());
      const auto alive = ring.lock();
      if (!alive) continue;
      now_ = std::max(now_, when);
      (*alive)();
      settle();
    }
    now_ = end;
    settle();
  }

 private:
  class Held : public Alarm {
   public:
    explicit Held(std::shared_ptr<std::function<void()>> ring)
        : ring_(std::move(ring)) {}

   private:
    std::shared_ptr<std::function<void()>> ring_;
  };

  TimePoint now_{std::chrono::hours(1)};
  std::multimap<TimePoint, std::weak_ptr<std::function<void()>>> alarms_;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_FAKES_FAKE_CLOCK_H_
