// SPDX-License-Identifier: GPL-2.0-or-later
//
// The exit codes of iscsictl(8), and which error of io.iscsi.Initiator leads
// to which.
#ifndef ISCSID_ISCSICTL_EXIT_CODE_H_
#define ISCSID_ISCSICTL_EXIT_CODE_H_

#include <string_view>

namespace iscsid::cli {

enum class ExitCode {
  kSuccess = 0,
  kUsage = 1,           // the command line is wrong
  kConfig = 2,          // the configuration is wrong
  kNoDaemon = 3,        // iscsid does not run, or went away
  kPermission = 4,      // not root
  kNotFound = 5,        // no such nickname, session or target
  kExists = 6,          // already logged in
  kUnreachable = 7,     // the portal cannot be reached, or broke off
  kRefused = 8,         // the target refuses the login
  kAuthentication = 9,  // the target wants another authentication
  kProtocol = 10,       // no agreement on the keys, or a broken target
  kTimeout = 11,
  kBusy = 12,    // a device is in use, or another command is under way
  kKernel = 13,  // the module is not loaded, or refuses
  kOther = 14,   // an error this program does not know
};

// error is a full name, "io.iscsi.Initiator.InUse".
ExitCode ExitCodeOf(std::string_view error);

}  // namespace iscsid::cli

#endif  // ISCSID_ISCSICTL_EXIT_CODE_H_
