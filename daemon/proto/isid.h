// SPDX-License-Identifier: GPL-2.0-or-later
//
// ISID, the initiator's half of a session's identity (RFC 7143 §11.12.5):
// 48 bits T(2) A(6) B(16) C(8) D(16). We form the "Random" type: T = 10b,
// B and C random, D a qualifier of ours. Together with the initiator's name it
// names the SCSI initiator port, so it is kept, not drawn afresh, for a path
// whose reservations shall survive a relogin (§10.1.1).
#ifndef ISCSID_PROTO_ISID_H_
#define ISCSID_PROTO_ISID_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iscsid {

struct Isid {
  std::array<uint8_t, 6> bytes{};

  friend bool operator==(const Isid&, const Isid&) = default;
  friend auto operator<=>(const Isid&, const Isid&) = default;
};

// The Random type; the low 24 bits of `random` are used. The caller brings
// the randomness.
constexpr Isid RandomIsid(uint32_t random, uint16_t qualifier) {
  constexpr uint8_t kTypeRandom = 2 << 6;
  return {{kTypeRandom, static_cast<uint8_t>(random >> 16),
           static_cast<uint8_t>(random >> 8), static_cast<uint8_t>(random),
           static_cast<uint8_t>(qualifier >> 8),
           static_cast<uint8_t>(qualifier)}};
}

// Twelve lower-case hex digits: 80123d000001.
inline std::string ToString(const Isid& isid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : isid.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

// Reads what ToString printed, either case; nothing for any other text.
inline std::optional<Isid> ParseIsid(std::string_view text) {
  Isid isid;
  if (text.size() != 2 * isid.bytes.size()) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    int digit;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return std::nullopt;
    }
    uint8_t& byte = isid.bytes[i / 2];
    byte = static_cast<uint8_t>((byte << 4) | digit);
  }
  return isid;
}

}  // namespace iscsid

#endif  // ISCSID_PROTO_ISID_H_
