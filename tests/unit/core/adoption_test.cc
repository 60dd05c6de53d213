// SPDX-License-Identifier: GPL-2.0-or-later
//
// A daemon that starts finds sessions in the module, in every state that its
// predecessor may have left when it was stopped or killed.
#include "daemon/core/adoption.h"

#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

class Adoption : public testing::Test {
 protected:
  // What an earlier daemon wrote into the session.
  static std::string OwnedBy(const std::string& nickname, bool leaving) {
    Owner owner;
    owner.nickname = nickname;
    owner.portal = {"storage.example.com", 3260, {}};
    owner.addresses = {{"192.0.2.1", 3260, {}}};
    owner.since = 1699999000;
    owner.leaving = leaving;
    return Encode(owner);
  }

  void Plant(isi_session_state state, std::optional<isi_conn_state> conn,
             bool leaving = false) {
    world.kernel.Plant(1, state, conn);
    world.kernel.sessions.at(1).spec.owner = OwnedBy("disk", leaving);
    world.devices.Add(11, 0, "/dev/sda");
  }

  FakeWorld world;
};

TEST_F(Adoption, GoesOnWithoutLoginOfAHealthySession) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE);
  world.StartDaemon(kDiskConfig);
  world.Advance(seconds(120));
  EXPECT_TRUE(world.transport.connects.empty());
  EXPECT_EQ(world.kernel.Count("SESSION_SCAN"), 0);
  const ctl::Session view = world.Show("disk");
  EXPECT_EQ(view.session, 1u);
  EXPECT_EQ(view.state, ctl::SessionState::kLoggedIn);
  EXPECT_EQ(view.initiator, "iqn.2020-01.com.example:me");
  EXPECT_EQ(view.isid, "800102030009");
  EXPECT_EQ(view.uptime_ms, 1000u * 1000);
  EXPECT_EQ(world.Login("disk")->error(), "AlreadyLoggedIn");
}

TEST_F(Adoption, SurvivesARestartAndThenALostConnection) {
  world.StartDaemon(kDiskConfig);
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.StopDaemon();
  EXPECT_EQ(world.kernel.Count("SESSION_DEL"), 0);
  EXPECT_TRUE(world.kernel.sent.empty());  // stopping never logs out

  world.StartDaemon(kDiskConfig);
  world.kernel.FailConn(1);
  world.Advance(seconds(2));
  ASSERT_EQ(world.target.logins.size(), 2u);
  EXPECT_TRUE(std::equal(world.target.logins[0].header.isid,
                         world.target.logins[0].header.isid + 6,
                         world.target.logins[1].header.isid));
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

TEST_F(Adoption, RecoversABlockedSessionAtOnce) {
  Plant(ISI_SESSION_BLOCKED, ISI_CONN_FAILED);
  world.StartDaemon(kDiskConfig);
  ASSERT_EQ(world.transport.connects.size(), 1u);
  EXPECT_EQ(world.transport.connects[0].to.host, "192.0.2.1");
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

TEST_F(Adoption, RecoversAnExpiredSession) {
  Plant(ISI_SESSION_EXPIRED, ISI_CONN_DEAD);
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

// No configuration, no files, no name server.
TEST_F(Adoption, NeedsNoFileToRecover) {
  Plant(ISI_SESSION_BLOCKED, ISI_CONN_FAILED);
  world.kernel.sessions.at(1).params.max_burst_length = 65536;
  world.target.keys = {{"MaxBurstLength", "65536"}};
  world.store.broken = true;
  world.StartDaemon("");
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
  EXPECT_EQ(world.transport.resolves, 0u);
  ASSERT_EQ(world.target.logins.size(), 1u);
  EXPECT_EQ(world.initiator().sessions()[0]->stanza().offers.max_burst_length,
            65536u);
}

TEST_F(Adoption, TakesASessionThatHasNoOwner) {
  world.kernel.Plant(1, ISI_SESSION_BLOCKED, ISI_CONN_FAILED);
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
  ctl::LogoutCall call;
  call.selector.session = 1;
  EXPECT_EQ(world.Call(call)->error(), "");
  EXPECT_TRUE(world.kernel.sessions.empty());
}

// Killed between SESSION_ADD and CONN_ADD: the caller was never told that it
// worked, so it did not.
TEST_F(Adoption, RemovesASessionThatNeverHadAConnection) {
  Plant(ISI_SESSION_NEW, std::nullopt);
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.Count("SESSION_DEL 1"), 1);
  EXPECT_TRUE(world.initiator().sessions().empty());
  EXPECT_EQ(world.Login("disk")->error(), "");
}

// Killed between CONN_ADD and SESSION_SCAN.
TEST_F(Adoption, ScansASessionWithoutDisks) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE);
  world.devices.luns.clear();
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.Count("SESSION_SCAN 1"), 1);
}

// Killed at any point of a logout: it is finished.
TEST_F(Adoption, FinishesALogoutThatWasBegun) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE, true);
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.Count("SESSION_UNBIND 1"), 1);
  EXPECT_EQ(world.kernel.sent.size(), 1u);
  EXPECT_TRUE(world.kernel.sessions.empty());
}

TEST_F(Adoption, FinishesALogoutWhoseDisksAreGone) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE, true);
  world.kernel.sessions.at(1).flags =
      ISI_SESSION_F_UNBINDING | ISI_SESSION_F_UNBOUND;
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.sent.size(), 1u);
  EXPECT_TRUE(world.kernel.sessions.empty());
}

TEST_F(Adoption, WaitsForAnUnbindUnderWay) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE, true);
  world.kernel.sessions.at(1).flags = ISI_SESSION_F_UNBINDING;
  world.StartDaemon(kDiskConfig);
  EXPECT_TRUE(world.kernel.sent.empty());
  world.kernel.FinishUnbind(1);
  world.Settle();
  EXPECT_TRUE(world.kernel.sessions.empty());
}

TEST_F(Adoption, FinishesALogoutThatTheTargetHasAnswered) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE, true);
  world.kernel.sessions.at(1).flags =
      ISI_SESSION_F_UNBINDING | ISI_SESSION_F_UNBOUND;
  world.kernel.sessions.at(1).conns[0].flags = ISI_CONN_F_LOGGED_OUT;
  world.StartDaemon(kDiskConfig);
  EXPECT_TRUE(world.kernel.sent.empty());
  EXPECT_TRUE(world.transport.connects.empty());
  EXPECT_TRUE(world.kernel.sessions.empty());
}

TEST_F(Adoption, WaitsForARemovalUnderWay) {
  Plant(ISI_SESSION_REMOVING, std::nullopt);
  world.StartDaemon(kDiskConfig);
  ASSERT_EQ(world.initiator().sessions().size(), 1u);
  EXPECT_TRUE(world.transport.connects.empty());
  world.kernel.FinishDel(1);
  world.Settle();
  EXPECT_TRUE(world.initiator().sessions().empty());
}

// Killed while it made room for a new login: the target has let go.
TEST_F(Adoption, LogsInAgainWhereALogoutWasForThat) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE);
  world.kernel.sessions.at(1).conns[0].flags = ISI_CONN_F_LOGGED_OUT;
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(world.kernel.Count("CONN_STOP 1"), 1);
  EXPECT_EQ(world.target.logins.size(), 1u);
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

TEST_F(Adoption, WaitsForTheModule) {
  Plant(ISI_SESSION_BLOCKED, ISI_CONN_FAILED);
  world.kernel.loaded = false;
  world.StartDaemon(kDiskConfig);
  EXPECT_TRUE(world.log.Has("modprobe iscsi_initiator"));
  EXPECT_TRUE(world.initiator().sessions().empty());
  world.kernel.loaded = true;
  world.kernel.Deliver(ModuleAppeared{});
  world.Settle();
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

TEST_F(Adoption, LetsGoWhenTheModuleGoes) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE);
  world.StartDaemon(kDiskConfig);
  world.kernel.loaded = false;
  world.kernel.Deliver(ModuleGone{});
  world.Settle();
  EXPECT_TRUE(world.initiator().sessions().empty());
}

TEST_F(Adoption, AdoptsWhatAppearsLater) {
  world.StartDaemon(kDiskConfig);
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE);
  world.Advance(seconds(30));
  EXPECT_EQ(world.initiator().sessions().size(), 1u);
}

// An error of the dump says nothing about the sessions.
TEST_F(Adoption, KeepsItsSessionsWhenTheDumpFails) {
  Plant(ISI_SESSION_UP, ISI_CONN_LIVE);
  world.StartDaemon(kDiskConfig);
  world.kernel.fail["SESSION_GET"] = ENOMEM;
  world.Advance(seconds(60));
  EXPECT_EQ(world.initiator().sessions().size(), 1u);
}

// --- StanzaFor

config::Config ConfigOf(const char* text) {
  const config::Source source{"test.conf", text, false};
  return *config::Parse({&source, 1}).config;
}

SessionDump ADump() {
  SessionDump dump;
  dump.spec.target_name = "iqn.2020-01.com.example:disk";
  dump.spec.initiator_name = "iqn.2020-01.com.example:me";
  dump.spec.portal = {"192.0.2.1", 3260, {}};
  dump.spec.queue_depth = 7;
  dump.spec.recovery_tmo = -1;
  dump.spec.pings = Pings{9000, 1};
  dump.params.first_burst_length = 4096;
  dump.params.immediate_data = false;
  return dump;
}

TEST(StanzaFor, IsTheConfiguredOneOfTheNickname) {
  Owner owner;
  owner.nickname = "disk";
  owner.settings = {{"MaxBurstLength", "524288"}};
  const config::Stanza stanza =
      StanzaFor(ADump(), owner,
                ConfigOf("disk { TargetName = iqn.2020-01.com.example:disk; "
                         "TargetAddress = host; LoginTimeout = 7 }"));
  EXPECT_EQ(stanza.login_timeout, 7u);
  EXPECT_EQ(stanza.target_address.host, "host");
  EXPECT_EQ(stanza.offers.max_burst_length, 524288u);
  EXPECT_TRUE(stanza.offers.immediate_data);
  // What the session is does not change with the file.
  EXPECT_EQ(stanza.initiator_name, "iqn.2020-01.com.example:me");
  EXPECT_EQ(stanza.queue_depth, 7u);
  EXPECT_EQ(stanza.replacement_timeout, config::kForever);
  EXPECT_EQ(stanza.ping_interval, 9u);
  EXPECT_EQ(stanza.ping_timeout, 1u);
}

// A module of before has no pings; what they are to be is the file's to say.
TEST(StanzaFor, TakesPingsFromTheFileIfTheModuleHasNone) {
  SessionDump dump = ADump();
  dump.spec.pings.reset();
  Owner owner;
  owner.nickname = "disk";
  const config::Stanza stanza =
      StanzaFor(dump, owner,
                ConfigOf("disk { TargetName = iqn.2020-01.com.example:disk; "
                         "TargetAddress = host; PingInterval = 3 }"));
  EXPECT_EQ(stanza.ping_interval, 3u);
}

TEST(StanzaFor, IgnoresANicknameThatNowMeansAnotherTarget) {
  Owner owner;
  owner.nickname = "disk";
  owner.portal = {"old.example.com", 3260, {}};
  const config::Stanza stanza =
      StanzaFor(ADump(), owner,
                ConfigOf("disk { TargetName = iqn.2020-01.com.example:new; "
                         "TargetAddress = host }"));
  EXPECT_EQ(stanza.target_name, "iqn.2020-01.com.example:disk");
  EXPECT_EQ(stanza.target_address.host, "old.example.com");
  EXPECT_EQ(stanza.nickname, "disk");
}

// C-056: no daemon knows the secret any more; that is no reason to go on
// without CHAP.
TEST(StanzaFor, C056_DemandsChapWhoseSecretWasGivenWithTheCall) {
  Owner owner;
  owner.settings = {{"chapSecret", "sixteen-bytes-16"},
                    {"chapIName", "me"},
                    {"LoginTimeout", "7"}};
  const std::optional<Owner> decoded = DecodeOwner(Encode(owner));
  ASSERT_TRUE(decoded);
  const config::Stanza stanza = StanzaFor(ADump(), *decoded, ConfigOf(""));
  EXPECT_EQ(stanza.offers.auth_method, std::vector<std::string>{"CHAP"});
  EXPECT_TRUE(stanza.chap_secret.secret.empty());
  EXPECT_EQ(stanza.login_timeout, 7u);
}

TEST(StanzaFor, OffersWhatWasNegotiatedWhenThereIsNoStanza) {
  const config::Stanza stanza = StanzaFor(ADump(), Owner{}, ConfigOf(""));
  EXPECT_EQ(stanza.offers.first_burst_length, 4096u);
  EXPECT_FALSE(stanza.offers.immediate_data);
  EXPECT_EQ(stanza.target_address.host, "192.0.2.1");
}

}  // namespace
}  // namespace iscsid
