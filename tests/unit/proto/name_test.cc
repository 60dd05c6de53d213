// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/name.h"

#include <gtest/gtest.h>

#include <string>

namespace iscsid {
namespace {

std::string Normalized(std::string_view name) {
  const Result<std::string> result = NormalizeIscsiName(name);
  return result ? *result : "(refused)";
}

// C-058
TEST(IscsiName, C058_TakesAllThreeTypes) {
  for (const char* name :
       {"iqn.2005-01.il.ac.huji.cs:somebody", "iqn.1992-08.com.netapp:sn.50",
        "iqn.2001-04.com.example", "iqn.2001-04.com.example:",
        "iqn.2001-04.com.example:a:b.c-d", "eui.02004567a425678d",
        "naa.52004567ba64678d", "naa.62004567ba64678d0123456789abcdef",
        "iqn.2001-04.com.example:gr\xc3\xbc\xc3\x9f"}) {
    EXPECT_EQ(Normalized(name), name);
  }
}

// C-058
TEST(IscsiName, C058_LowersCase) {
  EXPECT_EQ(Normalized("IQN.2001-04.COM.Example:Disk"),
            "iqn.2001-04.com.example:disk");
  EXPECT_EQ(Normalized("eui.02004567A425678D"), "eui.02004567a425678d");
}

// C-058
TEST(IscsiName, C058_RefusesWhatIsNoName) {
  for (const char* name : {"",
                           "iqn",
                           "iqn.",
                           "disk",
                           "iqn.2001-04",
                           "iqn.2001-04.",
                           "iqn.2001-04.:x",
                           "iqn.2001-04..com",
                           "iqn.2001-04.com.:x",
                           "iqn.2001-13.com.example",
                           "iqn.2001-00.com.example",
                           "iqn.201-04.com.example",
                           "iqn.2001-4.com.example",
                           "iqn.20o1-04.com.example",
                           "iqn.2001-o4.com.example",
                           "iqn.2001-04.com.example:a b",
                           "iqn.2001-04.com.example:a_b",
                           "iqn.2001-04.com.example:a/b",
                           "iqn.2001-04.com.example:\x01",
                           "eui.02004567a425678",
                           "eui.02004567a425678d0",
                           "eui.02004567a425678g",
                           "naa.52004567ba64678",
                           "naa.52004567ba64678d0",
                           "naa.",
                           "eui-02004567a425678d"}) {
    EXPECT_EQ(Normalized(name), "(refused)") << name;
  }
}

// C-058
TEST(IscsiName, C058_HasAtMost223Bytes) {
  const std::string longest =
      "iqn.2001-04.com.example:" + std::string(223 - 24, 'x');
  ASSERT_EQ(longest.size(), 223u);
  EXPECT_EQ(Normalized(longest), longest);
  EXPECT_EQ(Normalized(longest + "x"), "(refused)");
}

// C-058: overlong forms, surrogates, lone and missing continuation bytes.
TEST(IscsiName, C058_WantsWellFormedUtf8) {
  const std::string prefix = "iqn.2001-04.com.example:";
  for (const char* good :
       {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Normalized(prefix + good), prefix + good);
  }
  for (const char* bad :
       {"\x80", "\xc0\xaf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82",
        "\xff"}) {
    EXPECT_EQ(Normalized(prefix + bad), "(refused)");
  }
}

TEST(TargetName, MayLackADate) {
  EXPECT_TRUE(NormalizeTargetName("iqn.1900.com.com:sn.123456"));
  EXPECT_FALSE(NormalizeIscsiName("iqn.1900.com.com:sn.123456"));
  EXPECT_FALSE(NormalizeTargetName("iqn."));
  EXPECT_FALSE(NormalizeTargetName("iqn.a b"));
  EXPECT_FALSE(NormalizeTargetName("eui.1"));
}

TEST(IscsiName, ErrorsQuoteTheNameHarmlessly) {
  const auto refused = NormalizeIscsiName("iqn.\x1b[31m");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("iqn.\\x1b[31m"), std::string::npos);
}

TEST(Printable, EscapesWhatCouldDoHarm) {
  EXPECT_EQ(Printable("plain text ~"), "plain text ~");
  EXPECT_EQ(Printable("a\nb\\c\x7f\xff"), "a\\x0ab\\x5cc\\x7f\\xff");
  EXPECT_EQ(Printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, CutsLongText) {
  EXPECT_EQ(Printable("abcdef", 6), "abcdef");
  EXPECT_EQ(Printable("abcdefg", 6), "abcdef...");
}

}  // namespace
}  // namespace iscsid
