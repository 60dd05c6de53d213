// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/config.h"

#include <algorithm>

namespace iscsid::config {

const Stanza* Config::Find(std::string_view nickname) const {
  const auto found = std::ranges::find(stanzas, nickname, &Stanza::nickname);
  return found == stanzas.end() ? nullptr : &*found;
}

std::vector<std::string> Config::Nicknames() const {
  std::vector<std::string> nicknames;
  for (const Stanza& stanza : stanzas) nicknames.push_back(stanza.nickname);
  return nicknames;
}

}  // namespace iscsid::config
