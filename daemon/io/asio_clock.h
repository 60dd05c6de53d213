// SPDX-License-Identifier: GPL-2.0-or-later
//
// The clock port over CLOCK_MONOTONIC and the loop's timers.
#ifndef ISCSID_IO_ASIO_CLOCK_H_
#define ISCSID_IO_ASIO_CLOCK_H_

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "daemon/ports/clock.h"

namespace iscsid {

class AsioClock : public Clock {
 public:
  explicit AsioClock(asio::any_io_executor executor)
      : executor_(std::move(executor)) {}

  [[nodiscard]] TimePoint Now() const override {
    return std::chrono::steady_clock::now();
  }

  [[nodiscard]] int64_t WallSeconds() const override {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  [[nodiscard]] std::unique_ptr<Alarm> At(TimePoint when,
                                          std::function<void()> ring) override {
    return std::make_unique<TimerAlarm>(executor_, when, std::move(ring));
  }

 private:
  // The handler of an expired timer may already be queued when the alarm
  // goes, so cancelling the timer is not enough.
  class TimerAlarm : public Alarm {
   public:
    TimerAlarm(const asio::any_io_executor& executor, TimePoint when,
               std::function<void()> ring)
        : timer_(executor, when),
          ring_(std::make_shared<std::function<void()>>(std::move(ring))) {
      timer_.async_wait([ring = std::weak_ptr(ring_)](asio::error_code error) {
        const auto alive = ring.lock();
        if (!error && alive) (*alive)();
      });
    }

   private:
    asio::steady_timer timer_;
    std::shared_ptr<std::function<void()>> ring_;
  };

  asio::any_io_executor executor_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_ASIO_CLOCK_H_
