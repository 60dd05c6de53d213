// SPDX-License-Identifier: GPL-2.0-or-later
//
// The connection cleanup diagram, typed again from RFC 7143 §8.2.
#include <gtest/gtest.h>

#include <map>

#include "daemon/fsm/cleanup_fsm.h"
#include "tests/rfc/matrix.h"

namespace iscsid {
namespace {

using enum CleanupState;
using enum CleanupEvent;

constexpr std::string_view kMatrix = R"(
            |R1   |R2   |R3
       -----+-----+-----+----
        R1  | -   |M2   |M1
       -----+-----+-----+----
        R2  |M3   | -   |M4
       -----+-----+-----+----
        R3  | -   | -   | -
)";

// §8.2.2, the events of an initiator.
const std::map<std::pair<CleanupState, CleanupEvent>, std::string> kCauses = {
    {{kCleanupWait, kStateTimeout}, "M1"},
    {{kCleanupWait, kSessionLoggedOut}, "M1"},
    {{kCleanupWait, kReinstatementStarted}, "M2"},
    {{kCleanupWait, kLogoutStarted}, "M2"},
    {{kInCleanup, kReinstatementFailed}, "M3"},
    {{kInCleanup, kLogoutFailed}, "M3"},
    {{kInCleanup, kReinstated}, "M4"},
    {{kInCleanup, kLoggedOut}, "M4"},
    {{kInCleanup, kSessionLoggedOut}, "M4"},
};

// C-119
TEST(CleanupFsmRfc, C119_TheTableIsTheMatrix) {
  const std::set<rfc::Transition> matrix = rfc::ReadMatrix(kMatrix);
  ASSERT_EQ(matrix.size(), 4u);
  EXPECT_EQ(rfc::TransitionsOf(CleanupTable()), matrix);
}

// C-119
TEST(CleanupFsmRfc, C119_FullProductOfStatesAndEvents) {
  for (const CleanupState state : {kCleanupWait, kInCleanup, kFree}) {
    for (const CleanupEvent event :
         {kStateTimeout, kSessionLoggedOut, kReinstatementStarted,
          kLogoutStarted, kReinstatementFailed, kLogoutFailed, kReinstated,
          kLoggedOut}) {
      CleanupFsm fsm(state);
      const CleanupRow* row = fsm.Step(event);
      const auto cause = kCauses.find({state, event});
      ASSERT_EQ(row != nullptr, cause != kCauses.end())
          << ToString(state) << ", " << ToString(event);
      if (row == nullptr) {
        EXPECT_EQ(fsm.state(), state);
      } else {
        EXPECT_EQ(row->label, cause->second);
        EXPECT_EQ(fsm.state(), row->to);
      }
    }
  }
}

// Tasks are given up exactly when the connection is free at last.
TEST(CleanupFsmRfc, TasksEndOnTheWayToFree) {
  for (const CleanupRow& row : CleanupTable())
    EXPECT_EQ(row.action == CleanupAction::kEndTasks, row.to == kFree);
}

TEST(CleanupFsm, DescribesARow) {
  CleanupFsm fsm;
  EXPECT_EQ(Describe(*fsm.Step(kLogoutStarted)),
            "R1 CLEANUP_WAIT --logout started/M2--> R2 IN_CLEANUP");
}

}  // namespace
}  // namespace iscsid
