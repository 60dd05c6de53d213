// SPDX-License-Identifier: GPL-2.0-or-later
//
// The log port: to the journal when stderr is connected to it, else to stderr.
// Neither may block: journald may wait for the very disk we recover. (That is
// why this is not sd_journal_send, which does.)
#ifndef ISCSID_IO_SYSTEM_LOG_H_
#define ISCSID_IO_SYSTEM_LOG_H_

#include <cstdint>
#include <string>

#include "daemon/ports/log.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {

class SystemLog : public Log {
 public:
  // `to_stderr`: even when that is the journal.
  SystemLog(LogLevel least, bool to_stderr);

  void Write(LogLevel level, std::string_view message) override;

 private:
  bool WriteLine(LogLevel level, std::string_view message);
  bool WriteJournal(LogLevel level, std::string_view message);
  bool WriteStderr(LogLevel level, std::string_view message);

  LogLevel least_;
  UniqueFd journal_;
  uint64_t dropped_ = 0;
};

}  // namespace iscsid

#endif  // ISCSID_IO_SYSTEM_LOG_H_
