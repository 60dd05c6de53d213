// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/chap.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

namespace target {
namespace {

constexpr size_t kChallengeLength = 32;

struct Algorithm {
  unsigned number;
  const EVP_MD* (*digest)();
};

constexpr Algorithm kAlgorithms[] = {
    {5, EVP_md5}, {6, EVP_sha1}, {7, EVP_sha256}, {8, EVP_sha3_256}};

}  // namespace

std::optional<Bytes> ChapResponse(unsigned algorithm, uint8_t identifier,
                                  std::string_view secret, ByteView challenge) {
  const auto* found = std::find_if(
      std::begin(kAlgorithms), std::end(kAlgorithms),
      [&](const Algorithm& each) { return each.number == algorithm; });
  if (found == std::end(kAlgorithms)) return std::nullopt;
  Bytes input{identifier};
  input.insert(input.end(), secret.begin(), secret.end());
  input.insert(input.end(), challenge.begin(), challenge.end());
  Bytes response(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  if (!EVP_Digest(input.data(), input.size(), response.data(), &length,
                  found->digest(), nullptr))
    return std::nullopt;
  response.resize(length);
  return response;
}

Bytes RandomBytes(size_t count) {
  Bytes bytes(count);
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

Result<KeyList> ChapTarget::Step(const KeyList& request) {
  if (const std::string* offered = FindKey(request, "CHAP_A")) {
    if (algorithm_) return Error{"CHAP_A came twice"};
    return Challenge(*offered);
  }
  if (const std::string* response = FindKey(request, "CHAP_R")) {
    if (!algorithm_ || done_) return Error{"CHAP_R came out of order"};
    return Verify(request, *response);
  }
  return KeyList{};
}

Result<KeyList> ChapTarget::Challenge(const std::string& offered) {
  for (const std::string& each : SplitList(offered, ',')) {
    const auto number = ParseNumber(each);
    if (!number || std::find(algorithms_.begin(), algorithms_.end(), *number) ==
                       algorithms_.end())
      continue;
    algorithm_ = static_cast<unsigned>(*number);
    identifier_ = RandomBytes(1)[0];
    challenge_ = RandomBytes(kChallengeLength);
    return KeyList{{"CHAP_A", each},
                   {"CHAP_I", std::to_string(identifier_)},
                   {"CHAP_C", ToHex(challenge_)}};
  }
  return Error{"no algorithm in CHAP_A=" + offered + " is ours"};
}

Result<KeyList> ChapTarget::Verify(const KeyList& request,
                                   const std::string& response) {
  const std::string* name = FindKey(request, "CHAP_N");
  if (!name || *name != auth_.initiator->user)
    return Error{"CHAP_N is not " + auth_.initiator->user};
  if (DecodeBinary(response) != ChapResponse(algorithm_, identifier_,
                                             auth_.initiator->secret,
                                             challenge_))
    return Error{"CHAP_R is wrong"};
  done_ = true;
  const std::string* identifier = FindKey(request, "CHAP_I");
  const std::string* challenge = FindKey(request, "CHAP_C");
  if (!identifier && !challenge) return KeyList{};
  if (!identifier || !challenge)
    return Error{"CHAP_I and CHAP_C come together"};
  return Prove(*identifier, *challenge);
}

Result<KeyList> ChapTarget::Prove(const std::string& identifier,
                                  const std::string& challenge) const {
  if (!auth_.target) return Error{"mutual CHAP is not configured"};
  const auto number = ParseNumber(identifier);
  const auto bytes = DecodeBinary(challenge);
  if (!number || *number > 255) return Error{"CHAP_I=" + identifier};
  if (!bytes || bytes->empty() || bytes->size() > 1024)
    return Error{"CHAP_C=" + challenge};
  if (*bytes == challenge_) return Error{"CHAP_C is our own challenge"};
  const auto proof = ChapResponse(algorithm_, static_cast<uint8_t>(*number),
                                  auth_.target->secret, *bytes);
  if (!proof) return Error{"libcrypto refuses the algorithm"};
  return KeyList{{"CHAP_N", auth_.target->user}, {"CHAP_R", ToHex(*proof)}};
}

}  // namespace target
