// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/fsm/conn_fsm.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

TEST(ConnFsm, StartsFreeOrWhereItWasFound) {
  EXPECT_EQ(ConnFsm().state(), ConnState::kFree);
  EXPECT_EQ(ConnFsm(ConnState::kLoggedIn).state(), ConnState::kLoggedIn);
}

TEST(ConnFsm, StepsAlongARow) {
  ConnFsm fsm;
  const ConnRow* row = fsm.Step(ConnEvent::kConnectRequested);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->label, "T1");
  EXPECT_EQ(row->action, ConnAction::kConnect);
  EXPECT_EQ(fsm.state(), ConnState::kXptWait);
}

// C-119
TEST(ConnFsm, C119_AnEventWithoutARowChangesNothing) {
  ConnFsm fsm(ConnState::kLoggedIn);
  EXPECT_EQ(fsm.Step(ConnEvent::kConnected), nullptr);
  EXPECT_EQ(fsm.state(), ConnState::kLoggedIn);
}

TEST(ConnFsm, DescribesARowAsTheLogShowsIt) {
  ConnFsm fsm(ConnState::kLoggedIn);
  EXPECT_EQ(Describe(*fsm.Step(ConnEvent::kTransportReset)),
            "S5 LOGGED_IN --transport reset/T15--> S8 CLEANUP_WAIT");
}

// A whole life: in, asked to leave, out.
TEST(ConnFsm, WalksThroughALife) {
  ConnFsm fsm;
  for (const ConnEvent event :
       {ConnEvent::kConnectRequested, ConnEvent::kConnected,
        ConnEvent::kLoginSucceeded, ConnEvent::kAsyncLogoutRequest,
        ConnEvent::kLogoutStarted, ConnEvent::kLogoutSucceeded}) {
    ASSERT_NE(fsm.Step(event), nullptr) << ToString(event);
  }
  EXPECT_EQ(fsm.state(), ConnState::kFree);
}

}  // namespace
}  // namespace iscsid
