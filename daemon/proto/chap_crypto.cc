// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/chap_crypto.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace iscsid {
namespace {

// C-051: what 128-bit secrets are worth (RFC 7143 §9.2.1).
constexpr size_t kChallengeBytes = 16;
// A reflection comes while the login it was taken from still runs.
constexpr size_t kRemembered = 4096;

}  // namespace

const ChapAlgorithmRow& RowOf(ChapAlgorithm algorithm) {
  return *std::find_if(
      std::begin(kChapAlgorithms), std::end(kChapAlgorithms),
      [&](const ChapAlgorithmRow& row) { return row.algorithm == algorithm; });
}

std::string_view NameOf(ChapAlgorithm algorithm) {
  return RowOf(algorithm).name;
}

Result<Bytes> ChapCrypto::NewChallenge() {
  Bytes challenge(kChallengeBytes);
  if (Status filled = Random(challenge); !filled) return filled.error();
  if (challenges_.size() == kRemembered) challenges_.pop_front();
  challenges_.push_back(challenge);
  return challenge;
}

bool ChapCrypto::IsOurs(std::span<const std::byte> challenge) const {
  return std::any_of(
      challenges_.begin(), challenges_.end(),
      [&](const Bytes& ours) { return std::ranges::equal(ours, challenge); });
}

}  // namespace iscsid
