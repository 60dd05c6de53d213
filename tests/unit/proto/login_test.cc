// SPDX-License-Identifier: GPL-2.0-or-later
//
// The login phase's headers, stages and numbers. Statuses and redirections
// are in login_refusal_test.cc, texts in login_text_test.cc.
#include "daemon/proto/login.h"

#include <gtest/gtest.h>

#include "tests/unit/proto/login_script.h"

namespace iscsid {
namespace {

TEST(Login, ReachesFullFeaturePhase) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  ASSERT_TRUE(script.going_on()) << script.complaint();
  script.Send(OperationalDone());
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  const LoginResult& result = *script.result();
  EXPECT_EQ(result.tsih, 0x1234);
  EXPECT_EQ(result.cid, 7);
  EXPECT_EQ(result.exp_statsn, 502u);
  EXPECT_EQ(result.exp_cmdsn, 100u);
  EXPECT_EQ(result.max_cmdsn, 131u);
  EXPECT_EQ(result.tpgt, 1);
  ASSERT_TRUE(result.session);
  EXPECT_TRUE(result.session->initial_r2t);
  EXPECT_EQ(result.connection.max_xmit_data_segment_length, 65536u);
}

// C-011
TEST(Login, C011_FirstRequestOfALeadingLogin) {
  LoginScript script;
  script.Start();
  const iscsi_bhs_login_request& request = script.request();
  EXPECT_EQ(request.opcode, 0x43);  // I=1
  EXPECT_EQ(be16toh(request.tsih), 0);
  EXPECT_EQ(request.isid[0], 0x80);
  EXPECT_EQ(request.isid[5], 1);
  EXPECT_EQ(be16toh(request.cid), 7);
  EXPECT_EQ(be32toh(request.cmdsn), 100u);
  EXPECT_NE(request.itt, htobe32(ISCSI_TAG_NONE));
  EXPECT_EQ(script.stage(), 0u);
  EXPECT_EQ(script.next(), 1u);
  EXPECT_TRUE(script.transit());
}

// C-006
TEST(Login, C006_ReservedFieldsAreZero) {
  LoginScript script;
  script.Start();
  const iscsi_bhs_login_request& request = script.request();
  EXPECT_EQ(request.rsvd22, 0);
  for (const uint8_t byte : request.rsvd32) EXPECT_EQ(byte, 0);
  EXPECT_EQ(request.flags & 0x30, 0);
}

// C-012
TEST(Login, C012_AllRequestsShareTheirIdentity) {
  LoginScript script;
  script.Start();
  const iscsi_bhs_login_request first = script.request();
  for (const Response& response :
       {Response{.stage = 0, .next = 1, .transit = false}, SecurityDone(),
        Response{.transit = false}}) {
    script.Send(response);
    ASSERT_TRUE(script.going_on()) << script.complaint();
    const iscsi_bhs_login_request& next = script.request();
    EXPECT_EQ(next.itt, first.itt);
    EXPECT_TRUE(std::equal(next.isid, next.isid + 6, first.isid));
    EXPECT_EQ(next.tsih, first.tsih);
    EXPECT_EQ(next.cid, first.cid);
    EXPECT_EQ(next.cmdsn, first.cmdsn);
  }
  script.Send(OperationalDone());
  ASSERT_NE(script.result(), nullptr);
  EXPECT_EQ(script.result()->cmdsn, 100u);
}

// C-012
TEST(Login, C012_RefusesAnotherTaskTagOrIsid) {
  LoginScript tag;
  tag.Start();
  tag.Send({.stage = 0, .next = 1, .itt_change = 1});
  EXPECT_EQ(tag.complaint(), "Login Response: not for our Initiator Task Tag");
  LoginScript isid;
  isid.Start();
  isid.Send({.stage = 0, .next = 1, .isid_change = 1});
  EXPECT_EQ(isid.complaint(), "Login Response: not for our ISID");
}

// C-013
TEST(Login, C013_SpeaksVersionZeroOnly) {
  LoginScript script;
  script.Start();
  EXPECT_EQ(script.request().version_max, 0);
  EXPECT_EQ(script.request().version_min, 0);
  script.Send({.stage = 0, .next = 1, .version_active = 1});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->action, LoginAction::kGiveUp);
}

// C-014
TEST(Login, C014_TheFinalResponseMustBringATsih) {
  LoginScript script;
  script.Start();
  Response security = SecurityDone();
  security.tsih = 0;  // not yet final
  script.Send(security);
  ASSERT_TRUE(script.going_on());
  Response operational = OperationalDone();
  operational.tsih = 0;
  script.Send(operational);
  EXPECT_EQ(script.complaint(), "Login Response: the final one has TSIH 0");
}

// C-014
TEST(Login, C014_ALaterConnectionKeepsItsTsih) {
  LoginConfig config = NormalLogin();
  config.tsih = 0x1234;
  LoginScript same(config);
  same.Start();
  EXPECT_EQ(be16toh(same.request().tsih), 0x1234);
  same.Send({.stage = 0, .next = 1});
  EXPECT_TRUE(same.going_on());

  LoginScript changed(config);
  changed.Start();
  changed.Send({.stage = 0, .next = 1, .tsih = 0x1235});
  EXPECT_EQ(changed.complaint(), "Login Response: the TSIH changed");
}

// C-035
TEST(Login, C035_ALaterConnectionDoesNotSaySessionKeys) {
  LoginConfig config = NormalLogin();
  config.tsih = 0x1234;
  LoginScript script(config);
  script.Start();
  EXPECT_EQ(script.said("InitiatorName"), config.initiator_name);
  EXPECT_EQ(script.said("TargetName"), config.target_name);
  EXPECT_EQ(script.said("SessionType"), "(silent)");
  script.Send(SecurityDone());
  EXPECT_EQ(script.said("HeaderDigest"), "None");
  EXPECT_EQ(script.said("MaxBurstLength"), "(silent)");
  script.Send({.text = {"HeaderDigest=None"}});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_FALSE(script.result()->session);
}

// C-015
TEST(Login, C015_RefusesToBeMovedUnasked) {
  LoginScript script;
  script.Start();
  script.Send({.stage = 0, .next = 1, .transit = false, .more = true});
  ASSERT_TRUE(script.going_on());
  EXPECT_FALSE(script.transit());
  script.Send({.stage = 0, .next = 1, .transit = true});
  EXPECT_EQ(script.complaint(),
            "Login Response: T=1 without our asking for it");
}

// C-015: every CSG and NSG but the right ones.
TEST(Login, C015_RefusesOtherStages) {
  for (unsigned stage = 0; stage < 4; ++stage) {
    for (unsigned next = 0; next < 4; ++next) {
      LoginScript security;
      security.Start();
      security.Send({.stage = stage, .next = next});
      EXPECT_EQ(security.going_on(), stage == 0 && next == 1);

      LoginScript operational;
      operational.Start();
      operational.Send(SecurityDone());
      operational.Send({.stage = stage, .next = next});
      EXPECT_EQ(operational.result() != nullptr, stage == 1 && next == 3);
    }
  }
}

// C-015: NSG is reserved while T=0 (RFC 7143 §11.13.1).
TEST(Login, C015_IgnoresNsgWithoutT) {
  LoginScript script;
  script.Start();
  script.Send({.stage = 0, .next = 3, .transit = false});
  EXPECT_TRUE(script.going_on()) << script.complaint();
}

// C-015
TEST(Login, C015_RefusesTandCTogether) {
  LoginScript script;
  script.Start();
  script.Send({.stage = 0, .next = 1, .more = true});
  EXPECT_EQ(script.complaint(), "Login Response: both T and C set");
}

// C-016
TEST(Login, C016_AsksAgainWhenTheTargetStays) {
  LoginScript script;
  script.Start();
  script.Send({.stage = 0, .transit = false, .text = {"AuthMethod=None"}});
  ASSERT_TRUE(script.going_on());
  EXPECT_EQ(script.stage(), 0u);
  EXPECT_EQ(script.next(), 1u);
  EXPECT_TRUE(script.transit());
  EXPECT_EQ(script.text(), "");
  script.Send({.stage = 0, .next = 1});
  ASSERT_TRUE(script.going_on());
  EXPECT_EQ(script.stage(), 1u);
  EXPECT_EQ(script.next(), 3u);
}

// C-017
TEST(Login, C017_BearsManyExchangesButNotForEver) {
  LoginScript script;
  script.Start();
  for (int i = 0; i < 20; ++i) {
    script.Send({.stage = 0, .transit = false});
    ASSERT_TRUE(script.going_on());
  }
  for (int i = 0; i < 1000 && script.going_on(); ++i)
    script.Send({.stage = 0, .transit = false});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->error.code, Errc::kLimit);
  EXPECT_EQ(script.failure()->action, LoginAction::kRetry);
}

// C-018: any first StatSN, and across the wrap.
TEST(Login, C018_StatSnStartsAnywhere) {
  for (const uint32_t first : {0u, 1u, 0x7fffffffu, 0xfffffffeu, 0xffffffffu}) {
    LoginScript script(NormalLogin(), first);
    script.Start();
    EXPECT_EQ(be32toh(script.request().exp_statsn), 0u);
    script.Send(SecurityDone());
    ASSERT_TRUE(script.going_on()) << script.complaint();
    EXPECT_EQ(be32toh(script.request().exp_statsn), first + 1);
    script.Send(OperationalDone());
    ASSERT_NE(script.result(), nullptr);
    EXPECT_EQ(script.result()->exp_statsn, first + 2);
  }
}

// C-018
TEST(Login, C018_StatSnMustGoUpByOne) {
  for (const uint32_t change : {1u, 0xffffffffu, 1000u}) {
    LoginScript script;
    script.Start();
    script.Send(SecurityDone());
    Response response = OperationalDone();
    response.statsn_change = change;
    script.Send(response);
    ASSERT_NE(script.failure(), nullptr);
    EXPECT_EQ(script.failure()->error.code, Errc::kProtocol);
  }
}

// RFC 7143 §11.12.7: a connection that is restarted says where it was.
TEST(Login, ARestartedConnectionSaysItsExpStatSn) {
  LoginConfig config = NormalLogin();
  config.exp_statsn = 77;
  LoginScript script(config);
  script.Start();
  EXPECT_EQ(be32toh(script.request().exp_statsn), 77u);
  script.Send(SecurityDone());
  EXPECT_EQ(be32toh(script.request().exp_statsn), 501u);
}

// C-019
TEST(Login, C019_OnlyLoginResponsesMayCome) {
  for (unsigned opcode = 0; opcode < 64; ++opcode) {
    if (opcode == ISCSI_OPCODE_LOGIN_RESPONSE) continue;
    LoginScript script;
    script.Start();
    script.Send(
        {.stage = 0, .next = 1, .opcode = static_cast<uint8_t>(opcode)});
    ASSERT_NE(script.failure(), nullptr);
    EXPECT_EQ(script.failure()->error.code, Errc::kProtocol);
  }
  LoginScript script;
  script.Start();
  script.Send({.opcode = ISCSI_OPCODE_REJECT});
  EXPECT_EQ(script.complaint(), "opcode 0x3f in the login phase");
}

// C-006: reserved bits of a response say nothing.
TEST(Login, C006_IgnoresReservedBitsOfTheOpcodeByte) {
  LoginScript script;
  script.Start();
  Response response = SecurityDone();
  response.opcode = ISCSI_OPCODE_LOGIN_RESPONSE | 0xc0;
  script.Send(response);
  EXPECT_TRUE(script.going_on()) << script.complaint();
}

TEST(Login, SkipsTheSecurityStageWithoutAuthMethod) {
  LoginConfig config = NormalLogin();
  config.offers.auth_method.clear();
  LoginScript script(config);
  script.Start();
  EXPECT_EQ(script.stage(), 1u);
  EXPECT_EQ(script.next(), 3u);
  EXPECT_EQ(script.said("InitiatorName"), config.initiator_name);
  EXPECT_EQ(script.said("AuthMethod"), "(silent)");
  EXPECT_EQ(script.said("MaxBurstLength"), "1048576");
  script.Send(OperationalDone());
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

// C-037
TEST(Login, C037_ChecksThePortalGroupTag) {
  LoginConfig config = NormalLogin();
  config.tpgt = 1;
  LoginScript right(config);
  right.Start();
  right.Send(SecurityDone());
  EXPECT_TRUE(right.going_on());

  config.tpgt = 2;
  LoginScript wrong(config);
  wrong.Start();
  wrong.Send(SecurityDone());
  EXPECT_EQ(wrong.complaint(), "this is portal group 1, not 2 as recorded");
  EXPECT_EQ(wrong.failure()->action, LoginAction::kGiveUp);
}

// C-063
TEST(Login, C063_ADiscoverySessionNeedsNoTarget) {
  LoginConfig config = NormalLogin();
  config.session_type = SessionType::kDiscovery;
  config.target_name.clear();
  LoginScript script(config);
  script.Start();
  EXPECT_EQ(script.said("SessionType"), "Discovery");
  EXPECT_EQ(script.said("TargetName"), "(silent)");
  script.Send({.stage = 0, .next = 1, .text = {"AuthMethod=None"}});
  EXPECT_EQ(script.said("InitialR2T"), "(silent)");
  EXPECT_EQ(script.said("ErrorRecoveryLevel"), "0");
  script.Send({});
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

}  // namespace
}  // namespace iscsid
