// SPDX-License-Identifier: GPL-2.0-or-later
//
// FreeBSD's iscsictl spells its commands as options. They mean the same here:
// -A login, -R logout, -L list, -d discover (with -A: and log in). -n, -p, -t
// and -a are options of our commands, too.
#ifndef ISCSID_ISCSICTL_FREEBSD_OPTIONS_H_
#define ISCSID_ISCSICTL_FREEBSD_OPTIONS_H_

#include <string>
#include <vector>

#include "daemon/iscsictl/client.h"
#include "daemon/result.h"

namespace iscsid::cli {

// Arguments without a command, rewritten to have one; others as they are.
Result<std::vector<std::string>, Failure> FromFreeBsd(
    std::vector<std::string> arguments);

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_FREEBSD_OPTIONS_H_
