// SPDX-License-Identifier: GPL-2.0-or-later
//
// At most a few logins at a time per portal: a target that restarts meets the
// sessions of all its initiators at once.
#ifndef ISCSID_CORE_CONNECT_LIMITER_H_
#define ISCSID_CORE_CONNECT_LIMITER_H_

#include <asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "daemon/core/condition.h"

namespace iscsid {

class ConnectLimiter {
 public:
  static constexpr unsigned kPerPortal = 8;

  // Outlives every turn it gives.
  explicit ConnectLimiter(Environment& env) : changed_(env) {}

  // Waits for a turn at `portal` until the deadline or until given_up() is
  // true (call Wake() then); null in both cases. Dropping the turn lets the
  // next one in.
  using Turn = std::shared_ptr<void>;
  asio::awaitable<Turn> Take(std::string portal, TimePoint deadline,
                             std::function<bool()> given_up);

  void Wake() { changed_.NotifyAll(); }

 private:
  void Leave(const std::string& portal);

  std::map<std::string, unsigned> busy_;  // portals with turns taken
  Condition changed_;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_CONNECT_LIMITER_H_
