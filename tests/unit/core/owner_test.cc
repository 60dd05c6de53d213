// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/owner.h"

#include <gtest/gtest.h>

#include "include/uapi/linux/iscsi_initiator.h"

namespace iscsid {
namespace {

Owner AnOwner() {
  Owner owner;
  owner.nickname = "disk";
  owner.portal = {"storage.example.com", 3261, 2};
  owner.addresses = {{"192.0.2.1", 3261, {}}, {"2001:db8::1", 3261, {}}};
  owner.settings = {{"MaxBurstLength", "65536"}};
  owner.redirect = Portal{"192.0.2.9", 3260, {}};
  owner.moved = true;
  owner.since = 1700000000;
  owner.leaving = true;
  return owner;
}

TEST(Owner, IsReadAsItWasWritten) {
  EXPECT_EQ(DecodeOwner(Encode(AnOwner())), AnOwner());
  EXPECT_EQ(DecodeOwner(Encode(Owner{})).value().nickname, "");
}

TEST(Owner, NeverHoldsASecret) {
  Owner owner = AnOwner();
  owner.settings = {{"chapSecret", "0123456789ab"},
                    {"TGTCHAPSECRET", "ba9876543210"},
                    {"chapIName", "me"}};
  const std::string text = Encode(owner);
  EXPECT_EQ(text.find("0123456789ab"), std::string::npos);
  EXPECT_EQ(text.find("ba9876543210"), std::string::npos);
  const std::map<std::string, std::string> left = {{"chapIName", "me"},
                                                   {"AuthMethod", "CHAP"}};
  EXPECT_EQ(DecodeOwner(text)->settings, left);
}

TEST(Owner, AlwaysFits) {
  Owner owner = AnOwner();
  owner.addresses.resize(40, {"2001:db8:1:2:3:4:5:6", 3260, {}});
  std::string text = Encode(owner);
  EXPECT_LE(text.size(), size_t{ISI_OWNER_MAX});
  EXPECT_EQ(DecodeOwner(text)->addresses.size(), 1u);
  EXPECT_EQ(DecodeOwner(text)->settings, owner.settings);

  owner.settings["InitiatorAlias"] = std::string(900, 'x');
  text = Encode(owner);
  EXPECT_LE(text.size(), size_t{ISI_OWNER_MAX});
  EXPECT_TRUE(DecodeOwner(text)->settings.empty());
  EXPECT_FALSE(DecodeOwner(text)->redirect);
  EXPECT_EQ(DecodeOwner(text)->nickname, "disk");

  owner.nickname = std::string(2000, 'n');
  text = Encode(owner);
  EXPECT_LE(text.size(), size_t{ISI_OWNER_MAX});
  EXPECT_TRUE(DecodeOwner(text)->leaving);
}

TEST(Owner, IsNobodyForWhatWeDidNotWrite) {
  EXPECT_FALSE(DecodeOwner(""));
  EXPECT_FALSE(DecodeOwner("open-iscsi"));
  EXPECT_FALSE(DecodeOwner("[1]"));
  EXPECT_FALSE(DecodeOwner(R"({"v":2})"));
  EXPECT_FALSE(DecodeOwner(R"({"v":1,"addr":"x"})"));
}

TEST(Owner, SurvivesBytesThatAreNoText) {
  Owner owner = AnOwner();
  owner.nickname = "\xff\xfe";
  EXPECT_TRUE(DecodeOwner(Encode(owner)));
}

}  // namespace
}  // namespace iscsid
