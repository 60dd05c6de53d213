// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where a CHAP secret comes from: the configuration itself, a file, or a
// systemd credential. The last two are read right after the configuration
// (secret_file.h), so that recovery needs no file.
#ifndef ISCSID_CONFIG_SECRET_H_
#define ISCSID_CONFIG_SECRET_H_

#include <string>

#include "daemon/proto/secret.h"

namespace iscsid::config {

struct SecretSource {
  enum class From { kNowhere, kText, kFile, kCredential };

  From from = From::kNowhere;
  Secret secret;     // empty: still to be read
  std::string name;  // kFile: its path; kCredential: its name

  explicit operator bool() const { return from != From::kNowhere; }
};

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_SECRET_H_
