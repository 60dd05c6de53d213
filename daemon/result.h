// SPDX-License-Identifier: GPL-2.0-or-later
//
// A value or the reason there is none (C++20 has no std::expected). No
// function of this project throws across its file's API; it returns Result<T>,
// or Result<T, E> where a caller needs more of the reason than Error holds.
//
//   Result<Portal> portal = ParsePortal(text);
//   if (!portal) return portal.error().In("TargetAddress");
//   Use(*portal);
#ifndef ISCSID_RESULT_H_
#define ISCSID_RESULT_H_

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iscsid {

// What kind of thing went wrong: enough for a caller to decide what to do.
// The sentence for the human is in Error::what.
enum class Errc {
  kInvalidArgument,  // the caller or the user gave something unusable
  kProtocol,         // the peer broke RFC 7143; the connection is over
  kNegotiation,      // well-formed, but the two sides cannot agree
  kRejected,         // the peer said no (a login status, a logout response)
  kAuthentication,   // the peer is not who it should be, or we are not
  kLimit,            // a bound of ours was reached
  kTimeout,
  kUnreachable,  // no route, refused, reset, closed
  kNotFound,
  kExists,
  kBusy,
  kPermission,
  kUnsupported,  // the module or the kernel lacks it
  kStale,        // the object was replaced meanwhile
  kCancelled,
  kSystem,  // a system call failed; what names it and the errno
};

struct Error {
  Errc code;
  std::string what;

  // The same error seen from further out: "context: what".
  [[nodiscard]] Error In(std::string_view context) const {
    return {code, std::string(context) + ": " + what};
  }
  friend bool operator==(const Error&, const Error&) = default;
};

// Holds a T or an E. Reading the one that is not there is a bug.
template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(Errc code, std::string what)
      : state_(std::in_place_index<1>, Error{code, std::move(what)}) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  // By value: `for (x : *ParseList(text))` must not outlive its list.
  T operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const E& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  T& value() {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    assert(ok());
    return *std::get_if<0>(&state_);
  }

  std::variant<T, E> state_;
};

// Success carries nothing: `return {};`.
template <typename E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::move(error)), ok_(false) {}
  Result(Errc code, std::string what) : Result(Error{code, std::move(what)}) {}

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] const E& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  E error_{};
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace iscsid

#endif  // ISCSID_RESULT_H_
