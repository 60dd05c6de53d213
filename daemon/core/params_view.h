// SPDX-License-Identifier: GPL-2.0-or-later
//
// What was negotiated, as text under the RFC's names. Pure.
#ifndef ISCSID_CORE_PARAMS_VIEW_H_
#define ISCSID_CORE_PARAMS_VIEW_H_

#include "daemon/ctl/messages.h"
#include "daemon/proto/params.h"

namespace iscsid {

[[nodiscard]] ctl::Keys KeysOf(const SessionParams& params);

// MaxRecvDataSegmentLength is the target's.
[[nodiscard]] ctl::Keys KeysOf(const ConnectionParams& params);

}  // namespace iscsid

#endif  // ISCSID_CORE_PARAMS_VIEW_H_
