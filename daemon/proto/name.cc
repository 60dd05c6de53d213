// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/name.h"

#include <algorithm>
#include <cstdint>

#include "include/uapi/linux/iscsi_wire.h"

namespace iscsid {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLowerHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

bool IsLowerAlnum(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z'); }

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

// How many bytes the UTF-8 character at the front has; 0 when it is none
// (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF).
size_t Utf8Length(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = at(0);
  size_t length;
  if (lead < 0x80) {
    return 1;
  } else if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  const uint8_t second = at(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return length;
}

// §4.2.7.2: what may stand in any name, after lower-casing.
bool HasOnlyNameBytes(std::string_view name) {
  while (!name.empty()) {
    const char c = name.front();
    const size_t length = Utf8Length(name);
    const bool fine =
        length > 1 ||
        (length == 1 && (IsLowerAlnum(c) || c == '-' || c == '.' || c == ':'));
    if (!fine) return false;
    name.remove_prefix(length);
  }
  return true;
}

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), IsLowerHex);
}

// §4.2.7.4: YYYY-MM. and a reversed domain name, then nothing or :anything.
bool HasDateAndDomain(std::string_view rest) {
  if (rest.size() < 9 || rest[4] != '-' || rest[7] != '.') return false;
  if (!std::all_of(rest.begin(), rest.begin() + 4, IsDigit)) return false;
  const std::string_view month = rest.substr(5, 2);
  if (!IsDigit(month[0]) || !IsDigit(month[1])) return false;
  if (month < "01" || month > "12") return false;
  const std::string_view domain = rest.substr(8, rest.find(':') - 8);
  return !domain.empty() && domain.front() != '.' && domain.back() != '.';
}

Error BadName(std::string_view name, std::string_view why) {
  return {Errc::kInvalidArgument,
          "iSCSI name \"" + Printable(name) + "\": " + std::string(why)};
}

enum class Dates { kRequired, kOptional };

Result<std::string> Normalize(std::string_view name, Dates dates) {
  if (name.size() > ISCSI_NAME_MAX)
    return BadName(name, "longer than 223 bytes");
  std::string lowered = Lowered(name);
  if (!HasOnlyNameBytes(lowered))
    return BadName(name, "only letters, digits, '-', '.' and ':' are allowed");

  const std::string_view type = std::string_view(lowered).substr(0, 4);
  const std::string_view rest = std::string_view(lowered).substr(type.size());
  if (type == "iqn.") {
    if (rest.empty() ||
        (dates == Dates::kRequired && !HasDateAndDomain(rest))) {
      return BadName(name,
                     "expected iqn.YYYY-MM.reversed.domain[:anything], as in "
                     "iqn.2005-01.com.example:host");
    }
  } else if (type == "eui.") {
    if (!IsHex(rest, 16))
      return BadName(name, "expected eui. and 16 hex digits");
  } else if (type == "naa.") {
    if (!IsHex(rest, 16) && !IsHex(rest, 32))
      return BadName(name, "expected naa. and 16 or 32 hex digits");
  } else {
    return BadName(name, "must begin with iqn., eui. or naa.");
  }
  return lowered;
}

}  // namespace

Result<std::string> NormalizeIscsiName(std::string_view name) {
  return Normalize(name, Dates::kRequired);  // C-058
}

Result<std::string> NormalizeTargetName(std::string_view name) {
  return Normalize(name, Dates::kOptional);
}

std::string Printable(std::string_view text, size_t max_bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string printable;
  for (const char c : text.substr(0, max_bytes)) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      printable += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      printable += "\\x";
      printable += kDigits[byte >> 4];
      printable += kDigits[byte & 0xf];
    }
  }
  if (text.size() > max_bytes) printable += "...";
  return printable;
}

}  // namespace iscsid
