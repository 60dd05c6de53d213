// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/diagnostic.h"

namespace iscsid::config {

std::string Place::Text() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Diagnostic::Text() const {
  return place.Text() +
         (severity == Severity::kError ? ": error: " : ": warning: ") + message;
}

}  // namespace iscsid::config
