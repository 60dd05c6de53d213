// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/serial.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

// C-068
TEST(Serial, C068_CrossesTheWrap) {
  EXPECT_TRUE(SerialLess(0xffffffff, 0));
  EXPECT_TRUE(SerialLess(0xfffffffe, 3));
  EXPECT_FALSE(SerialLess(0, 0xffffffff));
  EXPECT_TRUE(SerialLess(0x7fffffff, 0x80000000));
}

TEST(Serial, EqualIsNotLess) {
  EXPECT_FALSE(SerialLess(5, 5));
  EXPECT_TRUE(SerialLessEqual(5, 5));
  EXPECT_TRUE(SerialLessEqual(5, 6));
  EXPECT_FALSE(SerialLessEqual(6, 5));
}

// RFC 1982 §3.2 leaves this pair without an order.
TEST(Serial, HalfwayAroundHasNoOrder) {
  EXPECT_FALSE(SerialLess(0, 0x80000000));
  EXPECT_FALSE(SerialLess(0x80000000, 0));
  EXPECT_TRUE(SerialLess(0, 0x7fffffff));
  EXPECT_TRUE(SerialLess(0x80000001, 0));
}

}  // namespace
}  // namespace iscsid
