// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/login_status.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

LoginAction ActionOf(unsigned code) {
  return FindLoginStatus(static_cast<uint8_t>(code >> 8),
                         static_cast<uint8_t>(code))
      .action;
}

// C-020: all codes of RFC 7143 §11.13.5.
TEST(LoginStatus, C020_EveryCodeHasItsAction) {
  EXPECT_EQ(ActionOf(0x0000), LoginAction::kProceed);
  for (const unsigned code : {0x0101u, 0x0102u})
    EXPECT_EQ(ActionOf(code), LoginAction::kRedirect);
  for (const unsigned code :
       {0x0200u, 0x0201u, 0x0202u, 0x0203u, 0x0204u, 0x0205u, 0x0206u, 0x0207u,
        0x0208u, 0x0209u, 0x020bu}) {
    EXPECT_EQ(ActionOf(code), LoginAction::kGiveUp) << std::hex << code;
  }
  EXPECT_EQ(ActionOf(0x020a), LoginAction::kNewSession);
  for (const unsigned code : {0x0300u, 0x0301u, 0x0302u})
    EXPECT_EQ(ActionOf(code), LoginAction::kRetry);
}

// C-020
TEST(LoginStatus, C020_UnknownDetailsAreJudgedByTheirClass) {
  EXPECT_EQ(ActionOf(0x0042), LoginAction::kProceed);
  EXPECT_EQ(ActionOf(0x0142), LoginAction::kRedirect);
  EXPECT_EQ(ActionOf(0x0242), LoginAction::kGiveUp);
  EXPECT_EQ(ActionOf(0x0342), LoginAction::kRetry);
  EXPECT_EQ(ActionOf(0x0400), LoginAction::kGiveUp);
  EXPECT_EQ(ActionOf(0xffff), LoginAction::kGiveUp);
}

TEST(LoginStatus, HasASentence) {
  EXPECT_EQ(DescribeLoginStatus(2, 1),
            "0x0201 (authentication failed: check AuthMethod, user name and "
            "secret)");
  EXPECT_EQ(DescribeLoginStatus(3, 0x42), "0x0342 (the target has an error)");
  EXPECT_EQ(DescribeLoginStatus(9, 0xab),
            "0x09ab (a status class that no RFC defines)");
}

}  // namespace
}  // namespace iscsid
