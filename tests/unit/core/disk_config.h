// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration that most tests of core/ use.
#ifndef ISCSID_TESTS_UNIT_CORE_DISK_CONFIG_H_
#define ISCSID_TESTS_UNIT_CORE_DISK_CONFIG_H_

namespace iscsid {

inline constexpr const char* kDiskConfig = R"(
disk {
  TargetName = iqn.2020-01.com.example:disk
  TargetAddress = 192.0.2.1
  InitiatorName = iqn.2020-01.com.example:me
}
tape {
  TargetName = iqn.2020-01.com.example:tape
  TargetAddress = 192.0.2.1
}
manual {
  TargetName = iqn.2020-01.com.example:manual
  TargetAddress = 192.0.2.1
  Scan = manual
}
named {
  TargetName = iqn.2020-01.com.example:named
  TargetAddress = storage.example.com
}
ask {
  SessionType = Discovery
  TargetAddress = 192.0.2.1
}
)";

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_CORE_DISK_CONFIG_H_
