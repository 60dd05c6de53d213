// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is said during login: keys, texts longer than a PDU, answers.
#include <gtest/gtest.h>

#include "tests/unit/proto/login_script.h"

namespace iscsid {
namespace {

// C-024
TEST(LoginText, C024_TheFirstRequestSaysWhoTalksToWhom) {
  LoginConfig config = NormalLogin();
  config.initiator_alias = "workstation";
  LoginScript script(config);
  script.Start();
  EXPECT_EQ(script.said("InitiatorName"), "iqn.2005-01.com.example:host");
  EXPECT_EQ(script.said("InitiatorAlias"), "workstation");
  EXPECT_EQ(script.said("TargetName"), "iqn.2005-01.com.example:disk");
  EXPECT_EQ(script.said("SessionType"), "Normal");
  EXPECT_EQ(script.said("AuthMethod"), "None");
  // Operational keys belong to the next stage.
  EXPECT_EQ(script.said("HeaderDigest"), "(silent)");
}

TEST(LoginText, AnEmptyAliasIsNotSaid) {
  LoginScript script;
  script.Start();
  EXPECT_EQ(script.said("InitiatorAlias"), "(silent)");
}

// C-021: a key and a value cut in two, one PDU without any text.
TEST(LoginText, C021_CollectsATextOfSeveralPdus) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send({.transit = false,
               .more = true,
               .text = {"MaxBurstLength=65536", "FirstBur\\"}});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_EQ(script.text(), "");
  EXPECT_FALSE(script.transit());
  EXPECT_FALSE(script.more());
  script.Send({.transit = false, .more = true});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_FALSE(script.transit());
  script.Send({.transit = false, .text = {"stLength=65536"}});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_TRUE(script.transit());
  script.Send({});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_EQ(script.result()->session->first_burst_length, 65536u);
  EXPECT_EQ(script.result()->session->max_burst_length, 65536u);
}

// C-021
TEST(LoginText, C021_BoundsTheCollectedText) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  const std::string piece = std::string(8000, 'x') + "\\";
  for (int i = 0; i < 20 && script.going_on(); ++i)
    script.Send({.transit = false, .more = true, .text = {piece}});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->error.code, Errc::kLimit);
}

// What makes us answer with more than 8192 bytes: many keys we do not know.
std::vector<std::string> ManyKeys(int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i)
    keys.push_back("X-com.example.key-number-" + std::to_string(i) + "=1");
  return keys;
}

// C-004, C-022
TEST(LoginText, C004_C022_CutsItsOwnLongTexts) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send({.transit = false, .text = ManyKeys(250)});
  std::string whole;
  int pieces = 0;
  while (script.going_on() && script.more()) {
    EXPECT_LE(script.text().size(), 8192u);
    EXPECT_FALSE(script.transit());
    whole += script.text();
    ++pieces;
    script.Send({.transit = false});  // the empty answer that lets us go on
  }
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_TRUE(script.transit());
  EXPECT_LE(script.text().size(), 8192u);
  whole += script.text();
  EXPECT_GE(pieces, 1);
  const auto pairs = ParseText(std::as_bytes(std::span(whole)));
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 250u);
  EXPECT_EQ(pairs->back(),
            (TextPair{"X-com.example.key-number-249", "NotUnderstood"}));
  script.Send({});
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

// C-022
TEST(LoginText, C022_TheTargetWaitsForTheRestOfOurText) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send({.transit = false, .text = ManyKeys(250)});
  ASSERT_TRUE(script.more());
  script.Send({.transit = false, .text = {"InitialR2T=Yes"}});
  EXPECT_EQ(script.complaint(),
            "Login Response: text in the middle of our own");
}

// C-026
TEST(LoginText, C026_UnknownKeysDoNotBreakTheLogin) {
  LoginScript script;
  script.Start();
  script.Send({.stage = 0, .transit = false, .text = {"X-com.example.a=1"}});
  EXPECT_EQ(script.said("X-com.example.a"), "NotUnderstood");
  Response security = SecurityDone();
  security.text.push_back("X-com.example.b=1");
  script.Send(security);
  EXPECT_EQ(script.said("X-com.example.b"), "NotUnderstood");
  Response operational = OperationalDone();
  operational.text.push_back("X-com.example.c=1");
  script.Send(operational);
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

// C-025
TEST(LoginText, C025_MalformedTextEndsTheLogin) {
  for (const char* text :
       {"InitialR2T", "=Yes", "Initial R2T=Yes", "InitialR2T=Yes\\"}) {
    LoginScript script;
    script.Start();
    script.Send(SecurityDone());
    script.Send({.text = {text}});
    ASSERT_NE(script.failure(), nullptr) << text;
    EXPECT_EQ(script.failure()->error.code, Errc::kProtocol);
  }
}

// C-029: also when the two are a stage apart.
TEST(LoginText, C029_AKeySaidTwiceEndsTheLogin) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  Response response = OperationalDone();
  response.text.push_back("TargetPortalGroupTag=1");
  script.Send(response);
  EXPECT_EQ(script.complaint(), "TargetPortalGroupTag was negotiated twice");
}

// C-036, C-040
TEST(LoginText, C036_C040_AnswersWhatTheTargetOffers) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send(
      {.transit = false,
       .text = {"TaskReporting=RFC3720,FastAbort", "iSCSIProtocolLevel=2"}});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_EQ(script.said("TaskReporting"), "RFC3720");
  EXPECT_EQ(script.said("iSCSIProtocolLevel"), "1");
  EXPECT_TRUE(script.transit());
}

// C-036: offered while moving on, it is answered in the next stage.
TEST(LoginText, C036_AnswersAcrossTheStages) {
  LoginScript script;
  script.Start();
  Response response = SecurityDone();
  response.text.push_back("MaxBurstLength=4096");
  response.text.push_back("FirstBurstLength=4096");
  script.Send(response);
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_EQ(script.stage(), 1u);
  EXPECT_EQ(script.said("MaxBurstLength"), "4096");
  EXPECT_EQ(script.text().find("MaxBurstLength"),
            script.text().rfind("MaxBurstLength"));
}

TEST(LoginText, RefusesAnOfferTooLateToAnswer) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send({.text = {"iSCSIProtocolLevel=2"}});
  EXPECT_EQ(script.complaint(),
            "Login Response: offers iSCSIProtocolLevel when it is too late to "
            "answer");
}

// C-038
TEST(LoginText, C038_MarkersAreRefused) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send({.transit = false,
               .text = {"IFMarker=Yes", "OFMarker=Yes", "IFMarkInt=2048",
                        "OFMarkInt=2048~8192"}});
  EXPECT_EQ(script.said("IFMarker"), "No");
  EXPECT_EQ(script.said("OFMarker"), "No");
  EXPECT_EQ(script.said("IFMarkInt"), "Reject");
  EXPECT_EQ(script.said("OFMarkInt"), "Reject");
  script.Send({});
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

// C-028, C-031: what cannot be agreed on is not tried again.
TEST(LoginText, C028_C031_DisagreementIsGivenUp) {
  for (const char* text : {"HeaderDigest=CRC32C", "MaxBurstLength=16777215",
                           "ImmediateData=Maybe"}) {
    LoginScript script;
    script.Start();
    script.Send(SecurityDone());
    script.Send({.text = {text}});
    ASSERT_NE(script.failure(), nullptr) << text;
    EXPECT_EQ(script.failure()->error.code, Errc::kNegotiation);
    EXPECT_EQ(script.failure()->action, LoginAction::kGiveUp);
  }
}

// C-039: chosen, and in force only for the module (login PDUs carry none).
TEST(LoginText, C039_DigestsAreForTheFullFeaturePhase) {
  LoginConfig config = NormalLogin();
  config.offers.header_digest = {Digest::kCrc32c, Digest::kNone};
  LoginScript script(config);
  script.Start();
  script.Send(SecurityDone());
  EXPECT_EQ(script.said("HeaderDigest"), "CRC32C,None");
  script.Send({.transit = false, .text = {"HeaderDigest=CRC32C"}});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  script.Send({});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_EQ(script.result()->connection.header_digest, Digest::kCrc32c);
}

TEST(LoginText, KeepsTheTargetsAlias) {
  LoginScript script;
  script.Start();
  Response response = SecurityDone();
  response.text.push_back("TargetAlias=big box");
  script.Send(response);
  script.Send({});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_EQ(script.result()->target_alias, "big box");
}

}  // namespace
}  // namespace iscsid
