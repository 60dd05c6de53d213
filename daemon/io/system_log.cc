// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/system_log.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace iscsid {
namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

int Priority(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return LOG_ERR;
    case LogLevel::kWarning:
      return LOG_WARNING;
    case LogLevel::kInfo:
      return LOG_INFO;
    case LogLevel::kDebug:
      return LOG_DEBUG;
  }
  return LOG_ERR;
}

const char* Word(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error: ";
    case LogLevel::kWarning:
      return "warning: ";
    case LogLevel::kInfo:
      return "";
    case LogLevel::kDebug:
      return "debug: ";
  }
  return "";
}

// systemd.exec(5), JOURNAL_STREAM: device and inode of the stream it gave us.
bool StderrIsJournal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream ==
         std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

bool StderrIsFile() {
  struct stat status {};
  return ::fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode);
}

UniqueFd ConnectJournal() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, kJournalSocket, sizeof(address.sun_path) - 1);
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                       sizeof(address)) != 0)
    return {};
  return fd;
}

// One message is one line, whatever a peer put in it.
std::string OneLine(std::string_view message) {
  std::string line(message);
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\0') c = ' ';
  }
  return line;
}

}  // namespace

SystemLog::SystemLog(LogLevel least, bool to_stderr) : least_(least) {
  if (!to_stderr && StderrIsJournal()) journal_ = ConnectJournal();
  if (journal_ || !StderrIsFile()) return;
  Result<Spool> spool = Spool::Start(STDERR_FILENO);
  if (spool) {
    spool_.emplace(*std::move(spool));
  } else {
    Warning(spool.error().what + "; writing the log may wait for its file");
  }
}

void SystemLog::Write(LogLevel level, std::string_view message) {
  if (level > least_) return;
  if (dropped_ != 0 &&
      WriteLine(LogLevel::kWarning, std::to_string(dropped_) +
                                        " messages were lost, the log was "
                                        "not ready"))
    dropped_ = 0;
  if (!WriteLine(level, message)) ++dropped_;
}

bool SystemLog::WriteLine(LogLevel level, std::string_view message) {
  return journal_ ? WriteJournal(level, message) : WriteStderr(level, message);
}

// https://systemd.io/JOURNAL_NATIVE_PROTOCOL
bool SystemLog::WriteJournal(LogLevel level, std::string_view message) {
  const std::string entry =
      "PRIORITY=" + std::to_string(Priority(level)) +
      "\nSYSLOG_IDENTIFIER=iscsid\nMESSAGE=" + OneLine(message) + "\n";
  return ::send(journal_.get(), entry.data(), entry.size(),
                MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

// A pipe that is ready takes PIPE_BUF bytes without waiting.
bool SystemLog::WriteStderr(LogLevel level, std::string_view message) {
  const int fd = spool_ ? spool_->fd() : STDERR_FILENO;
  pollfd ready{fd, POLLOUT, 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  std::string line = std::string("iscsid: ") + Word(level) + OneLine(message);
  line.resize(std::min<size_t>(line.size(), PIPE_BUF - 1));
  line += '\n';
  return ::write(fd, line.data(), line.size()) >= 0;
}

}  // namespace iscsid
