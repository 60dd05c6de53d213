// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/call_all.h"

#include <poll.h>

namespace iscsid::cli {

CallUnderWay TakeAnswered(std::vector<CallUnderWay>& busy) {
  std::vector<pollfd> waits;
  for (const CallUnderWay& call : busy)
    waits.push_back({call.client->fd(), POLLIN, 0});
  for (;;) {
    // When a signal interrupts it, nothing is set and it is called again.
    ::poll(waits.data(), waits.size(), -1);
    for (size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].revents == 0) continue;
      const CallUnderWay answered = busy[i];
      busy.erase(busy.begin() + static_cast<std::ptrdiff_t>(i));
      return answered;
    }
  }
}

}  // namespace iscsid::cli
