// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include "daemon/proto/text.h"

namespace iscsid::config {
namespace {

constexpr size_t kMaxSecretBytes = 255;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Error Expected(std::string what) {
  return {Errc::kInvalidArgument, "expected " + std::move(what)};
}

Error ExpectedNumber(uint64_t min, uint64_t max) {
  return Expected("a number from " + std::to_string(min) + " to " +
                  std::to_string(max));
}

Error ExpectedOneOf(std::span<const std::string_view> names) {
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 == names.size() ? " or " : ", ";
    list += names[i];
  }
  return Expected(std::move(list));
}

// Digits and nothing else; a leading 0 would be octal to C and is refused.
bool ReadDecimal(std::string_view text, uint64_t& number) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

Result<bool> ParseBool(std::string_view text) {
  struct Spelling {
    std::string_view text;
    bool value;
  };
  constexpr std::array kSpellings = {
      Spelling{"Yes", true},    Spelling{"No", false}, Spelling{"True", true},
      Spelling{"False", false}, Spelling{"On", true},  Spelling{"Off", false},
      Spelling{"1", true},      Spelling{"0", false},
  };
  for (const Spelling& spelling : kSpellings) {
    if (EqualIgnoringCase(text, spelling.text)) return spelling.value;
  }
  return Expected("Yes or No");
}

Result<uint64_t> ParseInteger(std::string_view text, uint64_t min,
                              uint64_t max) {
  uint64_t number = 0;
  if (!ReadDecimal(text, number) || number < min || number > max) {
    return ExpectedNumber(min, max);
  }
  return number;
}

Result<uint64_t> ParseSize(std::string_view text, uint64_t min, uint64_t max) {
  uint64_t unit = 1;
  if (!text.empty()) {
    const char suffix = Lower(text.back());
    if (suffix == 'k') unit = 1024;
    if (suffix == 'm') unit = uint64_t{1024} * 1024;
    if (unit != 1) text.remove_suffix(1);
  }
  uint64_t number = 0;
  if (!ReadDecimal(text, number) || number > max / unit ||
      number * unit < min) {
    Error error = ExpectedNumber(min, max);
    error.what += ", with k or M for 1024 or 1024 * 1024";
    return error;
  }
  return number * unit;
}

Result<size_t> ParseChoice(std::string_view text,
                           std::span<const std::string_view> names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (EqualIgnoringCase(text, names[i])) return i;
  }
  return ExpectedOneOf(names);
}

Result<std::vector<size_t>> ParseChoices(
    std::string_view text, std::span<const std::string_view> names) {
  std::vector<size_t> chosen;
  for (;;) {
    const size_t comma = text.find(',');
    const Result<size_t> choice = ParseChoice(text.substr(0, comma), names);
    if (!choice || std::ranges::find(chosen, *choice) != chosen.end()) {
      Error error = ExpectedOneOf(names);
      error.what += ", or several of them with commas between";
      return error;
    }
    chosen.push_back(*choice);
    if (comma == std::string_view::npos) return chosen;
    text.remove_prefix(comma + 1);
  }
}

Result<uint8_t> ParseDscp(std::string_view text) {
  const Result<uint64_t> number = ParseInteger(text, 0, 63);
  if (number) return static_cast<uint8_t>(*number);
  if (EqualIgnoringCase(text, "be")) return uint8_t{0};
  if (EqualIgnoringCase(text, "va")) return uint8_t{44};
  if (EqualIgnoringCase(text, "ef")) return uint8_t{46};

  const auto digit = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned>(text[i] - '0') : 99U;
  };
  const std::string_view kind = text.substr(0, 2);
  if (text.size() == 3 && EqualIgnoringCase(kind, "cs") && digit(2) <= 7) {
    return static_cast<uint8_t>(8 * digit(2));
  }
  if (text.size() == 4 && EqualIgnoringCase(kind, "af") && digit(2) >= 1 &&
      digit(2) <= 4 && digit(3) >= 1 && digit(3) <= 3) {
    return static_cast<uint8_t>(8 * digit(2) + 2 * digit(3));
  }
  return Expected(
      "a number from 0 to 63, be, va, ef, cs0 to cs7 or af11 to "
      "af43");
}

Result<Secret> ParseSecret(std::string_view text, bool quoted) {
  const std::string_view prefix = text.substr(0, 2);
  if (!quoted &&
      (EqualIgnoringCase(prefix, "0x") || EqualIgnoringCase(prefix, "0b"))) {
    Result<std::vector<std::byte>> bytes = DecodeBinary(text, kMaxSecretBytes);
    if (!bytes || bytes->empty()) {
      return Expected(
          "1 to 255 bytes as hex digits after 0x or base64 after "
          "0b; quote a secret that is text and begins like that");
    }
    Secret secret(*bytes);
    explicit_bzero(bytes->data(), bytes->size());
    return secret;
  }
  if (text.empty() || text.size() > kMaxSecretBytes) {
    return Expected("a secret of 1 to 255 bytes");
  }
  return Secret(std::as_bytes(std::span(text)));
}

}  // namespace iscsid::config
