// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/isid.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

// RFC 7143 §11.12.5: T=10b, A reserved, B and C random, D the qualifier.
TEST(Isid, RandomTypeHasItsBitsInPlace) {
  const Isid isid = RandomIsid(0xff123456, 0xabcd);
  EXPECT_EQ(ToString(isid), "80123456abcd");
}

TEST(Isid, ReadsBackWhatItPrints) {
  const Isid isid = RandomIsid(0x00beef, 7);
  EXPECT_EQ(ParseIsid(ToString(isid)), isid);
  EXPECT_EQ(ParseIsid("8000BEEF0007"), isid);
}

TEST(Isid, RefusesOtherText) {
  EXPECT_FALSE(ParseIsid(""));
  EXPECT_FALSE(ParseIsid("80123456abc"));
  EXPECT_FALSE(ParseIsid("80123456abcde"));
  EXPECT_FALSE(ParseIsid("80123456abcg"));
  EXPECT_FALSE(ParseIsid("0x123456abcd"));
}

}  // namespace
}  // namespace iscsid
