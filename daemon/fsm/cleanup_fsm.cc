// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/fsm/cleanup_fsm.h"

namespace iscsid {
namespace {

using enum CleanupState;
using enum CleanupEvent;
using enum CleanupAction;

// C-119. Each row is one cause of §8.2.2.
// clang-format off
constexpr CleanupRow kRows[] = {
    {kCleanupWait, kStateTimeout,     kFree, "M1", kEndTasks},
    {kCleanupWait, kSessionLoggedOut, kFree, "M1", kEndTasks},

    {kCleanupWait, kReinstatementStarted, kInCleanup, "M2", kReinstate},
    {kCleanupWait, kLogoutStarted,        kInCleanup, "M2", kSendLogout},

    {kInCleanup, kReinstatementFailed, kCleanupWait, "M3", kNone},
    {kInCleanup, kLogoutFailed,        kCleanupWait, "M3", kNone},

    {kInCleanup, kReinstated,       kFree, "M4", kEndTasks},
    {kInCleanup, kLoggedOut,        kFree, "M4", kEndTasks},
    {kInCleanup, kSessionLoggedOut, kFree, "M4", kEndTasks},
};
// clang-format on

constexpr std::string_view kLabels[] = {"M1", "M2", "M3", "M4"};

static_assert(RowsAreUnique(kRows));
static_assert(LabelsAre(kRows, kLabels));

}  // namespace

std::span<const CleanupRow> CleanupTable() { return kRows; }

const CleanupRow* CleanupFsm::Step(CleanupEvent event) {
  const CleanupRow* row = FindRow(CleanupTable(), state_, event);
  if (row != nullptr) state_ = row->to;
  return row;
}

std::string_view ToString(CleanupState state) {
  switch (state) {
    case kCleanupWait:
      return "R1 CLEANUP_WAIT";
    case kInCleanup:
      return "R2 IN_CLEANUP";
    case kFree:
      return "R3 FREE";
  }
  return "";
}

std::string_view ToString(CleanupEvent event) {
  switch (event) {
    case kStateTimeout:
      return "state timeout";
    case kSessionLoggedOut:
      return "session logged out";
    case kReinstatementStarted:
      return "reinstatement started";
    case kLogoutStarted:
      return "logout started";
    case kReinstatementFailed:
      return "reinstatement failed";
    case kLogoutFailed:
      return "logout failed";
    case kReinstated:
      return "reinstated";
    case kLoggedOut:
      return "logged out";
  }
  return "";
}

std::string Describe(const CleanupRow& row) { return DescribeRow(row); }

}  // namespace iscsid
