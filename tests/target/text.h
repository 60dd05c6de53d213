// SPDX-License-Identifier: GPL-2.0-or-later
//
// The data of login and text PDUs (RFC 7143 §6.1): Name=Value and a NUL, again
// and again. Lists keep their order and may name a key twice, as a misbehaving
// side may.
#ifndef TARGET_TEXT_H_
#define TARGET_TEXT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/target/bytes.h"

namespace target {

using KeyList = std::vector<std::pair<std::string, std::string>>;

// What has no '=' is a name without a value; a last NUL may be missing.
KeyList ParseKeys(ByteView data);
Bytes EncodeKeys(const KeyList& keys);

// The first of that name, or null.
const std::string* FindKey(const KeyList& keys, std::string_view name);
// In its place where there is one, else at the end.
void SetKey(KeyList& keys, std::string_view name, std::string_view value);
void RemoveKey(KeyList& keys, std::string_view name);

std::vector<std::string> SplitList(std::string_view text, char separator);

}  // namespace target

#endif  // TARGET_TEXT_H_
