// SPDX-License-Identifier: GPL-2.0-or-later
//
// The example of the talk that started the project, with its line breaks. Only
// the comment at its head was put back in order: the slide's text has "Globals"
// in front of the '#'.
#include <gtest/gtest.h>

#include "daemon/config/parse.h"

namespace iscsid::config {
namespace {

constexpr std::string_view kSeed = R"(# Globals
#
port = 3260

myiscsi {

 targetname
 = iqn.1900.com.com:sn.123456

 initiatorname
 = iqn.2005-01.il.ac.huji.cs:somebody

 targetaddress
 = iscsi1; 
 tags 
 
 = 8; port=3333;

 }

chaptest { 

 targetaddress
 = iscsi2

 targetname
 = iqn.1900.com.com:sn.123456

 initiatorname
 = iqn.2005-01.il.ac.huji.cs:nobody

 authmethod
 = CHAP

 chapsecret
 = 0x3713c3336d9a224c2791c873d3d2b174

 tags 
 
 = 8

 }
)";

class SeedTest : public testing::Test {
 protected:
  SeedTest() : parsed_(Parse(std::vector<Source>{{"seed", kSeed}})) {}
  Parsed parsed_;
};

TEST_F(SeedTest, ParsesWithoutAWarning) {
  EXPECT_TRUE(parsed_.diagnostics.empty());
  ASSERT_TRUE(parsed_.config);
  EXPECT_EQ(parsed_.config->Nicknames(),
            (std::vector<std::string>{"myiscsi", "chaptest"}));
}

TEST_F(SeedTest, StanzaWithItsOwnPort) {
  const Stanza* stanza = parsed_.config->Find("myiscsi");
  ASSERT_NE(stanza, nullptr);
  EXPECT_EQ(stanza->target_name, "iqn.1900.com.com:sn.123456");
  EXPECT_EQ(stanza->initiator_name, "iqn.2005-01.il.ac.huji.cs:somebody");
  EXPECT_EQ(stanza->target_address, (Portal{"iscsi1", 3333, std::nullopt}));
  EXPECT_EQ(stanza->queue_depth, 8U);
  EXPECT_EQ(stanza->lun_queue_depth, 8U);
  EXPECT_EQ(stanza->offers.auth_method, std::vector<std::string>{"None"});
  EXPECT_FALSE(stanza->HoldsSecret());
}

TEST_F(SeedTest, StanzaWithASecretAndTheGlobalPort) {
  const Stanza* stanza = parsed_.config->Find("chaptest");
  ASSERT_NE(stanza, nullptr);
  EXPECT_EQ(stanza->target_address, (Portal{"iscsi2", 3260, std::nullopt}));
  EXPECT_EQ(stanza->offers.auth_method, std::vector<std::string>{"CHAP"});
  EXPECT_TRUE(stanza->HoldsSecret());
  const auto secret = stanza->chap_secret.secret.bytes();
  ASSERT_EQ(secret.size(), 16U);
  EXPECT_EQ(secret.front(), std::byte{0x37});
  EXPECT_EQ(secret.back(), std::byte{0x74});
  EXPECT_TRUE(parsed_.files_with_secrets.contains("seed"));
}

}  // namespace
}  // namespace iscsid::config
