// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/discovery.h"

#include <endian.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <utility>

#include "daemon/proto/keys.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

constexpr uint32_t kTextItt = 1;
constexpr uint32_t kLogoutItt = 2;
// 10,000 targets with long names and a few portals each fit (C-061).
constexpr size_t kMaxListBytes = 4u << 20;
constexpr size_t kMaxSkipped = 100;  // then counting them helps nobody
constexpr unsigned kMaxResponses = 100000;
constexpr uint8_t kNoLun[8] = {};

DiscoveryFailure Failed(Errc code, std::string what) {
  return {{code, std::move(what)}};
}

std::string HexOf(uint8_t value) {
  const std::byte byte{value};
  return EncodeHex({&byte, 1});
}

// Builds the list record by record, as the target tells it.
class TargetList {
 public:
  void OnTargetName(const std::string& value) {
    Result<std::string> name = NormalizeTargetName(value);
    current_.reset();
    if (!name) return Skip(name.error());
    const auto [place, fresh] = places_.try_emplace(*name, targets_.size());
    if (fresh) targets_.push_back({*std::move(name), {}});
    current_ = place->second;
  }

  void OnTargetAddress(const std::string& value) {
    Result<Portal> portal = ParsePortal(value);
    if (!portal) return Skip(portal.error());
    // Its name was unusable, and that has been said already.
    if (!current_) return;
    std::vector<Portal>& portals = targets_[*current_].portals;
    if (std::find(portals.begin(), portals.end(), *portal) == portals.end())
      portals.push_back(*std::move(portal));
  }

  DiscoveryResult Finish(const Portal& connected) && {
    for (DiscoveredTarget& target : targets_) {
      if (target.portals.empty()) target.portals.push_back(connected);  // C-064
    }
    return {std::move(targets_), std::move(skipped_)};
  }

 private:
  void Skip(const Error& error) {
    if (skipped_.size() < kMaxSkipped) skipped_.push_back(error.what);
  }

  std::vector<DiscoveredTarget> targets_;
  std::map<std::string, size_t> places_;  // name to index in targets_
  std::optional<size_t> current_;
  std::vector<std::string> skipped_;
};

}  // namespace

DiscoveryResult TargetsFromText(const TextPairs& pairs,
                                const Portal& connected) {
  TargetList list;
  for (const TextPair& pair : pairs) {
    if (pair.key == NameOf(Key::kTargetName)) list.OnTargetName(pair.value);
    if (pair.key == NameOf(Key::kTargetAddress))
      list.OnTargetAddress(pair.value);
  }
  return std::move(list).Finish(connected);
}

Discovery::Discovery(const LoginResult& login, Portal connected)
    : connected_(std::move(connected)),
      cid_(login.cid),
      cmdsn_(login.cmdsn),
      exp_statsn_(login.exp_statsn),
      max_xmit_data_(login.connection.max_xmit_data_segment_length),
      collector_(kMaxListBytes) {}

Bytes Discovery::Start(const std::string& which) {
  const std::string key(NameOf(Key::kSendTargets));
  return TextRequest(FormatText({{key, which}}), ISCSI_TAG_NONE, kNoLun);
}

Bytes Discovery::TextRequest(Bytes text, uint32_t ttt,
                             const uint8_t (&lun)[8]) {
  iscsi_bhs_text_request header{};
  header.opcode = ISCSI_OPCODE_TEXT_REQUEST | ISCSI_BHS_IMMEDIATE;
  header.flags = ISCSI_BHS_FINAL;
  std::memcpy(header.lun, lun, sizeof(header.lun));
  header.itt = htobe32(kTextItt);
  header.ttt = htobe32(ttt);
  header.cmdsn = htobe32(cmdsn_);
  header.exp_statsn = htobe32(exp_statsn_);
  Pdu pdu;
  pdu.Set(header);
  pdu.data = std::move(text);
  return Encode(pdu);
}

// C-071: at ErrorRecoveryLevel 0 a gap cannot be filled (§7.9), and what was
// sent twice was not asked for.
Status Discovery::TakeStatSn(uint32_t statsn) {
  if (statsn != exp_statsn_) {
    return {Errc::kProtocol, "StatSN " + std::to_string(statsn) + " where " +
                                 std::to_string(exp_statsn_) + " was due"};
  }
  ++exp_statsn_;
  return {};
}

DiscoveryEvent Discovery::OnPdu(const Pdu& pdu) {
  const uint8_t opcode = pdu.opcode();
  if (opcode == ISCSI_OPCODE_NOP_IN) return OnNopIn(pdu);
  // C-041: this exchange is the only one, and it is over when it is.
  if (opcode == ISCSI_OPCODE_TEXT_RESPONSE && phase_ == Phase::kText)
    return OnTextResponse(pdu);
  if (opcode == ISCSI_OPCODE_LOGOUT_RESPONSE && phase_ == Phase::kLogout)
    return OnLogoutResponse(pdu);
  if (opcode == ISCSI_OPCODE_ASYNC) {
    const auto async = pdu.As<iscsi_bhs_async>();
    return Failed(Errc::kUnreachable,
                  "the target ends the Discovery session (async event " +
                      std::to_string(async.async_event) + ")");
  }
  if (opcode == ISCSI_OPCODE_REJECT) {
    const auto reject = pdu.As<iscsi_bhs_reject>();
    return Failed(Errc::kRejected, "the target rejects our request (reason " +
                                       HexOf(reject.reason) + ")");
  }
  return Failed(Errc::kProtocol,  // C-063
                "opcode " + HexOf(opcode) + " in a Discovery session");
}

DiscoveryEvent Discovery::OnTextResponse(const Pdu& pdu) {
  const auto response = pdu.As<iscsi_bhs_text_response>();
  const bool final = (response.flags & ISCSI_BHS_FINAL) != 0;
  const bool more = (response.flags & ISCSI_TEXT_CONTINUE) != 0;
  if (be32toh(response.itt) != kTextItt)
    return Failed(Errc::kProtocol, "Text Response to nothing we asked");
  if (Status taken = TakeStatSn(be32toh(response.statsn)); !taken)
    return DiscoveryFailure{taken.error()};
  // §11.11.1, §11.11.4: a last response has no tag to go on with, any other
  // needs one.
  if (final == (be32toh(response.ttt) != ISCSI_TAG_NONE) || (final && more))
    return Failed(Errc::kProtocol, "Text Response: F, C and TTT disagree");
  text_bytes_ += pdu.data.size();
  if (text_bytes_ > kMaxListBytes || ++responses_ > kMaxResponses)
    return Failed(Errc::kLimit, "the target's list has no end");

  Result<std::optional<TextPairs>> text = collector_.Add(pdu.data, more);
  if (!text) return DiscoveryFailure{text.error()};
  if (*text) {
    pairs_.insert(pairs_.end(), std::make_move_iterator((*text)->begin()),
                  std::make_move_iterator((*text)->end()));
  }
  if (!final) {  // C-061, C-062: TTT and LUN go back as they came
    return DiscoverySend{TextRequest({}, be32toh(response.ttt), response.lun)};
  }
  phase_ = Phase::kListed;
  return TargetsFromText(std::exchange(pairs_, {}), connected_);
}

DiscoveryEvent Discovery::OnNopIn(const Pdu& pdu) {
  const auto nop_in = pdu.As<iscsi_bhs_nop_in>();
  if (be32toh(nop_in.itt) != ISCSI_TAG_NONE)
    return Failed(Errc::kProtocol, "NOP-In to a ping we did not send");
  // C-098, C-112: without a TTT it is news about the window only; after a
  // Logout Request nothing more is sent (§11.14).
  if (be32toh(nop_in.ttt) == ISCSI_TAG_NONE || phase_ == Phase::kLogout)
    return DiscoverySend{};
  iscsi_bhs_nop_out header{};
  header.opcode = ISCSI_OPCODE_NOP_OUT | ISCSI_BHS_IMMEDIATE;
  header.flags = ISCSI_BHS_FINAL;
  std::memcpy(header.lun, nop_in.lun, sizeof(header.lun));
  header.itt = htobe32(ISCSI_TAG_NONE);
  header.ttt = nop_in.ttt;
  header.cmdsn = htobe32(cmdsn_);
  header.exp_statsn = htobe32(exp_statsn_);
  Pdu reply;
  reply.Set(header);
  const size_t echoed = std::min(pdu.data.size(), max_xmit_data_);  // C-004
  reply.data.assign(pdu.data.begin(),
                    pdu.data.begin() + static_cast<std::ptrdiff_t>(echoed));
  return DiscoverySend{Encode(reply)};
}

Bytes Discovery::StartLogout() {
  iscsi_bhs_logout_request header{};
  header.opcode = ISCSI_OPCODE_LOGOUT_REQUEST | ISCSI_BHS_IMMEDIATE;
  header.flags = ISCSI_BHS_FINAL | ISCSI_LOGOUT_SESSION;
  header.itt = htobe32(kLogoutItt);
  header.cid = htobe16(cid_);
  header.cmdsn = htobe32(cmdsn_);
  header.exp_statsn = htobe32(exp_statsn_);
  phase_ = Phase::kLogout;
  Pdu pdu;
  pdu.Set(header);
  return Encode(pdu);
}

DiscoveryEvent Discovery::OnLogoutResponse(const Pdu& pdu) {
  const auto response = pdu.As<iscsi_bhs_logout_response>();
  if (be32toh(response.itt) != kLogoutItt)
    return Failed(Errc::kProtocol, "Logout Response to nothing we asked");
  if (Status taken = TakeStatSn(be32toh(response.statsn)); !taken)
    return DiscoveryFailure{taken.error()};
  if (response.response != ISCSI_LOGOUT_CLOSED) {  // C-113
    return Failed(Errc::kRejected, "the target refuses to log out (response " +
                                       std::to_string(response.response) + ")");
  }
  return DiscoveryLoggedOut{};
}

}  // namespace iscsid
