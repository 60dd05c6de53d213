// SPDX-License-Identifier: GPL-2.0-or-later
//
// Targets that want to be logged in to elsewhere (RFC 7143 §11.13.5, §13.8):
// where the login goes, where the next one begins, what is shown of it.
#include <gtest/gtest.h>

#include "daemon/core/link_local.h"
#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

constexpr uint16_t kForNow = 0x0101;
constexpr uint16_t kForGood = 0x0102;

class Redirect : public testing::Test {
 protected:
  Redirect() { world.StartDaemon(kDiskConfig); }

  // The next login is redirected, the one after is not.
  void Once(uint16_t status, const std::string& address) {
    world.target.status = status;
    world.target.redirect = address;
    world.target.status_once = true;
  }

  void LoseConnection() {
    world.kernel.FailConn(1);
    world.Advance(seconds(3));
    ASSERT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
  }

  [[nodiscard]] std::string Connect(size_t number) const {
    return number < world.transport.connects.size()
               ? ToString(world.transport.connects[number].to)
               : "";
  }

  FakeWorld world;
};

// C-060: name and offers are the same at both.
TEST_F(Redirect, C059_C060_FollowsEveryFormOfAddress) {
  world.transport.hosts["storage.example.com"] = {"192.0.2.77", "2001:db8::77"};
  const std::map<std::string, std::string> cases = {
      {"192.0.2.9", "192.0.2.9:3260"},
      {"192.0.2.9:3261,1", "192.0.2.9:3261"},
      {"192.0.2.1:3299", "192.0.2.1:3299"},  // same host, another port
      {"[2001:db8::9]", "[2001:db8::9]:3260"},
      {"[2001:db8::9]:3261,7", "[2001:db8::9]:3261"},
      {"storage.example.com", "192.0.2.77:3260"},
      {"storage.example.com:3262", "192.0.2.77:3262"},
  };
  for (const auto& [told, expected] : cases) {
    world.target.logins.clear();
    world.transport.connects.clear();
    Once(kForNow, told);
    ASSERT_EQ(world.Login("disk")->error(), "") << told;
    ASSERT_EQ(world.transport.connects.size(), 2u) << told;
    EXPECT_EQ(Connect(0), "192.0.2.1:3260");
    EXPECT_EQ(Connect(1), expected);
    EXPECT_EQ(world.target.logins.at(0).text, world.target.logins.at(1).text);
    EXPECT_TRUE(world.log.Has("login rejected/T7"));
    ASSERT_EQ(world.Logout("disk")->error(), "");
  }
}

TEST_F(Redirect, C059_FailsWithoutAnAddress) {
  for (const char* address : {"", "[2001:db8::9", "a b", "192.0.2.9:0",
                              "192.0.2.9:65536", "2001:db8::9", "\x1b[2J"}) {
    Once(kForNow, address);
    const auto login = world.Login("disk");
    EXPECT_EQ(login->error(), "ProtocolError") << address;
    EXPECT_EQ(login->reply->parameters.dump().find('\x1b'), std::string::npos);
    EXPECT_TRUE(world.initiator().sessions().empty());
    EXPECT_TRUE(world.transport.streams.empty());
  }
}

TEST_F(Redirect, C059_LeavesATargetThatRedirectsInCircles) {
  world.target.status = kForNow;
  world.target.redirect = "192.0.2.1";
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "ProtocolError");
  EXPECT_NE(login->reply->parameters["message"].get<std::string>().find(
                "8 redirections lead to another one, to 192.0.2.1:3260"),
            std::string::npos);
  EXPECT_EQ(world.transport.connects.size(), 9u);
  EXPECT_TRUE(world.initiator().sessions().empty());
  EXPECT_TRUE(world.transport.streams.empty());
}

TEST_F(Redirect, SaysThatTheOtherAddressDoesNotAnswer) {
  world.transport.on_connect = [](const Portal& to) {
    return to.host == "192.0.2.9" ? OnConnect::kRefuse : OnConnect::kAccept;
  };
  Once(kForNow, "192.0.2.9");
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "ConnectionRefused");
  EXPECT_EQ(login->reply->parameters["portal"]["host"], "192.0.2.9");
}

TEST_F(Redirect, C059_ComesBackToTheOriginalPortal) {
  Once(kForNow, "192.0.2.9");
  ASSERT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(1).spec.portal.host, "192.0.2.1");
  LoseConnection();
  EXPECT_EQ(Connect(1), "192.0.2.9:3260");
  EXPECT_EQ(Connect(2), "192.0.2.1:3260");
}

// Also when recovery itself was redirected to where nobody is.
TEST_F(Redirect, C059_BeginsEachRecoveryAtTheOriginalPortal) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.transport.connects.clear();
  world.transport.on_connect = [](const Portal& to) {
    return to.host == "192.0.2.9" ? OnConnect::kRefuse : OnConnect::kAccept;
  };
  Once(kForNow, "192.0.2.9");
  world.kernel.FailConn(1);
  world.Advance(seconds(4));
  EXPECT_EQ(Connect(0), "192.0.2.1:3260");
  EXPECT_EQ(Connect(1), "192.0.2.9:3260");
  EXPECT_EQ(Connect(2), "192.0.2.1:3260");
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

TEST_F(Redirect, C059_KeepsAPermanentOne) {
  Once(kForGood, "192.0.2.9");
  ASSERT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(1).spec.portal.host, "192.0.2.9");
  LoseConnection();
  EXPECT_EQ(Connect(2), "192.0.2.9:3260");
  world.StopDaemon();
  world.StartDaemon(kDiskConfig);
  LoseConnection();
  EXPECT_EQ(Connect(3), "192.0.2.9:3260");
}

TEST_F(Redirect, IsShownWhileItHolds) {
  Once(kForNow, "192.0.2.9:3261");
  ASSERT_EQ(world.Login("disk")->error(), "");
  ctl::Session view = world.Show("disk");
  EXPECT_EQ(ToString(view.portal), "192.0.2.1:3260");
  ASSERT_TRUE(view.redirection);
  EXPECT_EQ(ToString(view.redirection->address), "192.0.2.9:3261");
  EXPECT_FALSE(view.redirection->permanent);
  world.StopDaemon();
  world.StartDaemon(kDiskConfig);
  EXPECT_TRUE(world.Show("disk").redirection);

  LoseConnection();
  EXPECT_FALSE(world.Show("disk").redirection);
  Once(kForGood, "192.0.2.9:3261");
  LoseConnection();
  LoseConnection();
  view = world.Show("disk");
  ASSERT_TRUE(view.redirection);
  EXPECT_TRUE(view.redirection->permanent);
}

TEST_F(Redirect, C059_HoldsForDiscoveryToo) {
  Once(kForNow, "[2001:db8::9]:3261");
  world.target.targets = {{"TargetName", "iqn.2020-01.com.example:a"}};
  ctl::DiscoverCall call;
  call.nickname = "ask";
  const auto discover = world.Call(call);
  ASSERT_EQ(discover->error(), "");
  EXPECT_EQ(Connect(1), "[2001:db8::9]:3261");
  // C-064: where we are connected.
  EXPECT_EQ(discover->reply->parameters["targets"][0]["portals"][0]["host"],
            "2001:db8::9");
}

// A target knows its own address, not the name of our interface.
TEST_F(Redirect, StaysOnTheLinkOfALinkLocalAddress) {
  Once(kForNow, "[fe80::9]:3261");
  ctl::LoginCall call;
  call.target = "iqn.2020-01.com.example:near";
  call.portal = Portal{"fe80::1%eth0", 3260, {}};
  ASSERT_EQ(world.Call(call)->error(), "");
  EXPECT_EQ(Connect(0), "[fe80::1%eth0]:3260");
  EXPECT_EQ(Connect(1), "[fe80::9%eth0]:3261");
}

TEST(OnLinkOf, AddsAZoneWhereOneIsMissing) {
  const Portal near{"fe80::1%eth0", 3260, {}};
  const auto on_link = [](const Portal& connected, const std::string& host) {
    return OnLinkOf(connected, {host, 3261, 4});
  };
  EXPECT_EQ(on_link(near, "fe80::9"), (Portal{"fe80::9%eth0", 3261, 4}));
  EXPECT_EQ(on_link(near, "febf::9").host, "febf::9%eth0");
  EXPECT_EQ(on_link(near, "fe80::9%eth1").host, "fe80::9%eth1");
  EXPECT_EQ(on_link(near, "2001:db8::9").host, "2001:db8::9");
  EXPECT_EQ(on_link(near, "192.0.2.9").host, "192.0.2.9");
  EXPECT_EQ(on_link(near, "storage").host, "storage");
  EXPECT_EQ(on_link({"2001:db8::1", 3260, {}}, "fe80::9").host, "fe80::9");
}

}  // namespace
}  // namespace iscsid
