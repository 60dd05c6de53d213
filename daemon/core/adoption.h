// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a session found in the module is to be logged in with the next time it
// loses its connection. Pure.
#ifndef ISCSID_CORE_ADOPTION_H_
#define ISCSID_CORE_ADOPTION_H_

#include "daemon/config/config.h"
#include "daemon/core/owner.h"
#include "daemon/ports/kernel.h"

namespace iscsid {

// The stanza of its nickname when there still is one for this target. Else
// what the session has negotiated, to be offered again, so that no file is
// needed. Its identity and depths are the running session's in both cases.
[[nodiscard]] config::Stanza StanzaFor(const SessionDump& dump,
                                       const Owner& owner,
                                       const config::Config& config);

}  // namespace iscsid

#endif  // ISCSID_CORE_ADOPTION_H_
