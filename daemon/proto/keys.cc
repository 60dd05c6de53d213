// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/keys.h"

#include <algorithm>
#include <array>

namespace iscsid {
namespace {

using enum Key;
using enum ValueType;
using enum ResultFunction;
using enum KeyUse;

constexpr uint8_t kInit = kByInitiator;
constexpr uint8_t kTarg = kByTarget;
constexpr uint8_t kBoth = kByBoth;
constexpr KeyScope kSW = KeyScope::kSession;
constexpr KeyScope kCO = KeyScope::kConnection;
constexpr uint64_t kMaxLength = 0xffffff;  // 2^24 - 1

// Per key: spelling and section, then
// type, min, max, default, result, use, senders, scope, in Discovery.
// clang-format off
constexpr std::array<KeyRow, kKeyCount> kTable = {{
    {kAuthMethod, "AuthMethod", "12",
     kList, 0, 0, "None", kChoice, kInitializeOnly, kBoth, kCO, true},
    {kHeaderDigest, "HeaderDigest", "13.1",
     kList, 0, 0, "None", kChoice, kInitializeOnly, kBoth, kCO, true},
    {kDataDigest, "DataDigest", "13.1",
     kList, 0, 0, "None", kChoice, kInitializeOnly, kBoth, kCO, true},
    {kMaxConnections, "MaxConnections", "13.2",
     kNumber, 1, 65535, "1", kMin, kLeadingOnly, kBoth, kSW, false},
    {kSendTargets, "SendTargets", "13.3",
     kText, 0, 0, "", kDeclare, kFullFeatureOnly, kInit, kSW, true},
    {kTargetName, "TargetName", "13.4",
     kText, 0, 0, "", kDeclare, kLoginThenFullFeature, kBoth, kSW, true},
    {kInitiatorName, "InitiatorName", "13.5",
     kText, 0, 0, "", kDeclare, kInitializeOnly, kInit, kSW, true},
    {kTargetAlias, "TargetAlias", "13.6",
     kText, 0, 0, "", kDeclare, kAll, kTarg, kSW, true},
    {kInitiatorAlias, "InitiatorAlias", "13.7",
     kText, 0, 0, "", kDeclare, kAll, kInit, kSW, true},
    {kTargetAddress, "TargetAddress", "13.8",
     kText, 0, 0, "", kDeclare, kAll, kTarg, kSW, true},
    {kTargetPortalGroupTag, "TargetPortalGroupTag", "13.9",
     kNumber, 0, 65535, "", kDeclare, kInitializeOnly, kTarg, kSW, true},
    {kInitialR2T, "InitialR2T", "13.10",
     kBoolean, 0, 0, "Yes", kOr, kLeadingOnly, kBoth, kSW, false},
    {kImmediateData, "ImmediateData", "13.11",
     kBoolean, 0, 0, "Yes", kAnd, kLeadingOnly, kBoth, kSW, false},
    {kMaxRecvDataSegmentLength, "MaxRecvDataSegmentLength", "13.12",
     kNumber, 512, kMaxLength, "8192", kDeclare, kAll, kBoth, kCO, true},
    {kMaxBurstLength, "MaxBurstLength", "13.13",
     kNumber, 512, kMaxLength, "262144", kMin, kLeadingOnly, kBoth, kSW, false},
    {kFirstBurstLength, "FirstBurstLength", "13.14",
     kNumber, 512, kMaxLength, "65536", kMin, kLeadingOnly, kBoth, kSW, false},
    {kDefaultTime2Wait, "DefaultTime2Wait", "13.15",
     kNumber, 0, 3600, "2", kMax, kLeadingOnly, kBoth, kSW, true},
    {kDefaultTime2Retain, "DefaultTime2Retain", "13.16",
     kNumber, 0, 3600, "20", kMin, kLeadingOnly, kBoth, kSW, true},
    {kMaxOutstandingR2T, "MaxOutstandingR2T", "13.17",
     kNumber, 1, 65535, "1", kMin, kLeadingOnly, kBoth, kSW, false},
    {kDataPDUInOrder, "DataPDUInOrder", "13.18",
     kBoolean, 0, 0, "Yes", kOr, kLeadingOnly, kBoth, kSW, false},
    {kDataSequenceInOrder, "DataSequenceInOrder", "13.19",
     kBoolean, 0, 0, "Yes", kOr, kLeadingOnly, kBoth, kSW, false},
    {kErrorRecoveryLevel, "ErrorRecoveryLevel", "13.20",
     kNumber, 0, 2, "0", kMin, kLeadingOnly, kBoth, kSW, true},
    {kSessionType, "SessionType", "13.21",
     kText, 0, 0, "Normal", kDeclare, kLeadingOnly, kInit, kSW, true},
    {kTaskReporting, "TaskReporting", "13.23",
     kList, 0, 0, "RFC3720", kChoice, kLeadingOnly, kBoth, kSW, false},
    {kISCSIProtocolLevel, "iSCSIProtocolLevel", "13.24",
     kNumber, 0, 31, "1", kMin, kLeadingOnly, kBoth, kSW, false},
    {kIFMarker, "IFMarker", "13.25",
     kBoolean, 0, 0, "No", kObsolete, kInitializeOnly, kBoth, kCO, true},
    {kOFMarker, "OFMarker", "13.25",
     kBoolean, 0, 0, "No", kObsolete, kInitializeOnly, kBoth, kCO, true},
    {kIFMarkInt, "IFMarkInt", "13.25",
     kNumber, 1, 65535, "2048", kObsolete, kInitializeOnly, kBoth, kCO, true},
    {kOFMarkInt, "OFMarkInt", "13.25",
     kNumber, 1, 65535, "2048", kObsolete, kInitializeOnly, kBoth, kCO, true},
}};
// clang-format on

consteval bool RowsAreInKeyOrder() {
  for (size_t i = 0; i < kTable.size(); ++i) {
    if (kTable[i].key != static_cast<Key>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInKeyOrder());

}  // namespace

std::span<const KeyRow> KeyTable() { return kTable; }

const KeyRow& RowOf(Key key) { return kTable[static_cast<size_t>(key)]; }

std::string_view NameOf(Key key) { return RowOf(key).name; }

const KeyRow* FindKey(std::string_view name) {
  const auto* row = std::find_if(
      kTable.begin(), kTable.end(),
      [&](const KeyRow& candidate) { return candidate.name == name; });
  return row == kTable.end() ? nullptr : row;
}

}  // namespace iscsid
