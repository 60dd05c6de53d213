// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/key_rules.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "daemon/proto/name.h"
#include "daemon/proto/text.h"

namespace iscsid {
namespace {

bool Contains(const std::vector<std::string>& items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// A number the key's range allows (C-031), or nothing.
std::optional<uint64_t> NumberFor(const KeyRow& row, std::string_view value) {
  const Result<uint64_t> number = ParseNumber(value);
  if (!number || *number < row.min || *number > row.max) return std::nullopt;
  return *number;
}

}  // namespace

bool IsConstant(std::string_view value) {
  return value == kIrrelevant || value == kReject || value == kNotUnderstood;
}

Error Disagreement(const KeyRow& row, std::string_view why) {
  return {Errc::kNegotiation, std::string(row.name) + ": " + std::string(why)};
}

Error BadValue(const KeyRow& row, std::string_view value,
               std::string_view why) {
  return Disagreement(row, "the target says \"" + Printable(value, 64) +
                               "\", " + std::string(why));
}

Status CheckForm(const KeyRow& row, std::string_view value) {
  switch (row.type) {
    case ValueType::kBoolean:
      if (!ParseBoolean(value)) return BadValue(row, value, "not Yes or No");
      return {};
    case ValueType::kNumber:
      if (!NumberFor(row, value)) {
        return BadValue(row, value,
                        "not a number from " + std::to_string(row.min) +
                            " to " + std::to_string(row.max));
      }
      return {};
    case ValueType::kList: {
      const Result<std::vector<std::string>> items = ParseList(value);
      const auto fits = [](const std::string& item) {
        return item.size() <= kMaxValueBytes;
      };
      if (!items || !std::all_of(items->begin(), items->end(), fits))
        return BadValue(row, value, "not a list of names");
      return {};
    }
    case ValueType::kText:
      if (value.size() > kMaxValueBytes)
        return BadValue(row, value, "longer than 255 bytes");
      return {};
  }
  return {};
}

bool IsAdmissible(const KeyRow& row, const std::string& ours,
                  const std::string& answer) {
  switch (row.result) {
    case ResultFunction::kMin:  // C-031
      return *ParseNumber(answer) <= *ParseNumber(ours);
    case ResultFunction::kMax:
      return *ParseNumber(answer) >= *ParseNumber(ours);
    case ResultFunction::kOr:  // C-030: Yes cannot be taken back
      return ours == "No" || answer == "Yes";
    case ResultFunction::kAnd:
      return ours == "Yes" || answer == "No";
    case ResultFunction::kChoice:  // C-028
      return Contains(*ParseList(ours), answer);
    case ResultFunction::kDeclare:
    case ResultFunction::kObsolete:
      return false;
  }
  return false;
}

std::string ResultOf(const KeyRow& row, const std::string& ours,
                     const std::string& theirs) {
  switch (row.result) {
    case ResultFunction::kMin:
      return std::to_string(std::min(*ParseNumber(ours), *ParseNumber(theirs)));
    case ResultFunction::kMax:
      return std::to_string(std::max(*ParseNumber(ours), *ParseNumber(theirs)));
    case ResultFunction::kOr:
      return std::string(FormatBoolean(ours == "Yes" || theirs == "Yes"));
    case ResultFunction::kAnd:
      return std::string(FormatBoolean(ours == "Yes" && theirs == "Yes"));
    case ResultFunction::kChoice: {
      const std::vector<std::string> acceptable = *ParseList(ours);
      // C-039, §6.2.1: the first of the offerer's list that the responder
      // supports.
      for (const std::string& item : *ParseList(theirs)) {
        if (Contains(acceptable, item)) return item;
      }
      return std::string(kReject);
    }
    case ResultFunction::kObsolete:
      // C-038, §13.25: NotUnderstood is forbidden. A marker may be answered No,
      // which a target of the time of RFC 3720 takes better than Reject.
      return std::string(row.type == ValueType::kBoolean ? "No" : kReject);
    case ResultFunction::kDeclare:
      break;
  }
  return std::string(kReject);
}

bool DecidesAlone(const KeyRow& row, std::string_view ours) {
  return (row.result == ResultFunction::kOr && ours == "Yes") ||
         (row.result == ResultFunction::kAnd && ours == "No");
}

}  // namespace iscsid
