// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/login_status.h"

#include <cstdio>

namespace iscsid {
namespace {

using enum LoginAction;

// §11.13.5
constexpr LoginStatus kStatuses[] = {
    {0x00, 0x00, kProceed, "success"},
    {0x01, 0x01, kRedirect, "the target has moved for now"},
    {0x01, 0x02, kRedirect, "the target has moved for good"},
    {0x02, 0x00, kGiveUp, "the target calls it an error of the initiator"},
    {0x02, 0x01, kGiveUp,
     "authentication failed: check AuthMethod, user name and secret"},
    {0x02, 0x02, kGiveUp,
     "this initiator may not use the target: check InitiatorName against the "
     "target's access list"},
    {0x02, 0x03, kGiveUp,
     "no such target at this address: check TargetName, or run a discovery"},
    {0x02, 0x04, kGiveUp, "the target was removed and left no new address"},
    {0x02, 0x05, kGiveUp, "the target does not speak our version of iSCSI"},
    {0x02, 0x06, kGiveUp, "too many connections in this session"},
    {0x02, 0x07, kGiveUp, "the target misses a parameter"},
    {0x02, 0x08, kGiveUp,
     "the target cannot take this connection into the session"},
    {0x02, 0x09, kGiveUp, "the target does not support this SessionType"},
    {0x02, 0x0a, kNewSession, "the target no longer knows this session"},
    {0x02, 0x0b, kGiveUp, "the target says the request is invalid in a login"},
    {0x03, 0x00, kRetry, "the target has a hardware or software error"},
    {0x03, 0x01, kRetry, "the target is not available at the moment"},
    {0x03, 0x02, kRetry, "the target has no resources left"},
};

// C-020: an unknown detail is judged by its class.
constexpr LoginStatus OfClass(uint8_t status_class, uint8_t detail) {
  switch (status_class) {
    case 0x00:
      return {status_class, detail, kProceed, "success"};
    case 0x01:
      return {status_class, detail, kRedirect, "the target has moved"};
    case 0x02:
      return {status_class, detail, kGiveUp,
              "the target calls it an error of the initiator"};
    case 0x03:
      return {status_class, detail, kRetry, "the target has an error"};
    default:
      return {status_class, detail, kGiveUp,
              "a status class that no RFC defines"};
  }
}

}  // namespace

LoginStatus FindLoginStatus(uint8_t status_class, uint8_t status_detail) {
  for (const LoginStatus& status : kStatuses) {
    if (status.status_class == status_class &&
        status.status_detail == status_detail) {
      return status;
    }
  }
  return OfClass(status_class, status_detail);
}

std::string DescribeLoginStatus(uint8_t status_class, uint8_t status_detail) {
  char code[8];
  std::snprintf(code, sizeof(code), "0x%02x%02x", status_class, status_detail);
  const LoginStatus status = FindLoginStatus(status_class, status_detail);
  return std::string(code) + " (" + std::string(status.sentence) + ')';
}

}  // namespace iscsid
