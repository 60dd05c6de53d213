// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/fsm/session_fsm.h"

namespace iscsid {
namespace {

using enum SessionState;
using enum SessionEvent;
using enum SessionAction;

// C-119. Each row is one cause of §8.3.3.
// clang-format off
constexpr SessionRow kRows[] = {
    {kFree,     kConnectionLoggedIn,   kLoggedIn, "N1", kStart},
    {kLoggedIn, kClosed,               kFree,     "N3", kDiscard},
    {kFailed,   kContinued,            kLoggedIn, "N4", kResume},
    {kLoggedIn, kAllConnectionsFailed, kFailed,   "N5", kBlock},
    {kFailed,   kStateTimeout,         kFree,     "N6", kDiscard},
    {kFailed,   kReinstated,           kFree,     "N6", kDiscard},
};
// clang-format on

constexpr std::string_view kLabels[] = {"N1", "N3", "N4", "N5", "N6"};

static_assert(RowsAreUnique(kRows));
static_assert(LabelsAre(kRows, kLabels));

}  // namespace

std::span<const SessionRow> SessionTable() { return kRows; }

const SessionRow* SessionFsm::Step(SessionEvent event) {
  const SessionRow* row = FindRow(SessionTable(), state_, event);
  if (row != nullptr) state_ = row->to;
  return row;
}

std::string_view ToString(SessionState state) {
  switch (state) {
    case kFree:
      return "Q1 FREE";
    case kLoggedIn:
      return "Q3 LOGGED_IN";
    case kFailed:
      return "Q4 FAILED";
  }
  return "";
}

std::string_view ToString(SessionEvent event) {
  switch (event) {
    case kConnectionLoggedIn:
      return "connection logged in";
    case kClosed:
      return "closed";
    case kAllConnectionsFailed:
      return "all connections failed";
    case kContinued:
      return "continued";
    case kStateTimeout:
      return "state timeout";
    case kReinstated:
      return "reinstated";
  }
  return "";
}

std::string Describe(const SessionRow& row) { return DescribeRow(row); }

}  // namespace iscsid
