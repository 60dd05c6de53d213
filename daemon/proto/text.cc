// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/proto/name.h"

namespace iscsid {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool IsLetter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool IsKeyByte(char c) {
  constexpr std::string_view kOthers = ".-+@_#";
  return IsLetter(c) || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

// §6.1 wants a capital in front, §13.24 itself names a key iSCSIProtocolLevel;
// so any letter will do. '#' stands in the registered keys, X#... (§13.22).
Status CheckKeySyntax(std::string_view key) {
  if (key.size() > kMaxKeyBytes) {
    return {Errc::kProtocol, "key longer than 63 bytes: " + Printable(key, 80)};
  }
  if (key.empty() || !IsLetter(key.front()) ||
      !std::all_of(key.begin(), key.end(), IsKeyByte)) {
    return {Errc::kProtocol, "not a key: \"" + Printable(key) + '"'};
  }
  return {};
}

std::string_view AsChars(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool HasPrefix(std::string_view text, char letter) {
  return text.size() >= 2 && text[0] == '0' &&
         (text[1] == letter || text[1] == letter - 'a' + 'A');
}

std::optional<uint8_t> HexValue(char c) {
  const char lower =
      c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  const size_t digit = kHexDigits.find(lower);
  if (digit == std::string_view::npos) return std::nullopt;
  return static_cast<uint8_t>(digit);
}

Error NotBinary(std::string_view text, std::string_view why) {
  return {Errc::kProtocol, "not a binary value, " + std::string(why) + ": " +
                               Printable(text, 32)};
}

Result<std::vector<std::byte>> DecodeHex(std::string_view digits,
                                         size_t max_bytes) {
  if (digits.empty()) return NotBinary(digits, "no digits");
  // C-047
  if ((digits.size() + 1) / 2 > max_bytes) return NotBinary(digits, "too long");
  std::vector<std::byte> bytes((digits.size() + 1) / 2);
  size_t nibble = digits.size() % 2;  // an odd count begins in the low half
  for (const char c : digits) {
    const std::optional<uint8_t> value = HexValue(c);
    if (!value) return NotBinary(digits, "not hex");
    bytes[nibble / 2] = bytes[nibble / 2] << 4 | std::byte{*value};
    ++nibble;
  }
  return bytes;
}

Result<std::vector<std::byte>> DecodeBase64(std::string_view digits,
                                            size_t max_bytes) {
  if (digits.empty() || digits.size() % 4 != 0)
    return NotBinary(digits, "base64 comes in groups of four");
  const size_t padding = digits.size() - 1 - digits.find_last_not_of('=');
  if (padding > 2) return NotBinary(digits, "too much padding");
  const size_t length = digits.size() / 4 * 3 - padding;
  if (length > max_bytes) return NotBinary(digits, "too long");

  std::vector<std::byte> bytes;
  bytes.reserve(length);
  uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : digits.substr(0, digits.size() - padding)) {
    const size_t value = kBase64Digits.find(c);
    if (value == std::string_view::npos) return NotBinary(digits, "not base64");
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> count & 0xff));
    }
  }
  if ((bits & ((1u << count) - 1)) != 0)
    return NotBinary(digits, "bits left over");
  return bytes;
}

}  // namespace

Result<TextPairs> ParseText(std::span<const std::byte> text) {
  TextPairs pairs;
  std::string_view rest = AsChars(text);
  while (!rest.empty()) {
    const size_t end = rest.find('\0');
    // C-025
    if (end == std::string_view::npos)
      return {Errc::kProtocol,
              "text without its final NUL: " + Printable(rest)};
    const std::string_view pair = rest.substr(0, end);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos)
      return {Errc::kProtocol, "text without '=': \"" + Printable(pair) + '"'};
    const std::string_view key = pair.substr(0, equals);
    if (Status checked = CheckKeySyntax(key); !checked) return checked.error();
    pairs.push_back({std::string(key), std::string(pair.substr(equals + 1))});
    rest.remove_prefix(end + 1);
  }
  return pairs;
}

std::vector<std::byte> FormatText(const TextPairs& pairs) {
  std::string text;
  for (const TextPair& pair : pairs) {
    text += pair.key + '=' + pair.value;
    text += '\0';
  }
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::vector<std::byte>> SplitText(std::span<const std::byte> text,
                                              size_t limit) {
  std::vector<std::vector<std::byte>> pieces;
  do {
    const auto piece = text.first(std::min(limit, text.size()));
    pieces.emplace_back(piece.begin(), piece.end());
    text = text.subspan(piece.size());
  } while (!text.empty());
  return pieces;
}

Result<std::optional<TextPairs>> TextCollector::Add(
    std::span<const std::byte> segment, bool more) {
  if (segment.size() > max_bytes_ - text_.size()) {
    return {Errc::kLimit, "text longer than the " + std::to_string(max_bytes_) +
                              " bytes we are ready to collect"};
  }
  text_.insert(text_.end(), segment.begin(), segment.end());
  collecting_ = more;
  if (more) return std::optional<TextPairs>();  // C-021
  Result<TextPairs> pairs = ParseText(text_);
  text_.clear();
  if (!pairs) return pairs.error();
  return std::optional(std::move(*pairs));
}

Result<uint64_t> ParseNumber(std::string_view text) {
  // C-032: from_chars takes no sign, no blank and no prefix for an unsigned
  // type, and reports what does not fit.
  const bool hex = HasPrefix(text, 'x');
  const std::string_view digits = hex ? text.substr(2) : text;
  uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] =
      std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  if (error != std::errc() || stop != end) {
    return {Errc::kProtocol,
            "not a number from 0 to 2^64-1: \"" + Printable(text, 32) + '"'};
  }
  return value;
}

Result<bool> ParseBoolean(std::string_view text) {
  if (text == "Yes") return true;  // C-030
  if (text == "No") return false;
  return {Errc::kProtocol,
          "neither Yes nor No: \"" + Printable(text, 32) + '"'};
}

std::string_view FormatBoolean(bool value) { return value ? "Yes" : "No"; }

Result<std::vector<std::string>> ParseList(std::string_view text) {
  std::vector<std::string> items;
  for (;;) {
    const size_t comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    if (item.empty()) return {Errc::kProtocol, "list with an empty item"};
    items.emplace_back(item);
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

std::string FormatList(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += ',';
    text += item;
  }
  return text;
}

Result<std::vector<std::byte>> DecodeBinary(std::string_view text,
                                            size_t max_bytes) {
  if (HasPrefix(text, 'x')) return DecodeHex(text.substr(2), max_bytes);
  if (HasPrefix(text, 'b')) return DecodeBase64(text.substr(2), max_bytes);
  return NotBinary(text, "neither 0x nor 0b in front");
}

std::string EncodeHex(std::span<const std::byte> bytes) {
  std::string text = "0x";
  for (const std::byte byte : bytes) {
    text += kHexDigits[std::to_integer<size_t>(byte >> 4)];
    text += kHexDigits[std::to_integer<size_t>(byte & std::byte{0xf})];
  }
  return text;
}

std::string EncodeBase64(std::span<const std::byte> bytes) {
  std::string text = "0b";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      const auto byte = k < count ? bytes[i + k] : std::byte{0};
      bits = bits << 8 | std::to_integer<uint32_t>(byte);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += k <= count ? kBase64Digits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

}  // namespace iscsid
