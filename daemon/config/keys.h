// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keys of iscsi.conf(5): the RFC's, those both generations of FreeBSD's
// initiator know, and ours. A table; a row knows how its value is read and
// where it goes.
#ifndef ISCSID_CONFIG_KEYS_H_
#define ISCSID_CONFIG_KEYS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/config/config.h"
#include "daemon/result.h"

namespace iscsid::config {

// A stanza being filled in: what a later key may still change.
struct Draft {
  Stanza stanza;
  std::optional<uint16_t> port;   // of an address that names none
  bool address_has_port = false;  // TargetAddress named one
};

struct RawValue {
  std::string_view text;
  bool quoted = false;
};

struct Range {
  uint64_t min = 0;
  uint64_t max = 0;
};

struct ConfigKey {
  std::string_view name;  // as the manual spells it; case does not matter
  // Reads a value. The error says what was expected, not what was found. Null
  // for a key that is obsolete: accepted, without effect.
  Result<void> (*set)(Draft& draft, const ConfigKey& key,
                      RawValue value) = nullptr;
  // Of numbers; {0, 0} is the range of the RFC's key of that name.
  Range range = {};
  // Another name for, or another way to give the same thing as, this key: only
  // one of them may be set.
  std::string_view same_as = {};
  bool secret = false;  // the value is never shown
  // Obsolete: what to tell the user.
  std::string_view advice = {};
};

std::span<const ConfigKey> ConfigKeys();

// Null when there is no such key.
const ConfigKey* FindConfigKey(std::string_view name);

bool IsSecretKey(std::string_view name);

// The key most like a misspelled one, or empty.
std::string_view NearestKey(std::string_view name);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_KEYS_H_
