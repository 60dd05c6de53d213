// SPDX-License-Identifier: GPL-2.0-or-later
//
// Output for people: aligned tables, units, and nothing a target chose that
// could drive the terminal.
#ifndef ISCSID_ISCSICTL_FORMAT_H_
#define ISCSID_ISCSICTL_FORMAT_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ctl/messages.h"

namespace iscsid::cli {

// Columns as wide as their widest cell, two spaces between, none at the end of
// a line. Cells are escaped; an empty one shows as "-".
class Table {
 public:
  explicit Table(std::vector<std::string> header) { Add(std::move(header)); }

  void Add(std::vector<std::string> row);
  void Print(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Escaped, at any length.
std::string Safe(std::string_view text);

// "20.0 GiB"; exact where it can be.
std::string FormatSize(uint64_t bytes);

// "2 d 3 h", "5 min 1 s", "0.5 s": the two largest units.
std::string FormatDuration(uint64_t milliseconds);

// "2026-01-31 12:00:00 UTC".
std::string FormatTime(int64_t seconds_since_epoch);

// Words with spaces between.
std::string Join(const std::vector<std::string>& words);

void PrintLuns(std::ostream& out, const std::vector<ctl::Lun>& luns,
               std::string_view indent = "");

// One portal of a target to a line.
void PrintTargets(std::ostream& out, const std::vector<ctl::Target>& targets);

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_FORMAT_H_
