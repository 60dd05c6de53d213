// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where messages go. Writing never blocks: what cannot be written at once is
// dropped and counted, because the log may sit on a disk that waits for us.
#ifndef ISCSID_PORTS_LOG_H_
#define ISCSID_PORTS_LOG_H_

#include <string_view>

namespace iscsid {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

class Log {
 public:
  virtual ~Log() = default;

  // One line, without its newline. What a peer chose has gone through
  // Printable(), secrets never come here.
  virtual void Write(LogLevel level, std::string_view message) = 0;

  void Error(std::string_view message) { Write(LogLevel::kError, message); }
  void Warning(std::string_view message) { Write(LogLevel::kWarning, message); }
  void Info(std::string_view message) { Write(LogLevel::kInfo, message); }
  void Debug(std::string_view message) { Write(LogLevel::kDebug, message); }
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_LOG_H_
