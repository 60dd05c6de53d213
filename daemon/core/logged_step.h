// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every transition of the RFC's state machines goes through here, so that each
// is in the log under its label: "S5 LOGGED_IN --transport reset/T15--> S8".
#ifndef ISCSID_CORE_LOGGED_STEP_H_
#define ISCSID_CORE_LOGGED_STEP_H_

#include <string>

#include "daemon/ports/log.h"

namespace iscsid {

// Takes the transition of `fsm` and returns its row; null, with a warning and
// nothing changed, when the state has none for the event.
template <typename Fsm, typename Event>
auto LoggedStep(Fsm& fsm, Event event, Log& log, const std::string& who) {
  const auto state = fsm.state();
  const auto* row = fsm.Step(event);
  if (row != nullptr) {
    log.Info(who + Describe(*row));
  } else {
    log.Warning(who + std::string(ToString(state)) +
                ": unexpected event: " + std::string(ToString(event)));
  }
  return row;
}

}  // namespace iscsid

#endif  // ISCSID_CORE_LOGGED_STEP_H_
