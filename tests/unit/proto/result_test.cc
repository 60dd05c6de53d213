// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace iscsid {
namespace {

Result<std::vector<int>> Numbers(bool fail) {
  if (fail) return {Errc::kLimit, "too many"};
  return std::vector<int>{1, 2, 3};
}

TEST(Result, HoldsValueOrError) {
  EXPECT_TRUE(Numbers(false));
  EXPECT_EQ(Numbers(false)->size(), 3u);
  const Result<std::vector<int>> failed = Numbers(true);
  EXPECT_FALSE(failed);
  EXPECT_EQ(failed.error(), (Error{Errc::kLimit, "too many"}));
}

TEST(Result, AddsContextOnTheWayOut) {
  EXPECT_EQ(Numbers(true).error().In("list").what, "list: too many");
  EXPECT_EQ(Numbers(true).error().In("list").code, Errc::kLimit);
}

// A temporary's value must outlive the temporary in a range-for.
TEST(Result, ValueOfATemporaryMayBeIterated) {
  int sum = 0;
  for (const int number : *Numbers(false)) sum += number;
  EXPECT_EQ(sum, 6);
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(Status, SucceedsByDefault) {
  EXPECT_TRUE(Status());
  const Status failed(Errc::kBusy, "later");
  EXPECT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "later");
}

}  // namespace
}  // namespace iscsid
