// SPDX-License-Identifier: GPL-2.0-or-later
//
// The connection cleanup state diagram for an initiator (RFC 7143 §8.2): what
// becomes of a connection that broke in full feature phase, and of its tasks.
// R1 is S8 of the connection diagram, R3 its S1.
#ifndef ISCSID_FSM_CLEANUP_FSM_H_
#define ISCSID_FSM_CLEANUP_FSM_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "daemon/fsm/table.h"

namespace iscsid {

enum class CleanupState : uint8_t {
  kCleanupWait = 1,  // R1
  kInCleanup = 2,    // R2: a recovery Logout or a reinstatement is under way
  kFree = 3,         // R3
};

enum class CleanupEvent : uint8_t {
  kStateTimeout,          // the target has forgotten the connection's state
  kSessionLoggedOut,      // "close the session" succeeded on another connection
  kReinstatementStarted,  // a Login that replaces the connection or session
  kLogoutStarted,         // a Logout for this CID on another connection
  kReinstatementFailed,
  kLogoutFailed,
  kReinstated,  // the replacing Login reached full feature phase
  kLoggedOut,   // the Logout for this CID succeeded
};

enum class CleanupAction : uint8_t {
  kNone,
  kReinstate,   // send the Login, after Time2Wait
  kSendLogout,  // reason 1 or 2, naming this CID
  kEndTasks,    // the target's side of the tasks is certainly gone
};

using CleanupRow = FsmRow<CleanupState, CleanupEvent, CleanupAction>;

[[nodiscard]] std::span<const CleanupRow> CleanupTable();

class CleanupFsm {
 public:
  explicit CleanupFsm(CleanupState state = CleanupState::kCleanupWait)
      : state_(state) {}

  [[nodiscard]] CleanupState state() const { return state_; }

  // As ConnFsm::Step.
  const CleanupRow* Step(CleanupEvent event);

 private:
  CleanupState state_;
};

[[nodiscard]] std::string_view ToString(CleanupState state);
[[nodiscard]] std::string_view ToString(CleanupEvent event);
[[nodiscard]] std::string Describe(const CleanupRow& row);

}  // namespace iscsid

#endif  // ISCSID_FSM_CLEANUP_FSM_H_
