// SPDX-License-Identifier: GPL-2.0-or-later
//
// Discovery through the daemon: which targets are asked for, long lists, names
// that are out to do harm, and logins to what a Discovery stanza found.
#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

constexpr const char* kFarmConfig = R"(
farm {
  SessionType = Discovery
  TargetAddress = 192.0.2.1
  MaxBurstLength = 524288
  ReplacementTimeout = 9
}
)";

class DiscoveryLogin : public testing::Test {
 protected:
  DiscoveryLogin() { world.StartDaemon(kFarmConfig); }

  ctl::Json Discover(ctl::DiscoverCall call = {}) {
    call.nickname = "farm";
    const auto discover = world.Call(call);
    EXPECT_EQ(discover->error(), "");
    return discover->reply->parameters["targets"];
  }

  std::shared_ptr<FakeWorld::Pending> LogInFound(const std::string& target,
                                                 const std::string& host) {
    ctl::LoginCall call;
    call.nickname = "farm";
    call.target = target;
    call.portal = Portal{host, 3260, 1};
    return world.Call(call);
  }

  FakeWorld world;
};

// C-061: in pages of 8192 bytes.
TEST_F(DiscoveryLogin, C061_ListsTenThousandTargets) {
  constexpr size_t kTargets = 10000;
  for (size_t i = 0; i < kTargets; ++i) {
    const std::string number = std::to_string(i);
    world.target.targets.push_back(
        {"TargetName", "iqn.2020-01.com.example:" + number});
    world.target.targets.push_back({"TargetAddress", "192.0.2.1:3260,1"});
    world.target.targets.push_back({"TargetAddress", "[2001:db8::1]:3261,2"});
  }
  const ctl::Json targets = Discover();
  ASSERT_EQ(targets.size(), kTargets);
  EXPECT_EQ(targets[9999]["name"], "iqn.2020-01.com.example:9999");
  ASSERT_EQ(targets[9999]["portals"].size(), 2u);
  EXPECT_EQ(targets[9999]["portals"][1],
            ctl::Json::parse(R"({"host":"2001:db8::1","port":3261,"tpgt":2})"));
  EXPECT_GT(world.target.texts, 100u);
}

TEST_F(DiscoveryLogin, AsksForOneTarget) {
  world.target.targets = {{"TargetName", "iqn.2020-01.com.example:a"},
                          {"TargetName", "iqn.2020-01.com.example:b"},
                          {"TargetAddress", "192.0.2.7:3260,3"}};
  ctl::DiscoverCall call;
  call.target = "IQN.2020-01.com.example:B";
  const ctl::Json targets = Discover(call);
  EXPECT_EQ(world.target.send_targets, "iqn.2020-01.com.example:b");
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0]["portals"][0]["host"], "192.0.2.7");
  EXPECT_EQ(Discover().size(), 2u);
  EXPECT_EQ(world.target.send_targets, "All");
  call.nickname = "farm";
  call.target = "../../etc/passwd";
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
}

TEST_F(DiscoveryLogin, DropsHarmfulRecordsAndKeepsTheOthers) {
  world.target.targets = {
      {"TargetName", "iqn.2020-01.com.example:\x1b[2Jx"},
      {"TargetName", "../../../etc/shadow"},
      {"TargetName", "iqn.2020-01.com.example:../../x"},
      {"TargetName", "iqn.2020-01.com.example:%n%s\n"},
      {"TargetName", "iqn.2020-01.com.example:\xff\xfe"},
      {"TargetName", std::string(300, 'a')},
      {"TargetName", ""},
      {"TargetName", "iqn.2020-01.com.example:good"},
      {"TargetAddress", "192.0.2.1\x1b[31m:3260,1"},
      {"TargetAddress", "$(reboot):3260,1"},
      {"TargetAddress", "[fe80::1%;id]:3260,1"},
      {"TargetAddress", "192.0.2.8:3260,1"},
  };
  const ctl::Json targets = Discover();
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0]["name"], "iqn.2020-01.com.example:good");
  ASSERT_EQ(targets[0]["portals"].size(), 1u);
  EXPECT_EQ(targets[0]["portals"][0]["host"], "192.0.2.8");
  EXPECT_TRUE(world.log.Has("skipped"));
  for (const std::string& line : world.log.lines) {
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

// C-025: a NUL ends a value, and what follows is no pair.
TEST_F(DiscoveryLogin, C025_RefusesANulInAName) {
  world.target.targets = {
      {"TargetName", std::string("iqn.2020-01.com.example:a\0b", 27)}};
  ctl::DiscoverCall call;
  call.nickname = "farm";
  EXPECT_EQ(world.Call(call)->error(), "ProtocolError");
}

TEST_F(DiscoveryLogin, LogsInToWhatWasFoundAsTheStanzaSays) {
  const std::string a = "iqn.2020-01.com.example:a";
  ASSERT_EQ(LogInFound(a, "192.0.2.1")->error(), "");
  ASSERT_EQ(LogInFound(a, "192.0.2.2")->error(), "");
  ASSERT_EQ(LogInFound("iqn.2020-01.com.example:b", "192.0.2.1")->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(2).spec.recovery_tmo, 9);
  EXPECT_EQ(world.kernel.sessions.at(3).spec.target_name,
            "iqn.2020-01.com.example:b");
  // C-057
  EXPECT_NE(world.kernel.sessions.at(1).spec.isid,
            world.kernel.sessions.at(2).spec.isid);

  const auto again = LogInFound(a, "192.0.2.2");
  EXPECT_EQ(again->error(), "AlreadyLoggedIn");
  EXPECT_EQ(again->reply->parameters["session"], 2);
  ctl::ShowCall show;
  show.selector.nickname = "farm";
  EXPECT_EQ(world.Call(show)->error(), "AmbiguousSelector");
}

TEST_F(DiscoveryLogin, KeepsTheStanzaOverARestart) {
  ASSERT_EQ(LogInFound("iqn.2020-01.com.example:a", "192.0.2.2")->error(), "");
  world.StopDaemon();
  world.StartDaemon(kFarmConfig);
  ASSERT_EQ(world.initiator().sessions().size(), 1u);
  const config::Stanza& stanza = world.initiator().sessions()[0]->stanza();
  EXPECT_EQ(stanza.nickname, "farm");
  EXPECT_EQ(stanza.session_type, SessionType::kNormal);
  EXPECT_EQ(stanza.target_name, "iqn.2020-01.com.example:a");
  EXPECT_EQ(stanza.target_address.host, "192.0.2.2");
  EXPECT_EQ(stanza.offers.max_burst_length, 524288u);
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

TEST_F(DiscoveryLogin, NeedsTargetAndPortal) {
  EXPECT_EQ(world.Login("farm")->error(), "InvalidValue");
  EXPECT_EQ(LogInFound("../x", "192.0.2.1")->error(), "InvalidValue");
}

}  // namespace
}  // namespace iscsid
