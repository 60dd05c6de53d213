// SPDX-License-Identifier: GPL-2.0-or-later
//
// Login negotiation from the initiator's side (RFC 7143 §6.2, §13): what we
// want, what the target says, what holds. Every answer is checked against
// what was offered, every key is negotiated once, and what the target offers
// is answered. Pairs in, pairs out; PDUs and stages are proto/login.h's.
#ifndef ISCSID_PROTO_NEGOTIATION_H_
#define ISCSID_PROTO_NEGOTIATION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/proto/keys.h"
#include "daemon/proto/params.h"
#include "daemon/proto/text.h"
#include "daemon/result.h"

namespace iscsid {

// The two negotiation stages of the login phase (§6.3).
enum class LoginStage : uint8_t { kSecurity = 0, kOperational = 1 };

// Everything a finished negotiation says.
struct Negotiated {
  SessionParams session;
  ConnectionParams connection;
  std::string target_alias;      // empty: not sent; not yet Printable()
  std::optional<uint16_t> tpgt;  // TargetPortalGroupTag
};

class Negotiation {
 public:
  // `leading`: the first connection of its session. A later one negotiates
  // connection-wide keys only (C-035).
  Negotiation(const Offers& offers, SessionType type, bool leading);

  // Says a key of ours that is not negotiated: InitiatorName and its like.
  TextPair Declare(Key key, std::string value);

  // The keys with which we open a stage; remembers them as offered. Once per
  // stage.
  TextPairs Offer(LoginStage stage);

  // Takes all pairs of one complete text of the target: answers to our offers,
  // offers and declarations of its own. An error ends the login.
  Status Receive(const TextPairs& pairs);

  // What we owe the target: answers to what it offered (C-036). Handed out
  // once.
  TextPairs TakeAnswers();

  // The TargetPortalGroupTag, once the target has declared it.
  [[nodiscard]] std::optional<uint16_t> Tpgt() const;

  // The AuthMethod that the target has chosen; empty: it has not spoken. An
  // error when it refuses to choose and we insist.
  Result<std::string> AuthMethod() const;
  // The one that holds when the target says nothing more about it.
  Result<std::string> AuthMethodInForce() const;

  // The values in force. Fails when the target left a key open that has no
  // acceptable default, or when values contradict each other.
  Result<Negotiated> Finish() const;

 private:
  struct Entry {
    bool offered = false;   // by us, "key=ours"
    bool declared = false;  // by us
    bool settled = false;   // the target has said its word
    std::string ours;       // what we offered
    std::string agreed;     // what holds, or what the target declared
    std::string refusal;    // Irrelevant, Reject, NotUnderstood or empty
  };

  [[nodiscard]] bool MayOffer(const KeyRow& row) const;
  [[nodiscard]] std::string Wanted(Key key) const;

  Status ReceivePair(const TextPair& pair);
  Status CheckSender(const KeyRow& row) const;
  Status ReceiveRefusal(const KeyRow& row, const std::string& constant);
  Status ReceiveDeclaration(const KeyRow& row, const std::string& value);
  Status ReceiveAnswer(const KeyRow& row, const std::string& value);
  Status ReceiveOffer(const KeyRow& row, const std::string& value);

  Result<std::string> InForce(Key key) const;
  Result<SessionParams> FinishSession() const;
  Result<uint32_t> FirstBurstLength(const SessionParams& params) const;
  Result<ConnectionParams> FinishConnection() const;

  Entry& entry(Key key) { return entries_[static_cast<size_t>(key)]; }
  [[nodiscard]] const Entry& entry(Key key) const {
    return entries_[static_cast<size_t>(key)];
  }

  Offers offers_;
  SessionType type_;
  bool leading_;
  std::array<Entry, kKeyCount> entries_;
  TextPairs answers_;
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_NEGOTIATION_H_
