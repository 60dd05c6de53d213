// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads a state transition matrix as the RFC draws it: a title line with the
// column states, then one line per state with a label or '-' in each column.
#ifndef TESTS_RFC_MATRIX_H_
#define TESTS_RFC_MATRIX_H_

#include <compare>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace iscsid::rfc {

struct Transition {
  std::string from;  // "S5"
  std::string to;
  std::string label;

  friend auto operator<=>(const Transition&, const Transition&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Transition& t) {
  return out << t.from << " --" << t.label << "--> " << t.to;
}

// Lines of dashes and plus signs are borders; columns are cut at '|'.
inline std::set<Transition> ReadMatrix(std::string_view drawing) {
  std::istringstream lines{std::string(drawing)};
  std::vector<std::string> columns;
  std::set<Transition> transitions;
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" -+") == std::string::npos) continue;
    std::vector<std::string> cells;
    std::istringstream cut{line};
    for (std::string cell; std::getline(cut, cell, '|');) {
      std::istringstream words{cell};
      std::string word;
      words >> word;  // "-" for an empty cell, "" before the first column
      cells.push_back(word);
    }
    if (columns.empty()) {
      columns = cells;
      continue;
    }
    for (size_t i = 1; i < cells.size() && i < columns.size(); ++i) {
      if (cells[i] != "-" && !cells[i].empty())
        transitions.insert({cells[0], columns[i], cells[i]});
    }
  }
  return transitions;
}

// What a table of ours says, in the same terms. States print as "S5 NAME".
template <typename Rows>
std::set<Transition> TransitionsOf(const Rows& rows) {
  const auto number = [](std::string_view name) {
    return std::string(name.substr(0, name.find(' ')));
  };
  std::set<Transition> transitions;
  for (const auto& row : rows) {
    transitions.insert({number(ToString(row.from)), number(ToString(row.to)),
                        std::string(row.label)});
  }
  return transitions;
}

}  // namespace iscsid::rfc

#endif  // TESTS_RFC_MATRIX_H_
