// SPDX-License-Identifier: GPL-2.0-or-later
//
// The one way a coroutine of core/ waits for something other than a port: a
// condition variable with a deadline, for one thread. Whoever changes what a
// waiter may look at calls NotifyAll(); the waiter looks again.
//
// For all coroutines: g++ 12 destroys a lambda twice when it is made inside a
// co_await expression and captures something with a destructor. Capture
// references and `this` there, or make it in a statement of its own.
#ifndef ISCSID_CORE_CONDITION_H_
#define ISCSID_CORE_CONDITION_H_

#include <asio/awaitable.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <memory>

#include "daemon/core/environment.h"

namespace iscsid {

class Condition {
 public:
  explicit Condition(Environment& env)
      : clock_(env.clock), waiters_(env.executor, kNever) {}

  void NotifyAll() { waiters_.cancel(); }

  // Waits until done() is true; false when the deadline came first. The
  // condition must live until then: hold its owner in the waiting frame.
  template <typename Done>
  asio::awaitable<bool> Wait(Done done, TimePoint deadline) {
    std::unique_ptr<Alarm> alarm;
    for (;;) {
      if (done()) co_return true;
      if (clock_.Now() >= deadline) co_return false;
      if (!alarm && deadline != kNever) {
        alarm = clock_.At(deadline, [this] { NotifyAll(); });
      }
      asio::error_code woken;
      co_await waiters_.async_wait(
          asio::redirect_error(asio::use_awaitable, woken));
    }
  }

 private:
  Clock& clock_;
  asio::steady_timer waiters_;  // never expires; cancelling it wakes
};

}  // namespace iscsid

#endif  // ISCSID_CORE_CONDITION_H_
