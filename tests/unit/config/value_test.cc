// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/value.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace iscsid::config {
namespace {

TEST(BoolTest, BothSpellingsInAnyCase) {
  for (const char* yes : {"Yes", "yes", "YES", "True", "TRUE", "on", "1"}) {
    const Result<bool> parsed = ParseBool(yes);
    ASSERT_TRUE(parsed) << yes;
    EXPECT_TRUE(*parsed) << yes;
  }
  for (const char* no : {"No", "no", "False", "FALSE", "Off", "0"}) {
    const Result<bool> parsed = ParseBool(no);
    ASSERT_TRUE(parsed) << no;
    EXPECT_FALSE(*parsed) << no;
  }
  for (const char* neither : {"", "y", "2", "yes ", "tru", "-1"}) {
    EXPECT_FALSE(ParseBool(neither)) << neither;
  }
}

TEST(IntegerTest, DecimalWithinItsRange) {
  EXPECT_EQ(*ParseInteger("0", 0, 7), 0U);
  EXPECT_EQ(*ParseInteger("7", 0, 7), 7U);
  EXPECT_EQ(*ParseInteger("18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
  for (const char* text : {"", "8", "-1", "+1", "0x1", "1k", "01", " 1", "1 ",
                           "18446744073709551616", "1e0", "1.0"}) {
    EXPECT_FALSE(ParseInteger(text, 0, 7)) << text;
  }
  EXPECT_EQ(ParseInteger("0", 1, 7).error().what,
            "expected a number from 1 to 7");
}

TEST(SizeTest, TakesSuffixesAndWatchesForOverflow) {
  EXPECT_EQ(*ParseSize("512", 512, 16777215), 512U);
  EXPECT_EQ(*ParseSize("64k", 512, 16777215), 65536U);
  EXPECT_EQ(*ParseSize("64K", 512, 16777215), 65536U);
  EXPECT_EQ(*ParseSize("1M", 512, 16777215), 1048576U);
  EXPECT_EQ(*ParseSize("1m", 512, 16777215), 1048576U);
  for (const char* text : {"", "k", "511", "16M", "16777216", "1G", "1kk",
                           "18014398509481985k", "17592186044417M"}) {
    EXPECT_FALSE(ParseSize(text, 512, 16777215)) << text;
  }
}

TEST(ChoicesTest, EachNameAtMostOnce) {
  constexpr std::array<std::string_view, 2> kNames = {"None", "CRC32C"};
  EXPECT_EQ(*ParseChoices("crc32c,NONE", kNames), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(*ParseChoices("None", kNames), (std::vector<size_t>{0}));
  for (const char* text : {"", ",", "None,", ",None", "None,None", "MD5",
                           "None CRC32C", "None, CRC32C"}) {
    EXPECT_FALSE(ParseChoices(text, kNames)) << text;
  }
  EXPECT_EQ(ParseChoices("x", kNames).error().what,
            "expected None or CRC32C, or several of them with commas between");
}

TEST(DscpTest, NumbersAndNames) {
  struct Case {
    const char* text;
    int value;
  };
  for (const auto& [text, value] :
       {Case{"0", 0}, Case{"63", 63}, Case{"be", 0}, Case{"EF", 46},
        Case{"va", 44}, Case{"cs0", 0}, Case{"CS7", 56}, Case{"af11", 10},
        Case{"af43", 38}, Case{"AF23", 22}}) {
    const Result<uint8_t> parsed = ParseDscp(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, value) << text;
  }
  for (const char* text : {"", "64", "cs8", "cs", "af10", "af14", "af51",
                           "af01", "af1", "af111", "ee"}) {
    EXPECT_FALSE(ParseDscp(text)) << text;
  }
}

std::string Text(const Secret& secret) {
  return {reinterpret_cast<const char*>(secret.bytes().data()),
          secret.bytes().size()};
}

TEST(SecretTest, ThreeNotations) {
  EXPECT_EQ(Text(*ParseSecret("plain", false)), "plain");
  EXPECT_EQ(Text(*ParseSecret("0x414243", false)), "ABC");
  EXPECT_EQ(Text(*ParseSecret("0X414243", false)), "ABC");
  EXPECT_EQ(Text(*ParseSecret("0bQUJD", false)), "ABC");
  EXPECT_EQ(Text(*ParseSecret("0x414243", true)), "0x414243");
  EXPECT_EQ(Text(*ParseSecret(std::string(255, 'x'), false)).size(), 255U);
}

TEST(SecretTest, RefusesWhatItCannotReadAndNeverShowsIt) {
  for (const std::string& text :
       {std::string(), std::string("0x"), std::string("0b"),
        std::string("0xhunter"), std::string("0b*"), std::string(256, 'x'),
        "0x" + std::string(512, '4')}) {
    const Result<Secret> parsed = ParseSecret(text, false);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().what.find("hunter"), std::string::npos);
  }
}

TEST(SecretTest, IsWipedWhenItGoes) {
  alignas(Secret) std::byte place[sizeof(Secret)];
  const std::string text(64, 'S');
  auto* secret = new (place) Secret(std::as_bytes(std::span(text)));
  std::string copy = text;
  {
    const ScopedWipe wipe(copy);
    EXPECT_EQ(copy, text);
  }
  EXPECT_EQ(copy, std::string(64, '\0'));
  const Secret moved = std::move(*secret);
  EXPECT_EQ(Text(moved), text);
  EXPECT_TRUE(secret->empty());
  secret->~Secret();
}

}  // namespace
}  // namespace iscsid::config
