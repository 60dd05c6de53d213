// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/chap.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "daemon/proto/key_rules.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

Error Refused(std::string_view why) {
  return {Errc::kAuthentication, "AuthMethod: CHAP: " + std::string(why)};
}

Error BadKey(std::string_view key, std::string_view value,
             std::string_view why) {
  return Refused("the target says " + std::string(key) + '=' +
                 Printable(value, 32) + ", " + std::string(why));
}

// The values of exactly these keys, each there once, in the order of `keys`
// (C-044). In which order the target says them does not matter: §6.2.
template <size_t kCount>
Result<std::array<std::string, kCount>> Take(
    const TextPairs& pairs, const std::array<std::string_view, kCount>& keys) {
  std::array<std::string, kCount> values;
  std::array<bool, kCount> seen{};
  for (const TextPair& pair : pairs) {
    const auto index = static_cast<size_t>(
        std::find(keys.begin(), keys.end(), pair.key) - keys.begin());
    if (index == kCount)  // C-044
      return Refused(pair.key + " is not what the target has to say now");
    if (seen[index]) return Refused(pair.key + " comes twice");
    seen[index] = true;
    values[index] = pair.value;
  }
  for (size_t i = 0; i < kCount; ++i) {
    if (!seen[i])  // C-044
      return Refused("the target does not say " + std::string(keys[i]));
  }
  return values;
}

// C-046: the octet as it was sent.
Result<uint8_t> ParseIdentifier(const std::string& value) {
  const Result<uint64_t> number = ParseNumber(value);
  if (!number || *number > 255)
    return BadKey("CHAP_I", value, "not a number from 0 to 255");
  return static_cast<uint8_t>(*number);
}

// C-047
Result<Bytes> ParseChallenge(const std::string& value) {
  Result<Bytes> challenge = DecodeBinary(value, kMaxChapBinaryBytes);
  if (!challenge)
    return Refused("CHAP_C of the target: " + challenge.error().what);
  return challenge;
}

Status CheckSecret(std::string_view key, const Secret& secret, bool may_short) {
  if (secret.size() >= kMinChapSecretBytes) return {};  // C-053
  if (secret.empty()) {
    return {Errc::kInvalidArgument,
            std::string(key) +
                ": not known; it could not be read ('systemctl reload iscsid' "
                "says why), or an earlier daemon was told it in a login call "
                "(log out, and in again)"};
  }
  if (may_short) return {};
  return {Errc::kInvalidArgument,
          std::string(key) + ": " + std::to_string(secret.size()) +
              " bytes are too few, at least " +
              std::to_string(kMinChapSecretBytes) +
              " are required unless IPsec protects the connection"};
}

}  // namespace

Status CheckChap(const ChapConfig& config) {
  if (Status checked =
          CheckSecret("chapSecret", config.secret, config.short_secrets);
      !checked)
    return checked;
  if (!config.mutual) return {};
  if (Status checked = CheckSecret("tgtChapSecret", config.target_secret,
                                   config.short_secrets);
      !checked)
    return checked;
  // C-052: or the target could let us answer our own challenge.
  if (std::ranges::equal(config.secret.bytes(), config.target_secret.bytes())) {
    return {Errc::kInvalidArgument,
            "tgtChapSecret: must not be the same as chapSecret"};
  }
  return {};
}

bool IsChapKey(std::string_view key) { return key.starts_with("CHAP_"); }

TextPairs Chap::Start() const {
  std::vector<std::string> numbers;
  for (const ChapAlgorithm algorithm : config_.algorithms)
    numbers.push_back(std::to_string(static_cast<unsigned>(algorithm)));
  return {{"CHAP_A", FormatList(numbers)}};
}

Result<TextPairs> Chap::OnKeys(const TextPairs& pairs) {
  switch (phase_) {
    case Phase::kAlgorithm:
      return OnChallenge(pairs);
    case Phase::kTargetResponse:
      return OnResponse(pairs);
    case Phase::kDone:
      break;
  }
  // C-044
  return Refused("the target says " + pairs.front().key + " when all is said");
}

Result<ChapAlgorithm> Chap::ChooseAlgorithm(const std::string& value) const {
  const Result<uint64_t> number = ParseNumber(value);
  for (const ChapAlgorithm algorithm : config_.algorithms) {
    if (number && *number == static_cast<uint64_t>(algorithm)) return algorithm;
  }
  return BadKey("CHAP_A", value, "which was not offered");  // C-045
}

// R = H(I | secret | C), RFC 1994 §4.1.
Result<Bytes> Chap::Respond(uint8_t identifier, const Secret& secret,
                            const Bytes& challenge) const {
  const std::byte octet{identifier};
  return crypto_.Digest(algorithm_, {{&octet, 1}, secret.bytes(), challenge});
}

Result<TextPairs> Chap::OnChallenge(const TextPairs& pairs) {
  if (pairs.size() == 1 && pairs[0].key == "CHAP_A" &&
      IsConstant(pairs[0].value)) {
    list_refused_ = true;
    return BadKey("CHAP_A", pairs[0].value, "to all that was offered");
  }
  const auto values = Take<3>(pairs, {"CHAP_A", "CHAP_I", "CHAP_C"});
  if (!values) return values.error();
  const auto& [a, i, c] = *values;
  const Result<ChapAlgorithm> algorithm = ChooseAlgorithm(a);
  if (!algorithm) return algorithm.error();
  const Result<uint8_t> identifier = ParseIdentifier(i);
  if (!identifier) return identifier.error();
  const Result<Bytes> challenge = ParseChallenge(c);
  if (!challenge) return challenge.error();
  if (crypto_.IsOurs(*challenge))  // C-051
    return Refused("the target's challenge is one of ours");

  algorithm_ = *algorithm;
  Result<Bytes> response = Respond(*identifier, config_.secret, *challenge);
  if (!response) return response.error();
  our_response_ = *std::move(response);
  phase_ = config_.mutual ? Phase::kTargetResponse : Phase::kDone;
  TextPairs answer = {{"CHAP_N", config_.name},
                      {"CHAP_R", EncodeHex(our_response_)}};
  if (!config_.mutual) return answer;

  if (Status filled = crypto_.Random(
          std::as_writable_bytes(std::span(&our_identifier_, 1)));
      !filled)
    return filled.error();
  Result<Bytes> ours = crypto_.NewChallenge();
  if (!ours) return ours.error();
  our_challenge_ = *std::move(ours);
  answer.push_back({"CHAP_I", std::to_string(our_identifier_)});
  answer.push_back({"CHAP_C", EncodeHex(our_challenge_)});
  return answer;
}

Result<TextPairs> Chap::OnResponse(const TextPairs& pairs) {
  const auto values = Take<2>(pairs, {"CHAP_N", "CHAP_R"});
  if (!values) return values.error();
  const auto& [name, r] = *values;
  // C-054: a text, whatever it looks like.
  if (name != config_.target_name)
    return BadKey("CHAP_N", name, "which is not tgtChapName");
  const Result<Bytes> response = DecodeBinary(r, kMaxChapBinaryBytes);
  if (!response)
    return Refused("CHAP_R of the target: " + response.error().what);
  if (crypto_.Equal(*response, our_response_))  // C-051
    return Refused("the target repeats our response");
  const Result<Bytes> expected =
      Respond(our_identifier_, config_.target_secret, our_challenge_);
  if (!expected) return expected.error();
  if (!crypto_.Equal(*response, *expected))  // C-049, C-050
    return Refused("the target does not know tgtChapSecret");
  phase_ = Phase::kDone;
  return TextPairs{};
}

Status Chap::CheckDone() const {
  switch (phase_) {
    case Phase::kAlgorithm:  // C-043: it wants nothing of us after all
      return Refused("the target goes on without asking for our response");
    case Phase::kTargetResponse:  // C-050
      return Refused("the target goes on without proving itself");
    case Phase::kDone:
      break;
  }
  return {};
}

}  // namespace iscsid
