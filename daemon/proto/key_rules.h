// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the columns of a key's row mean (RFC 7143 §6.2.1, §6.2.2): which values
// are well formed, which answers an offer allows, what two wishes result in.
#ifndef ISCSID_PROTO_KEY_RULES_H_
#define ISCSID_PROTO_KEY_RULES_H_

#include <string>
#include <string_view>

#include "daemon/proto/keys.h"
#include "daemon/result.h"

namespace iscsid {

// The constants any key may be answered with (§6.2).
inline constexpr std::string_view kIrrelevant = "Irrelevant";
inline constexpr std::string_view kReject = "Reject";
inline constexpr std::string_view kNotUnderstood = "NotUnderstood";

[[nodiscard]] bool IsConstant(std::string_view value);

// "Key: why", Errc::kNegotiation.
[[nodiscard]] Error Disagreement(const KeyRow& row, std::string_view why);

// 'Key: the target says "value", why'.
[[nodiscard]] Error BadValue(const KeyRow& row, std::string_view value,
                             std::string_view why);

// Is `value` one that the key's type and range allow, whoever says it?
[[nodiscard]] Status CheckForm(const KeyRow& row, std::string_view value);

// Is `answer` one the key's result function lets the target give to our offer?
// Both are well formed.
[[nodiscard]] bool IsAdmissible(const KeyRow& row, const std::string& ours,
                                const std::string& answer);

// What to answer when the target offers `theirs` and we want `ours`.
[[nodiscard]] std::string ResultOf(const KeyRow& row, const std::string& ours,
                                   const std::string& theirs);

// A boolean offer that decides the outcome whatever the other side wants need
// not be answered (§6.2.2).
[[nodiscard]] bool DecidesAlone(const KeyRow& row, std::string_view ours);

}  // namespace iscsid

#endif  // ISCSID_PROTO_KEY_RULES_H_
