// SPDX-License-Identifier: GPL-2.0-or-later
//
// The grammar of iscsi.conf(5) (see parse.h): text to settings and stanzas,
// with the place of every word. What keys mean is keys.h's.
#ifndef ISCSID_CONFIG_SYNTAX_H_
#define ISCSID_CONFIG_SYNTAX_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/diagnostic.h"

namespace iscsid::config {

// A piece of the text, which must outlive it.
struct Word {
  std::string_view text;  // without the quotes
  bool quoted = false;
  Place place;
};

struct Setting {
  Word key;
  Word value;
};

struct Block {
  Word nickname;
  std::vector<Setting> settings;
};

struct Document {
  std::vector<Setting> globals;
  std::vector<Block> blocks;
  std::optional<Diagnostic> error;  // where the grammar was left, if it was
};

Document ParseSyntax(const std::string& file, std::string_view text);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_SYNTAX_H_
