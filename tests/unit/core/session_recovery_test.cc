// SPDX-License-Identifier: GPL-2.0-or-later
//
// What happens between the loss of a connection and the next one: when the
// attempts come, what they look like, and what ends them.
#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SessionRecovery : public testing::Test {
 protected:
  SessionRecovery() {
    world.StartDaemon(kDiskConfig);
    world.target.keys = {{"DefaultTime2Wait", "3"}};
    EXPECT_EQ(world.Login("disk")->error(), "");
    world.transport.connects.clear();
    world.kernel.calls.clear();
  }

  void Refuse() {
    world.transport.on_connect = [](const Portal&) {
      return OnConnect::kRefuse;
    };
  }
  void Accept() {
    world.transport.on_connect = [](const Portal&) {
      return OnConnect::kAccept;
    };
  }

  [[nodiscard]] size_t attempts() const {
    return world.transport.connects.size();
  }
  [[nodiscard]] bool up() const {
    return world.kernel.sessions.at(1).state == ISI_SESSION_UP;
  }

  FakeWorld world;
};

// C-115
TEST_F(SessionRecovery, C115_WaitsForTime2Wait) {
  world.kernel.FailConn(1);
  world.Advance(milliseconds(2999));
  EXPECT_EQ(attempts(), 0u);
  world.Advance(milliseconds(1));
  EXPECT_EQ(attempts(), 1u);
  EXPECT_TRUE(up());
}

// C-116: same name and ISID, TSIH 0; the module then ends the old tasks.
TEST_F(SessionRecovery, C116_ReinstatesTheSession) {
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  ASSERT_EQ(world.target.logins.size(), 2u);
  const auto& first = world.target.logins[0];
  const auto& second = world.target.logins[1];
  EXPECT_TRUE(
      std::equal(first.header.isid, first.header.isid + 6, second.header.isid));
  EXPECT_EQ(second.header.tsih, 0);
  EXPECT_EQ(first.text, second.text);
  EXPECT_EQ(world.kernel.Count("SESSION_ADD"), 0);
  EXPECT_EQ(world.kernel.Count("CONN_ADD 1"), 1);
  EXPECT_EQ(world.kernel.last_conn->leading->tsih, 2);
  EXPECT_EQ(world.initiator().sessions().size(), 1u);
}

// C-119
TEST_F(SessionRecovery, C119_TakesTheTransitionsOfTheRfc) {
  world.kernel.FailConn(1, ISI_FAIL_SOCKET, -ECONNRESET);
  world.Advance(seconds(3));
  EXPECT_TRUE(world.log.Has("S5 LOGGED_IN --transport reset/T15--> S8"));
  EXPECT_TRUE(world.log.Has("Q3 LOGGED_IN --all connections failed/N5--> Q4"));
  EXPECT_TRUE(world.log.Has("R1 CLEANUP_WAIT --"));
  EXPECT_TRUE(world.log.Has("/M4--> R3"));
  EXPECT_TRUE(world.log.Has("Q4 FAILED --reinstated/N6--> Q1 FREE"));
}

TEST_F(SessionRecovery, KeepsTryingWithinTwoSecondsOfEachOther) {
  Refuse();
  world.kernel.FailConn(1);
  world.Advance(seconds(60));
  ASSERT_GT(attempts(), 30u);
  const auto& connects = world.transport.connects;
  for (size_t i = 1; i < connects.size(); ++i) {
    const auto gap = connects[i].when - connects[i - 1].when;
    EXPECT_LE(gap, milliseconds(2000));
    EXPECT_GE(gap, milliseconds(125));
  }
  // The first ones come faster, and no two gaps need be equal.
  EXPECT_LE(connects[1].when - connects[0].when, milliseconds(250));
  Accept();
  world.Advance(seconds(2));
  EXPECT_TRUE(up());
}

// When the network comes back, a fresh SYN is not far.
TEST_F(SessionRecovery, RepeatsTheConnectIntoABlackHole) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  world.kernel.FailConn(1);
  world.Advance(seconds(63));
  EXPECT_GE(attempts(), 29u);
  Accept();
  world.Advance(milliseconds(2500));
  EXPECT_TRUE(up());
}

// A refusal is not the end either, data waits; but it is asked for less often.
TEST_F(SessionRecovery, KeepsAskingATargetThatRefuses) {
  world.target.status = 0x0201;
  world.kernel.FailConn(1);
  world.Advance(seconds(600));
  EXPECT_GT(attempts(), 40u);
  EXPECT_LT(attempts(), 100u);
  world.target.status = 0;
  world.Advance(seconds(15));
  EXPECT_TRUE(up());
}

// A target that restarts listens before it knows its targets and who may use
// them: it must not be missed while commands wait.
TEST_F(SessionRecovery, C020_AsksATargetThatIsJustStartingOften) {
  for (const int status : {0x0202, 0x0203, 0x0300, 0x0301, 0x0302}) {
    world.target.status = static_cast<uint16_t>(status);
    world.kernel.FailConn(1);
    world.Advance(seconds(60));
    EXPECT_FALSE(up());
    world.target.status = 0;
    world.Advance(seconds(2));
    EXPECT_TRUE(up()) << status;
  }
}

// Nothing waits any more, and it may never come back.
TEST_F(SessionRecovery, AsksLessOftenOnceCommandsFail) {
  world.target.status = 0x0203;
  world.kernel.FailConn(1);
  world.Advance(seconds(10));
  world.kernel.SetState(1, ISI_SESSION_EXPIRED);
  world.Settle();
  world.transport.connects.clear();
  world.Advance(seconds(300));
  EXPECT_GT(attempts(), 19u);
  EXPECT_LT(attempts(), 45u);
}

TEST_F(SessionRecovery, TellsWhyAndWhen) {
  Refuse();
  world.kernel.FailConn(1, ISI_FAIL_PEER_CLOSED);
  world.Advance(seconds(1));
  ctl::Session view = world.Show("disk");
  EXPECT_EQ(view.state, ctl::SessionState::kFailed);
  ASSERT_TRUE(view.failure);
  EXPECT_EQ(view.failure->reason, "the target closed the connection");
  EXPECT_EQ(view.next_retry_ms, 2000u);
  EXPECT_EQ(view.failures, 1u);
  world.Advance(seconds(2));
  view = world.Show("disk");
  EXPECT_NE(view.failure->reason.find("refuses connections"),
            std::string::npos);
}

TEST_F(SessionRecovery, GoesOnAfterTheRecoveryTimerRanOut) {
  Refuse();
  world.kernel.FailConn(1);
  world.Advance(seconds(10));
  world.kernel.SetState(1, ISI_SESSION_EXPIRED);
  world.Settle();
  EXPECT_TRUE(world.log.Has("commands fail"));
  Accept();
  world.Advance(seconds(2));
  EXPECT_TRUE(up());
}

TEST_F(SessionRecovery, TriesAgainWhenTheModuleRefusesTheConnection) {
  world.kernel.fail["CONN_ADD"] = ENOTCONN;
  world.kernel.FailConn(1);
  world.Advance(seconds(5));
  EXPECT_FALSE(up());
  EXPECT_GT(world.kernel.Count("CONN_ADD 1"), 1);
  world.kernel.fail.clear();
  world.Advance(seconds(2));
  EXPECT_TRUE(up());
}

TEST_F(SessionRecovery, EndsWhenTheSessionWasRemovedMeanwhile) {
  world.kernel.FailConn(1);
  world.Settle();
  world.kernel.sessions.clear();  // and the event is lost
  world.Advance(seconds(3));
  EXPECT_TRUE(world.initiator().sessions().empty());
}

TEST_F(SessionRecovery, IgnoresAFailureOfAnEarlierConnection) {
  const ConnHandle old{world.kernel.sessions.at(1).handle, 0,
                       world.kernel.sessions.at(1).conns[0].generation};
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  ASSERT_TRUE(up());
  world.kernel.Deliver(
      ConnFailedEvent{old, ISI_SESSION_BLOCKED, ISI_FAIL_SOCKET, -EPIPE});
  world.Advance(seconds(10));
  EXPECT_EQ(attempts(), 1u);
  EXPECT_EQ(world.Show("disk").state, ctl::SessionState::kLoggedIn);
}

TEST_F(SessionRecovery, FindsOutFromTheDumpWhenTheEventIsLost) {
  world.kernel.silent = {"CONN_FAILED"};
  world.kernel.FailConn(1);
  world.Advance(seconds(5));
  EXPECT_EQ(attempts(), 0u);
  world.kernel.LoseEvents();
  world.Advance(seconds(3));
  EXPECT_TRUE(up());
}

// Not even the loss was noticed: the audit finds it.
TEST_F(SessionRecovery, FindsOutByItselfBeforeLong) {
  world.kernel.silent = {"CONN_FAILED"};
  world.kernel.FailConn(1);
  world.Advance(seconds(34));
  EXPECT_TRUE(up());
}

TEST_F(SessionRecovery, ScansAgainWhenTheScanLostItsConnection) {
  world.kernel.silent = {"SCANNED"};
  ctl::RescanCall call;
  call.selector.nickname = "disk";
  const auto rescan = world.Call(call);
  world.kernel.FailConn(1);
  world.kernel.FinishScan(1, -ENOTCONN);
  world.Advance(seconds(3));
  EXPECT_FALSE(rescan->done());
  EXPECT_EQ(world.kernel.Count("SESSION_SCAN 1"), 2);
  world.kernel.FinishScan(1);
  world.Settle();
  EXPECT_EQ(rescan->error(), "");
}

TEST_F(SessionRecovery, ScansAgainWhenItsEventWasLost) {
  world.kernel.silent = {"SCANNED"};
  ctl::RescanCall call;
  call.selector.nickname = "disk";
  const auto rescan = world.Call(call);
  world.kernel.sessions.at(1).flags = 0;  // it was done
  world.kernel.silent.clear();
  world.kernel.LoseEvents();
  world.Settle();
  EXPECT_EQ(rescan->error(), "");
}

TEST_F(SessionRecovery, SessionsDoNotWaitForEachOther) {
  ASSERT_EQ(world.Login("tape")->error(), "");
  world.transport.on_connect = [this](const Portal&) {
    return attempts() == 1 ? OnConnect::kHang : OnConnect::kAccept;
  };
  world.transport.connects.clear();
  world.kernel.FailConn(1);
  world.kernel.FailConn(2);
  world.Advance(seconds(3));
  EXPECT_NE(up(), world.kernel.sessions.at(2).state == ISI_SESSION_UP);
}

// Nothing that recovery needs may depend on a name server or a file.
TEST_F(SessionRecovery, ResolvesNoNameToRecover) {
  world.transport.hosts["storage.example.com"] = {"192.0.2.7"};
  ASSERT_EQ(world.Login("named")->error(), "");
  world.transport.hosts.clear();
  world.store.broken = true;
  const unsigned before = world.transport.resolves;
  world.kernel.FailConn(2);
  world.Advance(seconds(3));
  EXPECT_EQ(world.kernel.sessions.at(2).state, ISI_SESSION_UP);
  EXPECT_EQ(world.transport.resolves, before);
}

// --- Asynchronous Messages

// C-100
TEST_F(SessionRecovery, C100_LogsOutAndInAgainWhenAsked) {
  world.kernel.ReceiveAsync(1, ISCSI_ASYNC_LOGOUT_REQUEST, 0, 10);
  world.Settle();
  ASSERT_EQ(world.kernel.sent.size(), 1u);
  const auto logout = world.kernel.sent[0].As<iscsi_bhs_logout_request>();
  EXPECT_EQ(logout.opcode & ISCSI_BHS_OPCODE, ISCSI_OPCODE_LOGOUT_REQUEST);
  EXPECT_EQ(world.kernel.Count("CONN_DEL 1"), 1);
  EXPECT_EQ(world.kernel.Count("SESSION_DEL"), 0);
  EXPECT_EQ(world.kernel.Count("SESSION_UNBIND"), 0);
  EXPECT_TRUE(up());
  EXPECT_TRUE(world.log.Has("target requests logout/T11--> S7"));
  EXPECT_TRUE(world.log.Has("logout started/T10--> S6"));
  EXPECT_TRUE(world.log.Has("logout succeeded/T13--> S1"));
}

// C-114
TEST_F(SessionRecovery, C114_WaitsAsTheLogoutResponseSays) {
  world.kernel.logout_time2wait = 7;
  world.kernel.ReceiveAsync(1, ISCSI_ASYNC_LOGOUT_REQUEST, 0, 10);
  world.Advance(milliseconds(6999));
  EXPECT_EQ(attempts(), 0u);
  world.Advance(milliseconds(1));
  EXPECT_TRUE(up());
}

// C-100, C-113: when the Logout is not answered.
TEST_F(SessionRecovery, C100_C113_DropsTheConnectionWithinParameter3) {
  world.kernel.logout_response.reset();
  world.kernel.ReceiveAsync(1, ISCSI_ASYNC_LOGOUT_REQUEST, 0, 2);
  world.Advance(milliseconds(1999));
  EXPECT_EQ(world.kernel.Count("CONN_STOP"), 0);
  world.Advance(milliseconds(1));
  EXPECT_EQ(world.kernel.Count("CONN_STOP 1"), 1);
  EXPECT_TRUE(world.log.Has("S6 IN_LOGOUT --logout timeout/T17--> S8"));
  world.Advance(seconds(3));
  EXPECT_TRUE(up());
}

// C-101, C-114
TEST_F(SessionRecovery, C101_C114_ComesBackAfterADropNotBeforeTime2Wait) {
  for (const auto event : {ISCSI_ASYNC_CONN_DROP, ISCSI_ASYNC_SESSION_DROP}) {
    world.transport.connects.clear();
    world.kernel.ReceiveAsync(1, event, 8, 20);
    world.Advance(milliseconds(7999));
    EXPECT_EQ(attempts(), 0u);
    world.Advance(milliseconds(1));
    EXPECT_TRUE(up());
  }
  EXPECT_EQ(world.kernel.Count("CONN_STOP 1"), 2);
  EXPECT_TRUE(world.log.Has("target drops connection/T15"));
  EXPECT_TRUE(world.log.Has("target drops all connections/T15"));
}

// C-101: Parameter1 is the CID of the connection it drops.
TEST_F(SessionRecovery, C101_ADropOfAnotherConnectionIsNotOurs) {
  world.kernel.ReceiveAsync(1, ISCSI_ASYNC_CONN_DROP, 8, 20, 1);
  world.Settle();
  EXPECT_EQ(world.kernel.Count("CONN_STOP 1"), 0);
  EXPECT_TRUE(up());
}

// C-102
TEST_F(SessionRecovery, C102_LogsInAgainToNegotiate) {
  world.kernel.ReceiveAsync(1, ISCSI_ASYNC_NEGOTIATE, 0, 10);
  world.Settle();
  EXPECT_EQ(world.kernel.sent.size(), 1u);
  EXPECT_TRUE(up());
  EXPECT_EQ(world.target.logins.size(), 2u);
}

// C-041, C-042: a normal session agrees to things in its logins only, and one
// that fails half-way leaves nothing of what the target had said.
TEST_F(SessionRecovery, C042_ANegotiationThatFailsChangesNothing) {
  const TextPairs keys = world.target.keys;
  world.target.keys = {{"MaxBurstLength", "1024"},
                       {"FirstBurstLength", "512"},
                       {"DefaultTime2Wait", "40"},
                       {"HeaderDigest", "ours"}};
  world.kernel.ReceiveAsync(1, ISCSI_ASYNC_NEGOTIATE, 0, 10);
  world.Settle();
  EXPECT_FALSE(up());
  EXPECT_EQ(attempts(), 1u);
  world.target.keys = keys;
  world.Advance(milliseconds(250));
  ASSERT_TRUE(up());
  EXPECT_EQ(world.target.logins.back().text, world.target.logins.front().text);
  const SessionParams& params = world.kernel.last_conn->leading->params;
  EXPECT_EQ(params.max_burst_length, 262144u);
  EXPECT_EQ(params.first_burst_length, 65536u);
  EXPECT_EQ(world.target.texts, 0u);

  world.transport.connects.clear();
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  EXPECT_TRUE(up());
}

// C-099
TEST_F(SessionRecovery, C099_ScansWhenTheLunsChanged) {
  iscsi_bhs_async header{};
  header.opcode = ISCSI_OPCODE_ASYNC;
  header.async_event = ISCSI_ASYNC_SCSI;
  Pdu pdu;
  pdu.Set(header);
  pdu.data = Bytes(2 + 18);
  pdu.data[1] = std::byte{18};
  pdu.data[2] = std::byte{0x70};
  pdu.data[4] = std::byte{6};
  world.kernel.Receive(1, pdu);
  world.Settle();
  EXPECT_EQ(world.kernel.Count("SESSION_SCAN"), 0);
  pdu.data[2 + 12] = std::byte{0x3f};
  pdu.data[2 + 13] = std::byte{0x0e};
  world.kernel.Receive(1, pdu);
  world.Settle();
  EXPECT_EQ(world.kernel.Count("SESSION_SCAN 1"), 1);
}

// C-102, C-103
TEST_F(SessionRecovery, C102_C103_LeavesTheRestAlone) {
  for (const int event :
       {ISCSI_ASYNC_FAST_ABORT + 0, 77, 248, ISCSI_ASYNC_VENDOR + 0})
    world.kernel.ReceiveAsync(1, static_cast<iscsi_async_event>(event), 1, 1);
  iscsi_bhs_reject reject{};
  reject.opcode = ISCSI_OPCODE_REJECT;
  reject.reason = ISCSI_REJECT_PROTOCOL;
  Pdu pdu;
  pdu.Set(reject);
  world.kernel.Receive(1, pdu);
  world.Advance(seconds(20));
  EXPECT_TRUE(up());
  EXPECT_TRUE(world.kernel.sent.empty());
  EXPECT_TRUE(world.log.Has("protocol error"));
}

}  // namespace
}  // namespace iscsid
