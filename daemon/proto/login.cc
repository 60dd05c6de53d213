// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/login.h"

#include <endian.h>

#include <algorithm>
#include <utility>

#include "daemon/proto/name.h"

namespace iscsid {
namespace {

constexpr uint32_t kLoginItt = 0;
constexpr uint8_t kVersion = 0x00;  // §11.12.4: both ends of our range
// More than any honest target needs (C-017); the owner's deadline is the
// other bound.
constexpr unsigned kMaxExchanges = 100;
constexpr size_t kMaxTextBytes = 65536;

uint8_t FlagsOf(LoginStage stage, bool more, bool transit) {
  const auto current = static_cast<unsigned>(stage);
  const unsigned next = stage == LoginStage::kSecurity
                            ? ISCSI_STAGE_OPERATIONAL
                            : ISCSI_STAGE_FULL_FEATURE;
  unsigned flags = current << ISCSI_LOGIN_CSG_SHIFT;
  if (transit) flags |= ISCSI_LOGIN_TRANSIT | next;
  if (more) flags |= ISCSI_LOGIN_CONTINUE;
  return static_cast<uint8_t>(flags);
}

Error Broken(std::string_view why) {
  return {Errc::kProtocol, "Login Response: " + std::string(why)};
}

// Two sides that cannot agree will not agree the next time; all else may be
// a bad moment.
LoginFailure Failed(const Error& error) {
  const bool lasting =
      error.code == Errc::kNegotiation || error.code == Errc::kAuthentication;
  return {error, lasting ? LoginAction::kGiveUp : LoginAction::kRetry};
}

Errc CodeOf(const LoginStatus& status) {
  if (status.status_class != 2) return Errc::kRejected;
  if (status.status_detail == 1) return Errc::kAuthentication;
  if (status.status_detail == 3) return Errc::kNotFound;
  return Errc::kRejected;
}

// C-059. §13.8: in a redirection the portal group tag is left out.
Result<Portal> RedirectAddress(std::span<const std::byte> text) {
  const Result<TextPairs> pairs = ParseText(text);
  if (!pairs) return pairs.error();
  for (const TextPair& pair : *pairs) {
    if (pair.key != NameOf(Key::kTargetAddress)) continue;
    Result<Portal> portal = ParsePortal(pair.value);
    if (portal) portal->tpgt.reset();
    return portal;
  }
  return Broken("a redirection without TargetAddress");
}

}  // namespace

Login::Login(LoginConfig config)
    : config_(std::move(config)),
      negotiation_(config_.offers, config_.session_type, config_.tsih == 0),
      collector_(kMaxTextBytes),
      stage_(config_.offers.auth_method.empty() ? LoginStage::kOperational
                                                : LoginStage::kSecurity) {}

Bytes Login::Start() {
  const bool discovery = config_.session_type == SessionType::kDiscovery;
  TextPairs pairs;
  const auto declare = [&](Key key, std::string value) {
    if (!value.empty())
      pairs.push_back(negotiation_.Declare(key, std::move(value)));
  };
  declare(Key::kInitiatorName, config_.initiator_name);  // C-024
  declare(Key::kInitiatorAlias, config_.initiator_alias);
  declare(Key::kTargetName, config_.target_name);
  if (config_.tsih == 0)  // C-035
    declare(Key::kSessionType, discovery ? "Discovery" : "Normal");
  const TextPairs offers = negotiation_.Offer(stage_);
  pairs.insert(pairs.end(), offers.begin(), offers.end());
  return Say(pairs);
}

Bytes Login::Say(const TextPairs& pairs) {
  // C-004, C-022: before the full feature phase the target takes 8192 bytes.
  const auto pieces = SplitText(FormatText(pairs), ISCSI_LOGIN_MRDSL);
  unsent_.assign(pieces.begin(), pieces.end());
  return NextPiece();
}

Bytes Login::NextPiece() {
  Bytes piece = std::move(unsent_.front());
  unsent_.pop_front();
  const bool more = !unsent_.empty();
  return Request(std::move(piece), more, !more && MayMoveOn());
}

// Have we said all that this stage needs? While the target has to authenticate
// us, or the other way round, we do not ask to leave (C-043, C-050).
bool Login::MayMoveOn() const {
  if (stage_ == LoginStage::kOperational) return true;
  if (chap_) return chap_->HasAnswered();
  const std::vector<std::string>& methods = config_.offers.auth_method;
  return std::find(methods.begin(), methods.end(), "None") != methods.end();
}

// C-011, C-012: what stays the same through one login. C-006: what is not set
// here is reserved and 0.
Bytes Login::Request(Bytes text, bool more, bool transit) {
  iscsi_bhs_login_request header{};
  header.opcode = ISCSI_OPCODE_LOGIN_REQUEST | ISCSI_BHS_IMMEDIATE;
  header.flags = FlagsOf(stage_, more, transit);
  header.version_max = kVersion;
  header.version_min = kVersion;
  std::copy(config_.isid.bytes.begin(), config_.isid.bytes.end(), header.isid);
  header.tsih = htobe16(config_.tsih);
  header.itt = htobe32(kLoginItt);
  header.cid = htobe16(config_.cid);
  header.cmdsn = htobe32(config_.cmdsn);
  header.exp_statsn = htobe32(exp_statsn_.value_or(config_.exp_statsn));
  transit_requested_ = transit;

  Pdu pdu;
  pdu.Set(header);
  pdu.data = std::move(text);
  return Encode(pdu);
}

LoginEvent Login::OnPdu(const Pdu& pdu) {
  if (pdu.opcode() != ISCSI_OPCODE_LOGIN_RESPONSE) {  // C-019
    const std::byte opcode{pdu.opcode()};
    return Failed({Errc::kProtocol, "opcode " + EncodeHex({&opcode, 1}) +
                                        " in the login phase"});
  }
  const auto response = pdu.As<Response>();
  // C-020: with a status other than success no other field counts.
  if (response.status_class != 0) return OnStatus(response, pdu);
  if (Status checked = CheckIdentity(response); !checked)
    return Failed(checked.error());
  if (Status checked = CheckStage(response); !checked)
    return Failed(checked.error());
  exp_statsn_ = be32toh(response.statsn) + 1;
  if (++exchanges_ > kMaxExchanges)
    return Failed({Errc::kLimit, "the login does not come to an end"});

  Result<LoginEvent> event = Converse(response, pdu);
  if (event) return *std::move(event);
  LoginFailure failure = Failed(event.error());
  failure.chap_list_refused = chap_ && chap_->ListRefused();
  return failure;
}

LoginEvent Login::OnStatus(const Response& response, const Pdu& pdu) const {
  const LoginStatus status =
      FindLoginStatus(response.status_class, response.status_detail);
  if (status.action == LoginAction::kRedirect) {
    Result<Portal> address = RedirectAddress(pdu.data);
    if (!address) return Failed(address.error());
    return LoginRedirect{*std::move(address), status.status_detail == 2};
  }
  const std::string description =
      DescribeLoginStatus(status.status_class, status.status_detail);
  return LoginFailure{
      {CodeOf(status), "the target refused the login: " + description},
      status.action,
      status.status_class,
      status.status_detail,
      MayBeChapList(response)};
}

// C-045: some targets choke on a list. DEVIATION: tgt chooses 7, which it takes
// for SHA-1, and calls a response of another length an initiator error. Whether
// the secret is right is another matter, so not with "authentication failed"
// once the target has chosen.
bool Login::MayBeChapList(const Response& response) const {
  return InChap() && response.status_class == 2 &&
         (chap_->AwaitsAlgorithm() || response.status_detail != 1);
}

// Is this an answer within our login, in order?
Status Login::CheckIdentity(const Response& response) const {
  if (response.version_active != kVersion) {  // C-013
    return {Errc::kNegotiation, "the target wants protocol version " +
                                    std::to_string(response.version_active) +
                                    ", we speak 0"};
  }
  if (be32toh(response.itt) != kLoginItt)  // C-012
    return Broken("not for our Initiator Task Tag");
  if (!std::equal(config_.isid.bytes.begin(), config_.isid.bytes.end(),
                  response.isid)) {
    return Broken("not for our ISID");
  }
  if (config_.tsih != 0 && be16toh(response.tsih) != config_.tsih)  // C-014
    return Broken("the TSIH changed");
  if (exp_statsn_ && be32toh(response.statsn) != *exp_statsn_) {  // C-018
    return Broken("StatSN " + std::to_string(be32toh(response.statsn)) +
                  " where " + std::to_string(*exp_statsn_) + " was due");
  }
  return {};
}

// C-015: where the target may stand, and where it may go.
Status Login::CheckStage(const Response& response) const {
  const unsigned current =
      response.flags >> ISCSI_LOGIN_CSG_SHIFT & ISCSI_LOGIN_STAGE_MASK;
  if (current != static_cast<unsigned>(stage_))
    return Broken("CSG is " + std::to_string(current));
  if ((response.flags & ISCSI_LOGIN_TRANSIT) == 0) return {};
  if (!transit_requested_) return Broken("T=1 without our asking for it");
  if ((response.flags & ISCSI_LOGIN_CONTINUE) != 0)
    return Broken("both T and C set");
  const unsigned next = response.flags & ISCSI_LOGIN_STAGE_MASK;
  if (next != (FlagsOf(stage_, false, true) & ISCSI_LOGIN_STAGE_MASK))
    return Broken("NSG is " + std::to_string(next));
  return {};
}

Result<LoginEvent> Login::Converse(const Response& response, const Pdu& pdu) {
  const bool more = (response.flags & ISCSI_LOGIN_CONTINUE) != 0;
  if (!unsent_.empty()) {  // C-022: the target waits for the rest of our text
    if (more || !pdu.data.empty())
      return Broken("text in the middle of our own");
    return LoginEvent(LoginSend{NextPiece()});
  }
  const auto text = collector_.Add(pdu.data, more);
  if (!text) return text.error();
  if (!*text)  // C-021: nothing to say while the target is not finished
    return LoginEvent(LoginSend{Request({}, false, false)});
  Result<TextPairs> say = OnText(**text);
  if (!say) return say.error();
  if ((response.flags & ISCSI_LOGIN_TRANSIT) != 0) return Advance(response);
  // C-016: the target stays in this stage, so we ask again.
  const TextPairs answers = negotiation_.TakeAnswers();
  say->insert(say->begin(), answers.begin(), answers.end());
  return LoginEvent(LoginSend{Say(*say)});
}

Result<TextPairs> Login::OnText(const TextPairs& pairs) {
  TextPairs chap_keys;
  TextPairs others;
  for (const TextPair& pair : pairs)
    (IsChapKey(pair.key) ? chap_keys : others).push_back(pair);
  if (Status received = negotiation_.Receive(others); !received)
    return received.error();
  if (Status checked = CheckTpgt(); !checked) return checked.error();
  return Authenticate(chap_keys);
}

// C-044: CHAP's keys come when CHAP is agreed on, not before; Chap knows when
// all is said.
Result<TextPairs> Login::Authenticate(const TextPairs& chap_keys) {
  if (!chap_keys.empty() && !chap_)
    return Broken("says " + chap_keys.front().key + " out of order");
  if (!chap_keys.empty()) return chap_->OnKeys(chap_keys);
  const Result<std::string> method = negotiation_.AuthMethod();
  if (!method) return method.error();
  if (chap_ || *method != "CHAP") return TextPairs{};
  chap_.emplace(*config_.chap, *config_.crypto);
  return chap_->Start();
}

Status Login::CheckTpgt() const {
  const std::optional<uint16_t> tpgt = negotiation_.Tpgt();
  if (config_.tpgt && tpgt && *tpgt != *config_.tpgt) {  // C-037
    return {Errc::kNegotiation,
            "this is portal group " + std::to_string(*tpgt) + ", not " +
                std::to_string(*config_.tpgt) + " as recorded"};
  }
  return {};
}

// The target leaves the security stage: not before what was demanded is done.
Status Login::CheckAuthenticated() const {
  if (chap_) return chap_->CheckDone();
  // C-043: silence means None, which may not be what we offered.
  const Result<std::string> method = negotiation_.AuthMethodInForce();
  return method ? Status() : Status(method.error());
}

Result<LoginEvent> Login::Advance(const Response& response) {
  if (stage_ == LoginStage::kOperational) return Finish(response);
  if (Status checked = CheckAuthenticated(); !checked) return checked.error();
  stage_ = LoginStage::kOperational;
  TextPairs pairs = negotiation_.TakeAnswers();
  const TextPairs offers = negotiation_.Offer(stage_);
  pairs.insert(pairs.end(), offers.begin(), offers.end());
  return LoginEvent(LoginSend{Say(pairs)});
}

Result<LoginEvent> Login::Finish(const Response& response) {
  // An offer in the final response can no longer be answered. That does no
  // harm where the answer would have been a refusal (C-026, C-038).
  for (const TextPair& answer : negotiation_.TakeAnswers()) {
    const KeyRow* row = FindKey(answer.key);
    if (row != nullptr && row->result != ResultFunction::kObsolete)
      return Broken("offers " + answer.key + " when it is too late to answer");
  }
  const uint16_t tsih = be16toh(response.tsih);
  if (tsih == 0) return Broken("the final one has TSIH 0");  // C-014
  Result<Negotiated> negotiated = negotiation_.Finish();
  if (!negotiated) return negotiated.error();

  LoginResult result;
  result.tsih = tsih;
  result.cid = config_.cid;
  result.cmdsn = config_.cmdsn;
  result.exp_statsn = *exp_statsn_;
  result.exp_cmdsn = be32toh(response.exp_cmdsn);
  result.max_cmdsn = be32toh(response.max_cmdsn);
  if (config_.tsih == 0) result.session = std::move(negotiated->session);
  result.connection = std::move(negotiated->connection);
  result.target_alias = std::move(negotiated->target_alias);
  result.tpgt = negotiated->tpgt;
  return LoginEvent(std::move(result));
}

}  // namespace iscsid
