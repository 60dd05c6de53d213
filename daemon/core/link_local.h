// SPDX-License-Identifier: GPL-2.0-or-later
//
// Link-local addresses that a target tells us (RFC 7143 §13.8). It cannot
// know what our interfaces are called, so its fe80::1 is on the link on which
// we reach it (RFC 4007 §6). Pure.
#ifndef ISCSID_CORE_LINK_LOCAL_H_
#define ISCSID_CORE_LINK_LOCAL_H_

#include "daemon/proto/address.h"

namespace iscsid {

// `told`, with the zone of `connected` if it is link-local and has none.
[[nodiscard]] Portal OnLinkOf(const Portal& connected, Portal told);

}  // namespace iscsid

#endif  // ISCSID_CORE_LINK_LOCAL_H_
