// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration from the files it is kept in. Of this folder only this file
// and secret_file.h make system calls; not for use while a session recovers.
#ifndef ISCSID_CONFIG_LOAD_H_
#define ISCSID_CONFIG_LOAD_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "daemon/config/diagnostic.h"
#include "daemon/config/parse.h"

namespace iscsid::config {

// A missing file counts as empty, except `main` when it is not the default.
struct Paths {
  std::string main = "/etc/iscsi/iscsi.conf";
  std::string fragments = "/etc/iscsi/iscsi.conf.d";  // *.conf, sorted
  std::string initiator_name = "/etc/iscsi/initiatorname.iscsi";
};

// Reads, checks permissions, parses. InitiatorName comes from the stanza, the
// globals or paths.initiator_name, in this order.
Parsed Load(const Paths& paths = {});

// What is wrong with a file's mode: others may read the secret in it, or may
// write it. Nothing when all is well.
std::optional<Diagnostic> CheckMode(const std::string& file, mode_t mode,
                                    bool holds_secret);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_LOAD_H_
