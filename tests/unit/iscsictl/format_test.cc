// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/format.h"

#include <gtest/gtest.h>

#include <sstream>

namespace iscsid::cli {
namespace {

TEST(TableTest, AlignsWithoutTrailingSpace) {
  Table table({"A", "LONG", "C"});
  table.Add({"wide", "", "x y"});
  table.Add({"", "1", ""});
  std::ostringstream out;
  table.Print(out, "> ");
  EXPECT_EQ(out.str(), "> A     LONG  C\n> wide  -     x y\n> -     1     -\n");
}

TEST(FormatTest, Sizes) {
  EXPECT_EQ(FormatSize(0), "0 B");
  EXPECT_EQ(FormatSize(1023), "1023 B");
  EXPECT_EQ(FormatSize(1024), "1.0 KiB");
  EXPECT_EQ(FormatSize(1536), "1.5 KiB");
  EXPECT_EQ(FormatSize(21474836480U), "20.0 GiB");
  EXPECT_EQ(FormatSize(UINT64_MAX), "16.0 EiB");
}

TEST(FormatTest, Durations) {
  EXPECT_EQ(FormatDuration(0), "0.0 s");
  EXPECT_EQ(FormatDuration(2500), "2.5 s");
  EXPECT_EQ(FormatDuration(10000), "10 s");
  EXPECT_EQ(FormatDuration(61000), "1 min 1 s");
  EXPECT_EQ(FormatDuration(3600000), "1 h 0 min");
  EXPECT_EQ(FormatDuration(183600000), "2 d 3 h");
}

TEST(FormatTest, Times) {
  EXPECT_EQ(FormatTime(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(FormatTime(1769860800), "2026-01-31 12:00:00 UTC");
  EXPECT_EQ(FormatTime(INT64_MAX), "9223372036854775807");
}

TEST(FormatTest, SafeKeepsItsLengthAndNoControl) {
  EXPECT_EQ(Safe("plain text"), "plain text");
  EXPECT_EQ(Safe("\x1b\n\\"), "\\x1b\\x0a\\x5c");
  EXPECT_EQ(Safe(std::string(10000, 'x')).size(), 10000U);
}

}  // namespace
}  // namespace iscsid::cli
