// SPDX-License-Identifier: GPL-2.0-or-later
//
// From a Varlink call to a typed one: answers org.varlink.service (so that
// `varlinkctl introspect` works), refuses what the interface does not have.
#ifndef ISCSID_CTL_SERVICE_H_
#define ISCSID_CTL_SERVICE_H_

#include <string>
#include <string_view>
#include <variant>

#include "daemon/ctl/calls.h"
#include "daemon/ctl/reflect.h"
#include "daemon/ctl/varlink.h"

namespace iscsid::ctl {

inline constexpr std::string_view kInterface = "io.iscsi.Initiator";

// The text of io.iscsi.Initiator.varlink.
extern const std::string_view kInterfaceDescription;

// Either a call of io.iscsi.Initiator to carry out, or the finished reply. The
// caller sends no reply at all when call.oneway is set. Who may call what is
// the caller's to check: see kChanges.
std::variant<AnyCall, Reply> Dispatch(const Call& call,
                                      std::string_view version);

// What the client sends.
template <class T>
Call MakeCall(const T& parameters) {
  return {.method = std::string(kInterface) + "." + T::kMethod,
          .parameters = ToJson(parameters)};
}

// What the daemon replies: MakeReply(LoginReply{…}).
template <class T>
Reply MakeReply(const T& parameters) {
  return {.parameters = ToJson(parameters), .error = {}};
}

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_SERVICE_H_
