// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/negotiation.h"

#include <algorithm>
#include <span>
#include <utility>

#include "daemon/proto/key_rules.h"

namespace iscsid {
namespace {

// What the operational stage is opened with, in this order.
constexpr Key kOperationalKeys[] = {
    Key::kHeaderDigest,        Key::kDataDigest,
    Key::kMaxConnections,      Key::kInitialR2T,
    Key::kImmediateData,       Key::kMaxRecvDataSegmentLength,
    Key::kMaxBurstLength,      Key::kFirstBurstLength,
    Key::kDefaultTime2Wait,    Key::kDefaultTime2Retain,
    Key::kMaxOutstandingR2T,   Key::kDataPDUInOrder,
    Key::kDataSequenceInOrder, Key::kErrorRecoveryLevel,
};

// What this initiator implements and does not let be configured (C-040).
constexpr std::string_view kOurTaskReporting = "RFC3720";
constexpr uint32_t kOurProtocolLevel = 1;  // RFC 7143 itself

std::string FormatDigests(const std::vector<Digest>& digests) {
  std::vector<std::string> names;
  for (const Digest digest : digests) names.emplace_back(ToString(digest));
  return FormatList(names);
}

// Reads values into typed fields; keeps the first error.
class Reader {
 public:
  void Read(Result<std::string> value, uint32_t& field) {
    if (Take(value)) field = static_cast<uint32_t>(*ParseNumber(*value));
  }
  void Read(Result<std::string> value, bool& field) {
    if (Take(value)) field = *value == "Yes";
  }
  void Read(Result<std::string> value, std::string& field) {
    if (Take(value)) field = *value;
  }
  void Read(Result<std::string> value, Digest& field) {
    if (Take(value))
      field = *value == "CRC32C" ? Digest::kCrc32c : Digest::kNone;
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  bool Take(const Result<std::string>& value) {
    if (!value && !error_) error_ = value.error();
    return value.ok();
  }
  std::optional<Error> error_;
};

}  // namespace

Negotiation::Negotiation(const Offers& offers, SessionType type, bool leading)
    : offers_(offers), type_(type), leading_(leading) {}

// What we say for a key, whether we open with it or answer; empty for keys we
// have no wish about.
std::string Negotiation::Wanted(Key key) const {
  const auto yes_no = [](bool value) {
    return std::string(FormatBoolean(value));
  };
  switch (key) {
    case Key::kAuthMethod:
      return FormatList(offers_.auth_method);
    case Key::kHeaderDigest:
      return FormatDigests(offers_.header_digest);
    case Key::kDataDigest:
      return FormatDigests(offers_.data_digest);
    case Key::kMaxConnections:
      return std::to_string(offers_.max_connections);
    case Key::kInitialR2T:
      return yes_no(offers_.initial_r2t);
    case Key::kImmediateData:
      return yes_no(offers_.immediate_data);
    case Key::kMaxRecvDataSegmentLength:
      return std::to_string(offers_.max_recv_data_segment_length);
    case Key::kMaxBurstLength:
      return std::to_string(offers_.max_burst_length);
    case Key::kFirstBurstLength:
      return std::to_string(offers_.first_burst_length);
    case Key::kDefaultTime2Wait:
      return std::to_string(offers_.default_time2wait);
    case Key::kDefaultTime2Retain:
      return std::to_string(offers_.default_time2retain);
    case Key::kMaxOutstandingR2T:
      return std::to_string(offers_.max_outstanding_r2t);
    case Key::kDataPDUInOrder:
      return yes_no(offers_.data_pdu_in_order);
    case Key::kDataSequenceInOrder:
      return yes_no(offers_.data_sequence_in_order);
    case Key::kErrorRecoveryLevel:
      // C-063: nothing of a Discovery session is worth recovering.
      return type_ == SessionType::kDiscovery
                 ? "0"
                 : std::to_string(offers_.error_recovery_level);
    case Key::kTaskReporting:
      return std::string(kOurTaskReporting);
    case Key::kISCSIProtocolLevel:
      return std::to_string(kOurProtocolLevel);
    case Key::kSendTargets:
    case Key::kTargetName:
    case Key::kInitiatorName:
    case Key::kTargetAlias:
    case Key::kInitiatorAlias:
    case Key::kTargetAddress:
    case Key::kTargetPortalGroupTag:
    case Key::kSessionType:
    case Key::kIFMarker:
    case Key::kOFMarker:
    case Key::kIFMarkInt:
    case Key::kOFMarkInt:
      return "";
  }
  return "";
}

TextPair Negotiation::Declare(Key key, std::string value) {
  entry(key).declared = true;
  return {std::string(NameOf(key)), std::move(value)};
}

// C-035: what only leads, and what has no meaning here, is not said.
bool Negotiation::MayOffer(const KeyRow& row) const {
  return (leading_ || row.use != KeyUse::kLeadingOnly) &&
         (row.in_discovery || type_ == SessionType::kNormal);
}

TextPairs Negotiation::Offer(LoginStage stage) {
  constexpr Key kSecurityKeys[] = {Key::kAuthMethod};
  std::span<const Key> keys = kOperationalKeys;
  if (stage == LoginStage::kSecurity) keys = kSecurityKeys;

  TextPairs pairs;
  for (const Key key : keys) {
    const KeyRow& row = RowOf(key);
    Entry& ours = entry(key);
    if (!MayOffer(row)) continue;
    if (row.result == ResultFunction::kDeclare) {
      pairs.push_back(Declare(key, Wanted(key)));
    } else if (!ours.settled) {  // else the target was first (C-029)
      ours.offered = true;
      ours.ours = Wanted(key);
      pairs.push_back({std::string(row.name), ours.ours});
    }
  }
  return pairs;
}

Status Negotiation::Receive(const TextPairs& pairs) {
  for (const TextPair& pair : pairs) {
    if (Status received = ReceivePair(pair); !received) return received;
  }
  return {};
}

TextPairs Negotiation::TakeAnswers() { return std::exchange(answers_, {}); }

Status Negotiation::ReceivePair(const TextPair& pair) {
  const KeyRow* row = FindKey(pair.key);
  if (row == nullptr) {
    // C-026: whatever it is, X-keys included, it does not stop the login. A
    // constant is an answer, though, and answers are not answered.
    if (!IsConstant(pair.value))
      answers_.push_back({pair.key, std::string(kNotUnderstood)});
    return {};
  }
  Entry& theirs = entry(row->key);
  // C-029. §6.3: TargetAddress may be repeated.
  if (theirs.settled && row->key != Key::kTargetAddress)
    return Error{Errc::kProtocol, pair.key + " was negotiated twice"};
  if (IsConstant(pair.value)) return ReceiveRefusal(*row, pair.value);

  if (Status checked = CheckSender(*row); !checked) return checked;
  // C-038: refused whatever it says; RFC 3720 had ranges, "2048~8192".
  if (row->result == ResultFunction::kObsolete)
    return ReceiveOffer(*row, pair.value);
  if (Status checked = CheckForm(*row, pair.value); !checked) return checked;
  if (row->result == ResultFunction::kDeclare)
    return ReceiveDeclaration(*row, pair.value);
  if (theirs.offered) return ReceiveAnswer(*row, pair.value);
  return ReceiveOffer(*row, pair.value);
}

// May a target say this key now, to this connection?
Status Negotiation::CheckSender(const KeyRow& row) const {
  const auto misplaced = [&](std::string_view why) {
    return Error{Errc::kProtocol,
                 std::string(row.name) + ": a target " + std::string(why)};
  };
  if ((row.senders & kByTarget) == 0) return misplaced("may not send this key");
  if (row.use == KeyUse::kFullFeatureOnly ||
      row.use == KeyUse::kLoginThenFullFeature) {
    return misplaced("may not send this key during login");
  }
  if (row.use == KeyUse::kLeadingOnly && !leading_)  // C-035
    return misplaced("may send this key on a leading connection only");
  return {};
}

// C-027: Irrelevant, Reject and NotUnderstood are answers; what they make of
// the key is decided by InForce.
Status Negotiation::ReceiveRefusal(const KeyRow& row,
                                   const std::string& constant) {
  Entry& refused = entry(row.key);
  if (!refused.offered && !refused.declared)
    return BadValue(row, constant, "but was not asked");
  if (refused.declared && constant == kReject)
    return BadValue(row, constant, "to what cannot be negotiated");
  refused.refusal = constant;
  refused.settled = refused.offered;
  return {};
}

Status Negotiation::ReceiveDeclaration(const KeyRow& row,
                                       const std::string& value) {
  entry(row.key).agreed = value;
  entry(row.key).settled = true;
  return {};
}

Status Negotiation::ReceiveAnswer(const KeyRow& row, const std::string& value) {
  Entry& ours = entry(row.key);
  if (!IsAdmissible(row, ours.ours, value))
    return BadValue(row, value, "which does not answer our " + ours.ours);
  ours.agreed = value;
  ours.settled = true;
  return {};
}

Status Negotiation::ReceiveOffer(const KeyRow& row, const std::string& value) {
  if (row.key == Key::kAuthMethod)
    return Disagreement(row, "the target wants to authenticate; configure it");
  std::string answer(kIrrelevant);
  if (row.in_discovery || type_ == SessionType::kNormal)
    answer = ResultOf(row, Wanted(row.key), value);
  Entry& theirs = entry(row.key);
  theirs.settled = true;
  (IsConstant(answer) ? theirs.refusal : theirs.agreed) = answer;
  answers_.push_back({std::string(row.name), answer});
  return {};
}

// The value that holds for a negotiated key. Silence and refusal leave the
// default, if that is an answer the target could have given to our offer.
Result<std::string> Negotiation::InForce(Key key) const {
  const KeyRow& row = RowOf(key);
  const Entry& ours = entry(key);
  const std::string fallback(row.default_value);
  if (ours.settled && ours.refusal.empty()) return ours.agreed;
  if (!ours.offered) return fallback;
  if (ours.refusal.empty() && DecidesAlone(row, ours.ours)) return ours.ours;
  if (IsAdmissible(row, ours.ours, fallback)) return fallback;
  return Disagreement(row, (ours.refusal.empty() ? "the target does not answer "
                                                 : "the target answers " +
                                                       ours.refusal + " to ") +
                               ours.ours + ", and the default of " + fallback +
                               " is not what we offered");
}

Result<SessionParams> Negotiation::FinishSession() const {
  SessionParams params;
  Reader reader;
  reader.Read(InForce(Key::kMaxConnections), params.max_connections);
  reader.Read(InForce(Key::kInitialR2T), params.initial_r2t);
  reader.Read(InForce(Key::kImmediateData), params.immediate_data);
  reader.Read(InForce(Key::kMaxBurstLength), params.max_burst_length);
  reader.Read(InForce(Key::kDefaultTime2Wait), params.default_time2wait);
  reader.Read(InForce(Key::kDefaultTime2Retain), params.default_time2retain);
  reader.Read(InForce(Key::kMaxOutstandingR2T), params.max_outstanding_r2t);
  reader.Read(InForce(Key::kDataPDUInOrder), params.data_pdu_in_order);
  reader.Read(InForce(Key::kDataSequenceInOrder),
              params.data_sequence_in_order);
  reader.Read(InForce(Key::kErrorRecoveryLevel), params.error_recovery_level);
  reader.Read(InForce(Key::kISCSIProtocolLevel), params.iscsi_protocol_level);
  reader.Read(InForce(Key::kTaskReporting), params.task_reporting);
  if (reader.error()) return *reader.error();

  Result<uint32_t> first_burst = FirstBurstLength(params);
  if (!first_burst) return first_burst.error();
  params.first_burst_length = *first_burst;
  return params;
}

// C-033, given all other keys.
Result<uint32_t> Negotiation::FirstBurstLength(
    const SessionParams& params) const {
  const KeyRow& row = RowOf(Key::kFirstBurstLength);
  // §13.14: without unsolicited data it has no meaning, whatever was said.
  if (params.initial_r2t && !params.immediate_data)
    return std::min(SessionParams().first_burst_length,
                    params.max_burst_length);
  uint32_t length = 0;
  Reader reader;
  reader.Read(InForce(row.key), length);
  if (reader.error()) return *reader.error();
  if (length > params.max_burst_length) {
    return Disagreement(row, std::to_string(length) +
                                 " exceeds MaxBurstLength " +
                                 std::to_string(params.max_burst_length));
  }
  return length;
}

Result<ConnectionParams> Negotiation::FinishConnection() const {
  ConnectionParams params;
  Reader reader;
  reader.Read(InForce(Key::kAuthMethod), params.auth_method);
  reader.Read(InForce(Key::kHeaderDigest), params.header_digest);
  reader.Read(InForce(Key::kDataDigest), params.data_digest);
  if (reader.error()) return *reader.error();
  params.max_recv_data_segment_length = offers_.max_recv_data_segment_length;
  // C-034: silence means the default.
  const Entry& theirs = entry(Key::kMaxRecvDataSegmentLength);
  if (theirs.settled) {
    params.max_xmit_data_segment_length =
        static_cast<uint32_t>(*ParseNumber(theirs.agreed));
  }
  return params;
}

std::optional<uint16_t> Negotiation::Tpgt() const {
  const Entry& tag = entry(Key::kTargetPortalGroupTag);
  if (!tag.settled) return std::nullopt;
  return static_cast<uint16_t>(*ParseNumber(tag.agreed));
}

Result<std::string> Negotiation::AuthMethod() const {
  const Entry& method = entry(Key::kAuthMethod);
  return method.refusal.empty() ? method.agreed : AuthMethodInForce();
}

Result<std::string> Negotiation::AuthMethodInForce() const {
  return InForce(Key::kAuthMethod);
}

Result<Negotiated> Negotiation::Finish() const {
  Result<SessionParams> session = FinishSession();
  if (!session) return session.error();
  Result<ConnectionParams> connection = FinishConnection();
  if (!connection) return connection.error();
  return Negotiated{std::move(*session), std::move(*connection),
                    entry(Key::kTargetAlias).agreed, Tpgt()};
}

}  // namespace iscsid
