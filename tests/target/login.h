// SPDX-License-Identifier: GPL-2.0-or-later
//
// The target's side of one connection's login (RFC 7143 §6.3, §11.12, §11.13):
// a Login Request in, the response out. What is really sent, possibly changed
// by a script on the way, is told back and then holds.
#ifndef TARGET_LOGIN_H_
#define TARGET_LOGIN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tests/target/chap.h"
#include "tests/target/negotiator.h"
#include "tests/target/pdu.h"
#include "tests/target/server.h"

namespace target {

// Status-Class and Status-Detail, §11.13.5.
enum class LoginStatus : uint16_t {
  kSuccess = 0x0000,
  kInitiatorError = 0x0200,
  kAuthenticationFailure = 0x0201,
  kNotFound = 0x0203,
  kUnsupportedVersion = 0x0205,
  kTooManyConnections = 0x0206,
  kMissingParameter = 0x0207,
  kNoSuchSession = 0x020a,
};

class Login {
 public:
  explicit Login(Server& server)
      : server_(server), negotiator_(server.config().keys) {}

  // Takes note of a request that somebody else answers.
  void Observe(const Pdu& request);
  Pdu Answer(const Pdu& request);
  // What went out. True: the login is complete.
  bool Sent(const Pdu& response);

  const Nexus& nexus() const { return nexus_; }
  const Negotiator& negotiator() const { return negotiator_; }
  const Pdu& request() const { return request_; }

 private:
  struct Refusal {
    LoginStatus status;
    std::string why;
  };
  using Verdict = std::optional<Refusal>;

  Pdu Refuse(const Refusal& refusal);
  Pdu Page(const Pdu& request);
  Verdict Process(const KeyList& keys);
  Verdict CheckHeader(const Pdu& request) const;
  Verdict CheckFirst();
  Verdict CheckSession() const;
  Verdict CheckDuplicates(const KeyList& keys);
  void Identify(const KeyList& keys);
  Verdict Security(const KeyList& keys);
  Verdict ChooseMethod(const std::string& offered);
  void Operational(const KeyList& keys);
  const Auth& auth() const;
  bool MayLeaveStage() const;

  Server& server_;
  Negotiator negotiator_;
  Nexus nexus_;
  Pdu request_;  // the last one
  bool first_ = true;
  bool discovery_ = false;
  uint8_t stage_ = 0;
  Bytes received_;   // text not yet whole
  KeyList seen_;     // every key so far
  KeyList answers_;  // of the response being made
  Bytes unsent_;     // what of them is still to go
  Bytes sent_;       // text sent, not yet whole
  bool authenticated_ = false;
  std::optional<ChapTarget> chap_;
  uint16_t tsih_ = 0;
};

}  // namespace target

#endif  // TARGET_LOGIN_H_
