// SPDX-License-Identifier: GPL-2.0-or-later
//
// How long to wait between attempts to get a session back: doubling up to a
// cap, and jittered, so that the sessions of a target that restarts do not
// come all at once. Pure.
#ifndef ISCSID_CORE_BACKOFF_H_
#define ISCSID_CORE_BACKOFF_H_

#include <algorithm>
#include <cstdint>

#include "daemon/ports/clock.h"

namespace iscsid {

class Backoff {
 public:
  static constexpr Duration kFirst{250};
  // The target does not answer: I/O waits for the moment it does again.
  static constexpr Duration kUnreachableCap{2000};
  // It answers, and says no: asking often would only fill its log.
  static constexpr Duration kRefusedCap{15000};

  // From the start of the last attempt to that of the next: between half and
  // all of the present step. `random` is any 32 bits.
  Duration Next(uint32_t random, Duration cap) {
    const Duration step = std::min(step_, cap);
    step_ = std::min(step_ * 2, kRefusedCap);
    return step / 2 + Duration((step / 2).count() * (random >> 16) / 0xffff);
  }

  void Reset() { step_ = kFirst; }

 private:
  Duration step_ = kFirst;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_BACKOFF_H_
