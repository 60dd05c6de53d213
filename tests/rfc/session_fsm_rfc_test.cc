// SPDX-License-Identifier: GPL-2.0-or-later
//
// The initiator's session diagram, typed again from RFC 7143 §8.3.1.
#include <gtest/gtest.h>

#include <map>

#include "daemon/fsm/session_fsm.h"
#include "tests/rfc/matrix.h"

namespace iscsid {
namespace {

using enum SessionState;
using enum SessionEvent;

constexpr std::string_view kMatrix = R"(
            |Q1   |Q3   |Q4
       -----+-----+-----+----
        Q1  | -   |N1   | -
       -----+-----+-----+----
        Q3  |N3   | -   |N5
       -----+-----+-----+----
        Q4  |N6   |N4   | -
)";

const std::map<std::pair<SessionState, SessionEvent>, std::string> kCauses = {
    {{kFree, kConnectionLoggedIn}, "N1"},
    {{kLoggedIn, kClosed}, "N3"},
    {{kFailed, kContinued}, "N4"},
    {{kLoggedIn, kAllConnectionsFailed}, "N5"},
    {{kFailed, kStateTimeout}, "N6"},
    {{kFailed, kReinstated}, "N6"},
};

// C-119
TEST(SessionFsmRfc, C119_TheTableIsTheMatrix) {
  const std::set<rfc::Transition> matrix = rfc::ReadMatrix(kMatrix);
  ASSERT_EQ(matrix.size(), 5u);
  EXPECT_EQ(rfc::TransitionsOf(SessionTable()), matrix);
}

// C-119
TEST(SessionFsmRfc, C119_FullProductOfStatesAndEvents) {
  for (const SessionState state : {kFree, kLoggedIn, kFailed}) {
    for (const SessionEvent event :
         {kConnectionLoggedIn, kClosed, kAllConnectionsFailed, kContinued,
          kStateTimeout, kReinstated}) {
      SessionFsm fsm(state);
      const SessionRow* row = fsm.Step(event);
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

TEST(SessionFsm, DescribesARow) {
  SessionFsm fsm(kLoggedIn);
  EXPECT_EQ(Describe(*fsm.Step(kAllConnectionsFailed)),
            "Q3 LOGGED_IN --all connections failed/N5--> Q4 FAILED");
}

}  // namespace
}  // namespace iscsid
