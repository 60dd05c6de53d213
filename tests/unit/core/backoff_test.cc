// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/backoff.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

constexpr uint32_t kLeast = 0;
constexpr uint32_t kMost = 0xffffffff;

TEST(Backoff, DoublesUpToItsCap) {
  Backoff backoff;
  for (const int ms : {250, 500, 1000, 2000, 2000, 2000}) {
    EXPECT_EQ(backoff.Next(kMost, Backoff::kUnreachableCap), Duration(ms));
  }
}

TEST(Backoff, JittersTheUpperHalf) {
  Backoff backoff;
  EXPECT_EQ(backoff.Next(kLeast, Backoff::kUnreachableCap), Duration(125));
  EXPECT_EQ(backoff.Next(kMost / 2, Backoff::kUnreachableCap).count() / 10, 37);
}

TEST(Backoff, BeginsAnew) {
  Backoff backoff;
  for (int i = 0; i < 10; ++i) (void)backoff.Next(kMost, Duration(100000));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(kMost, Backoff::kRefusedCap), Backoff::kFirst);
}

TEST(Backoff, GrowsOnlyToTheLargestCap) {
  Backoff backoff;
  for (int i = 0; i < 100; ++i) (void)backoff.Next(kMost, Backoff::kRefusedCap);
  EXPECT_EQ(backoff.Next(kMost, Backoff::kRefusedCap), Backoff::kRefusedCap);
}

}  // namespace
}  // namespace iscsid
