// SPDX-License-Identifier: GPL-2.0-or-later
//
// CHAP secrets that the configuration only refers to: in a file, or in a
// systemd credential. Read once, when the configuration is: recovery may have
// no file system.
#ifndef ISCSID_CONFIG_SECRET_FILE_H_
#define ISCSID_CONFIG_SECRET_FILE_H_

#include "daemon/config/config.h"
#include "daemon/config/diagnostic.h"
#include "daemon/result.h"

namespace iscsid::config {

// Fills in the secrets of a stanza that are still to be read. A file that
// others can read, a short secret and one that serves both directions are
// refused as they are in the configuration itself (C-052, C-053). Nothing is
// changed on an error, which names the key and the file, and holds no secret.
Status ReadSecrets(Stanza& stanza);

// The same for all of a configuration. Stanzas that fail keep their unread
// source, so that a login through them says so; each gives a warning.
Diagnostics ReadSecrets(Config& config);

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_SECRET_FILE_H_
