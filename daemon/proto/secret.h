// SPDX-License-Identifier: GPL-2.0-or-later
//
// Bytes that are wiped when they go: CHAP secrets. There is no way to print,
// compare or serialise one by accident (C-055).
#ifndef ISCSID_PROTO_SECRET_H_
#define ISCSID_PROTO_SECRET_H_

#include <string.h>

#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace iscsid {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::byte> bytes)
      : bytes_(bytes.begin(), bytes.end()) {}
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {}
  Secret& operator=(Secret other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  // C-055
  ~Secret() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }

  std::span<const std::byte> bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

 private:
  std::vector<std::byte> bytes_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

// Wipes text that held a secret, for instance a configuration file read whole.
class ScopedWipe {
 public:
  explicit ScopedWipe(std::string& text) : text_(text) {}
  ScopedWipe(const ScopedWipe&) = delete;
  ScopedWipe& operator=(const ScopedWipe&) = delete;
  ~ScopedWipe() { explicit_bzero(text_.data(), text_.size()); }

 private:
  std::string& text_;
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_SECRET_H_
