// SPDX-License-Identifier: GPL-2.0-or-later
//
// The notations of values in iscsi.conf(5). An error says what was expected;
// what was found is for the caller to show, or, with a secret, not to.
#ifndef ISCSID_CONFIG_VALUE_H_
#define ISCSID_CONFIG_VALUE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/config/secret.h"
#include "daemon/result.h"

namespace iscsid::config {

// ASCII only, whatever the locale.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

// Yes/No, True/False, On/Off, 1/0.
Result<bool> ParseBool(std::string_view text);

// Decimal, within [min, max].
Result<uint64_t> ParseInteger(std::string_view text, uint64_t min,
                              uint64_t max);

// The same with an optional k or M (1024, 1024 * 1024) behind it.
Result<uint64_t> ParseSize(std::string_view text, uint64_t min, uint64_t max);

// Comma-separated names, each at most once; the result are their indices.
Result<std::vector<size_t>> ParseChoices(
    std::string_view text, std::span<const std::string_view> names);

// Exactly one of the names.
Result<size_t> ParseChoice(std::string_view text,
                           std::span<const std::string_view> names);

// 0 to 63, or a name: be, va, ef, cs0 to cs7, af11 to af43 (RFC 2474, 2597,
// 3246, 5865).
Result<uint8_t> ParseDscp(std::string_view text);

// Bare: hex after 0x, base64 after 0b, else the text itself. Quoted: the text.
Result<Secret> ParseSecret(std::string_view text, bool quoted);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_VALUE_H_
