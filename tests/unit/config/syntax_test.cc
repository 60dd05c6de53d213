// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every way to leave the grammar, with the exact place and the exact message.
#include "daemon/config/syntax.h"

#include <gtest/gtest.h>

#include <string>

namespace iscsid::config {
namespace {

std::string ErrorOf(std::string_view text) {
  const Document document = ParseSyntax("f", text);
  return document.error ? document.error->Text() : "none";
}

struct Wrong {
  std::string_view text;
  const char* error;
};

class SyntaxErrorTest : public testing::TestWithParam<Wrong> {};

TEST_P(SyntaxErrorTest, NamesPlaceAndExpectation) {
  EXPECT_EQ(ErrorOf(GetParam().text), GetParam().error);
}

using namespace std::string_view_literals;

constexpr Wrong kWrong[] = {
    {"= 5", "f:1:1: error: expected a key or a nickname, found '='"},
    {"\n\n  }", "f:3:3: error: expected a key or a nickname, found '}'"},
    {"\"a\" = 5",
     "f:1:1: error: expected a key or a nickname, found 'a' in quotes"},
    {"port",
     "f:1:5: error: expected '=' or '{' after 'port', found the end of "
     "the file"},
    {"port 3260",
     "f:1:6: error: expected '=' or '{' after 'port', found "
     "'3260'"},
    {"port =",
     "f:1:7: error: expected a value for 'port', found the end of "
     "the file"},
    {"port = ;", "f:1:8: error: expected a value for 'port', found ';'"},
    {"port = = 5",
     "f:1:8: error: expected a value for 'port', found '='; does "
     "'port' lack its value?"},
    {"port =\ntags = 8",
     "f:2:6: error: expected a key or a nickname, found "
     "'='; does 'port' lack its value?"},
    {"port =\ntags=8",
     "f:2:5: error: expected a key or a nickname, found '='; "
     "does 'port' lack its value?"},
    {"a {", "f:1:4: error: expected '}' to end the stanza 'a' of line 1"},
    {"a {\n tags = 8\n b {\n}",
     "f:3:4: error: expected '=' after the key 'b', found '{'; quote a value "
     "with spaces"},
    {"a { b",
     "f:1:6: error: expected '=' after the key 'b', found the end of "
     "the file"},
    {"a { = }", "f:1:5: error: expected a key or '}', found '='"},
    {"a { { }", "f:1:5: error: expected a key or '}', found '{'"},
    {"a { tags = }", "f:1:12: error: expected a value for 'tags', found '}'"},
    {"a { initiatoralias = my host }",
     "f:1:30: error: expected '=' after the key 'host', found '}'; quote a "
     "value with spaces"},
    {"a { tags = 8 } }",
     "f:1:16: error: expected a key or a nickname, found "
     "'}'"},
    {"a*b { }",
     "f:1:1: error: expected a nickname of at most 64 letters, "
     "digits and '.-_:/[]', found 'a*b'"},
    {"a = \"b", "f:1:5: error: expected a closing '\"' on the same line"},
    {"a = \"b\n\"", "f:1:5: error: expected a closing '\"' on the same line"},
    {"a = b#c",
     "f:1:6: error: expected a space before a comment; quote a "
     "value with '#' in it"},
    {"a = b\0"sv, "f:1:6: error: expected text, found a control character"},
    {"a = \x1b[2J", "f:1:5: error: expected text, found a control character"},
    {"a = b\r\nc = d\r\n}",
     "f:3:1: error: expected a key or a nickname, found "
     "'}'"},
    {"h\xc3\xa9 5",
     "f:1:5: error: expected '=' or '{' after 'h\\xc3\\xa9', "
     "found '5'"},
};
INSTANTIATE_TEST_SUITE_P(All, SyntaxErrorTest, testing::ValuesIn(kWrong));

TEST(SyntaxTest, NoWordAfterASecretIsShown) {
  for (const std::string_view text :
       {"chapSecret = my pass phrase", "chapSecret = my pass*phrase { }",
        "a { chapSecret = my pass phrase }", "a { tgtChapSecret = my pass }",
        "chapSecret = my \"pass\"", "chapSecret = pass#phrase"}) {
    const std::string error = ErrorOf(text);
    EXPECT_NE(error, "none") << text;
    EXPECT_EQ(error.find("pass"), std::string::npos) << error;
    EXPECT_EQ(error.find("phrase"), std::string::npos) << error;
  }
}

TEST(SyntaxTest, NothingIsAFile) {
  for (const char* text : {"", "\n", "# only a comment", ";;", "#\n#"}) {
    const Document document = ParseSyntax("f", text);
    EXPECT_FALSE(document.error) << text;
    EXPECT_TRUE(document.globals.empty());
    EXPECT_TRUE(document.blocks.empty());
  }
}

TEST(SyntaxTest, SemicolonsAndNewlinesAreOptional) {
  const Document document =
      ParseSyntax("f", "a=1 b = 2;c=\n3;;n{d=4 e=5;}m{}f=6");
  ASSERT_FALSE(document.error) << document.error->Text();
  ASSERT_EQ(document.globals.size(), 4U);
  EXPECT_EQ(document.globals[2].value.text, "3");
  EXPECT_EQ(document.globals[3].key.text, "f");
  ASSERT_EQ(document.blocks.size(), 2U);
  EXPECT_EQ(document.blocks[0].nickname.text, "n");
  EXPECT_EQ(document.blocks[0].settings.size(), 2U);
}

TEST(SyntaxTest, PlacesCountFromOne) {
  const Document document = ParseSyntax("f", "\n  a =\n\tb");
  ASSERT_EQ(document.globals.size(), 1U);
  EXPECT_EQ(document.globals[0].key.place, (Place{"f", 2, 3}));
  EXPECT_EQ(document.globals[0].value.place, (Place{"f", 3, 2}));
}

TEST(SyntaxTest, ValuesMayHoldWhatKeysMayNot) {
  const Document document = ParseSyntax(
      "f", "a=0bQQ== b=CRC32C,None c=[fe80::1%eth0]:3260,1 d=\"x {#=;} y\"");
  ASSERT_FALSE(document.error) << document.error->Text();
  ASSERT_EQ(document.globals.size(), 4U);
  EXPECT_EQ(document.globals[0].value.text, "0bQQ==");
  EXPECT_FALSE(document.globals[0].value.quoted);
  EXPECT_EQ(document.globals[1].value.text, "CRC32C,None");
  EXPECT_EQ(document.globals[2].value.text, "[fe80::1%eth0]:3260,1");
  EXPECT_EQ(document.globals[3].value.text, "x {#=;} y");
  EXPECT_TRUE(document.globals[3].value.quoted);
}

}  // namespace
}  // namespace iscsid::config
