// SPDX-License-Identifier: GPL-2.0-or-later
//
// The initiator's connection diagram, typed again from RFC 7143 §8.1.3 (the
// same table as RFC 3720 §7.1.3) and §8.1.2, held against our table both ways.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <random>

#include "daemon/fsm/conn_fsm.h"
#include "tests/rfc/matrix.h"

namespace iscsid {
namespace {

using enum ConnState;
using enum ConnEvent;

// Row: the state left. Column: the state entered.
constexpr std::string_view kMatrix = R"(
         +----+---+---+---+---+----+---+
         |S1  |S2 |S4 |S5 |S6 |S7  |S8 |
      ---+----+---+---+---+---+----+---+
       S1| -  |T1 | - | - | - | -  | - |
      ---+----+---+---+---+---+----+---+
       S2|T2  |-  |T4 | - | - | -  | - |
      ---+----+---+---+---+---+----+---+
       S4|T7  |-  |-  |T5 | - | -  | - |
      ---+----+---+---+---+---+----+---+
       S5|T8  |-  |-  | - |T9 |T11 |T15|
      ---+----+---+---+---+---+----+---+
       S6|T13 |-  |-  | - |T14|-   |T17|
      ---+----+---+---+---+---+----+---+
       S7|T18 |-  |-  | - |T10|T12 |T16|
      ---+----+---+---+---+---+----+---+
       S8| -  |-  |-  | - | - | -  | - |
      ---+----+---+---+---+---+----+---+
)";

constexpr std::array kStates = {kFree,       kXptWait,  kInLogin,
                                kLoggedIn,   kInLogout, kLogoutRequested,
                                kCleanupWait};

constexpr std::array kEvents = {
    kConnectRequested,   kConnected,           kConnectTimeout,
    kLoginSucceeded,     kLoginRejected,       kLoginTimeout,
    kTransportReset,     kTransportDisconnect, kTransportTimeout,
    kConnectionAborted,  kLogoutStarted,       kLogoutSucceeded,
    kLogoutFailed,       kLogoutTimeout,       kSessionLoggedOut,
    kAsyncLogoutRequest, kAsyncDropConnection, kAsyncDropAll,
};

// The causes of §8.1.2 under their labels. "Aborted" is our own cause: we end
// a connection ourselves wherever the transport could have.
struct Cause {
  ConnState from;
  ConnEvent event;
  ConnState to;
  std::string_view label;
};

std::ostream& operator<<(std::ostream& out, const Cause& cause) {
  return out << ToString(cause.from) << ", " << ToString(cause.event);
}

// The events of T15 a) to e), which T16 and T17 share, and our own.
constexpr std::array kLosses = {kTransportTimeout,    kTransportReset,
                                kTransportDisconnect, kAsyncDropConnection,
                                kAsyncDropAll,        kConnectionAborted};

std::vector<Cause> Causes() {
  std::vector<Cause> causes = {
      {kFree, kConnectRequested, kXptWait, "T1"},
      {kXptWait, kConnectTimeout, kFree, "T2"},
      {kXptWait, kTransportReset, kFree, "T2"},
      {kXptWait, kSessionLoggedOut, kFree, "T2"},
      {kXptWait, kConnectionAborted, kFree, "T2"},
      {kXptWait, kConnected, kInLogin, "T4"},
      {kInLogin, kLoginSucceeded, kLoggedIn, "T5"},
      {kInLogin, kLoginRejected, kFree, "T7"},        // a)
      {kInLogin, kLoginTimeout, kFree, "T7"},         // b)
      {kInLogin, kTransportDisconnect, kFree, "T7"},  // c)
      {kInLogin, kTransportReset, kFree, "T7"},       // d)
      {kInLogin, kTransportTimeout, kFree, "T7"},     // e)
      {kInLogin, kSessionLoggedOut, kFree, "T7"},     // f)
      {kInLogin, kConnectionAborted, kFree, "T7"},
      {kLoggedIn, kSessionLoggedOut, kFree, "T8"},
      {kLoggedIn, kLogoutStarted, kInLogout, "T9"},
      {kLogoutRequested, kLogoutStarted, kInLogout, "T10"},
      {kLoggedIn, kAsyncLogoutRequest, kLogoutRequested, "T11"},
      {kLogoutRequested, kAsyncLogoutRequest, kLogoutRequested, "T12"},
      {kInLogout, kLogoutSucceeded, kFree, "T13"},
      {kInLogout, kSessionLoggedOut, kFree, "T13"},
      {kInLogout, kAsyncLogoutRequest, kInLogout, "T14"},
      {kInLogout, kLogoutFailed, kCleanupWait, "T17"},
      {kInLogout, kLogoutTimeout, kCleanupWait, "T17"},
      {kLogoutRequested, kSessionLoggedOut, kFree, "T18"},
  };
  for (const ConnEvent loss : kLosses) {
    causes.push_back({kLoggedIn, loss, kCleanupWait, "T15"});
    causes.push_back({kLogoutRequested, loss, kCleanupWait, "T16"});
    causes.push_back({kInLogout, loss, kCleanupWait, "T17"});
  }
  return causes;
}

// C-119
TEST(ConnFsmRfc, C119_TheTableIsTheMatrix) {
  const std::set<rfc::Transition> matrix = rfc::ReadMatrix(kMatrix);
  ASSERT_EQ(matrix.size(), 16u);
  EXPECT_EQ(rfc::TransitionsOf(ConnTable()), matrix);
}

// C-119: each state with each event, listed or not.
TEST(ConnFsmRfc, C119_FullProductOfStatesAndEvents) {
  std::map<std::pair<ConnState, ConnEvent>, Cause> expected;
  for (const Cause& cause : Causes())
    expected.insert({{cause.from, cause.event}, cause});
  ASSERT_EQ(expected.size(), ConnTable().size());

  for (const ConnState state : kStates) {
    for (const ConnEvent event : kEvents) {
      ConnFsm fsm(state);
      const ConnRow* row = fsm.Step(event);
      const auto cause = expected.find({state, event});
      if (cause == expected.end()) {
        EXPECT_EQ(row, nullptr) << ToString(state) << ", " << ToString(event);
        EXPECT_EQ(fsm.state(), state);
        continue;
      }
      ASSERT_NE(row, nullptr) << ToString(state) << ", " << ToString(event);
      EXPECT_EQ(row->label, cause->second.label);
      EXPECT_EQ(fsm.state(), cause->second.to);
    }
  }
}

// C-119, C-120: one test per cause, named after it.
class EachCause : public testing::TestWithParam<Cause> {};

TEST_P(EachCause, C119_C120_TakesItsTransition) {
  const Cause& cause = GetParam();
  ConnFsm fsm(cause.from);
  const ConnRow* row = fsm.Step(cause.event);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->label, cause.label);
  EXPECT_EQ(fsm.state(), cause.to);
}

INSTANTIATE_TEST_SUITE_P(ConnFsmRfc, EachCause, testing::ValuesIn(Causes()),
                         [](const testing::TestParamInfo<Cause>& cause) {
                           std::string name(cause.param.label);
                           name +=
                               "_" + std::string(ToString(cause.param.event));
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

// What the actions make of the world: the socket and the module.
struct World {
  bool socket_open = false;
  bool module_live = false;

  void Do(ConnAction action) {
    switch (action) {
      case ConnAction::kConnect:
        EXPECT_FALSE(socket_open);
        socket_open = true;
        break;
      case ConnAction::kHandOver:
        EXPECT_TRUE(socket_open);
        module_live = true;
        break;
      case ConnAction::kClose:
      case ConnAction::kCleanUp:
        EXPECT_TRUE(socket_open);
        socket_open = false;
        module_live = false;
        break;
      case ConnAction::kNone:
      case ConnAction::kLogin:
      case ConnAction::kPrepareLogout:
      case ConnAction::kSendLogout:
        EXPECT_TRUE(socket_open);
        break;
    }
  }
};

// C-119: whatever comes in whatever order, the actions keep the world in step
// with the state, and breaking off always leads out.
TEST(ConnFsmRfc, C119_RandomWalksKeepTheWorldInStep) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::uniform_int_distribution<size_t> pick(0, kEvents.size() - 1);
    ConnFsm fsm;
    World world;
    for (int step = 0; step < 500; ++step) {
      const ConnRow* row = fsm.Step(kEvents[pick(random)]);
      if (row != nullptr) world.Do(row->action);
      const ConnState state = fsm.state();
      ASSERT_EQ(world.socket_open, state != kFree && state != kCleanupWait);
      ASSERT_EQ(world.module_live, state == kLoggedIn || state == kInLogout ||
                                       state == kLogoutRequested);
      ConnFsm cut(state);
      const ConnRow* end = cut.Step(kConnectionAborted);
      ASSERT_EQ(end != nullptr, world.socket_open);
      if (state == kCleanupWait) fsm = ConnFsm();  // R3 is S1 (§8.2.1)
    }
  }
}

}  // namespace
}  // namespace iscsid
