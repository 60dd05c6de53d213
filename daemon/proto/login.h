// SPDX-License-Identifier: GPL-2.0-or-later
//
// The login phase of one connection (RFC 7143 §6.3, §11.12, §11.13), without
// a socket: PDUs in, bytes and one outcome out. The owner keeps the deadline;
// the machine bounds the number of exchanges and the amount of text.
//
//   Login login(config);
//   send(login.Start());
//   for (;;) {
//     LoginEvent event = login.OnPdu(<next PDU>);
//     LoginSend: send its bytes and go on;  anything else: the end.
//   }
//
// Read with a PduReader: the byte after the last Login Response is the
// module's.
#ifndef ISCSID_PROTO_LOGIN_H_
#define ISCSID_PROTO_LOGIN_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "daemon/proto/address.h"
#include "daemon/proto/chap.h"
#include "daemon/proto/isid.h"
#include "daemon/proto/login_status.h"
#include "daemon/proto/negotiation.h"
#include "daemon/proto/pdu.h"
#include "daemon/proto/text.h"
#include "daemon/result.h"
#include "include/uapi/linux/iscsi_wire.h"

namespace iscsid {

struct LoginConfig {
  std::string initiator_name;   // normalised, see proto/name.h
  std::string initiator_alias;  // empty: not sent
  std::string target_name;      // may be empty for a Discovery session only
  SessionType session_type = SessionType::kNormal;
  Isid isid;
  uint16_t tsih = 0;  // 0: leading login or session reinstatement
  uint16_t cid = 0;
  uint32_t cmdsn = 1;  // InitCmdSN; the first command carries it again (C-012)
  // Only when the login restarts a connection (§11.12.7): its ExpStatSN.
  uint32_t exp_statsn = 0;
  // The portal group the target's record says; checked when set (C-037).
  std::optional<uint16_t> tpgt;
  // An empty auth_method skips the security stage.
  Offers offers;
  // Both are there if offers.auth_method has CHAP in it.
  std::optional<ChapConfig> chap;
  ChapCrypto* crypto = nullptr;  // outlives the login
};

// Send these bytes, then hand in the next PDU.
struct LoginSend {
  Bytes bytes;
};

// Full feature phase reached.
struct LoginResult {
  uint16_t tsih = 0;
  uint16_t cid = 0;
  uint32_t cmdsn = 0;       // of the first command of this connection
  uint32_t exp_statsn = 0;  // the next StatSN the target will use
  uint32_t exp_cmdsn = 0;   // of the final response
  uint32_t max_cmdsn = 0;
  // Leading login only; a later connection has what its session has.
  std::optional<SessionParams> session;
  ConnectionParams connection;
  std::string target_alias;  // the target's words: Printable() before printing
  std::optional<uint16_t> tpgt;
};

// The target wants to be logged in to elsewhere (C-059).
struct LoginRedirect {
  Portal address;
  bool permanent = false;
};

struct LoginFailure {
  Error error;
  LoginAction action = LoginAction::kRetry;
  // The target's status when it gave one (class not 0), else 0.
  uint8_t status_class = 0;
  uint8_t status_detail = 0;
  // The list in CHAP_A may be why. The target may take a single algorithm.
  bool chap_list_refused = false;
};

using LoginEvent =
    std::variant<LoginSend, LoginResult, LoginRedirect, LoginFailure>;

class Login {
 public:
  // config.offers must pass CheckOffers, config.chap CheckChap.
  explicit Login(LoginConfig config);
  Login(const Login&) = delete;  // chap_ refers to config_
  Login& operator=(const Login&) = delete;

  // The first Login Request. Call once.
  Bytes Start();

  // After any event but LoginSend the machine is finished and the connection
  // either handed over or closed; do not call again.
  LoginEvent OnPdu(const Pdu& pdu);

  // CHAP goes on: should the target hang up now, then our list of algorithms
  // may be the reason.
  [[nodiscard]] bool InChap() const {
    return chap_ && stage_ == LoginStage::kSecurity;
  }

 private:
  using Response = iscsi_bhs_login_response;

  // What we say: a text, cut into requests; only the last asks to move on.
  [[nodiscard]] bool MayMoveOn() const;
  Bytes Say(const TextPairs& pairs);
  Bytes NextPiece();
  Bytes Request(Bytes text, bool more, bool transit);

  // What the target says.
  LoginEvent OnStatus(const Response& response, const Pdu& pdu) const;
  [[nodiscard]] bool MayBeChapList(const Response& response) const;
  [[nodiscard]] Status CheckIdentity(const Response& response) const;
  [[nodiscard]] Status CheckStage(const Response& response) const;
  Result<LoginEvent> Converse(const Response& response, const Pdu& pdu);
  // What to say to a text of the target, apart from what it offered.
  Result<TextPairs> OnText(const TextPairs& pairs);
  Result<TextPairs> Authenticate(const TextPairs& chap_keys);
  [[nodiscard]] Status CheckTpgt() const;
  [[nodiscard]] Status CheckAuthenticated() const;
  Result<LoginEvent> Advance(const Response& response);
  Result<LoginEvent> Finish(const Response& response);

  LoginConfig config_;
  Negotiation negotiation_;
  std::optional<Chap> chap_;  // from when the target has chosen CHAP
  TextCollector collector_;
  LoginStage stage_;
  std::deque<Bytes> unsent_;        // pieces of our text still to be sent
  bool transit_requested_ = false;  // by our last request
  // Of the next response; nothing before the first.
  std::optional<uint32_t> exp_statsn_;
  unsigned exchanges_ = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_LOGIN_H_
