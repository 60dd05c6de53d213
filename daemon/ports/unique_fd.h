// SPDX-License-Identifier: GPL-2.0-or-later
//
// A file descriptor that is closed exactly once. Every one in this program is
// close-on-exec; whoever opens it sees to that.
#ifndef ISCSID_PORTS_UNIQUE_FD_H_
#define ISCSID_PORTS_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace iscsid {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  ~UniqueFd() { Reset(); }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  // The caller closes it from now on.
  int Release() { return std::exchange(fd_, -1); }

  void Reset(int fd = -1) {
    const int old = std::exchange(fd_, fd);
    if (old >= 0) ::close(old);
  }

 private:
  int fd_ = -1;
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_UNIQUE_FD_H_
