// SPDX-License-Identifier: GPL-2.0-or-later
//
// What must hold between the keys of a stanza once all of them are known.
#ifndef ISCSID_CONFIG_CHECK_H_
#define ISCSID_CONFIG_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"

namespace iscsid::config {

struct Problem {
  std::string_view key;  // the one to point at
  std::string message;
};

std::vector<Problem> Check(const Stanza& stanza);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_CHECK_H_
