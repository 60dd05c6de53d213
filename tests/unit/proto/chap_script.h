// SPDX-License-Identifier: GPL-2.0-or-later
//
// A target that speaks CHAP, on top of LoginScript.
#ifndef TESTS_UNIT_PROTO_CHAP_SCRIPT_H_
#define TESTS_UNIT_PROTO_CHAP_SCRIPT_H_

#include <string>
#include <vector>

#include "tests/unit/fakes/fake_chap_crypto.h"
#include "tests/unit/proto/login_script.h"

namespace iscsid {

inline Secret SecretOf(std::string_view text) {
  return Secret(std::as_bytes(std::span(text)));
}

// The secrets of both sides.
inline constexpr std::string_view kOurSecret = "our secret, long";
inline constexpr std::string_view kTargetSecret = "their secret, too";

inline ChapConfig OneWay() {
  ChapConfig chap;
  chap.name = "me";
  chap.secret = SecretOf(kOurSecret);
  chap.algorithms = {ChapAlgorithm::kSha256, ChapAlgorithm::kMd5};
  return chap;
}

inline ChapConfig Mutual() {
  ChapConfig chap = OneWay();
  chap.mutual = true;
  chap.target_name = "it";
  chap.target_secret = SecretOf(kTargetSecret);
  return chap;
}

// What a step of the target says while it stays in the security stage.
inline Response Security(std::vector<std::string> text) {
  return {.stage = 0, .next = 1, .transit = false, .text = std::move(text)};
}

// And when it leaves it.
inline Response LeaveSecurity(std::vector<std::string> text = {}) {
  return {.stage = 0, .next = 1, .text = std::move(text)};
}

class ChapScript : public LoginScript {
 public:
  explicit ChapScript(ChapConfig chap = OneWay(),
                      std::vector<std::string> methods = {"CHAP"})
      : ChapScript(std::move(chap), std::move(methods),
                   std::make_shared<FakeChapCrypto>()) {}
  ChapScript(ChapConfig chap, std::vector<std::string> methods,
             std::shared_ptr<FakeChapCrypto> library)
      : LoginScript(Config(std::move(chap), std::move(methods), *library)),
        crypto(std::move(library)) {}

  // Up to the CHAP_A of ours.
  void Choose() {
    Start();
    Send(Security({"AuthMethod=CHAP", "TargetPortalGroupTag=1"}));
  }
  // Up to our CHAP_N and CHAP_R.
  void Challenge() {
    Choose();
    Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x000102030405"}));
  }

  // What a side that knows `secret` answers.
  std::string ResponseTo(const std::string& identifier, std::string_view secret,
                         const std::string& challenge) const {
    const std::byte octet{static_cast<uint8_t>(*ParseNumber(identifier))};
    const Bytes bytes = *DecodeBinary(challenge, kMaxChapBinaryBytes);
    return EncodeHex(*crypto->Digest(
        ChapAlgorithm::kSha256,
        {{&octet, 1}, std::as_bytes(std::span(secret)), bytes}));
  }
  // The right answer to the challenge in our last request.
  std::string TargetResponse() const {
    return ResponseTo(said("CHAP_I"), kTargetSecret, said("CHAP_C"));
  }

  std::shared_ptr<FakeChapCrypto> crypto;

 private:
  static LoginConfig Config(ChapConfig chap, std::vector<std::string> methods,
                            FakeChapCrypto& library) {
    LoginConfig config = NormalLogin();
    config.offers.auth_method = std::move(methods);
    config.chap = std::move(chap);
    config.crypto = &library;
    return config;
  }
};

}  // namespace iscsid

#endif  // TESTS_UNIT_PROTO_CHAP_SCRIPT_H_
