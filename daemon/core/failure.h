// SPDX-License-Identifier: GPL-2.0-or-later
//
// Why something did not work, in the words that callers of io.iscsi.Initiator
// get; the same sentence goes to the log and to `show`.
#ifndef ISCSID_CORE_FAILURE_H_
#define ISCSID_CORE_FAILURE_H_

#include <string>

#include "daemon/ctl/errors.h"
#include "daemon/ports/kernel.h"
#include "daemon/ports/transport.h"
#include "daemon/proto/login.h"

namespace iscsid {

struct Failure {
  ctl::Reply reply;  // an error of the interface
  // kRetry: may pass by itself. kGiveUp: not before somebody changes
  // something; still worth trying when data waits.
  LoginAction action = LoginAction::kRetry;
  // What a target says, too, that is just starting: no such target, not for
  // this initiator.
  bool early = false;

  // The sentence for people.
  [[nodiscard]] std::string Message() const;
};

template <typename T>
using Outcome = Result<T, Failure>;

// `step` is what was going on if the time ran out.
Failure FromTransport(const TransportError& error, const Portal& portal,
                      ctl::Step step);
Failure FromKernel(const KernelError& error);
Failure FromLogin(const LoginFailure& failure, const std::string& target,
                  const Portal& portal);
// What discovery or a text exchange says about the peer.
Failure FromProtocol(const Error& error, const Portal& portal);

}  // namespace iscsid

#endif  // ISCSID_CORE_FAILURE_H_
