// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "daemon/proto/name.h"

namespace iscsid::cli {

void Table::Add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = cell.empty() ? "-" : Safe(cell);
  rows_.push_back(std::move(row));
}

void Table::Print(std::ostream& out, std::string_view indent) const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const auto& row : rows_) {
    out << indent;
    for (size_t i = 0; i < row.size(); ++i) {
      out << row[i];
      if (i + 1 == row.size()) break;
      out << std::string(widths[i] - row[i].size() + 2, ' ');
    }
    out << '\n';
  }
}

std::string Safe(std::string_view text) { return Printable(text, text.size()); }

std::string FormatSize(uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  double size = static_cast<double>(bytes);
  while (size >= 1024 && unit + 1 < kUnits.size()) {
    size /= 1024;
    ++unit;
  }
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s",
                size, kUnits[unit]);
  return text.data();
}

std::string FormatDuration(uint64_t milliseconds) {
  if (milliseconds < 10000) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.1f s",
                  static_cast<double>(milliseconds) / 1000);
    return text.data();
  }
  struct Unit {
    uint64_t seconds;
    const char* name;
  };
  constexpr std::array kUnits = {Unit{86400, " d"}, Unit{3600, " h"},
                                 Unit{60, " min"}, Unit{1, " s"}};
  uint64_t rest = milliseconds / 1000;
  std::vector<std::string> parts;
  for (const Unit& unit : kUnits) {
    if (parts.size() == 2) break;
    if (rest < unit.seconds && parts.empty()) continue;
    parts.push_back(std::to_string(rest / unit.seconds) + unit.name);
    rest %= unit.seconds;
  }
  return Join(parts);
}

std::string FormatTime(int64_t seconds_since_epoch) {
  const time_t seconds = seconds_since_epoch;
  tm parts = {};
  std::array<char, 64> text;
  if (gmtime_r(&seconds, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%F %T UTC", &parts) == 0) {
    return std::to_string(seconds_since_epoch);
  }
  return text.data();
}

std::string Join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

void PrintLuns(std::ostream& out, const std::vector<ctl::Lun>& luns,
               std::string_view indent) {
  Table table(
      {"LUN", "DEVICE", "GENERIC", "TYPE", "SIZE", "VENDOR", "MODEL", "STATE"});
  for (const ctl::Lun& lun : luns) {
    table.Add({std::to_string(lun.lun), lun.device.value_or(""),
               lun.generic.value_or(""), lun.type.value_or(""),
               lun.size ? FormatSize(*lun.size) : "", lun.vendor.value_or(""),
               lun.model.value_or(""), lun.state.value_or("")});
  }
  table.Print(out, indent);
}

void PrintTargets(std::ostream& out, const std::vector<ctl::Target>& targets) {
  Table table({"PORTAL", "TARGET"});
  for (const ctl::Target& target : targets) {
    for (const Portal& portal : target.portals)
      table.Add({ToString(portal), target.name});
  }
  table.Print(out);
}

}  // namespace iscsid::cli
