// SPDX-License-Identifier: GPL-2.0-or-later
//
// The first login of a session, from the call to the device nodes, and what is
// left when a step of it fails.
#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

class SessionLogin : public testing::Test {
 protected:
  SessionLogin() { world.StartDaemon(kDiskConfig); }

  // A failed first login leaves nothing: not here, not in the module, not on
  // the network.
  void ExpectNothingLeft() {
    EXPECT_TRUE(world.initiator().sessions().empty());
    EXPECT_TRUE(world.kernel.sessions.empty());
    EXPECT_TRUE(world.transport.streams.empty());
  }

  FakeWorld world;
};

TEST_F(SessionLogin, HandsTheConnectionToTheModule) {
  world.target.keys = {{"DefaultTime2Wait", "3"}, {"ImmediateData", "Yes"}};
  const auto login = world.Login("disk");
  ASSERT_TRUE(login->done());
  EXPECT_EQ(login->error(), "");
  EXPECT_EQ(login->reply->parameters["session"], 1);

  const SessionDump& session = world.kernel.sessions.at(1);
  EXPECT_EQ(session.state, ISI_SESSION_UP);
  EXPECT_EQ(session.spec.target_name, "iqn.2020-01.com.example:disk");
  EXPECT_EQ(session.spec.initiator_name, "iqn.2020-01.com.example:me");
  EXPECT_EQ(session.spec.portal.host, "192.0.2.1");
  EXPECT_EQ(session.spec.portal.port, 3260);
  EXPECT_EQ(session.spec.tpgt, 1);
  const ConnSpec& conn = *world.kernel.last_conn;
  EXPECT_EQ(conn.exp_statsn, 102u);
  EXPECT_EQ(conn.leading->tsih, 1);
  EXPECT_EQ(conn.leading->cmdsn, 1u);
  EXPECT_EQ(conn.leading->max_cmdsn, 32u);
  EXPECT_EQ(conn.leading->params.default_time2wait, 3u);
  EXPECT_TRUE(conn.leading->params.immediate_data);
}

// The fixed order of DESIGN §5.
TEST_F(SessionLogin, MakesTheSessionOnlyAfterTheLogin) {
  world.transport.on_connect = [this](const Portal&) {
    EXPECT_EQ(world.kernel.Count("SESSION_ADD"), 0);
    return OnConnect::kAccept;
  };
  world.Login("disk");
  const auto& calls = world.kernel.calls;
  const auto add = std::find(calls.begin(), calls.end(), "SESSION_ADD 1");
  const auto conn = std::find(calls.begin(), calls.end(), "CONN_ADD 1");
  const auto scan = std::find(calls.begin(), calls.end(), "SESSION_SCAN 1");
  ASSERT_NE(scan, calls.end());
  EXPECT_LT(add, conn);
  EXPECT_LT(conn, scan);
}

// What the target sends behind its final response is the module's.
TEST_F(SessionLogin, ReadsNotAByteBeyondTheLastLoginResponse) {
  world.target.after_login = Bytes(100, std::byte{0x32});
  ASSERT_EQ(world.Login("disk")->error(), "");
  ASSERT_EQ(world.transport.unread.size(), 1u);
  EXPECT_EQ(world.transport.unread[0], 100u);
}

TEST_F(SessionLogin, LogsEveryTransition) {
  world.Login("disk");
  EXPECT_TRUE(world.log.Has("S1 FREE --connect requested/T1--> S2 XPT_WAIT"));
  EXPECT_TRUE(world.log.Has("S2 XPT_WAIT --connected/T4--> S4 IN_LOGIN"));
  EXPECT_TRUE(world.log.Has("S4 IN_LOGIN --login succeeded/T5--> S5"));
  EXPECT_TRUE(world.log.Has("Q1 FREE --connection logged in/N1--> Q3"));
}

TEST_F(SessionLogin, WithWaitRepliesWhenEveryDiskHasItsNode) {
  world.kernel.silent = {"SCANNED"};
  const auto login = world.Login("disk", true);
  EXPECT_FALSE(login->done());
  world.devices.Add(11, 0, "/dev/sda");
  world.devices.Add(11, 1, "");
  world.kernel.FinishScan(1);
  world.Settle();
  EXPECT_FALSE(login->done());

  world.devices.luns[11][1].device = "/dev/sdb";
  world.devices.Change();
  world.Settle();
  ASSERT_TRUE(login->done());
  EXPECT_EQ(login->reply->parameters["devices"],
            ctl::Json({"/dev/sda", "/dev/sdb"}));
}

TEST_F(SessionLogin, WithWaitSaysWhenTheNodesDoNotCome) {
  world.devices.Add(11, 0, "");
  const auto login = world.Login("disk", true);
  world.Advance(seconds(59));
  EXPECT_FALSE(login->done());
  world.Advance(seconds(1));
  EXPECT_EQ(login->error(), "Timeout");
  EXPECT_EQ(login->reply->parameters["step"], "devices");
  EXPECT_EQ(login->reply->parameters["session"], 1);
  EXPECT_TRUE(world.kernel.sessions.contains(1));  // it stays
}

TEST_F(SessionLogin, WithWaitSaysWhenTheScanFails) {
  world.kernel.silent = {"SCANNED"};
  const auto login = world.Login("disk", true);
  world.kernel.FinishScan(1, -EIO);
  world.Settle();
  EXPECT_EQ(login->error(), "KernelError");
  EXPECT_EQ(login->reply->parameters["operation"], "SESSION_SCAN");
}

TEST_F(SessionLogin, DoesNotScanWhenToldNotTo) {
  EXPECT_EQ(world.Login("manual", true)->error(), "");
  EXPECT_EQ(world.kernel.Count("SESSION_SCAN"), 0);
}

TEST_F(SessionLogin, SaysThatNobodyListens) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kRefuse; };
  EXPECT_EQ(world.Login("disk")->error(), "ConnectionRefused");
  ExpectNothingLeft();
}

TEST_F(SessionLogin, SaysThatThereIsNoWay) {
  world.transport.on_connect = [](const Portal&) {
    return OnConnect::kUnreachable;
  };
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "TargetUnreachable");
  EXPECT_EQ(login->reply->parameters["errno"], EHOSTUNREACH);
  ExpectNothingLeft();
}

TEST_F(SessionLogin, SaysThatTheHostHasNoAddress) {
  EXPECT_EQ(world.Login("named")->error(), "HostNotFound");
  ExpectNothingLeft();
}

TEST_F(SessionLogin, EndsAtLoginTimeoutWhenNobodyAnswersTheConnect) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  const auto login = world.Login("disk");
  world.Advance(seconds(29));
  EXPECT_FALSE(login->done());
  world.Advance(seconds(1));
  EXPECT_EQ(login->error(), "Timeout");
  EXPECT_EQ(login->reply->parameters["step"], "connect");
  ExpectNothingLeft();
}

// C-120
TEST_F(SessionLogin, C120_EndsAtLoginTimeoutWhenTheTargetIsSilent) {
  world.target.hook = [](FakeStream&, const Pdu&) { return true; };
  const auto login = world.Login("disk");
  world.Advance(seconds(30));
  EXPECT_EQ(login->error(), "Timeout");
  EXPECT_EQ(login->reply->parameters["step"], "login");
  EXPECT_TRUE(world.log.Has("S4 IN_LOGIN --login timeout/T7--> S1 FREE"));
  ExpectNothingLeft();
}

// C-120
TEST_F(SessionLogin, C120_SaysThatTheTargetClosed) {
  world.target.hook = [](FakeStream& stream, const Pdu&) {
    stream.End(TransportFailure::kClosed);
    return true;
  };
  EXPECT_EQ(world.Login("disk")->error(), "ConnectionLost");
  EXPECT_TRUE(world.log.Has("transport disconnect/T7"));
  ExpectNothingLeft();
}

// C-120
TEST_F(SessionLogin, C120_SaysThatTheTargetReset) {
  world.target.hook = [](FakeStream& stream, const Pdu&) {
    stream.End(TransportFailure::kReset);
    return true;
  };
  EXPECT_EQ(world.Login("disk")->error(), "ConnectionLost");
  EXPECT_TRUE(world.log.Has("transport reset/T7"));
  ExpectNothingLeft();
}

TEST_F(SessionLogin, SaysThatItIsNoTarget) {
  world.target.hook = [](FakeStream& stream, const Pdu&) {
    const std::string text(64, 'H');
    const auto bytes = std::as_bytes(std::span(text));
    stream.Push(Bytes(bytes.begin(), bytes.end()));
    return true;
  };
  EXPECT_EQ(world.Login("disk")->error(), "ProtocolError");
  ExpectNothingLeft();
}

// C-020
TEST_F(SessionLogin, C020_SaysWhatTheTargetRefuses) {
  world.target.status = 0x0203;
  EXPECT_EQ(world.Login("disk")->error(), "TargetNotFound");
  world.target.status = 0x0201;
  EXPECT_EQ(world.Login("disk")->error(), "AuthenticationRequired");
  world.target.status = 0x0301;
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "LoginRefused");
  EXPECT_EQ(login->reply->parameters["status_class"], 3);
  ExpectNothingLeft();
}

TEST_F(SessionLogin, SaysWhichKeyTheyDisagreeOn) {
  world.target.keys = {{"MaxBurstLength", "99999999"}};
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "NegotiationFailed");
  EXPECT_EQ(login->reply->parameters["key"], "MaxBurstLength");
  ExpectNothingLeft();
}

TEST_F(SessionLogin, SaysThatThereIsNoModuleBeforeItConnects) {
  world.kernel.loaded = false;
  EXPECT_EQ(world.Login("disk")->error(), "ModuleNotLoaded");
  EXPECT_TRUE(world.transport.connects.empty());
  EXPECT_TRUE(world.initiator().sessions().empty());
}

TEST_F(SessionLogin, SaysWhatTheKernelRefuses) {
  world.kernel.fail["SESSION_ADD"] = ENOMEM;
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "KernelError");
  EXPECT_EQ(login->reply->parameters["operation"], "SESSION_ADD");
  EXPECT_EQ(login->reply->parameters["errno"], ENOMEM);
  ExpectNothingLeft();
}

TEST_F(SessionLogin, RemovesTheSessionWhenTheHandOverFails) {
  world.kernel.fail["CONN_ADD"] = ENOTCONN;
  const auto login = world.Login("disk");
  EXPECT_EQ(login->error(), "KernelError");
  EXPECT_EQ(world.kernel.Count("SESSION_DEL 1"), 1);
  ExpectNothingLeft();
}

TEST_F(SessionLogin, OffersNothingTheModuleLacks) {
  world.kernel.info.max_recv_dsl = 16384;
  world.kernel.info.max_outstanding_r2t = 4;
  world.kernel.info.max_queue_depth = 16;
  ASSERT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(world.kernel.last_conn->params.max_recv_data_segment_length,
            16384u);
  EXPECT_EQ(world.kernel.sessions.at(1).spec.queue_depth, 16);
  EXPECT_EQ(world.kernel.sessions.at(1).spec.lun_queue_depth, 16);
}

TEST_F(SessionLogin, TriesAllAddressesOfAHost) {
  world.transport.hosts["storage.example.com"] = {"192.0.2.7", "192.0.2.8"};
  world.transport.on_connect = [](const Portal& to) {
    return to.host == "192.0.2.7" ? OnConnect::kRefuse : OnConnect::kAccept;
  };
  ASSERT_EQ(world.Login("named")->error(), "");
  ASSERT_EQ(world.transport.connects.size(), 2u);
  EXPECT_EQ(world.kernel.sessions.at(1).spec.portal.host, "192.0.2.8");
}

// A silent address must not use up the time of the next.
TEST_F(SessionLogin, SharesTheTimeBetweenAddresses) {
  world.transport.hosts["storage.example.com"] = {"192.0.2.7", "192.0.2.8"};
  world.transport.on_connect = [](const Portal& to) {
    return to.host == "192.0.2.7" ? OnConnect::kHang : OnConnect::kAccept;
  };
  const auto login = world.Login("named");
  world.Advance(seconds(15));
  EXPECT_EQ(login->error(), "");
}

TEST_F(SessionLogin, RefusesASecondLoginOfTheSameNickname) {
  world.kernel.silent = {"SCANNED"};
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  const auto first = world.Login("disk");
  EXPECT_EQ(world.Login("disk")->error(), "Busy");
  EXPECT_FALSE(first->done());
  EXPECT_EQ(world.transport.connects.size(), 1u);
}

TEST_F(SessionLogin, SaysThatItIsLoggedInAlready) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  const auto again = world.Login("disk");
  EXPECT_EQ(again->error(), "AlreadyLoggedIn");
  EXPECT_EQ(again->reply->parameters["session"], 1);
  EXPECT_EQ(world.kernel.sessions.size(), 1u);
}

// A transient login to where a stanza leads is the same session.
TEST_F(SessionLogin, KnowsASessionByTargetAndPortal) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  ctl::LoginCall call;
  call.target = "iqn.2020-01.com.example:disk";
  call.portal = Portal{"192.0.2.1", 3260, {}};
  EXPECT_EQ(world.Call(call)->error(), "AlreadyLoggedIn");
}

TEST_F(SessionLogin, LogsInWithoutAStanza) {
  ctl::LoginCall call;
  call.target = "iqn.2020-01.com.example:other";
  call.portal = Portal{"192.0.2.1", 3260, {}};
  call.settings = ctl::Keys{{"ReplacementTimeout", "5"}};
  ASSERT_EQ(world.Call(call)->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(1).spec.recovery_tmo, 5);
  EXPECT_EQ(world.kernel.sessions.at(1).spec.initiator_name,
            "iqn.2026-11.io.iscsi.initiator:0123456789abcdef");
}

// C-097
TEST_F(SessionLogin, C097_TellsTheModuleWhenToPing) {
  ctl::LoginCall call;
  call.target = "iqn.2020-01.com.example:other";
  call.portal = Portal{"192.0.2.1", 3260, {}};
  call.settings = ctl::Keys{{"PingInterval", "7"}, {"PingTimeout", "86400"}};
  ASSERT_EQ(world.Call(call)->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(1).spec.pings, (Pings{7000, 86400000}));
}

// A module of before knows nothing of pings, and refuses what it does not know.
TEST_F(SessionLogin, TellsAnOldModuleNothingOfPings) {
  world.kernel.info.minor = 0;
  ASSERT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(1).spec.pings, std::nullopt);
}

// C-057
TEST_F(SessionLogin, C057_GivesEachPathAnIsidOfItsOwn) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  ASSERT_EQ(world.Login("tape")->error(), "");
  EXPECT_NE(world.kernel.sessions.at(1).spec.isid,
            world.kernel.sessions.at(2).spec.isid);
}

// C-057
TEST_F(SessionLogin, C057_KeepsTheIsidOfAPath) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  const Isid isid = world.kernel.sessions.at(1).spec.isid;
  ASSERT_EQ(world.Logout("disk")->error(), "");
  world.StopDaemon();
  world.StartDaemon(kDiskConfig);
  ASSERT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(world.kernel.sessions.at(2).spec.isid, isid);
}

TEST_F(SessionLogin, LoginsRunSideBySide) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  const auto hanging = world.Login("disk");
  world.transport.on_connect = [](const Portal&) { return OnConnect::kAccept; };
  EXPECT_EQ(world.Login("tape")->error(), "");
  EXPECT_FALSE(hanging->done());
}

TEST_F(SessionLogin, StoppingTheDaemonEndsALogin) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  const auto login = world.Login("disk");
  world.StopDaemon();
  EXPECT_EQ(login->error(), "Busy");
  EXPECT_TRUE(world.transport.streams.empty());
}

}  // namespace
}  // namespace iscsid
