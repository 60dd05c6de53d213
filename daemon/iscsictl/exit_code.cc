// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/exit_code.h"

namespace iscsid::cli {
namespace {

struct Row {
  std::string_view error;
  ExitCode code;
};

constexpr Row kRows[] = {
    {"io.iscsi.Initiator.UnknownNickname", ExitCode::kNotFound},
    {"io.iscsi.Initiator.UnknownSession", ExitCode::kNotFound},
    {"io.iscsi.Initiator.AmbiguousSelector", ExitCode::kNotFound},
    {"io.iscsi.Initiator.AlreadyLoggedIn", ExitCode::kExists},
    {"io.iscsi.Initiator.Busy", ExitCode::kBusy},
    {"io.iscsi.Initiator.HostNotFound", ExitCode::kUnreachable},
    {"io.iscsi.Initiator.TargetUnreachable", ExitCode::kUnreachable},
    {"io.iscsi.Initiator.ConnectionRefused", ExitCode::kUnreachable},
    {"io.iscsi.Initiator.ConnectionLost", ExitCode::kUnreachable},
    {"io.iscsi.Initiator.TargetNotFound", ExitCode::kNotFound},
    {"io.iscsi.Initiator.LoginRefused", ExitCode::kRefused},
    {"io.iscsi.Initiator.AuthenticationRequired", ExitCode::kAuthentication},
    {"io.iscsi.Initiator.NegotiationFailed", ExitCode::kProtocol},
    {"io.iscsi.Initiator.ProtocolError", ExitCode::kProtocol},
    {"io.iscsi.Initiator.Timeout", ExitCode::kTimeout},
    {"io.iscsi.Initiator.InUse", ExitCode::kBusy},
    {"io.iscsi.Initiator.PermissionDenied", ExitCode::kPermission},
    {"io.iscsi.Initiator.ModuleNotLoaded", ExitCode::kKernel},
    {"io.iscsi.Initiator.KernelError", ExitCode::kKernel},
    {"io.iscsi.Initiator.ConfigError", ExitCode::kConfig},
    {"io.iscsi.Initiator.InvalidValue", ExitCode::kUsage},
    {"org.varlink.service.InvalidParameter", ExitCode::kUsage},
};

}  // namespace

ExitCode ExitCodeOf(std::string_view error) {
  for (const Row& row : kRows) {
    if (row.error == error) return row.code;
  }
  return ExitCode::kOther;
}

}  // namespace iscsid::cli
