// SPDX-License-Identifier: GPL-2.0-or-later
//
// The commands of iscsictl(8), one file each. Add… declares a command's
// arguments; it runs when they were parsed. The console must outlive the app.
#ifndef ISCSID_ISCSICTL_COMMANDS_H_
#define ISCSID_ISCSICTL_COMMANDS_H_

#include <CLI/CLI.hpp>

#include "daemon/iscsictl/console.h"

namespace iscsid::cli {

void AddDiscover(CLI::App& app, Console& console);
void AddLogin(CLI::App& app, Console& console);
void AddLogout(CLI::App& app, Console& console);
void AddList(CLI::App& app, Console& console);
void AddShow(CLI::App& app, Console& console);
void AddRescan(CLI::App& app, Console& console);
void AddProbe(CLI::App& app, Console& console);
void AddConfig(CLI::App& app, Console& console);

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_COMMANDS_H_
