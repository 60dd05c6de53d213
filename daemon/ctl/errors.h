// SPDX-License-Identifier: GPL-2.0-or-later
//
// The errors of io.iscsi.Initiator, one function each: members for programs
// and a message for people that says what to do. Each gives a Reply ready to
// be encoded.
#ifndef ISCSID_CTL_ERRORS_H_
#define ISCSID_CTL_ERRORS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ctl/messages.h"
#include "daemon/ctl/varlink.h"
#include "daemon/proto/address.h"

namespace iscsid::ctl {

// The step in which the time ran out.
enum class Step {
  kResolve,
  kConnect,
  kLogin,
  kDiscovery,
  kScan,
  kDevices,
  kRemoval,
  kLogout,
};
constexpr auto EnumNames(Step) {
  return std::to_array<std::string_view>({"resolve", "connect", "login",
                                          "discovery", "scan", "devices",
                                          "removal", "logout"});
}

Reply UnknownNickname(const std::string& nickname,
                      const std::vector<std::string>& known);
Reply UnknownSession(const Selector& selector);
Reply AmbiguousSelector(const Selector& selector,
                        const std::vector<uint32_t>& sessions);
Reply AlreadyLoggedIn(uint32_t session);
Reply Busy(std::string_view what_is_going_on);
Reply HostNotFound(const std::string& host, std::string_view why);
Reply TargetUnreachable(const Portal& portal, int error_number);
Reply ConnectionRefused(const Portal& portal);
Reply ConnectionLost(const Portal& portal, std::string_view why);
Reply TargetNotFound(const std::string& target, const Portal& portal);
Reply LoginRefused(const std::string& target, uint8_t status_class,
                   uint8_t status_detail, const std::string& text);
// `why`: what went wrong when it was not the target that refused us.
Reply AuthenticationRequired(const std::optional<std::string>& target,
                             const Portal& portal, std::string_view why = {});
Reply NegotiationFailed(const std::string& key,
                        const std::optional<std::string>& offered,
                        const std::optional<std::string>& answered,
                        std::string_view why);
Reply ProtocolError(const Portal& portal, std::string_view why);
Reply TimedOut(Step step, std::optional<uint32_t> session);
Reply InUse(const std::vector<Holder>& holders);
Reply PermissionDenied(std::string_view what_is_needed);
Reply ModuleNotLoaded();
Reply KernelError(const std::string& operation, int error_number,
                  std::string_view extack);
Reply ConfigError(const std::string& file, size_t line, size_t column,
                  const std::string& what);
Reply InvalidValue(const std::string& parameter, const std::string& value,
                   std::string_view why);

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_ERRORS_H_
