// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsi.conf(5) from text to values; pure. All or nothing: one error anywhere
// and there is no Config.
//
//   file    = { setting | stanza }
//   stanza  = nickname "{" { setting } "}"
//   setting = key "=" value [ ";" ]
//   value   = word | '"' any but '"' and newline '"'
//
// Spaces and newlines only separate; "#" starts a comment. Settings outside
// stanzas are globals: defaults for every stanza of their file, wherever they
// stand in it.
#ifndef ISCSID_CONFIG_PARSE_H_
#define ISCSID_CONFIG_PARSE_H_

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "daemon/config/config.h"
#include "daemon/config/diagnostic.h"
#include "daemon/result.h"

namespace iscsid::config {

struct Source {
  std::string file;  // for messages
  std::string_view text;
  bool shared = false;  // its globals hold for the sources after it, too
};

struct Parsed {
  std::optional<Config> config;  // nothing when a diagnostic is an error
  Diagnostics diagnostics;       // in the order they were found
  std::set<std::string> files_with_secrets;
};

// defaults is what holds where no file says anything else.
Parsed Parse(std::span<const Source> sources, const Stanza& defaults = {});

// The same keys, given with a call instead of in a file: `stanza` with
// `settings` over it. The error names the key and never repeats a secret.
Result<Stanza> Override(Stanza stanza,
                        const std::map<std::string, std::string>& settings);

// A login without a stanza, or with no target_name a discovery without one:
// the globals, this target, `settings` over them.
Result<Stanza> Transient(const Config& config,
                         const std::optional<std::string>& target_name,
                         const Portal& target_address,
                         const std::map<std::string, std::string>& settings);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_PARSE_H_
