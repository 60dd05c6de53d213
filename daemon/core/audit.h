// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads the record of a session that never entered the module: who offered
// what, what came of it, how long answers took, and where the target does not
// do as RFC 7143 says although we could live with it. What we could not live
// with has ended the login, and is the failure's to tell. Pure.
#ifndef ISCSID_CORE_AUDIT_H_
#define ISCSID_CORE_AUDIT_H_

#include <optional>
#include <vector>

#include "daemon/core/tap.h"
#include "daemon/ctl/probe.h"
#include "daemon/proto/login.h"

namespace iscsid {

// Fills in steps, redirections, keys and deviations. `result`: when the login
// succeeded. Nothing that CHAP computes is repeated, only its algorithms.
void Audit(const std::vector<TapEvent>& events,
           const std::optional<LoginResult>& result,
           ctl::ProbeSession& session);

}  // namespace iscsid

#endif  // ISCSID_CORE_AUDIT_H_
