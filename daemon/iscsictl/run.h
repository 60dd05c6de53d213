// SPDX-License-Identifier: GPL-2.0-or-later
//
// The whole of iscsictl but for its process: arguments in, text out.
#ifndef ISCSID_ISCSICTL_RUN_H_
#define ISCSID_ISCSICTL_RUN_H_

#include <string>
#include <vector>

#include "daemon/iscsictl/console.h"

namespace iscsid::cli {

// arguments are those behind the program's name.
ExitCode Run(std::vector<std::string> arguments, Console& console);

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_RUN_H_
