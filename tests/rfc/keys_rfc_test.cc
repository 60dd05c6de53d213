// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keys, typed again from RFC 7143 §12 and §13 in the RFC's own words, held
// against our table both ways.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "daemon/proto/keys.h"

namespace iscsid {
namespace {

// Section | Key | Use | Senders | Scope | Values | Default | Result |
// Irrelevant when SessionType=Discovery. I and T: initiator and target.
constexpr std::string_view kTable = R"(
12    | AuthMethod               | IO             | I,T | CO | list         | None    | one of the list | no
13.1  | HeaderDigest             | IO             | I,T | CO | list         | None    | one of the list | no
13.1  | DataDigest               | IO             | I,T | CO | list         | None    | one of the list | no
13.2  | MaxConnections           | LO             | I,T | SW | 1-65535      | 1       | minimum         | yes
13.3  | SendTargets              | FFPO           | I   | SW | text         |         | declarative     | no
13.4  | TargetName               | IO by I,FFPO by T | I,T | SW | text      |         | declarative     | no
13.5  | InitiatorName            | IO             | I   | SW | text         |         | declarative     | no
13.6  | TargetAlias              | ALL            | T   | SW | text         |         | declarative     | no
13.7  | InitiatorAlias           | ALL            | I   | SW | text         |         | declarative     | no
13.8  | TargetAddress            | ALL            | T   | SW | text         |         | declarative     | no
13.9  | TargetPortalGroupTag     | IO             | T   | SW | 0-65535      |         | declarative     | no
13.10 | InitialR2T               | LO             | I,T | SW | boolean      | Yes     | OR              | yes
13.11 | ImmediateData            | LO             | I,T | SW | boolean      | Yes     | AND             | yes
13.12 | MaxRecvDataSegmentLength | ALL            | I,T | CO | 512-16777215 | 8192    | declarative     | no
13.13 | MaxBurstLength           | LO             | I,T | SW | 512-16777215 | 262144  | minimum         | yes
13.14 | FirstBurstLength         | LO             | I,T | SW | 512-16777215 | 65536   | minimum         | yes
13.15 | DefaultTime2Wait         | LO             | I,T | SW | 0-3600       | 2       | maximum         | no
13.16 | DefaultTime2Retain       | LO             | I,T | SW | 0-3600       | 20      | minimum         | no
13.17 | MaxOutstandingR2T        | LO             | I,T | SW | 1-65535      | 1       | minimum         | yes
13.18 | DataPDUInOrder           | LO             | I,T | SW | boolean      | Yes     | OR              | yes
13.19 | DataSequenceInOrder      | LO             | I,T | SW | boolean      | Yes     | OR              | yes
13.20 | ErrorRecoveryLevel       | LO             | I,T | SW | 0-2          | 0       | minimum         | no
13.21 | SessionType              | LO             | I   | SW | text         | Normal  | declarative     | no
13.23 | TaskReporting            | LO             | I,T | SW | list         | RFC3720 | one of the list | yes
13.24 | iSCSIProtocolLevel       | LO             | I,T | SW | 0-31         | 1       | minimum         | yes
13.25 | IFMarker                 | IO             | I,T | CO | boolean      | No      | obsolete        | no
13.25 | OFMarker                 | IO             | I,T | CO | boolean      | No      | obsolete        | no
13.25 | IFMarkInt                | IO             | I,T | CO | 1-65535      | 2048    | obsolete        | no
13.25 | OFMarkInt                | IO             | I,T | CO | 1-65535      | 2048    | obsolete        | no
)";

std::string Use(KeyUse use) {
  switch (use) {
    case KeyUse::kInitializeOnly:
      return "IO";
    case KeyUse::kLeadingOnly:
      return "LO";
    case KeyUse::kFullFeatureOnly:
      return "FFPO";
    case KeyUse::kLoginThenFullFeature:
      return "IO by I,FFPO by T";
    case KeyUse::kAll:
      return "ALL";
  }
  return "";
}

std::string ResultName(ResultFunction result) {
  switch (result) {
    case ResultFunction::kMin:
      return "minimum";
    case ResultFunction::kMax:
      return "maximum";
    case ResultFunction::kOr:
      return "OR";
    case ResultFunction::kAnd:
      return "AND";
    case ResultFunction::kChoice:
      return "one of the list";
    case ResultFunction::kDeclare:
      return "declarative";
    case ResultFunction::kObsolete:
      return "obsolete";
  }
  return "";
}

std::string Values(const KeyRow& row) {
  switch (row.type) {
    case ValueType::kBoolean:
      return "boolean";
    case ValueType::kNumber:
      return std::to_string(row.min) + "-" + std::to_string(row.max);
    case ValueType::kList:
      return "list";
    case ValueType::kText:
      return "text";
  }
  return "";
}

std::string Senders(uint8_t senders) {
  if (senders == kByBoth) return "I,T";
  return senders == kByInitiator ? "I" : "T";
}

// One row of ours in the columns above.
std::vector<std::string> Written(const KeyRow& row) {
  return {std::string(row.section),
          std::string(row.name),
          Use(row.use),
          Senders(row.senders),
          row.scope == KeyScope::kSession ? "SW" : "CO",
          Values(row),
          std::string(row.default_value),
          ResultName(row.result),
          row.in_discovery ? "no" : "yes"};
}

std::string Trimmed(const std::string& cell) {
  const size_t begin = cell.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return cell.substr(begin, cell.find_last_not_of(' ') - begin + 1);
}

std::map<std::string, std::vector<std::string>> ReadTable() {
  std::map<std::string, std::vector<std::string>> rows;
  std::istringstream lines{std::string(kTable)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    std::vector<std::string> cells;
    std::istringstream cut{line};
    for (std::string cell; std::getline(cut, cell, '|');)
      cells.push_back(Trimmed(cell));
    rows[cells[1]] = cells;
  }
  return rows;
}

TEST(KeysRfc, TheTableIsTheRfcs) {
  std::map<std::string, std::vector<std::string>> ours;
  for (const KeyRow& row : KeyTable())
    ours[std::string(row.name)] = Written(row);
  EXPECT_EQ(ours.size(), kKeyCount);
  EXPECT_EQ(ours, ReadTable());
}

TEST(KeysRfc, EveryKeyIsFoundByItsExactName) {
  for (const KeyRow& row : KeyTable()) {
    EXPECT_EQ(FindKey(row.name), &row);
    EXPECT_EQ(&RowOf(row.key), &row);
    EXPECT_EQ(NameOf(row.key), row.name);
  }
}

// C-025: keys are case-sensitive.
TEST(KeysRfc, C025_OtherSpellingsAreOtherKeys) {
  for (const char* name : {"", "initialr2t", "InitialR2t", "InitialR2T ",
                           "ISCSIProtocolLevel", "X-com.example"}) {
    EXPECT_EQ(FindKey(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace iscsid
