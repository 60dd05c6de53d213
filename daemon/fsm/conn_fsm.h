// SPDX-License-Identifier: GPL-2.0-or-later
//
// The standard connection state diagram for an initiator (RFC 7143 §8.1.3,
// transitions described in §8.1.2). States carry the RFC's numbers (S3 is the
// target's), rows its labels; events are named by cause, so one label owns
// several rows.
#ifndef ISCSID_FSM_CONN_FSM_H_
#define ISCSID_FSM_CONN_FSM_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "daemon/fsm/table.h"

namespace iscsid {

enum class ConnState : uint8_t {
  kFree = 1,             // S1
  kXptWait = 2,          // S2: waiting for the transport to connect
  kInLogin = 4,          // S4
  kLoggedIn = 5,         // S5: full feature phase
  kInLogout = 6,         // S6: waiting for the Logout Response
  kLogoutRequested = 7,  // S7: the target asked us to log out
  kCleanupWait = 8,      // S8: broken; cleanup_fsm.h goes on from here
};

enum class ConnEvent : uint8_t {
  kConnectRequested,     // we start to connect
  kConnected,            // the transport is there
  kConnectTimeout,       // it did not come in time
  kLoginSucceeded,       // final Login Response, Status-Class 0
  kLoginRejected,        // final Login Response, Status-Class not 0
  kLoginTimeout,         // the login took too long
  kTransportReset,       // RST, refused, unreachable
  kTransportDisconnect,  // FIN, or the transport reports the end
  kTransportTimeout,     // the transport gave up, or our ping did
  kConnectionAborted,    // we end it: a protocol error, or it is not wanted
  kLogoutStarted,        // we are about to send Logout on this connection
  kLogoutSucceeded,      // Logout Response 0
  kLogoutFailed,         // Logout Response, not 0
  kLogoutTimeout,        // no Logout Response in time
  kSessionLoggedOut,     // "close the session" succeeded on another connection
  kAsyncLogoutRequest,   // Async Message 1, "Request Logout"
  kAsyncDropConnection,  // Async Message 2 naming this CID
  kAsyncDropAll,         // Async Message 3
};

// What the owner does after the transition.
enum class ConnAction : uint8_t {
  kNone,
  kConnect,        // open the transport
  kLogin,          // send the first Login Request
  kHandOver,       // give the socket to the module
  kPrepareLogout,  // no new commands; then kLogoutStarted
  kSendLogout,
  kClose,    // close the transport, nothing left to clean up
  kCleanUp,  // close the transport, block I/O, start the cleanup machine
};

using ConnRow = FsmRow<ConnState, ConnEvent, ConnAction>;

// The whole machine.
[[nodiscard]] std::span<const ConnRow> ConnTable();

class ConnFsm {
 public:
  // A connection found alive in the module starts where it is.
  explicit ConnFsm(ConnState state = ConnState::kFree) : state_(state) {}

  [[nodiscard]] ConnState state() const { return state_; }

  // Takes the transition and returns its row (static storage); nullptr and no
  // change when the state has no row for the event.
  const ConnRow* Step(ConnEvent event);

 private:
  ConnState state_;
};

[[nodiscard]] std::string_view ToString(ConnState state);  // "S5 LOGGED_IN"
[[nodiscard]] std::string_view ToString(ConnEvent event);  // "logout timeout"

// "S5 LOGGED_IN --transport reset/T15--> S8 CLEANUP_WAIT", for the log.
[[nodiscard]] std::string Describe(const ConnRow& row);

}  // namespace iscsid

#endif  // ISCSID_FSM_CONN_FSM_H_
