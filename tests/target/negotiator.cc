// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/negotiator.h"

#include <algorithm>
#include <utility>

namespace target {
namespace {

constexpr std::string_view kMaxRecvDsl = "MaxRecvDataSegmentLength";

// How offer and own value become the result, §6.2.
enum class Rule {
  kList,      // the first of the initiator's that we have
  kAnd,       // Yes only if both
  kOr,        // Yes if one
  kMin,       // the smaller number
  kMax,       // the larger one
  kDeclared,  // each side for itself, no answer
  kObsolete,  // always answered with `ours`
};

struct KeyRule {
  std::string_view name;
  Rule rule;
  std::string_view standard;  // the RFC's default
  std::string_view ours;
  uint32_t low = 0;
  uint32_t high = 0;
  bool normal_only = false;  // Irrelevant in discovery sessions
};

constexpr uint32_t kLongest = (1 << 24) - 1;

constexpr KeyRule kRules[] = {
    {"HeaderDigest", Rule::kList, "None", "CRC32C,None"},             // 13.1
    {"DataDigest", Rule::kList, "None", "CRC32C,None"},               // 13.1
    {"MaxConnections", Rule::kMin, "1", "8", 1, 65535, true},         // 13.2
    {"TargetName", Rule::kDeclared, "", ""},                          // 13.4
    {"InitiatorName", Rule::kDeclared, "", ""},                       // 13.5
    {"InitiatorAlias", Rule::kDeclared, "", ""},                      // 13.7
    {"InitialR2T", Rule::kOr, "Yes", "No", 0, 0, true},               // 13.10
    {"ImmediateData", Rule::kAnd, "Yes", "Yes", 0, 0, true},          // 13.11
    {kMaxRecvDsl, Rule::kDeclared, "8192", "262144", 512, kLongest},  // 13.12
    {"MaxBurstLength", Rule::kMin, "262144", "1048576", 512, kLongest, true},
    {"FirstBurstLength", Rule::kMin, "65536", "262144", 512, kLongest, true},
    {"DefaultTime2Wait", Rule::kMax, "2", "0", 0, 3600},           // 13.15
    {"DefaultTime2Retain", Rule::kMin, "20", "20", 0, 3600},       // 13.16
    {"MaxOutstandingR2T", Rule::kMin, "1", "8", 1, 65535, true},   // 13.17
    {"DataPDUInOrder", Rule::kOr, "Yes", "Yes", 0, 0, true},       // 13.18
    {"DataSequenceInOrder", Rule::kOr, "Yes", "Yes", 0, 0, true},  // 13.19
    {"ErrorRecoveryLevel", Rule::kMin, "0", "0", 0, 2},            // 13.20
    {"SessionType", Rule::kDeclared, "Normal", ""},                // 13.21
    {"TaskReporting", Rule::kList, "RFC3720",
     "ResponseFence,RFC3720"},                            // 13.23
    {"iSCSIProtocolLevel", Rule::kMin, "1", "1", 0, 31},  // 13.24
    {"IFMarker", Rule::kObsolete, "No", "No"},            // 13.25
    {"OFMarker", Rule::kObsolete, "No", "No"},            // 13.25
    {"IFMarkInt", Rule::kObsolete, "", "Reject"},         // 13.25
    {"OFMarkInt", Rule::kObsolete, "", "Reject"},         // 13.25
};

const KeyRule* RuleOf(std::string_view name) {
  for (const KeyRule& rule : kRules)
    if (rule.name == name) return &rule;
  return nullptr;
}

std::optional<uint32_t> InRange(const KeyRule& rule, std::string_view value) {
  const auto number = ParseNumber(value);
  if (!number || *number < rule.low || *number > rule.high) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

std::string AnswerList(std::string_view offer, std::string_view ours) {
  const auto have = SplitList(ours, ',');
  for (const std::string& value : SplitList(offer, ','))
    if (std::find(have.begin(), have.end(), value) != have.end()) return value;
  return "Reject";
}

std::string AnswerBoolean(Rule rule, std::string_view offer,
                          std::string_view ours) {
  if (offer != "Yes" && offer != "No") return "Reject";
  const bool theirs = offer == "Yes", mine = ours == "Yes";
  return (rule == Rule::kAnd ? theirs && mine : theirs || mine) ? "Yes" : "No";
}

std::string AnswerNumber(const KeyRule& rule, std::string_view offer,
                         std::string_view ours) {
  const auto theirs = InRange(rule, offer);
  const auto mine = ParseNumber(ours);
  if (!theirs) return "Reject";
  const auto value = static_cast<uint32_t>(mine.value_or(*theirs));
  return std::to_string(rule.rule == Rule::kMin ? std::min(*theirs, value)
                                                : std::max(*theirs, value));
}

std::string AnswerTo(const KeyRule& rule, std::string_view offer,
                     std::string_view ours) {
  switch (rule.rule) {
    case Rule::kList:
      return AnswerList(offer, ours);
    case Rule::kAnd:
    case Rule::kOr:
      return AnswerBoolean(rule.rule, offer, ours);
    case Rule::kMin:
    case Rule::kMax:
      return AnswerNumber(rule, offer, ours);
    case Rule::kDeclared:
    case Rule::kObsolete:
      return std::string(ours);
  }
  return "Reject";
}

}  // namespace

Negotiator::Negotiator(const KeyList& ours) {
  for (const KeyRule& rule : kRules) ours_.emplace(rule.name, rule.ours);
  for (const auto& [name, value] : ours) {
    if (!RuleOf(name)) declarations_.emplace_back(name, value);
    ours_[name] = value;
  }
  declarations_.emplace_back(kMaxRecvDsl, ours_.find(kMaxRecvDsl)->second);
}

std::optional<std::string> Negotiator::Answer(const std::string& name,
                                              const std::string& value) {
  const KeyRule* rule = RuleOf(name);
  if (!rule) return "NotUnderstood";
  if (rule->normal_only && discovery_) return "Irrelevant";
  if (rule->name == kMaxRecvDsl) {
    if (!InRange(*rule, value)) return "Reject";
    peer_max_recv_dsl_ = value;
  }
  if (rule->rule == Rule::kDeclared) return std::nullopt;
  const std::string answer = AnswerTo(*rule, value, ours_.find(name)->second);
  if (answer != "Reject") agreed_[name] = answer;
  return answer;
}

KeyList Negotiator::TakeDeclarations() {
  return std::exchange(declarations_, {});
}

void Negotiator::Override(const std::string& name, const std::string& value) {
  if (name == kMaxRecvDsl)
    ours_[name] = value;
  else
    agreed_[name] = value;
}

std::string Negotiator::AgreedOn(std::string_view name) const {
  const auto found = agreed_.find(name);
  return found != agreed_.end() ? found->second
                                : std::string(RuleOf(name)->standard);
}

uint32_t Negotiator::AgreedNumber(std::string_view name) const {
  return static_cast<uint32_t>(ParseNumber(AgreedOn(name)).value_or(0));
}

Params Negotiator::Agreed() const {
  Params params;
  params.digests = {AgreedOn("HeaderDigest") == "CRC32C",
                    AgreedOn("DataDigest") == "CRC32C"};
  params.max_recv_dsl = static_cast<uint32_t>(
      ParseNumber(ours_.find(kMaxRecvDsl)->second).value_or(8192));
  params.peer_max_recv_dsl =
      static_cast<uint32_t>(ParseNumber(peer_max_recv_dsl_).value_or(8192));
  params.max_burst_length = AgreedNumber("MaxBurstLength");
  params.first_burst_length = AgreedNumber("FirstBurstLength");
  params.max_outstanding_r2t = AgreedNumber("MaxOutstandingR2T");
  params.max_connections = AgreedNumber("MaxConnections");
  params.error_recovery_level = AgreedNumber("ErrorRecoveryLevel");
  params.time2wait = AgreedNumber("DefaultTime2Wait");
  params.time2retain = AgreedNumber("DefaultTime2Retain");
  params.initial_r2t = AgreedOn("InitialR2T") == "Yes";
  params.immediate_data = AgreedOn("ImmediateData") == "Yes";
  return params;
}

}  // namespace target
