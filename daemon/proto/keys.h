// SPDX-License-Identifier: GPL-2.0-or-later
//
// The table of text keys of RFC 7143 §12 and §13: how each is spelled, what
// its values are, how two sides arrive at one, and who may send it when.
// proto/negotiation.h turns rows into behaviour; nothing else knows key names.
#ifndef ISCSID_PROTO_KEYS_H_
#define ISCSID_PROTO_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace iscsid {

enum class Key : uint8_t {
  kAuthMethod,
  kHeaderDigest,
  kDataDigest,
  kMaxConnections,
  kSendTargets,
  kTargetName,
  kInitiatorName,
  kTargetAlias,
  kInitiatorAlias,
  kTargetAddress,
  kTargetPortalGroupTag,
  kInitialR2T,
  kImmediateData,
  kMaxRecvDataSegmentLength,
  kMaxBurstLength,
  kFirstBurstLength,
  kDefaultTime2Wait,
  kDefaultTime2Retain,
  kMaxOutstandingR2T,
  kDataPDUInOrder,
  kDataSequenceInOrder,
  kErrorRecoveryLevel,
  kSessionType,
  kTaskReporting,
  kISCSIProtocolLevel,
  kIFMarker,
  kOFMarker,
  kIFMarkInt,
  kOFMarkInt,
};
inline constexpr size_t kKeyCount = 29;

enum class ValueType : uint8_t { kBoolean, kNumber, kList, kText };

// How the value in force follows from both sides' (§6.2, §13).
enum class ResultFunction : uint8_t {
  kMin,
  kMax,
  kOr,
  kAnd,
  kChoice,    // the answer is one of the offered items
  kDeclare,   // each side says its own; nothing is answered
  kObsolete,  // §13.25: never offered, refused when offered
};

// "Use" in the RFC: the phases a key may be sent in.
enum class KeyUse : uint8_t {
  kInitializeOnly,        // IO: the login of any connection
  kLeadingOnly,           // LO: the login of a session's first connection
  kFullFeatureOnly,       // FFPO
  kLoginThenFullFeature,  // IO by the initiator, FFPO by the target
  kAll,
};

enum class KeyScope : uint8_t { kSession, kConnection };

// Bits of KeyRow::senders.
inline constexpr uint8_t kByInitiator = 1;
inline constexpr uint8_t kByTarget = 2;
inline constexpr uint8_t kByBoth = kByInitiator | kByTarget;

struct KeyRow {
  Key key;
  std::string_view name;     // the RFC's spelling; case matters
  std::string_view section;  // of RFC 7143
  ValueType type;
  uint64_t min;  // kNumber only
  uint64_t max;
  std::string_view default_value;  // in force without negotiation; may be ""
  ResultFunction result;
  KeyUse use;
  uint8_t senders;
  KeyScope scope;
  bool in_discovery;  // false: "Irrelevant when: SessionType=Discovery"
};

// All rows, in the order of enum Key.
[[nodiscard]] std::span<const KeyRow> KeyTable();

[[nodiscard]] const KeyRow& RowOf(Key key);

// The RFC's spelling.
[[nodiscard]] std::string_view NameOf(Key key);

// nullptr for a key that is not in the table. Case matters.
[[nodiscard]] const KeyRow* FindKey(std::string_view name);

}  // namespace iscsid

#endif  // ISCSID_PROTO_KEYS_H_
