// SPDX-License-Identifier: GPL-2.0-or-later
//
// The log port: to the journal when stderr is connected to it, else to stderr.
// Neither may block: journald, or a file that stderr is, may wait for the very
// disk we recover. (That is why this is not sd_journal_send, which does.)
#ifndef ISCSID_IO_SYSTEM_LOG_H_
#define ISCSID_IO_SYSTEM_LOG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/io/spool.h"
#include "daemon/ports/log.h"
#include "daemon/ports/unique_fd.h"

namespace iscsid {

class SystemLog : public Log {
 public:
  // `to_stderr`: even when that is the journal.
  SystemLog(LogLevel least, bool to_stderr);

  void Write(LogLevel level, std::string_view message) override;

  // For a process that is about to end without destructors.
  void Close() { spool_.reset(); }

 private:
  bool WriteLine(LogLevel level, std::string_view message);
  bool WriteJournal(LogLevel level, std::string_view message);
  bool WriteStderr(LogLevel level, std::string_view message);

  LogLevel least_;
  UniqueFd journal_;
  std::optional<Spool> spool_;  // when stderr is a file
  uint64_t dropped_ = 0;
};

}  // namespace iscsid

#endif  // ISCSID_IO_SYSTEM_LOG_H_
