// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/text.h"

#include <algorithm>

namespace target {

std::vector<std::string> SplitList(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

KeyList ParseKeys(ByteView data) {
  KeyList keys;
  for (const std::string& pair : SplitList(TextOf(data), '\0')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    if (equals == std::string::npos)
      keys.emplace_back(pair, "");
    else
      keys.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return keys;
}

Bytes EncodeKeys(const KeyList& keys) {
  Bytes data;
  for (const auto& [name, value] : keys) {
    const std::string pair = name + '=' + value;
    data.insert(data.end(), pair.begin(), pair.end());
    data.push_back(0);
  }
  return data;
}

const std::string* FindKey(const KeyList& keys, std::string_view name) {
  for (const auto& [key, value] : keys)
    if (key == name) return &value;
  return nullptr;
}

void SetKey(KeyList& keys, std::string_view name, std::string_view value) {
  for (auto& [key, held] : keys)
    if (key == name) {
      held = value;
      return;
    }
  keys.emplace_back(name, value);
}

void RemoveKey(KeyList& keys, std::string_view name) {
  std::erase_if(keys, [&](const auto& key) { return key.first == name; });
}

}  // namespace target
