// SPDX-License-Identifier: GPL-2.0-or-later
//
// Time as core/ sees it. It never jumps and nothing in core/ sleeps: tests
// tick it by hand.
#ifndef ISCSID_PORTS_CLOCK_H_
#define ISCSID_PORTS_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace iscsid {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

// A deadline that never comes.
inline constexpr TimePoint kNever = TimePoint::max();

// Destroying it cancels the call.
class Alarm {
 public:
  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  virtual ~Alarm() = default;
};

class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual TimePoint Now() const = 0;

  // Seconds since the epoch, to be shown to people and nothing else.
  [[nodiscard]] virtual int64_t WallSeconds() const = 0;

  // Calls `ring` once from the loop, at `when` or as soon as possible after.
  [[nodiscard]] virtual std::unique_ptr<Alarm> At(
      TimePoint when, std::function<void()> ring) = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_CLOCK_H_
