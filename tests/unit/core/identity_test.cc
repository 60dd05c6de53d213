// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/identity.h"

#include <gtest/gtest.h>

#include <set>

#include "daemon/proto/name.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

constexpr const char* kHash = "0123456789abcdef";

class IdentityTest : public testing::Test {
 protected:
  Isid IsidOf(Identity& identity, const std::string& path) {
    const Isid isid = identity.IsidFor(path, [](const Isid&) { return false; });
    world.Settle();
    return isid;
  }

  FakeWorld world;
};

TEST_F(IdentityTest, DerivesTheNameFromTheMachine) {
  Identity identity(world.env());
  identity.Load(kHash);
  world.Settle();
  EXPECT_EQ(identity.initiator_name(),
            "iqn.2026-11.io.iscsi.initiator:0123456789abcdef");
  EXPECT_TRUE(NormalizeIscsiName(identity.initiator_name()).ok());
  EXPECT_EQ(world.store.files.at("initiatorname.iscsi"),
            "InitiatorName=iqn.2026-11.io.iscsi.initiator:0123456789abcdef\n");
}

TEST_F(IdentityTest, KeepsTheNameAndWarnsOfAClone) {
  world.store.files["initiatorname.iscsi"] =
      "# kept\nInitiatorName=iqn.2001-04.com.example:host1 \n";
  Identity identity(world.env());
  identity.Load(kHash);
  EXPECT_EQ(identity.initiator_name(), "iqn.2001-04.com.example:host1");
  EXPECT_TRUE(world.log.Has("cloned"));
}

TEST_F(IdentityTest, DrawsANameWhereTheMachineHasNone) {
  Identity first(world.env());
  first.Load("");
  world.Settle();
  Identity second(world.env());
  second.Load("");
  EXPECT_EQ(first.initiator_name(), second.initiator_name());
  EXPECT_TRUE(NormalizeIscsiName(first.initiator_name()).ok());
}

TEST_F(IdentityTest, ReplacesANameThatIsNone) {
  world.store.files["initiatorname.iscsi"] = "InitiatorName=../../etc\n";
  Identity identity(world.env());
  identity.Load(kHash);
  EXPECT_TRUE(identity.initiator_name().starts_with("iqn.2026-11."));
}

TEST_F(IdentityTest, WorksWithoutAStore) {
  world.store.broken = true;
  Identity identity(world.env());
  identity.Load(kHash);
  EXPECT_NE(IsidOf(identity, "a"), IsidOf(identity, "b"));
  EXPECT_TRUE(world.log.Has("cannot keep isids.json"));
}

// C-057
TEST_F(IdentityTest, C057_OneIsidPerPathKeptAcrossRestarts) {
  Identity first(world.env());
  first.Load(kHash);
  const Isid a = IsidOf(first, "a");
  const Isid b = IsidOf(first, "b");
  EXPECT_NE(a, b);
  EXPECT_EQ(IsidOf(first, "a"), a);
  EXPECT_EQ(a.bytes[0], 0x80);  // the Random type

  Identity second(world.env());
  second.Load(kHash);
  EXPECT_EQ(IsidOf(second, "b"), b);
  EXPECT_EQ(IsidOf(second, "a"), a);
  EXPECT_NE(IsidOf(second, "c"), b);
}

// C-057
TEST_F(IdentityTest, C057_NeverOneThatIsInUse) {
  Identity identity(world.env());
  identity.Load(kHash);
  const Isid taken = IsidOf(identity, "a");
  const auto in_use = [&](const Isid& isid) { return isid == taken; };
  EXPECT_NE(identity.IsidFor("b", in_use), taken);
  EXPECT_NE(identity.IsidFor("a", in_use), taken);
}

TEST_F(IdentityTest, ForgetsTheOldestPath) {
  Identity identity(world.env());
  identity.Load(kHash);
  const Isid oldest = IsidOf(identity, "oldest");
  std::set<Isid> seen{oldest};
  for (size_t i = 0; i < Identity::kMaxPaths; ++i)
    seen.insert(
        identity.IsidFor(std::to_string(i), [](const Isid&) { return false; }));
  EXPECT_EQ(seen.size(), Identity::kMaxPaths + 1);
  const Isid newest = IsidOf(identity, std::to_string(Identity::kMaxPaths - 1));
  EXPECT_TRUE(seen.contains(newest));
  EXPECT_NE(IsidOf(identity, "oldest"), oldest);
}

TEST_F(IdentityTest, BeginsAnewOnATornFile) {
  world.store.files["isids.json"] = R"({"version":1,"base":12,"pa)";
  Identity identity(world.env());
  identity.Load(kHash);
  EXPECT_TRUE(world.log.Has("isids.json"));
  IsidOf(identity, "a");
  EXPECT_TRUE(ctl::Json::accept(world.store.files.at("isids.json")));
}

}  // namespace
}  // namespace iscsid
