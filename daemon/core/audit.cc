// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/audit.h"

#include <endian.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/params_view.h"
#include "daemon/proto/key_rules.h"
#include "daemon/proto/login_status.h"
#include "daemon/proto/text.h"

namespace iscsid {
namespace {

constexpr size_t kMaxTextBytes = 8u << 20;
// Proofs, not offers.
constexpr std::string_view kChapProofs[] = {"CHAP_N", "CHAP_I", "CHAP_C",
                                            "CHAP_R"};
constexpr std::string_view kStages[] = {"security", "operational", "reserved",
                                        "full feature"};

std::string StageText(uint8_t flags) {
  const auto stage = [](unsigned number) {
    return std::string(kStages[number & ISCSI_LOGIN_STAGE_MASK]);
  };
  const std::string from = stage(flags >> ISCSI_LOGIN_CSG_SHIFT);
  if ((flags & ISCSI_LOGIN_CONTINUE) != 0) return from + ", to be continued";
  if ((flags & ISCSI_LOGIN_TRANSIT) == 0) return from;
  return from + " to " + stage(flags);
}

class Auditor {
 public:
  explicit Auditor(ctl::ProbeSession& session) : session_(session) {}

  void On(const TapConnect& connect);
  void On(const TapPdu& pdu) { pdu.ours ? OnOurs(pdu) : OnTheirs(pdu); }
  void Finish(const LoginResult& result);

 private:
  void OnOurs(const TapPdu& pdu);
  void OnTheirs(const TapPdu& pdu);
  void OnLoginResponse(const Pdu& pdu);
  void OnRefusal(const iscsi_bhs_login_response& response, const Pdu& pdu);
  void OnLoginText(const TextPairs& pairs);
  void OnTextResponse(const Pdu& pdu);
  void OnLogoutResponse(const Pdu& pdu);
  void CheckKey(const ctl::ProbeKey& key);

  std::optional<TextPairs> Collect(TextCollector& collector, const Pdu& pdu,
                                   bool more) {
    auto pairs = collector.Add(pdu.data, more);
    return pairs ? *std::move(pairs) : std::nullopt;
  }
  void AddStep(const char* what, TimePoint when, std::string text) {
    const auto time =
        std::chrono::duration_cast<std::chrono::microseconds>(when - asked_);
    session_.steps.push_back(
        {what, static_cast<uint64_t>(time.count()), std::move(text)});
  }
  void Deviates(std::string how) {
    if (std::ranges::count(session_.deviations, how) == 0)
      session_.deviations.push_back(std::move(how));
  }
  ctl::ProbeKey& KeyOf(const std::string& name);

  ctl::ProbeSession& session_;
  TimePoint asked_{};  // when our last PDU left
  std::string which_targets_;
  bool first_text_ = true;  // of the target's, on this connection
  TextCollector our_text_{kMaxTextBytes};
  TextCollector their_text_{kMaxTextBytes};
};

ctl::ProbeKey& Auditor::KeyOf(const std::string& name) {
  for (ctl::ProbeKey& key : session_.keys) {
    if (key.key == name) return key;
  }
  session_.keys.push_back({name, {}, {}, {}});
  return session_.keys.back();
}

// A redirected login begins anew.
void Auditor::On(const TapConnect& connect) {
  session_.keys.clear();
  first_text_ = true;
  our_text_ = TextCollector(kMaxTextBytes);
  their_text_ = TextCollector(kMaxTextBytes);
  asked_ = connect.begin;
  AddStep("connect", connect.end,
          ToString(connect.to) + (connect.connected ? "" : ", failed"));
}

void Auditor::OnOurs(const TapPdu& sent) {
  asked_ = sent.when;
  const Pdu& pdu = sent.pdu;
  if (pdu.opcode() == ISCSI_OPCODE_TEXT_REQUEST && !pdu.data.empty()) {
    const Result<TextPairs> pairs = ParseText(pdu.data);
    if (pairs) which_targets_ = pairs->front().key + "=" + pairs->front().value;
  }
  if (pdu.opcode() != ISCSI_OPCODE_LOGIN_REQUEST) return;
  const auto request = pdu.As<iscsi_bhs_login_request>();
  const auto pairs =
      Collect(our_text_, pdu, (request.flags & ISCSI_LOGIN_CONTINUE) != 0);
  if (!pairs) return;
  for (const TextPair& pair : *pairs) {
    if (std::ranges::count(kChapProofs, pair.key) == 0)
      KeyOf(pair.key).ours = pair.value;
  }
}

void Auditor::OnTheirs(const TapPdu& received) {
  const Pdu& pdu = received.pdu;
  switch (pdu.opcode()) {
    case ISCSI_OPCODE_LOGIN_RESPONSE: {
      const auto response = pdu.As<iscsi_bhs_login_response>();
      AddStep("login", received.when,
              response.status_class == 0
                  ? StageText(response.flags)
                  : DescribeLoginStatus(response.status_class,
                                        response.status_detail));
      return OnLoginResponse(pdu);
    }
    case ISCSI_OPCODE_TEXT_RESPONSE:
      AddStep("text", received.when, which_targets_);
      return OnTextResponse(pdu);
    case ISCSI_OPCODE_LOGOUT_RESPONSE:
      AddStep("logout", received.when, "");
      return OnLogoutResponse(pdu);
    default:
      return;
  }
}

void Auditor::OnLoginResponse(const Pdu& pdu) {
  const auto response = pdu.As<iscsi_bhs_login_response>();
  if (response.status_class != 0) return OnRefusal(response, pdu);
  constexpr uint8_t kReservedFlags = 0x30;
  const auto zero = [](uint8_t byte) { return byte == 0; };
  if ((response.flags & kReservedFlags) != 0 || response.rsvd20 != 0 ||
      !std::ranges::all_of(response.rsvd38, zero))
    Deviates("Login Response: reserved fields are not 0 (11.13)");
  const bool last =
      (response.flags & ISCSI_LOGIN_TRANSIT) != 0 &&
      (response.flags & ISCSI_LOGIN_STAGE_MASK) == ISCSI_STAGE_FULL_FEATURE;
  if (!last && response.tsih != 0)
    Deviates("Login Response: a TSIH before the login is complete (11.13.3)");
  const uint32_t window =
      be32toh(response.max_cmdsn) - be32toh(response.exp_cmdsn) + 1;
  if (window > INT32_MAX)  // C-067
    Deviates("Login Response: MaxCmdSN is below ExpCmdSN - 1 (4.2.2.1)");
  const auto pairs =
      Collect(their_text_, pdu, (response.flags & ISCSI_LOGIN_CONTINUE) != 0);
  if (pairs) OnLoginText(*pairs);
}

void Auditor::OnRefusal(const iscsi_bhs_login_response& response,
                        const Pdu& pdu) {
  if (response.status_class != 1) return;
  const Result<TextPairs> pairs = ParseText(pdu.data);
  if (!pairs) return;
  for (const TextPair& pair : *pairs) {
    const Result<Portal> address = ParsePortal(pair.value);
    if (pair.key == NameOf(Key::kTargetAddress) && address)
      session_.redirections.push_back({*address, response.status_detail == 2});
  }
}

void Auditor::OnLoginText(const TextPairs& pairs) {
  const auto tpgt = NameOf(Key::kTargetPortalGroupTag);
  const bool has_tpgt = std::ranges::any_of(
      pairs, [&](const TextPair& pair) { return pair.key == tpgt; });
  if (first_text_ && !has_tpgt &&
      session_.session_type == ctl::ProbeSessionType::kNormal)
    Deviates(std::string(tpgt) +
             ": not in the first answer of the target (13.9)");
  first_text_ = false;
  for (const TextPair& pair : pairs) {
    if (std::ranges::count(kChapProofs, pair.key) == 0)
      KeyOf(pair.key).theirs = pair.value;
  }
}

void Auditor::OnTextResponse(const Pdu& pdu) {
  const auto response = pdu.As<iscsi_bhs_text_response>();
  const auto pairs =
      Collect(their_text_, pdu, (response.flags & ISCSI_TEXT_CONTINUE) != 0);
  if (!pairs) return;
  for (const TextPair& pair : *pairs) {
    if (pair.key != NameOf(Key::kTargetAddress)) continue;
    const Result<Portal> portal = ParsePortal(pair.value);
    if (portal && !portal->tpgt)
      Deviates("TargetAddress=" + pair.value +
               ": no portal group tag (appendix C)");
  }
}

void Auditor::OnLogoutResponse(const Pdu& pdu) {
  const auto response = pdu.As<iscsi_bhs_logout_response>();
  if (response.response != ISCSI_LOGOUT_CLOSED)
    Deviates("Logout Response: response " + std::to_string(response.response) +
             " to a logout of this very session (11.15.1)");
}

void Auditor::CheckKey(const ctl::ProbeKey& key) {
  const KeyRow* row = FindKey(key.key);
  if (row == nullptr) {
    const bool chap = key.key.starts_with("CHAP_");
    if (key.theirs && !chap && !key.key.starts_with("X-"))
      Deviates(key.key + ": neither a key of the RFC nor an X- key (6.1)");
    return;
  }
  if (key.theirs && row->result == ResultFunction::kObsolete)
    Deviates(key.key + ": an obsolete key (13.25)");
  if (row->result == ResultFunction::kDeclare || !key.ours) return;
  if (!key.theirs && !DecidesAlone(*row, *key.ours))
    Deviates(key.key + ": our offer is not answered (6.2)");
  if (key.theirs == kNotUnderstood)
    Deviates(key.key + ": not understood, though it is the RFC's (6.2)");
}

void Auditor::Finish(const LoginResult& result) {
  for (const ctl::ProbeKey& key : session_.keys) CheckKey(key);
  ctl::Keys outcome = KeysOf(result.connection);
  if (result.session) outcome.merge(KeysOf(*result.session));
  for (const auto& [name, value] : outcome) KeyOf(name).outcome = value;
  KeyOf(std::string(NameOf(Key::kAuthMethod))).outcome =
      result.connection.auth_method;
}

}  // namespace

void Audit(const std::vector<TapEvent>& events,
           const std::optional<LoginResult>& result,
           ctl::ProbeSession& session) {
  Auditor auditor(session);
  for (const TapEvent& event : events)
    std::visit([&](const auto& typed) { auditor.On(typed); }, event);
  if (result) auditor.Finish(*result);
}

}  // namespace iscsid
