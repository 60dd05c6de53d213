// SPDX-License-Identifier: GPL-2.0-or-later
//
// key=value text (RFC 7143 §6.1, §6.2): what Login and Text PDUs carry in
// their data segments, and the notations values are written in. Syntax only:
// what a key means is in keys.h.
#ifndef ISCSID_PROTO_TEXT_H_
#define ISCSID_PROTO_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/result.h"

namespace iscsid {

inline constexpr size_t kMaxKeyBytes = 63;     // §6.1
inline constexpr size_t kMaxValueBytes = 255;  // §6.1, unless a key says else

struct TextPair {
  std::string key;
  std::string value;

  friend bool operator==(const TextPair&, const TextPair&) = default;
};

// In the order they stand in the text: for SendTargets that carries meaning.
using TextPairs = std::vector<TextPair>;

// Strict (C-025): every pair ends in NUL, has a '=', and a key of letters,
// digits and ".-+@_#" that begins with a capital and is at most 63 bytes long.
// Values are not looked at.
Result<TextPairs> ParseText(std::span<const std::byte> text);

// The inverse of ParseText: "key=value\0key=value\0".
[[nodiscard]] std::vector<std::byte> FormatText(const TextPairs& pairs);

// Cuts a text into data segments of at most `limit` bytes, at any byte, as
// the C bit allows (C-022). At least one piece, which may be empty.
[[nodiscard]] std::vector<std::vector<std::byte>> SplitText(
    std::span<const std::byte> text, size_t limit);

// Puts together a text that came in several PDUs with C=1 (C-021).
class TextCollector {
 public:
  // More than max_bytes in one text is an error (Errc::kLimit).
  explicit TextCollector(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Adds one data segment. `more` is the PDU's C bit: nullopt while it is set,
  // the whole text's pairs when it is clear. After that a new text begins.
  Result<std::optional<TextPairs>> Add(std::span<const std::byte> segment,
                                       bool more);

  // Inside a text: the peer has to go on with it before anything else.
  [[nodiscard]] bool collecting() const { return collecting_; }

 private:
  size_t max_bytes_;
  bool collecting_ = false;
  std::vector<std::byte> text_;
};

// numerical-value of §6.1: decimal, or hex after 0x / 0X; at most 2^64 - 1;
// no sign, no blanks, no other base (C-032).
Result<uint64_t> ParseNumber(std::string_view text);

// "Yes" or "No", nothing else (C-030).
Result<bool> ParseBoolean(std::string_view text);
[[nodiscard]] std::string_view FormatBoolean(bool value);

// The items of a comma-separated list; an empty item is an error.
Result<std::vector<std::string>> ParseList(std::string_view text);
[[nodiscard]] std::string FormatList(const std::vector<std::string>& items);

// binary-value of §6.1: 0x / 0X and hex digits, 0b / 0B and base64 with its
// padding. Exact: nothing embedded, no missing padding, no stray bits (C-048).
// An odd number of hex digits is read as if a 0 stood in front.
// More than max_bytes of content is refused before it is decoded.
Result<std::vector<std::byte>> DecodeBinary(std::string_view text,
                                            size_t max_bytes);
[[nodiscard]] std::string EncodeHex(std::span<const std::byte> bytes);
[[nodiscard]] std::string EncodeBase64(std::span<const std::byte> bytes);

}  // namespace iscsid

#endif  // ISCSID_PROTO_TEXT_H_
