// SPDX-License-Identifier: GPL-2.0-or-later
//
// The session state diagram for an initiator (RFC 7143 §8.3.1, transitions in
// §8.3.3). Q2 and N2 exist for targets only.
#ifndef ISCSID_FSM_SESSION_FSM_H_
#define ISCSID_FSM_SESSION_FSM_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "daemon/fsm/table.h"

namespace iscsid {

enum class SessionState : uint8_t {
  kFree = 1,      // Q1
  kLoggedIn = 3,  // Q3: at least one connection in full feature phase
  kFailed = 4,    // Q4: no connection left, recovery or continuation possible
};

enum class SessionEvent : uint8_t {
  kConnectionLoggedIn,    // the first connection reached full feature phase
  kClosed,                // logged out, or the last connection closed cleanly
  kAllConnectionsFailed,  // session failure: none left, all in CLEANUP_WAIT
  kContinued,             // a connection logged in again with the same TSIH
  kStateTimeout,          // nothing came back in time; the state is discarded
  kReinstated,            // a new instance with the same ISID replaced this one
};

enum class SessionAction : uint8_t {
  kNone,
  kStart,    // host up, I/O flows, scan
  kBlock,    // hold I/O, start to recover
  kResume,   // I/O flows again
  kDiscard,  // free what belonged to this instance
};

using SessionRow = FsmRow<SessionState, SessionEvent, SessionAction>;

[[nodiscard]] std::span<const SessionRow> SessionTable();

class SessionFsm {
 public:
  explicit SessionFsm(SessionState state = SessionState::kFree)
      : state_(state) {}

  [[nodiscard]] SessionState state() const { return state_; }

  // As ConnFsm::Step.
  const SessionRow* Step(SessionEvent event);

 private:
  SessionState state_;
};

[[nodiscard]] std::string_view ToString(SessionState state);
[[nodiscard]] std::string_view ToString(SessionEvent event);
[[nodiscard]] std::string Describe(const SessionRow& row);

}  // namespace iscsid

#endif  // ISCSID_FSM_SESSION_FSM_H_
