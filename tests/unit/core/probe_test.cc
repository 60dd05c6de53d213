// SPDX-License-Identifier: GPL-2.0-or-later
//
// The probe: what it does at a portal, what it leaves behind (nothing), and
// what it tells of the target's words and mistakes.
#include <gtest/gtest.h>

#include "daemon/core/audit.h"
#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

constexpr const char* kTarget = "iqn.2020-01.com.example:disk";

class ProbeCalls : public testing::Test {
 protected:
  ProbeCalls() {
    world.StartDaemon(kDiskConfig);
    call.portal = Portal{"192.0.2.1", 3260, {}};
    world.target.targets = {{"TargetName", kTarget},
                            {"TargetAddress", "192.0.2.1:3260,1"}};
    world.target.keys = {{"MaxBurstLength", "65536"},
                         {"FirstBurstLength", "32768"},
                         {"MaxRecvDataSegmentLength", "16384"}};
  }

  ctl::ProbeReply Probe() {
    const auto pending = world.Call(call);
    if (!pending->done()) world.Advance(seconds(61));
    EXPECT_EQ(pending->error(), "");
    const auto reply = ctl::FromJson<ctl::ProbeReply>(
        pending->reply->parameters, ctl::Unknown::kRefuse);
    EXPECT_TRUE(reply.ok());
    return reply ? *reply : ctl::ProbeReply();
  }

  static const ctl::ProbeKey* Find(const ctl::ProbeSession& session,
                                   const std::string& name) {
    const auto key = std::ranges::find(session.keys, name, &ctl::ProbeKey::key);
    return key == session.keys.end() ? nullptr : &*key;
  }
  static bool Deviates(const ctl::ProbeSession& session,
                       std::string_view part) {
    return std::ranges::any_of(session.deviations, [&](const auto& sentence) {
      return sentence.find(part) != std::string::npos;
    });
  }

  FakeWorld world;
  ctl::ProbeCall call;
};

TEST_F(ProbeCalls, DiscoversLogsInAndOut) {
  world.kernel.loaded = false;
  const ctl::ProbeReply reply = Probe();
  ASSERT_EQ(reply.sessions.size(), 2u);
  ASSERT_EQ(reply.targets.size(), 1u);
  const ctl::ProbeSession& login = reply.sessions[1];
  EXPECT_EQ(login.session_type, ctl::ProbeSessionType::kNormal);
  EXPECT_EQ(login.target, kTarget);
  EXPECT_FALSE(login.failure);
  std::vector<std::string> steps;
  for (const ctl::ProbeStep& step : login.steps)
    steps.push_back(step.what + " " + step.text);
  EXPECT_EQ(steps,
            (std::vector<std::string>{
                "connect 192.0.2.1:3260", "login security to operational",
                "login operational to full feature", "logout "}));
  EXPECT_EQ(reply.sessions[0].steps[3].text, "SendTargets=All");

  const ctl::ProbeKey* burst = Find(login, "MaxBurstLength");
  ASSERT_NE(burst, nullptr);
  EXPECT_EQ(burst->ours, "1048576");
  EXPECT_EQ(burst->theirs, "65536");
  EXPECT_EQ(burst->outcome, "65536");
  EXPECT_EQ(Find(login, "AuthMethod")->outcome, "None");
  EXPECT_EQ(Find(login, "TargetPortalGroupTag")->theirs, "1");

  EXPECT_EQ(world.target.logouts, 2u);
  EXPECT_TRUE(world.transport.streams.empty());
  EXPECT_TRUE(world.kernel.sessions.empty());
  EXPECT_TRUE(world.initiator().sessions().empty());
}

// C-057: it takes no session's place.
TEST_F(ProbeCalls, C057_HasAnIsidOfItsOwn) {
  ASSERT_EQ(world.Login("disk")->error(), "");
  call.target = kTarget;
  Probe();
  ASSERT_EQ(world.target.logins.size(), 3u);
  const auto isid = [&](size_t login) {
    const auto& bytes = world.target.logins[login].header.isid;
    return std::vector<uint8_t>(bytes, bytes + 6);
  };
  EXPECT_NE(isid(0), isid(1));
  EXPECT_NE(isid(0), isid(2));
  EXPECT_NE(isid(1), isid(2));
}

TEST_F(ProbeCalls, TellsWhatIsNotAnsweredAndWhatIsStrange) {
  world.target.keys = {
      {"MaxBurstLength", "65536"},       {"FirstBurstLength", "32768"},
      {"HeaderDigest", "NotUnderstood"}, {"Nonsense", "\x1b[31m"},
      {"X-com.example.Fine", "1"},       {"IFMarker", "No"}};
  world.target.targets.push_back({"TargetAddress", "192.0.2.7"});
  world.target.targets.push_back({"TargetName", "../x"});
  const ctl::ProbeReply reply = Probe();
  ASSERT_EQ(reply.sessions.size(), 2u);
  EXPECT_TRUE(Deviates(reply.sessions[0], "192.0.2.7: no portal group tag"));
  EXPECT_TRUE(Deviates(reply.sessions[0], "SendTargets: "));
  const ctl::ProbeSession& login = reply.sessions[1];
  EXPECT_TRUE(Deviates(login, "MaxOutstandingR2T: our offer is not answered"));
  EXPECT_TRUE(Deviates(login, "HeaderDigest: not understood"));
  EXPECT_TRUE(Deviates(login, "Nonsense: neither"));
  EXPECT_TRUE(Deviates(login, "IFMarker: an obsolete key"));
  EXPECT_FALSE(Deviates(login, "X-com.example.Fine"));
  EXPECT_FALSE(Deviates(login, "MaxBurstLength"));
}

TEST_F(ProbeCalls, TellsRedirectionsAndEndsInTheLastLogin) {
  call.target = kTarget;
  unsigned logins = 0;
  world.target.hook = [&](FakeStream&, const Pdu& pdu) {
    const auto request = pdu.As<iscsi_bhs_login_request>();
    const bool first = pdu.opcode() == ISCSI_OPCODE_LOGIN_REQUEST &&
                       (request.flags >> 2 & 3) == ISCSI_STAGE_SECURITY;
    if (first && ++logins == 2) {  // the first after discovery's
      world.target.status = 0x0102;
      world.target.redirect = "[2001:db8::9]:3261";
      world.target.status_once = true;
    }
    return false;
  };
  const ctl::ProbeSession login = Probe().sessions.at(1);
  ASSERT_EQ(login.redirections.size(), 1u);
  EXPECT_EQ(ToString(login.redirections[0].address), "[2001:db8::9]:3261");
  EXPECT_TRUE(login.redirections[0].permanent);
  EXPECT_FALSE(login.failure);
  EXPECT_EQ(login.steps[1].text, "0x0102 (the target has moved for good)");
  EXPECT_EQ(Find(login, "MaxBurstLength")->theirs, "65536");
}

TEST_F(ProbeCalls, TellsHowFarItCame) {
  world.target.status = 0x0203;
  call.target = kTarget;
  const ctl::ProbeReply reply = Probe();
  ASSERT_EQ(reply.sessions.size(), 2u);
  ASSERT_TRUE(reply.sessions[1].failure);
  EXPECT_EQ(reply.sessions[1].failure->error,
            "io.iscsi.Initiator.TargetNotFound");
  EXPECT_EQ(reply.sessions[1].steps.size(), 2u);
  EXPECT_EQ(Find(reply.sessions[1], "MaxBurstLength"), nullptr);

  world.transport.on_connect = [](const Portal&) { return OnConnect::kRefuse; };
  const ctl::ProbeSession refused = Probe().sessions.at(0);
  EXPECT_EQ(refused.failure->error, "io.iscsi.Initiator.ConnectionRefused");
  EXPECT_EQ(refused.steps.at(0).text, "192.0.2.1:3260, failed");
}

TEST_F(ProbeCalls, EndsByItsTimeoutWithWhatItSaw) {
  world.target.hook = [](FakeStream&, const Pdu& pdu) {
    return pdu.opcode() == ISCSI_OPCODE_TEXT_REQUEST;
  };
  const ctl::ProbeReply reply = Probe();
  ASSERT_EQ(reply.sessions.size(), 1u);
  EXPECT_EQ(reply.sessions[0].failure->error, "io.iscsi.Initiator.Timeout");
  EXPECT_EQ(reply.sessions[0].steps.size(), 3u);
}

TEST_F(ProbeCalls, NeedsOnePlaceToLookAt) {
  call.nickname = "disk";
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
  call.portal.reset();
  EXPECT_EQ(Probe().sessions.at(1).target, kTarget);
  call.target = "../x";
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
  call = {};
  EXPECT_EQ(world.Call(call)->error(), "InvalidValue");
}

// Nothing that would help to guess a secret.
TEST(Audit, ShowsAlgorithmsAndNoProof) {
  iscsi_bhs_login_request request{};
  request.opcode = ISCSI_OPCODE_LOGIN_REQUEST | ISCSI_BHS_IMMEDIATE;
  iscsi_bhs_login_response response{};
  response.opcode = ISCSI_OPCODE_LOGIN_RESPONSE;
  TapPdu ours{{}, {}, true};
  ours.pdu.Set(request);
  ours.pdu.data =
      FormatText({{"CHAP_A", "8,7,5"}, {"CHAP_N", "me"}, {"CHAP_R", "0x1234"}});
  TapPdu theirs{{}, {}, false};
  theirs.pdu.Set(response);
  theirs.pdu.data =
      FormatText({{"CHAP_A", "7"}, {"CHAP_I", "9"}, {"CHAP_C", "0xabcd"}});
  ctl::ProbeSession session;
  Audit({ours, theirs}, std::nullopt, session);
  ASSERT_EQ(session.keys.size(), 1u);
  EXPECT_EQ(session.keys[0].key, "CHAP_A");
  EXPECT_EQ(session.keys[0].ours, "8,7,5");
  EXPECT_EQ(session.keys[0].theirs, "7");
}

}  // namespace
}  // namespace iscsid
