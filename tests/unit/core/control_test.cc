// SPDX-License-Identifier: GPL-2.0-or-later
//
// Calls: which session and which stanza they mean, what they are told.
#include "daemon/core/control.h"

#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

class ControlCalls : public testing::Test {
 protected:
  ControlCalls() { world.StartDaemon(kDiskConfig); }

  FakeWorld world;
};

TEST_F(ControlCalls, KnowsItsNicknames) {
  const auto login = world.Login("dsik");
  EXPECT_EQ(login->error(), "UnknownNickname");
  EXPECT_EQ(login->reply->parameters["known"][0], "disk");
}

TEST_F(ControlCalls, WantsANicknameOrAPortalAndATarget) {
  ctl::LoginCall call;
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
  call.portal = Portal{"192.0.2.1", 3260, {}};
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
  call.target = "iqn.2020-01.com.example:disk";
  call.nickname = "disk";
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
}

TEST_F(ControlCalls, RefusesABadSetting) {
  ctl::LoginCall call;
  call.nickname = "disk";
  call.settings = ctl::Keys{{"LoginTimeout", "soon"}};
  const auto login = world.Call(call);
  EXPECT_EQ(login->error(), "InvalidValue");
  EXPECT_EQ(login->reply->parameters["parameter"], "LoginTimeout");
  EXPECT_EQ(login->reply->parameters["value"], "soon");
}

TEST_F(ControlCalls, NeverRepeatsASecret) {
  ctl::LoginCall call;
  call.nickname = "disk";
  call.settings = ctl::Keys{{"chapSecret", "0xnothexatall"}};
  const auto login = world.Call(call);
  EXPECT_EQ(login->error(), "InvalidValue");
  EXPECT_EQ(login->reply->parameters.dump().find("nothex"), std::string::npos);
}

TEST_F(ControlCalls, SettingsHoldForThisSessionOnly) {
  ctl::LoginCall call;
  call.nickname = "disk";
  call.settings = ctl::Keys{{"ReplacementTimeout", "9"}};
  ASSERT_EQ(world.Call(call)->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(1).spec.recovery_tmo, 9);
  ASSERT_EQ(world.Login("tape")->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(2).spec.recovery_tmo, 120);
}

TEST_F(ControlCalls, SelectsBySessionNicknameOrTarget) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  ASSERT_EQ(world.Login("tape")->error(), "");
  ctl::ShowCall call;
  call.selector.session = 2;
  EXPECT_EQ(world.Call(call)->reply->parameters["session"]["nickname"], "tape");
  call.selector = {};
  call.selector.target = "iqn.2020-01.com.example:disk";
  EXPECT_EQ(world.Call(call)->reply->parameters["session"]["session"], 1);
  call.selector.portal = Portal{"192.0.2.99", 3260, {}};
  EXPECT_EQ(world.Call(call)->error(), "UnknownSession");
  call.selector = {};
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
  call.selector.session = 1;
  call.selector.nickname = "disk";
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
}

TEST_F(ControlCalls, SaysWhenASelectorIsAmbiguous) {
  for (const char* address : {"192.0.2.1", "192.0.2.2"}) {
    ctl::LoginCall call;
    call.target = "iqn.2020-01.com.example:paths";
    call.portal = Portal{address, 3260, {}};
    ASSERT_EQ(world.Call(call)->error(), "");
  }
  ctl::ShowCall call;
  call.selector.target = "iqn.2020-01.com.example:paths";
  const auto show = world.Call(call);
  EXPECT_EQ(show->error(), "AmbiguousSelector");
  EXPECT_EQ(show->reply->parameters["sessions"], ctl::Json({1, 2}));
  call.selector.portal = Portal{"192.0.2.2", 3260, {}};
  EXPECT_EQ(world.Call(call)->reply->parameters["session"]["session"], 2);
}

TEST_F(ControlCalls, ListsSessionsStillLoggingInLast) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  const auto hanging = world.Login("tape");
  world.transport.on_connect = [](const Portal&) { return OnConnect::kAccept; };
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.devices.Add(11, 0, "/dev/sda");
  const ctl::Json sessions =
      world.Call(ctl::ListCall{})->reply->parameters["sessions"];
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0]["nickname"], "disk");
  EXPECT_EQ(sessions[0]["devices"], ctl::Json({"/dev/sda"}));
  EXPECT_EQ(sessions[1]["nickname"], "tape");
  EXPECT_EQ(sessions[1]["state"], "FREE");
  EXPECT_FALSE(sessions[1].contains("session"));
  EXPECT_EQ(world.Logout("tape")->error(), "Busy");
}

TEST_F(ControlCalls, ShowsASession) {
  world.target.keys = {{"MaxBurstLength", "65536"},
                       {"TargetAlias", "the disk"},
                       {"MaxRecvDataSegmentLength", "32768"}};
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.devices.Add(11, 0, "/dev/sda");
  const ctl::Session view = world.Show("disk");
  EXPECT_EQ(view.target, "iqn.2020-01.com.example:disk");
  EXPECT_EQ(view.target_alias, "the disk");
  EXPECT_EQ(view.tsih, 1);
  EXPECT_EQ(view.tpgt, 1);
  EXPECT_EQ(view.host, 11u);
  EXPECT_EQ(view.keys.at("MaxBurstLength"), "65536");
  EXPECT_EQ(view.counters.at("tx_commands"), 42u);
  EXPECT_EQ(view.luns.size(), 1u);
  ASSERT_EQ(view.connections.size(), 1u);
  EXPECT_EQ(view.connections[0].state, ctl::ConnectionState::kLoggedIn);
  EXPECT_EQ(view.connections[0].keys.at("MaxRecvDataSegmentLength"), "32768");
  EXPECT_EQ(view.connections[0].max_recv_data_segment_length, 262144u);
  EXPECT_FALSE(view.next_retry_ms);
}

TEST_F(ControlCalls, RescansAndSaysWhatIsThere) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.kernel.silent = {"SCANNED"};
  ctl::RescanCall call;
  call.selector.nickname = "disk";
  const auto rescan = world.Call(call);
  EXPECT_FALSE(rescan->done());
  world.devices.Add(11, 7, "/dev/sdc");
  world.kernel.FinishScan(1);
  world.Settle();
  ASSERT_EQ(rescan->error(), "");
  EXPECT_EQ(rescan->reply->parameters["luns"][0]["lun"], 7);
}

TEST_F(ControlCalls, RescanNeedsAConnection) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.transport.on_connect = [](const Portal&) { return OnConnect::kRefuse; };
  world.kernel.FailConn(1);
  world.Settle();
  ctl::RescanCall call;
  call.selector.nickname = "disk";
  EXPECT_EQ(world.Call(call)->error(), "Busy");
}

TEST_F(ControlCalls, RescanEndsByItsTimeout) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  world.kernel.silent = {"SCANNED"};
  ctl::RescanCall call;
  call.selector.nickname = "disk";
  call.timeout_ms = 2000;
  const auto rescan = world.Call(call);
  world.Advance(seconds(2));
  EXPECT_EQ(rescan->error(), "Timeout");
  EXPECT_EQ(rescan->reply->parameters["step"], "scan");
}

TEST_F(ControlCalls, ListsNicknamesInTheOrderOfTheFile) {
  ASSERT_EQ(world.Login("tape")->error(), "");
  const ctl::Json names =
      world.Call(ctl::NicknamesCall{})->reply->parameters["nicknames"];
  ASSERT_EQ(names.size(), 5u);
  EXPECT_EQ(names[0]["nickname"], "disk");
  EXPECT_EQ(names[1]["session"], 1);
  EXPECT_EQ(names[4]["discovery"], true);
}

// --- discovery

TEST_F(ControlCalls, DiscoversTargets) {
  world.target.targets = {{"TargetName", "iqn.2020-01.com.example:a"},
                          {"TargetAddress", "192.0.2.1:3260,1"},
                          {"TargetName", "iqn.2020-01.com.example:b"}};
  ctl::DiscoverCall call;
  call.portal = Portal{"192.0.2.1", 3260, {}};
  const auto discover = world.Call(call);
  ASSERT_EQ(discover->error(), "");
  const ctl::Json& targets = discover->reply->parameters["targets"];
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0]["portals"][0]["tpgt"], 1);
  EXPECT_EQ(targets[1]["portals"][0]["host"], "192.0.2.1");  // C-064
  EXPECT_EQ(world.target.texts, 1u);
  EXPECT_EQ(world.target.logouts, 1u);
  EXPECT_TRUE(world.transport.streams.empty());
}

// C-063: and it never enters the module.
TEST_F(ControlCalls, C063_DiscoveryIsASessionOfItsOwn) {
  world.kernel.loaded = false;
  ctl::DiscoverCall call;
  call.nickname = "ask";
  const auto discover = world.Call(call);
  EXPECT_EQ(discover->error(), "");
  ASSERT_EQ(world.target.logins.size(), 1u);
  const TextPairs& text = world.target.logins[0].text;
  EXPECT_NE(
      std::find(text.begin(), text.end(), TextPair{"SessionType", "Discovery"}),
      text.end());
  EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](const auto& pair) {
    return pair.key == "TargetName";
  }));
}

TEST_F(ControlCalls, DiscoveryAndLoginWantDifferentStanzas) {
  ctl::DiscoverCall call;
  call.nickname = "disk";
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
  EXPECT_EQ(world.Login("ask")->error(), "InvalidValue");
  call.portal = Portal{"192.0.2.1", 3260, {}};
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
}

TEST_F(ControlCalls, DiscoveryEndsByItsTimeout) {
  world.target.hook = [](FakeStream&, const Pdu& pdu) {
    return pdu.opcode() == ISCSI_OPCODE_TEXT_REQUEST;
  };
  ctl::DiscoverCall call;
  call.portal = Portal{"192.0.2.1", 3260, {}};
  call.timeout_ms = 5000;
  const auto discover = world.Call(call);
  world.Advance(seconds(5));
  EXPECT_EQ(discover->error(), "Timeout");
  EXPECT_EQ(discover->reply->parameters["step"], "discovery");
  EXPECT_TRUE(world.transport.streams.empty());
}

// What was found is not thrown away because the target is impolite.
TEST_F(ControlCalls, DiscoveryNeedsNoAnswerToItsLogout) {
  world.target.targets = {{"TargetName", "iqn.2020-01.com.example:a"}};
  world.target.hook = [](FakeStream&, const Pdu& pdu) {
    return pdu.opcode() == ISCSI_OPCODE_LOGOUT_REQUEST;
  };
  ctl::DiscoverCall call;
  call.portal = Portal{"192.0.2.1", 3260, {}};
  const auto discover = world.Call(call);
  EXPECT_FALSE(discover->done());
  world.Advance(seconds(2));
  EXPECT_EQ(discover->error(), "");
  EXPECT_EQ(discover->reply->parameters["targets"].size(), 1u);
}

TEST_F(ControlCalls, DiscoverySaysWhatIsWrong) {
  ctl::DiscoverCall call;
  call.portal = Portal{"192.0.2.1", 3260, {}};
  world.target.status = 0x0201;
  EXPECT_EQ(world.Call(call)->error(), "AuthenticationRequired");
  world.target.status = 0;
  world.target.hook = [](FakeStream& stream, const Pdu& pdu) {
    if (pdu.opcode() != ISCSI_OPCODE_TEXT_REQUEST) return false;
    stream.End(TransportFailure::kReset);
    return true;
  };
  EXPECT_EQ(world.Call(call)->error(), "ConnectionLost");
}

// --- a configuration that does not parse

TEST_F(ControlCalls, SaysWhereTheConfigurationIsWrong) {
  Initiator initiator(world.env());
  Control control(world.env(), initiator);
  control.SetConfigError(config::Diagnostic{
      config::Severity::kError, {"/etc/iscsi/iscsi.conf", 3, 7}, "no such"});
  std::optional<ctl::Reply> reply;
  ctl::LoginCall call;
  call.nickname = "disk";
  asio::co_spawn(
      world.env().executor,
      [](Control& what, ctl::LoginCall login,
         std::optional<ctl::Reply>& out) -> asio::awaitable<void> {
        out = co_await what.Handle(login);
      }(control, call, reply),
      asio::detached);
  world.Settle();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, "io.iscsi.Initiator.ConfigError");
  EXPECT_EQ(reply->parameters["line"], 3);
}

}  // namespace
}  // namespace iscsid
