// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/bytes.h"

#include <charconv>

namespace target {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool HasPrefix(std::string_view text, char letter) {
  return text.size() >= 2 && text[0] == '0' && (text[1] | 0x20) == letter;
}

std::optional<Bytes> DecodeHex(std::string_view digits) {
  if (digits.empty() || digits.size() % 2) return std::nullopt;
  Bytes bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    uint8_t value = 0;
    const char* end = digits.data() + i + 2;
    auto [stop, error] = std::from_chars(end - 2, end, value, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    bytes.push_back(value);
  }
  return bytes;
}

std::optional<Bytes> DecodeBase64(std::string_view digits) {
  if (digits.empty() || digits.size() % 4) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && digits.ends_with('=')) {
    digits.remove_suffix(1);
    ++padding;
  }
  Bytes bytes;
  uint32_t bits = 0;
  unsigned held = 0;
  for (char digit : digits) {
    const size_t value = kBase64Digits.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<uint8_t>(bits >> held));
  }
  return bytes;
}

}  // namespace

std::string ToHex(ByteView bytes) {
  std::string text = "0x";
  for (uint8_t byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

std::optional<Bytes> DecodeBinary(std::string_view text) {
  if (HasPrefix(text, 'x')) return DecodeHex(text.substr(2));
  if (HasPrefix(text, 'b')) return DecodeBase64(text.substr(2));
  return std::nullopt;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  int base = 10;
  if (HasPrefix(text, 'x')) {
    base = 16;
    text.remove_prefix(2);
  }
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace target
