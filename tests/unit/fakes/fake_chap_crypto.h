// SPDX-License-Identifier: GPL-2.0-or-later
//
// A crypto library without secrets or chance: digests that depend on all they
// are given, "random" bytes that count up.
#ifndef ISCSID_TESTS_UNIT_FAKES_FAKE_CHAP_CRYPTO_H_
#define ISCSID_TESTS_UNIT_FAKES_FAKE_CHAP_CRYPTO_H_

#include <algorithm>
#include <set>
#include <string>

#include "daemon/proto/chap_crypto.h"

namespace iscsid {

class FakeChapCrypto : public ChapCrypto {
 public:
  std::set<ChapAlgorithm> refused;
  uint8_t next_random = 0xa0;

  Status Check(ChapAlgorithm algorithm) override {
    if (!refused.contains(algorithm)) return {};
    return {Errc::kUnsupported,
            "libcrypto refuses " + std::string(NameOf(algorithm))};
  }

  Result<Bytes> Digest(
      ChapAlgorithm algorithm,
      std::initializer_list<std::span<const std::byte>> parts) override {
    if (Status checked = Check(algorithm); !checked) return checked.error();
    uint64_t state = 0xcbf29ce484222325u + static_cast<uint64_t>(algorithm);
    for (const auto part : parts)
      for (const std::byte byte : part) Mix(state, byte);
    Bytes value(RowOf(algorithm).digest_bytes);
    for (std::byte& byte : value) {
      Mix(state, std::byte{0x5c});
      byte = static_cast<std::byte>(state >> 32);
    }
    return value;
  }

  Status Random(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = std::byte{next_random++};
    return {};
  }

  bool Equal(std::span<const std::byte> a,
             std::span<const std::byte> b) const override {
    return std::ranges::equal(a, b);
  }

 private:
  static void Mix(uint64_t& state, std::byte byte) {
    state = (state ^ std::to_integer<uint64_t>(byte)) * 0x100000001b3u;
  }
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_FAKES_FAKE_CHAP_CRYPTO_H_
