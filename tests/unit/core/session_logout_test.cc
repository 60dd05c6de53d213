// SPDX-License-Identifier: GPL-2.0-or-later
//
// The end of a session: its order, what may refuse it, and that it comes even
// when target, module or disks do not help.
#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SessionLogout : public testing::Test {
 protected:
  SessionLogout() {
    world.StartDaemon(kDiskConfig);
    EXPECT_EQ(world.Login("disk")->error(), "");
    world.kernel.calls.clear();
  }

  // What changes something, in order.
  [[nodiscard]] std::vector<std::string> Changes() const {
    std::vector<std::string> changes;
    for (const std::string& call : world.kernel.calls) {
      if (!call.starts_with("INFO") && !call.starts_with("SESSION_GET"))
        changes.push_back(call);
    }
    return changes;
  }

  FakeWorld world;
};

// DESIGN §5: logout is always UNBIND, Logout, CONN_DEL, SESSION_DEL. That it
// is under way is noted first, for a daemon that comes after a crash.
TEST_F(SessionLogout, KeepsTheOrder) {
  EXPECT_EQ(world.Logout("disk")->error(), "");
  EXPECT_EQ(Changes(), (std::vector<std::string>{
                           "SESSION_SET 1", "SESSION_UNBIND 1", "PDU_SEND 1",
                           "CONN_DEL 1", "SESSION_DEL 1"}));
  EXPECT_TRUE(world.kernel.sessions.empty());
  EXPECT_TRUE(world.initiator().sessions().empty());
}

// C-112
TEST_F(SessionLogout, C112_SendsTheLogoutRequest) {
  world.Logout("disk");
  ASSERT_EQ(world.kernel.sent.size(), 1u);
  const auto request = world.kernel.sent[0].As<iscsi_bhs_logout_request>();
  EXPECT_EQ(request.opcode, ISCSI_OPCODE_LOGOUT_REQUEST | ISCSI_BHS_IMMEDIATE);
  EXPECT_EQ(request.flags, ISCSI_BHS_FINAL | ISCSI_LOGOUT_SESSION);
  EXPECT_TRUE(world.log.Has("S5 LOGGED_IN --logout started/T9--> S6"));
  EXPECT_TRUE(world.log.Has("S6 IN_LOGOUT --logout succeeded/T13--> S1"));
  EXPECT_TRUE(world.log.Has("Q3 LOGGED_IN --closed/N3--> Q1 FREE"));
}

TEST_F(SessionLogout, SendsNoLogoutBeforeTheDisksAreGone) {
  world.kernel.silent = {"UNBOUND"};
  const auto logout = world.Logout("disk");
  world.Advance(seconds(20));
  EXPECT_TRUE(world.kernel.sent.empty());
  EXPECT_FALSE(logout->done());
  world.kernel.FinishUnbind(1);
  world.Settle();
  EXPECT_EQ(logout->error(), "");
}

TEST_F(SessionLogout, RepliesWhenTheSessionIsGone) {
  world.kernel.silent = {"GONE"};
  const auto logout = world.Logout("disk");
  world.Advance(seconds(5));
  EXPECT_FALSE(logout->done());
  world.kernel.FinishDel(1);
  world.Settle();
  EXPECT_EQ(logout->error(), "");
}

TEST_F(SessionLogout, FindsOutFromTheDumpWhenEventsAreLost) {
  world.kernel.silent = {"UNBOUND", "GONE", "PDU_RECEIVED"};
  const auto logout = world.Logout("disk");
  world.kernel.sessions.at(1).flags |= ISI_SESSION_F_UNBOUND;
  world.kernel.LoseEvents();
  world.Settle();
  ASSERT_EQ(world.kernel.sent.size(), 1u);
  world.kernel.sessions.at(1).conns[0].flags |= ISI_CONN_F_LOGGED_OUT;
  world.kernel.LoseEvents();
  world.Settle();
  EXPECT_EQ(world.kernel.Count("CONN_DEL 1"), 1);
  world.kernel.sessions.clear();
  world.kernel.LoseEvents();
  world.Settle();
  EXPECT_EQ(logout->error(), "");
}

TEST_F(SessionLogout, RefusesADiskInUse) {
  world.devices.holders = {
      {{"/dev/sda", ctl::HolderKind::kMount, "/mnt/data"}}};
  const auto logout = world.Logout("disk");
  EXPECT_EQ(logout->error(), "InUse");
  EXPECT_EQ(logout->reply->parameters["holders"][0]["name"], "/mnt/data");
  EXPECT_TRUE(Changes().empty());
  EXPECT_TRUE(world.initiator().sessions()[0]->live());
}

TEST_F(SessionLogout, RefusesWhenTheHoldersCannotBeFound) {
  world.devices.holders = std::nullopt;
  EXPECT_EQ(world.Logout("disk")->error(), "Timeout");
  EXPECT_TRUE(Changes().empty());
}

TEST_F(SessionLogout, ByForceAsksForNoHolders) {
  world.devices.holders = {
      {{"/dev/sda", ctl::HolderKind::kMount, "/mnt/data"}}};
  EXPECT_EQ(world.Logout("disk", true)->error(), "");
  EXPECT_EQ(world.kernel.Count("SESSION_UNBIND 1"), 1);  // still flushes
}

TEST_F(SessionLogout, RefusesASecondLogout) {
  world.kernel.silent = {"UNBOUND"};
  const auto first = world.Logout("disk");
  EXPECT_EQ(world.Logout("disk")->error(), "Busy");
  EXPECT_EQ(world.Login("disk")->error(), "Busy");
  world.kernel.FinishUnbind(1);
  world.Settle();
  EXPECT_EQ(first->error(), "");
}

// C-113
TEST_F(SessionLogout, C113_EndsWithoutAnAnswer) {
  world.kernel.logout_response.reset();
  const auto logout = world.Logout("disk");
  world.Advance(milliseconds(4999));
  EXPECT_FALSE(logout->done());
  world.Advance(milliseconds(1));
  EXPECT_EQ(logout->error(), "");
  EXPECT_TRUE(world.log.Has("S6 IN_LOGOUT --logout timeout/T17--> S8"));
  EXPECT_TRUE(world.kernel.sessions.empty());
}

// C-113
TEST_F(SessionLogout, C113_EndsWhenTheTargetRefuses) {
  for (const int response :
       {ISCSI_LOGOUT_NO_CID + 0, ISCSI_LOGOUT_NO_RECOVERY + 0,
        ISCSI_LOGOUT_FAILED + 0, 4, 255}) {
    world.kernel.logout_response = static_cast<uint8_t>(response);
    EXPECT_EQ(world.Logout("disk")->error(), "");
    EXPECT_TRUE(world.kernel.sessions.empty());
    EXPECT_TRUE(world.log.Has("S6 IN_LOGOUT --logout failed/T17--> S8"));
    EXPECT_TRUE(world.log.Has("the target refuses the logout, response " +
                              std::to_string(response)));
    EXPECT_EQ(world.Login("disk")->error(), "");
  }
}

// C-104: of a Logout; it does not wait for a response any more.
TEST_F(SessionLogout, C104_EndsWhenTheTargetRejectsTheRequest) {
  world.kernel.logout_response.reset();
  const auto logout = world.Logout("disk");
  world.kernel.ReceiveReject(1, ISCSI_REJECT_IMMEDIATE, 0x12345678);
  world.Settle();
  EXPECT_FALSE(logout->done());
  world.kernel.ReceiveReject(1, ISCSI_REJECT_IMMEDIATE, 0x40000001);
  world.Settle();
  EXPECT_EQ(logout->error(), "");
  EXPECT_TRUE(world.log.Has("too many immediate commands"));
  EXPECT_TRUE(world.log.Has("S6 IN_LOGOUT --logout failed/T17--> S8"));
}

// Many targets close right behind their response.
TEST_F(SessionLogout, TakesAnAnswerFollowedByAClose) {
  world.kernel.logout_response.reset();
  const auto logout = world.Logout("disk");
  iscsi_bhs_logout_response response{};
  response.opcode = ISCSI_OPCODE_LOGOUT_RESPONSE;
  response.itt = htobe32(0x40000001);
  Pdu answer;
  answer.Set(response);
  world.kernel.Receive(1, answer);
  world.kernel.FailConn(1);
  world.Settle();
  EXPECT_EQ(logout->error(), "");
  EXPECT_TRUE(world.log.Has("logout succeeded/T13"));
  EXPECT_FALSE(world.log.Has("T17"));
}

TEST_F(SessionLogout, IgnoresTheAnswerToSomethingElse) {
  world.kernel.logout_response.reset();
  const auto logout = world.Logout("disk");
  iscsi_bhs_logout_response response{};
  response.opcode = ISCSI_OPCODE_LOGOUT_RESPONSE;
  response.itt = htobe32(0x99);
  Pdu answer;
  answer.Set(response);
  world.kernel.Receive(1, answer);
  world.Settle();
  EXPECT_FALSE(logout->done());
}

TEST_F(SessionLogout, GoesOnWhenTheLogoutCannotBeSent) {
  world.kernel.fail["PDU_SEND"] = ENOTCONN;
  EXPECT_EQ(world.Logout("disk")->error(), "");
  EXPECT_EQ(world.kernel.Count("SESSION_DEL 1"), 1);
}

// The flush needs a connection, so it gets one.
TEST_F(SessionLogout, RecoversTheConnectionWhileDisksFlush) {
  world.kernel.silent = {"UNBOUND"};
  const auto logout = world.Logout("disk");
  world.kernel.FailConn(1);
  world.Advance(seconds(2));
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
  world.kernel.FinishUnbind(1);
  world.Settle();
  EXPECT_EQ(logout->error(), "");
  EXPECT_EQ(world.kernel.sent.size(), 1u);
}

TEST_F(SessionLogout, GivesUpOnDisksThatDoNotFlush) {
  world.kernel.silent = {"UNBOUND"};
  const auto logout = world.Logout("disk");
  world.Advance(seconds(60));
  EXPECT_EQ(world.kernel.Count("SESSION_DEL 1"), 1);
  EXPECT_TRUE(world.log.Has("is lost"));
  EXPECT_TRUE(logout->done());
}

TEST_F(SessionLogout, CallerNeedNotWaitForTheEnd) {
  world.kernel.silent = {"UNBOUND"};
  world.devices.Add(11, 0, "/dev/sda");
  ctl::LogoutCall call;
  call.selector.session = 1;
  call.timeout_ms = 1000;
  const auto logout = world.Call(call);
  world.Advance(seconds(1));
  EXPECT_EQ(logout->error(), "Timeout");
  EXPECT_EQ(logout->reply->parameters["step"], "removal");
  world.kernel.FinishUnbind(1);
  world.Settle();
  EXPECT_TRUE(world.kernel.sessions.empty());  // it went on
}

TEST_F(SessionLogout, RefusesWithoutAConnectionUnlessForced) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kRefuse; };
  world.kernel.FailConn(1);
  world.Advance(seconds(1));
  EXPECT_EQ(world.Logout("disk")->error(), "Busy");
  world.kernel.calls.clear();
  EXPECT_EQ(world.Logout("disk", true)->error(), "");
  EXPECT_EQ(Changes(),
            (std::vector<std::string>{"SESSION_SET 1", "SESSION_DEL 1"}));
}

TEST_F(SessionLogout, ByForceInterruptsAnAttemptToLogIn) {
  world.transport.on_connect = [](const Portal&) { return OnConnect::kHang; };
  world.kernel.FailConn(1);
  world.Advance(seconds(2));
  ASSERT_EQ(world.transport.streams.size(), 1u);
  EXPECT_EQ(world.Logout("disk", true)->error(), "");
  EXPECT_TRUE(world.transport.streams.empty());
}

TEST_F(SessionLogout, AsksAgainWhenTheModuleIsShortOfMemory) {
  world.kernel.fail["SESSION_DEL"] = ENOMEM;
  const auto logout = world.Logout("disk");
  world.Advance(seconds(3));
  EXPECT_FALSE(logout->done());
  world.kernel.fail.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(logout->error(), "");
}

TEST_F(SessionLogout, TakesARemovalByOthersAsItsOwn) {
  world.kernel.FinishDel(1);
  world.Settle();
  EXPECT_TRUE(world.initiator().sessions().empty());
  EXPECT_TRUE(world.log.Has("removed by somebody else"));
  EXPECT_EQ(world.Logout("disk")->error(), "UnknownSession");
}

}  // namespace
}  // namespace iscsid
