// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/fsm/conn_fsm.h"

namespace iscsid {
namespace {

using enum ConnState;
using enum ConnEvent;
using enum ConnAction;

// C-119, C-120. Each row is one cause of §8.1.2. kConnectionAborted is ours
// beside the RFC's: where it lets the transport end a state, so may we.
// clang-format off
constexpr ConnRow kRows[] = {
    {kFree, kConnectRequested, kXptWait, "T1", kConnect},

    {kXptWait, kConnectTimeout,    kFree, "T2", kClose},
    {kXptWait, kTransportReset,    kFree, "T2", kClose},
    {kXptWait, kSessionLoggedOut,  kFree, "T2", kClose},
    {kXptWait, kConnectionAborted, kFree, "T2", kClose},

    {kXptWait, kConnected, kInLogin, "T4", kLogin},

    {kInLogin, kLoginSucceeded, kLoggedIn, "T5", kHandOver},

    {kInLogin, kLoginRejected,       kFree, "T7", kClose},
    {kInLogin, kLoginTimeout,        kFree, "T7", kClose},
    {kInLogin, kTransportDisconnect, kFree, "T7", kClose},
    {kInLogin, kTransportReset,      kFree, "T7", kClose},
    {kInLogin, kTransportTimeout,    kFree, "T7", kClose},
    {kInLogin, kSessionLoggedOut,    kFree, "T7", kClose},
    {kInLogin, kConnectionAborted,   kFree, "T7", kClose},

    {kLoggedIn, kSessionLoggedOut, kFree, "T8", kClose},

    {kLoggedIn,        kLogoutStarted, kInLogout, "T9",  kSendLogout},
    {kLogoutRequested, kLogoutStarted, kInLogout, "T10", kSendLogout},

    {kLoggedIn,        kAsyncLogoutRequest, kLogoutRequested, "T11", kPrepareLogout},
    {kLogoutRequested, kAsyncLogoutRequest, kLogoutRequested, "T12", kNone},

    {kInLogout, kLogoutSucceeded,  kFree, "T13", kClose},
    {kInLogout, kSessionLoggedOut, kFree, "T13", kClose},

    {kInLogout, kAsyncLogoutRequest, kInLogout, "T14", kNone},

    {kLoggedIn, kTransportTimeout,    kCleanupWait, "T15", kCleanUp},
    {kLoggedIn, kTransportReset,      kCleanupWait, "T15", kCleanUp},
    {kLoggedIn, kTransportDisconnect, kCleanupWait, "T15", kCleanUp},
    {kLoggedIn, kAsyncDropConnection, kCleanupWait, "T15", kCleanUp},
    {kLoggedIn, kAsyncDropAll,        kCleanupWait, "T15", kCleanUp},
    {kLoggedIn, kConnectionAborted,   kCleanupWait, "T15", kCleanUp},

    {kLogoutRequested, kTransportTimeout,    kCleanupWait, "T16", kCleanUp},
    {kLogoutRequested, kTransportReset,      kCleanupWait, "T16", kCleanUp},
    {kLogoutRequested, kTransportDisconnect, kCleanupWait, "T16", kCleanUp},
    {kLogoutRequested, kAsyncDropConnection, kCleanupWait, "T16", kCleanUp},
    {kLogoutRequested, kAsyncDropAll,        kCleanupWait, "T16", kCleanUp},
    {kLogoutRequested, kConnectionAborted,   kCleanupWait, "T16", kCleanUp},

    {kInLogout, kLogoutFailed,        kCleanupWait, "T17", kCleanUp},
    {kInLogout, kLogoutTimeout,       kCleanupWait, "T17", kCleanUp},
    {kInLogout, kTransportTimeout,    kCleanupWait, "T17", kCleanUp},
    {kInLogout, kTransportReset,      kCleanupWait, "T17", kCleanUp},
    {kInLogout, kTransportDisconnect, kCleanupWait, "T17", kCleanUp},
    {kInLogout, kAsyncDropConnection, kCleanupWait, "T17", kCleanUp},
    {kInLogout, kAsyncDropAll,        kCleanupWait, "T17", kCleanUp},
    {kInLogout, kConnectionAborted,   kCleanupWait, "T17", kCleanUp},

    {kLogoutRequested, kSessionLoggedOut, kFree, "T18", kClose},
};
// clang-format on

// The initiator's labels: T3 and T6 are the target's.
constexpr std::string_view kLabels[] = {
    "T1",  "T2",  "T4",  "T5",  "T7",  "T8",  "T9",  "T10",
    "T11", "T12", "T13", "T14", "T15", "T16", "T17", "T18",
};

static_assert(RowsAreUnique(kRows));
static_assert(LabelsAre(kRows, kLabels));

}  // namespace

std::span<const ConnRow> ConnTable() { return kRows; }

const ConnRow* ConnFsm::Step(ConnEvent event) {
  const ConnRow* row = FindRow(ConnTable(), state_, event);
  if (row != nullptr) state_ = row->to;
  return row;
}

std::string_view ToString(ConnState state) {
  switch (state) {
    case kFree:
      return "S1 FREE";
    case kXptWait:
      return "S2 XPT_WAIT";
    case kInLogin:
      return "S4 IN_LOGIN";
    case kLoggedIn:
      return "S5 LOGGED_IN";
    case kInLogout:
      return "S6 IN_LOGOUT";
    case kLogoutRequested:
      return "S7 LOGOUT_REQUESTED";
    case kCleanupWait:
      return "S8 CLEANUP_WAIT";
  }
  return "";
}

std::string_view ToString(ConnEvent event) {
  switch (event) {
    case kConnectRequested:
      return "connect requested";
    case kConnected:
      return "connected";
    case kConnectTimeout:
      return "connect timeout";
    case kLoginSucceeded:
      return "login succeeded";
    case kLoginRejected:
      return "login rejected";
    case kLoginTimeout:
      return "login timeout";
    case kTransportReset:
      return "transport reset";
    case kTransportDisconnect:
      return "transport disconnect";
    case kTransportTimeout:
      return "transport timeout";
    case kConnectionAborted:
      return "connection aborted";
    case kLogoutStarted:
      return "logout started";
    case kLogoutSucceeded:
      return "logout succeeded";
    case kLogoutFailed:
      return "logout failed";
    case kLogoutTimeout:
      return "logout timeout";
    case kSessionLoggedOut:
      return "session logged out";
    case kAsyncLogoutRequest:
      return "target requests logout";
    case kAsyncDropConnection:
      return "target drops connection";
    case kAsyncDropAll:
      return "target drops all connections";
  }
  return "";
}

std::string Describe(const ConnRow& row) { return DescribeRow(row); }

}  // namespace iscsid
