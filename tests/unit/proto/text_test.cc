// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace iscsid {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using namespace std::string_literals;

std::span<const std::byte> BytesOf(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string CharsOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool Parses(std::string_view text) { return ParseText(BytesOf(text)).ok(); }

TEST(ParseText, KeepsOrderAndEmptyValues) {
  const auto pairs = ParseText(BytesOf("B=1\0A=\0B=x=y\0"s));
  ASSERT_TRUE(pairs);
  EXPECT_THAT(*pairs, ElementsAre(TextPair{"B", "1"}, TextPair{"A", ""},
                                  TextPair{"B", "x=y"}));
}

TEST(ParseText, AnEmptyTextHasNoPairs) {
  const auto pairs = ParseText({});
  ASSERT_TRUE(pairs);
  EXPECT_THAT(*pairs, SizeIs(0));
}

// C-025
TEST(ParseText, C025_RefusesMalformedPairs) {
  EXPECT_FALSE(Parses("A=1"s));            // no NUL
  EXPECT_FALSE(Parses("A=1\0B=2"s));       // not at the end either
  EXPECT_FALSE(Parses("A\0"s));            // no '='
  EXPECT_FALSE(Parses("=1\0"s));           // no key
  EXPECT_FALSE(Parses("\0"s));             // nothing at all
  EXPECT_FALSE(Parses("A=1\0\0"s));        // an empty pair
  EXPECT_FALSE(Parses("A b=1\0"s));        // a blank in the key
  EXPECT_FALSE(Parses("1A=1\0"s));         // a digit in front
  EXPECT_FALSE(Parses("A\xc3\xa4=1\0"s));  // not ASCII
}

// C-025
TEST(ParseText, C025_KeysHaveAtMost63Bytes) {
  EXPECT_TRUE(Parses(std::string(63, 'K') + "=1\0"s));
  EXPECT_FALSE(Parses(std::string(64, 'K') + "=1\0"s));
}

TEST(ParseText, TakesTheKeysThereAre) {
  EXPECT_TRUE(Parses("iSCSIProtocolLevel=1\0"s));  // in spite of §6.1
  EXPECT_TRUE(Parses("X#NodeArchitecture=x\0"s));
  EXPECT_TRUE(Parses("X-com.example.do_it+@=x\0"s));
}

TEST(FormatText, IsReadBack) {
  const TextPairs pairs = {{"InitiatorName", "iqn.x"}, {"A", ""}};
  EXPECT_EQ(CharsOf(FormatText(pairs)), "InitiatorName=iqn.x\0A=\0"s);
  const auto again = ParseText(FormatText(pairs));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, pairs);
}

// C-022
TEST(SplitText, C022_CutsAtTheLimitAndLosesNothing) {
  const std::string text(20, 'x');
  EXPECT_THAT(SplitText(BytesOf(text), 8),
              ElementsAre(SizeIs(8), SizeIs(8), SizeIs(4)));
  EXPECT_THAT(SplitText(BytesOf(text), 20), ElementsAre(SizeIs(20)));
  EXPECT_THAT(SplitText(BytesOf(text), 10),
              ElementsAre(SizeIs(10), SizeIs(10)));
  EXPECT_THAT(SplitText({}, 8), ElementsAre(SizeIs(0)));
}

// C-021: cut at every byte, keys and values included.
TEST(TextCollector, C021_JoinsAPairCutAnywhere) {
  const std::string text = "TargetAlias=box\0HeaderDigest=None\0"s;
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    TextCollector collector(100);
    auto part = collector.Add(BytesOf(text.substr(0, cut)), true);
    ASSERT_TRUE(part && !*part);
    EXPECT_TRUE(collector.collecting());
    part = collector.Add(BytesOf(text.substr(cut)), false);
    ASSERT_TRUE(part && *part);
    EXPECT_THAT(**part, ElementsAre(TextPair{"TargetAlias", "box"},
                                    TextPair{"HeaderDigest", "None"}));
    EXPECT_FALSE(collector.collecting());
  }
}

TEST(TextCollector, BeginsAnewAfterEachText) {
  TextCollector collector(8);
  ASSERT_TRUE(collector.Add(BytesOf("A=1\0"s), false));
  const auto second = collector.Add(BytesOf("B=2\0"s), false);
  ASSERT_TRUE(second && *second);
  EXPECT_THAT(**second, ElementsAre(TextPair{"B", "2"}));
}

// C-021
TEST(TextCollector, C021_BoundsWhatItCollects) {
  TextCollector collector(8);
  ASSERT_TRUE(collector.Add(BytesOf("A=123456"), true));
  const auto over = collector.Add(BytesOf("\0"s), false);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Errc::kLimit);
}

// C-032
TEST(ParseNumber, C032_TakesDecimalAndHex) {
  EXPECT_EQ(*ParseNumber("0"), 0u);
  EXPECT_EQ(*ParseNumber("00262144"), 262144u);
  EXPECT_EQ(*ParseNumber("0x40000"), 262144u);
  EXPECT_EQ(*ParseNumber("0X4aF"), 0x4afu);
  EXPECT_EQ(*ParseNumber("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(*ParseNumber("0xffffffffffffffff"), UINT64_MAX);
}

// C-032
TEST(ParseNumber, C032_RefusesEverythingElse) {
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "1k", "0x", "0xg", "x10", "0b1", "1.0",
        "18446744073709551616", "0x10000000000000000", "512~1024", "0x-1"}) {
    EXPECT_FALSE(ParseNumber(text)) << text;
  }
  EXPECT_FALSE(ParseNumber("1\0"s));
}

// C-030
TEST(ParseBoolean, C030_IsYesOrNo) {
  EXPECT_EQ(*ParseBoolean("Yes"), true);
  EXPECT_EQ(*ParseBoolean("No"), false);
  for (const char* text : {"", "yes", "YES", "no", "1", "true", "Yes "})
    EXPECT_FALSE(ParseBoolean(text)) << text;
  EXPECT_EQ(FormatBoolean(true), "Yes");
  EXPECT_EQ(FormatBoolean(false), "No");
}

TEST(ParseList, SplitsAtCommas) {
  EXPECT_THAT(*ParseList("CRC32C,None"), ElementsAre("CRC32C", "None"));
  EXPECT_THAT(*ParseList("None"), ElementsAre("None"));
  for (const char* text : {"", ",", "a,", ",a", "a,,b"})
    EXPECT_FALSE(ParseList(text)) << text;
  EXPECT_EQ(FormatList({"CRC32C", "None"}), "CRC32C,None");
}

// C-048
TEST(DecodeBinary, C048_ReadsHex) {
  EXPECT_EQ(CharsOf(*DecodeBinary("0x414243", 3)), "ABC");
  EXPECT_EQ(CharsOf(*DecodeBinary("0X4a4A", 2)), "JJ");
  EXPECT_EQ(CharsOf(*DecodeBinary("0x141", 2)), "\x01\x41");  // odd
}

// C-048
TEST(DecodeBinary, C048_ReadsBase64) {
  EXPECT_EQ(CharsOf(*DecodeBinary("0bQUJD", 3)), "ABC");
  EXPECT_EQ(CharsOf(*DecodeBinary("0BQUI=", 2)), "AB");
  EXPECT_EQ(CharsOf(*DecodeBinary("0bQQ==", 1)), "A");
  EXPECT_EQ(CharsOf(*DecodeBinary("0b+/+/", 3)), "\xfb\xff\xbf");
}

// C-048
TEST(DecodeBinary, C048_RefusesWhatIsNotExact) {
  for (const char* text :
       {"",       "41",      "0x",       "0xzz",   "0x41 ",  "0b",    "0bQ",
        "0bQU",   "0bQUJ",   "0bQ===",   "0bA===", "0bQQ",   "0bQUI", "0b====",
        "0bQU=D", "0bQUJ D", "0bQUJD\n", "0bQR==", "0bQUJ=", "0c41"}) {
    EXPECT_FALSE(DecodeBinary(text, 100)) << text;
  }
}

// C-047: refused before it is decoded.
TEST(DecodeBinary, C047_BoundsTheContent) {
  EXPECT_TRUE(DecodeBinary("0x4142", 2));
  EXPECT_FALSE(DecodeBinary("0x414243", 2));
  EXPECT_FALSE(DecodeBinary("0x14142", 2));
  EXPECT_TRUE(DecodeBinary("0bQUI=", 2));
  EXPECT_FALSE(DecodeBinary("0bQUJD", 2));
}

TEST(EncodeBinary, IsReadBackAtEveryLength) {
  std::string text;
  for (int length = 0; length < 40; ++length) {
    text += static_cast<char>(200 + length * 3);
    const auto bytes = BytesOf(text);
    EXPECT_EQ(CharsOf(*DecodeBinary(EncodeHex(bytes), 64)), text);
    EXPECT_EQ(CharsOf(*DecodeBinary(EncodeBase64(bytes), 64)), text);
  }
  EXPECT_EQ(EncodeHex(BytesOf("J")), "0x4a");
  EXPECT_EQ(EncodeBase64(BytesOf("A")), "0bQQ==");
}

}  // namespace
}  // namespace iscsid
