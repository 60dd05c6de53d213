// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is wrong with a configuration, and where.
#ifndef ISCSID_CONFIG_DIAGNOSTIC_H_
#define ISCSID_CONFIG_DIAGNOSTIC_H_

#include <cstddef>
#include <string>
#include <vector>

namespace iscsid::config {

// A place in a file. Lines and columns count from 1, columns in bytes; line 0
// means the file as a whole.
struct Place {
  std::string file;
  size_t line = 0;
  size_t column = 0;

  // "file:line:column", or "file".
  std::string Text() const;
  bool operator==(const Place&) const = default;
};

enum class Severity { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  Place place;
  std::string message;

  // "file:line:column: error: message".
  std::string Text() const;
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_DIAGNOSTIC_H_
