// SPDX-License-Identifier: GPL-2.0-or-later
//
// CHAP from the initiator's side, one-way or mutual (RFC 7143 §12.1.3, §9.2.1;
// RFC 1994). Pairs in, pairs out:
//
//   I: CHAP_A=<A1,A2...>
//   T: CHAP_A=<A> CHAP_I=<I> CHAP_C=<C>
//   I: CHAP_N=<N> CHAP_R=<R>  and, mutual,  CHAP_I=<I> CHAP_C=<C>
//   T: in answer to the latter  CHAP_N=<N> CHAP_R=<R>
#ifndef ISCSID_PROTO_CHAP_H_
#define ISCSID_PROTO_CHAP_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/proto/chap_crypto.h"
#include "daemon/proto/secret.h"
#include "daemon/proto/text.h"
#include "daemon/result.h"

namespace iscsid {

inline constexpr size_t kMinChapSecretBytes = 12;    // 96 bits, §9.2.1
inline constexpr size_t kMaxChapBinaryBytes = 1024;  // §12.1.3

struct ChapConfig {
  std::string name;  // CHAP_N
  Secret secret;
  std::vector<ChapAlgorithm> algorithms;  // the most wanted first
  bool mutual = false;  // the target has to prove itself, too:
  std::string target_name;
  Secret target_secret;
  bool short_secrets = false;  // IPsec makes up for less than 96 bits
};

// What no login may be tried with: a secret that is missing, short (C-053) or
// the same for both directions (C-052).
[[nodiscard]] Status CheckChap(const ChapConfig& config);

[[nodiscard]] bool IsChapKey(std::string_view key);

class Chap {
 public:
  // Both outlive it.
  Chap(const ChapConfig& config, ChapCrypto& crypto)
      : config_(config), crypto_(crypto) {}

  // What to say first. Call once.
  TextPairs Start() const;

  // Takes the CHAP keys of one text of the target, not empty, and gives what
  // to say to them. An error ends the login: Errc::kAuthentication.
  Result<TextPairs> OnKeys(const TextPairs& pairs);

  // The target has not yet taken one of our algorithms.
  [[nodiscard]] bool AwaitsAlgorithm() const {
    return phase_ == Phase::kAlgorithm;
  }
  // It refused the whole list, which some do with any list (C-045).
  [[nodiscard]] bool ListRefused() const { return list_refused_; }
  // We have said all; the stage may end as soon as the target agrees.
  [[nodiscard]] bool HasAnswered() const { return phase_ != Phase::kAlgorithm; }
  // May the login go on (C-050)? Only once the target proved itself, if it has
  // to. Whether it is content with us is told by its letting us go on.
  [[nodiscard]] Status CheckDone() const;

 private:
  enum class Phase : uint8_t { kAlgorithm, kTargetResponse, kDone };

  Result<TextPairs> OnChallenge(const TextPairs& pairs);
  Result<TextPairs> OnResponse(const TextPairs& pairs);
  Result<ChapAlgorithm> ChooseAlgorithm(const std::string& value) const;
  Result<Bytes> Respond(uint8_t identifier, const Secret& secret,
                        const Bytes& challenge) const;

  const ChapConfig& config_;
  ChapCrypto& crypto_;
  Phase phase_ = Phase::kAlgorithm;
  bool list_refused_ = false;
  ChapAlgorithm algorithm_ = ChapAlgorithm::kMd5;  // after kAlgorithm
  uint8_t our_identifier_ = 0;                     // CHAP_I we sent
  Bytes our_challenge_;                            // CHAP_C we sent
  Bytes our_response_;                             // CHAP_R we sent
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_CHAP_H_
