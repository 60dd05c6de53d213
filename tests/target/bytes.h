// SPDX-License-Identifier: GPL-2.0-or-later
//
// Byte strings, big-endian numbers in them, and the three ways text keys write
// them (RFC 7143 §6.1): decimal or hex for numbers, hex or base64 for strings
// of bytes.
#ifndef TARGET_BYTES_H_
#define TARGET_BYTES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace target {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

// The number of `count` (at most 8) bytes at `offset`.
inline uint64_t GetBe(ByteView bytes, size_t offset, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[offset + i];
  return value;
}

inline void PutBe(std::span<uint8_t> bytes, size_t offset, size_t count,
                  uint64_t value) {
  for (size_t i = count; i-- > 0; value >>= 8)
    bytes[offset + i] = static_cast<uint8_t>(value);
}

// RFC 1982: a comes before b.
inline bool SerialLess(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a - b) < 0;
}

inline Bytes BytesOf(std::string_view text) {
  return Bytes(text.begin(), text.end());
}

inline std::string TextOf(ByteView bytes) {
  return std::string(bytes.begin(), bytes.end());
}

// "0x" and two lower-case digits a byte.
std::string ToHex(ByteView bytes);

// 0x…, 0X…, 0b… or 0B…; nothing for anything else, an odd number of hex digits
// or base64 that is not whole.
std::optional<Bytes> DecodeBinary(std::string_view text);

// Decimal or 0x…; nothing for anything else and for what 64 bits cannot hold.
std::optional<uint64_t> ParseNumber(std::string_view text);

}  // namespace target

#endif  // TARGET_BYTES_H_
