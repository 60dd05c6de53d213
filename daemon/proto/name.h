// SPDX-License-Identifier: GPL-2.0-or-later
//
// iSCSI names (RFC 7143 §4.2.7): iqn., eui. and naa. with their rules, and how
// text that came from a peer is shown to people.
#ifndef ISCSID_PROTO_NAME_H_
#define ISCSID_PROTO_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/result.h"

namespace iscsid {

// Checks a name (C-058) and returns it in the form that is compared and sent:
// ASCII letters in lower case. At most 223 bytes; letters, digits, '-', '.',
// ':' and well-formed UTF-8 beyond ASCII.
//   iqn.YYYY-MM.reversed.domain[:anything]   eui.16 hex   naa.16 or 32 hex
Result<std::string> NormalizeIscsiName(std::string_view name);

// The same for a name somebody else chose.
// DEVIATION: iqn names without a proper date are let through, because targets
// in the field have them and refusing to log in to them helps nobody.
Result<std::string> NormalizeTargetName(std::string_view name);

// `text` fit to be printed or logged: printable ASCII stays, everything else
// and the backslash becomes \xNN; cut after max_bytes with "...".
[[nodiscard]] std::string Printable(std::string_view text,
                                    size_t max_bytes = 256);

}  // namespace iscsid

#endif  // ISCSID_PROTO_NAME_H_
