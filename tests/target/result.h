// SPDX-License-Identifier: GPL-2.0-or-later
//
// A value or the sentence that says why there is none. The target's own: it
// shares nothing with what it tests.
#ifndef TARGET_RESULT_H_
#define TARGET_RESULT_H_

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace target {

struct Error {
  std::string what;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  const Error& error() const { return std::get<1>(state_); }
  T& operator*() {
    assert(*this);
    return std::get<0>(state_);
  }
  const T& operator*() const {
    assert(*this);
    return std::get<0>(state_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

 private:
  std::variant<T, Error> state_;
};

// What fails without giving a value: nothing, or the reason.
using Failure = std::optional<Error>;

}  // namespace target

#endif  // TARGET_RESULT_H_
