// SPDX-License-Identifier: GPL-2.0-or-later
//
// A pipe in front of a file, and a thread that copies from the one to the
// other. A write to a file may wait, poll(2) cannot say so: its page may be in
// the swap on the very disk we recover. Whoever writes to the pipe never waits.
#ifndef ISCSID_IO_SPOOL_H_
#define ISCSID_IO_SPOOL_H_

#include <pthread.h>

#include <utility>

#include "daemon/ports/unique_fd.h"
#include "daemon/result.h"

namespace iscsid {

class Spool {
 public:
  // `file` stays the caller's, open as long as the process.
  static Result<Spool> Start(int file);
  Spool(Spool&&) = default;
  // Waits a second at most for what is in the pipe to be written. A thread that
  // takes longer is left behind, to end with the process.
  ~Spool();

  // The pipe's end to write to; it does not block.
  [[nodiscard]] int fd() const { return in_.get(); }

 private:
  Spool(UniqueFd in, pthread_t thread) : in_(std::move(in)), thread_(thread) {}

  UniqueFd in_;
  pthread_t thread_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_SPOOL_H_
