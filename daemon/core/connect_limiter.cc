// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/connect_limiter.h"

#include <utility>

namespace iscsid {

asio::awaitable<ConnectLimiter::Turn> ConnectLimiter::Take(
    std::string portal, TimePoint deadline, std::function<bool()> given_up) {
  const auto may_go = [&] {
    const auto found = busy_.find(portal);
    return found == busy_.end() || found->second < kPerPortal;
  };
  const bool woken =
      co_await changed_.Wait([&] { return given_up() || may_go(); }, deadline);
  if (!woken || given_up()) co_return nullptr;
  ++busy_[portal];
  co_return Turn(this, [portal](void* limiter) {
    static_cast<ConnectLimiter*>(limiter)->Leave(portal);
  });
}

void ConnectLimiter::Leave(const std::string& portal) {
  const auto found = busy_.find(portal);
  if (--found->second == 0) busy_.erase(found);
  changed_.NotifyAll();
}

}  // namespace iscsid
