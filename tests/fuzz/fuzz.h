// SPDX-License-Identifier: GPL-2.0-or-later
//
// What all fuzzers need: to take an input apart, and to stop when a property
// does not hold.
#ifndef ISCSID_TESTS_FUZZ_FUZZ_H_
#define ISCSID_TESTS_FUZZ_FUZZ_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "daemon/proto/chap_crypto.h"

namespace iscsid {

inline void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

// An input, read from its front. Past the end there are only zeros.
class Input {
 public:
  Input(const uint8_t* data, size_t size)
      : rest_(std::as_bytes(std::span(data, size))) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  uint8_t Octet() {
    const auto octet = Bytes(1);
    return octet.empty() ? 0 : std::to_integer<uint8_t>(octet[0]);
  }
  std::span<const std::byte> Bytes(size_t count) {
    const auto bytes = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(bytes.size());
    return bytes;
  }
  // A length in an octet, then as many bytes.
  std::span<const std::byte> Piece() { return Bytes(Octet()); }
  std::span<const std::byte> Rest() { return Bytes(rest_.size()); }

 private:
  std::span<const std::byte> rest_;
};

inline std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Nobody knows our secrets, and nobody guesses: no response is ever right.
class HopelessCrypto : public ChapCrypto {
 public:
  Status Check(ChapAlgorithm) override { return {}; }
  Result<Bytes> Digest(
      ChapAlgorithm algorithm,
      std::initializer_list<std::span<const std::byte>>) override {
    return Bytes(RowOf(algorithm).digest_bytes, std::byte{0x5a});
  }
  Status Random(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = std::byte{next_++};
    return {};
  }
  bool Equal(std::span<const std::byte>,
             std::span<const std::byte>) const override {
    return false;
  }

 private:
  uint8_t next_ = 0;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_FUZZ_FUZZ_H_
