// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/spool.h"

#include <fcntl.h>
#include <limits.h>
#include <time.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "daemon/io/thread.h"

namespace iscsid {
namespace {

struct Copier {
  UniqueFd from;
  int to;
};

// Ends with the pipe. What cannot be written is lost, as there is nobody to
// tell.
void* Copy(void* argument) {
  const std::unique_ptr<Copier> copier(static_cast<Copier*>(argument));
  char buffer[PIPE_BUF];
  for (;;) {
    const ssize_t count = ::read(copier->from.get(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return nullptr;
    ssize_t done = 0;
    while (done < count) {
      const ssize_t written =
          ::write(copier->to, buffer + done, static_cast<size_t>(count - done));
      if (written < 0 && errno != EINTR) break;
      if (written > 0) done += written;
    }
  }
}

}  // namespace

Result<Spool> Spool::Start(int file) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return Error{Errc::kSystem, std::string("pipe: ") + std::strerror(errno)};
  auto copier = std::make_unique<Copier>(UniqueFd(ends[0]), file);
  UniqueFd in(ends[1]);
  if (::fcntl(in.get(), F_SETFL, O_NONBLOCK) != 0)
    return Error{Errc::kSystem, std::string("fcntl: ") + std::strerror(errno)};
  const Result<pthread_t> thread = StartThread(Copy, copier.get());
  if (!thread) return thread.error();
  copier.release();
  return Spool(std::move(in), *thread);
}

Spool::~Spool() {
  if (!in_) return;  // moved from
  in_.Reset();
  timespec end{};
  ::clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += 1;
  if (pthread_clockjoin_np(thread_, nullptr, CLOCK_MONOTONIC, &end) != 0)
    pthread_detach(thread_);
}

}  // namespace iscsid
