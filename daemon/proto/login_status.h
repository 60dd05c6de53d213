// SPDX-License-Identifier: GPL-2.0-or-later
//
// Status-Class and Status-Detail of a Login Response (RFC 7143 §11.13.5): a
// sentence for people and what an initiator does about it (C-020).
#ifndef ISCSID_PROTO_LOGIN_STATUS_H_
#define ISCSID_PROTO_LOGIN_STATUS_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace iscsid {

enum class LoginAction : uint8_t {
  kProceed,     // success
  kRedirect,    // log in at TargetAddress instead
  kRetry,       // the target's trouble: again later, with backoff
  kNewSession,  // the session is gone: log in with TSIH 0
  kGiveUp,      // our side has to change something first
};

struct LoginStatus {
  uint8_t status_class;
  uint8_t status_detail;
  LoginAction action;
  std::string_view sentence;  // says what to do where something can be done
};

// Always an answer: an unknown detail is judged by its class, an unknown class
// is given up on.
[[nodiscard]] LoginStatus FindLoginStatus(uint8_t status_class,
                                          uint8_t status_detail);

// "0x0203 (target not found: …)".
[[nodiscard]] std::string DescribeLoginStatus(uint8_t status_class,
                                              uint8_t status_detail);

}  // namespace iscsid

#endif  // ISCSID_PROTO_LOGIN_STATUS_H_
