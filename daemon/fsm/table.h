// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the state machines of RFC 7143 chapter 8 have in common: a machine is a
// constexpr table of rows, one per state and event, with the RFC's own label
// as data. An event without a row is not a transition; what to do about it is
// the owner's decision, never an abort.
#ifndef ISCSID_FSM_TABLE_H_
#define ISCSID_FSM_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace iscsid {

template <typename StateT, typename EventT, typename ActionT>
struct FsmRow {
  using State = StateT;
  using Event = EventT;

  StateT from;
  EventT event;
  StateT to;
  std::string_view label;  // the RFC's: "T15"
  ActionT action;
};

template <typename Row>
constexpr const Row* FindRow(std::span<const Row> rows,
                             typename Row::State state,
                             typename Row::Event event) {
  for (const Row& row : rows) {
    if (row.from == state && row.event == event) return &row;
  }
  return nullptr;
}

// "S5 LOGGED_IN --transport reset/T15--> S8 CLEANUP_WAIT", for the log. Needs
// a ToString for state and event.
template <typename Row>
std::string DescribeRow(const Row& row) {
  return std::string(ToString(row.from)) + " --" +
         std::string(ToString(row.event)) + '/' + std::string(row.label) +
         "--> " + std::string(ToString(row.to));
}

// No state and event has two rows.
template <typename Row, size_t N>
consteval bool RowsAreUnique(const Row (&rows)[N]) {
  return std::all_of(rows, rows + N, [&](const Row& row) {
    return FindRow(std::span<const Row>(rows), row.from, row.event) == &row;
  });
}

// The labels of the table are exactly `labels`.
template <typename Row, size_t N, size_t M>
consteval bool LabelsAre(const Row (&rows)[N],
                         const std::string_view (&labels)[M]) {
  const auto labels_a_row = [&](std::string_view label) {
    return std::any_of(rows, rows + N,
                       [&](const Row& row) { return row.label == label; });
  };
  const auto is_known = [&](const Row& row) {
    return std::find(labels, labels + M, row.label) != labels + M;
  };
  return std::all_of(labels, labels + M, labels_a_row) &&
         std::all_of(rows, rows + N, is_known);
}

}  // namespace iscsid

#endif  // ISCSID_FSM_TABLE_H_
