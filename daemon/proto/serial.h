// SPDX-License-Identifier: GPL-2.0-or-later
//
// Serial number arithmetic on 32 bits, RFC 1982 §3, as RFC 7143 §4.2.2
// demands for CmdSN, StatSN and DataSN (C-068). Two numbers exactly 2^31 apart
// have no order: both comparisons are false.
#ifndef ISCSID_PROTO_SERIAL_H_
#define ISCSID_PROTO_SERIAL_H_

#include <cstdint>

namespace iscsid {

// a comes before b.
constexpr bool SerialLess(uint32_t a, uint32_t b) {
  const uint32_t ahead = b - a;
  return ahead != 0 && ahead < 0x80000000u;
}

constexpr bool SerialLessEqual(uint32_t a, uint32_t b) {
  return a == b || SerialLess(a, b);
}

}  // namespace iscsid

#endif  // ISCSID_PROTO_SERIAL_H_
