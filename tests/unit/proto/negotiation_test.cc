// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/negotiation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace iscsid {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// A negotiation of a leading Normal connection that has offered everything.
class Talk {
 public:
  explicit Talk(
      const std::function<void(Offers&)>& change = [](Offers&) {},
      SessionType type = SessionType::kNormal, bool leading = true)
      : negotiation_(Changed(change), type, leading) {
    said_ = negotiation_.Offer(LoginStage::kSecurity);
    const TextPairs more = negotiation_.Offer(LoginStage::kOperational);
    said_.insert(said_.end(), more.begin(), more.end());
  }

  // The value we opened with; "(silent)" for a key we did not say.
  std::string Said(std::string_view key) const {
    for (const TextPair& pair : said_) {
      if (pair.key == key) return pair.value;
    }
    return "(silent)";
  }

  // Does the target's text pass?
  bool Hears(const TextPairs& pairs) {
    const Status received = negotiation_.Receive(pairs);
    if (!received) error_ = received.error();
    return received.ok();
  }

  TextPairs Answers() { return negotiation_.TakeAnswers(); }
  Result<Negotiated> Finish() const { return negotiation_.Finish(); }
  SessionParams Session() const { return Finish()->session; }
  ConnectionParams Connection() const { return Finish()->connection; }
  const Error& error() const { return error_; }

 private:
  static Offers Changed(const std::function<void(Offers&)>& change) {
    Offers offers;
    change(offers);
    return offers;
  }

  Negotiation negotiation_;
  TextPairs said_;
  Error error_{};
};

TEST(Offer, SaysEveryKeyOfANormalSession) {
  const Talk talk;
  EXPECT_EQ(talk.Said("AuthMethod"), "None");
  EXPECT_EQ(talk.Said("HeaderDigest"), "None");
  EXPECT_EQ(talk.Said("DataDigest"), "None");
  EXPECT_EQ(talk.Said("MaxConnections"), "1");
  EXPECT_EQ(talk.Said("InitialR2T"), "No");
  EXPECT_EQ(talk.Said("ImmediateData"), "Yes");
  EXPECT_EQ(talk.Said("MaxRecvDataSegmentLength"), "262144");
  EXPECT_EQ(talk.Said("MaxBurstLength"), "1048576");
  EXPECT_EQ(talk.Said("FirstBurstLength"), "262144");
  EXPECT_EQ(talk.Said("DefaultTime2Wait"), "2");
  EXPECT_EQ(talk.Said("DefaultTime2Retain"), "20");
  EXPECT_EQ(talk.Said("MaxOutstandingR2T"), "16");
  EXPECT_EQ(talk.Said("DataPDUInOrder"), "Yes");
  EXPECT_EQ(talk.Said("DataSequenceInOrder"), "Yes");
  EXPECT_EQ(talk.Said("ErrorRecoveryLevel"), "0");
}

// C-039
TEST(Offer, C039_DigestsStandInOrderOfPreference) {
  const Talk talk([](Offers& o) {
    o.header_digest = {Digest::kCrc32c, Digest::kNone};
    o.data_digest = {Digest::kNone, Digest::kCrc32c};
  });
  EXPECT_EQ(talk.Said("HeaderDigest"), "CRC32C,None");
  EXPECT_EQ(talk.Said("DataDigest"), "None,CRC32C");
}

// C-038, C-040
TEST(Offer, C038_C040_DoesNotSayWhatIsObsoleteOrBeyondUs) {
  const Talk talk;
  for (const char* key : {"IFMarker", "OFMarker", "IFMarkInt", "OFMarkInt",
                          "TaskReporting", "iSCSIProtocolLevel"}) {
    EXPECT_EQ(talk.Said(key), "(silent)") << key;
  }
}

// C-063
TEST(Offer, C063_ADiscoverySessionSaysWhatIsRelevant) {
  const Talk talk([](Offers& o) { o.error_recovery_level = 2; },
                  SessionType::kDiscovery);
  EXPECT_EQ(talk.Said("HeaderDigest"), "None");
  EXPECT_EQ(talk.Said("MaxRecvDataSegmentLength"), "262144");
  EXPECT_EQ(talk.Said("ErrorRecoveryLevel"), "0");
  for (const char* key :
       {"MaxConnections", "InitialR2T", "ImmediateData", "MaxBurstLength",
        "FirstBurstLength", "MaxOutstandingR2T", "DataPDUInOrder"}) {
    EXPECT_EQ(talk.Said(key), "(silent)") << key;
  }
}

// C-035
TEST(Offer, C035_ALaterConnectionSaysConnectionKeysOnly) {
  const Talk talk([](Offers&) {}, SessionType::kNormal, false);
  EXPECT_EQ(talk.Said("HeaderDigest"), "None");
  EXPECT_EQ(talk.Said("MaxRecvDataSegmentLength"), "262144");
  for (const char* key : {"MaxConnections", "InitialR2T", "MaxBurstLength",
                          "DefaultTime2Wait", "ErrorRecoveryLevel"}) {
    EXPECT_EQ(talk.Said(key), "(silent)") << key;
  }
}

// C-035
TEST(Receive, C035_RefusesLeadingKeysOnALaterConnection) {
  Talk talk([](Offers&) {}, SessionType::kNormal, false);
  EXPECT_FALSE(talk.Hears({{"MaxBurstLength", "4096"}}));
  EXPECT_EQ(talk.error().code, Errc::kProtocol);
}

TEST(Finish, TakesTheTargetsAnswers) {
  Talk talk;
  ASSERT_TRUE(talk.Hears({{"MaxConnections", "1"},
                          {"InitialR2T", "Yes"},
                          {"ImmediateData", "No"},
                          {"MaxBurstLength", "0x40000"},
                          {"FirstBurstLength", "65536"},
                          {"DefaultTime2Wait", "5"},
                          {"DefaultTime2Retain", "10"},
                          {"MaxOutstandingR2T", "4"},
                          {"DataPDUInOrder", "Yes"},
                          {"DataSequenceInOrder", "Yes"},
                          {"ErrorRecoveryLevel", "0"}}));
  const SessionParams session = talk.Session();
  EXPECT_TRUE(session.initial_r2t);
  EXPECT_FALSE(session.immediate_data);
  EXPECT_EQ(session.max_burst_length, 262144u);
  EXPECT_EQ(session.first_burst_length, 65536u);
  EXPECT_EQ(session.default_time2wait, 5u);
  EXPECT_EQ(session.default_time2retain, 10u);
  EXPECT_EQ(session.max_outstanding_r2t, 4u);
}

// C-030: the product of both sides' wishes.
TEST(Finish, C030_BooleansFollowTheirResultFunctions) {
  struct Case {
    bool ours;
    const char* answer;
    bool result;
  };
  for (const Case& c : {Case{false, "No", false}, Case{false, "Yes", true},
                        Case{true, "Yes", true}}) {
    Talk talk([&](Offers& o) { o.initial_r2t = c.ours; });
    ASSERT_TRUE(talk.Hears({{"InitialR2T", c.answer}}));
    EXPECT_EQ(talk.Session().initial_r2t, c.result);
  }
  Talk refused([](Offers& o) { o.initial_r2t = true; });
  EXPECT_FALSE(refused.Hears({{"InitialR2T", "No"}}));
  Talk immediate([](Offers& o) { o.immediate_data = false; });
  EXPECT_FALSE(immediate.Hears({{"ImmediateData", "Yes"}}));
  Talk out_of_order([](Offers& o) { o.data_pdu_in_order = false; });
  ASSERT_TRUE(out_of_order.Hears({{"DataPDUInOrder", "No"}}));
  EXPECT_FALSE(out_of_order.Session().data_pdu_in_order);
}

// C-031
TEST(Receive, C031_RefusesMoreThanWasOffered) {
  for (const auto& [key, value] : TextPairs{{"MaxConnections", "2"},
                                            {"MaxBurstLength", "1048577"},
                                            {"FirstBurstLength", "262145"},
                                            {"MaxOutstandingR2T", "17"},
                                            {"DefaultTime2Retain", "21"},
                                            {"DefaultTime2Wait", "1"},
                                            {"ErrorRecoveryLevel", "1"}}) {
    Talk talk;
    EXPECT_FALSE(talk.Hears({{key, value}})) << key;
    EXPECT_EQ(talk.error().code, Errc::kNegotiation);
    EXPECT_EQ(talk.error().what.substr(0, key.size()), key);
  }
}

// C-028
TEST(Receive, C028_RefusesADigestThatWasNotOffered) {
  Talk talk;
  EXPECT_FALSE(talk.Hears({{"HeaderDigest", "CRC32C"}}));
  Talk both([](Offers& o) {
    o.header_digest = {Digest::kCrc32c, Digest::kNone};
  });
  EXPECT_FALSE(both.Hears({{"HeaderDigest", "CRC32C,None"}}));
}

TEST(Finish, TakesTheDigestsThatWereChosen) {
  Talk talk([](Offers& o) {
    o.header_digest = {Digest::kCrc32c, Digest::kNone};
    o.data_digest = {Digest::kCrc32c, Digest::kNone};
  });
  ASSERT_TRUE(talk.Hears({{"HeaderDigest", "CRC32C"}, {"DataDigest", "None"}}));
  EXPECT_EQ(talk.Connection().header_digest, Digest::kCrc32c);
  EXPECT_EQ(talk.Connection().data_digest, Digest::kNone);
}

// C-029
TEST(Receive, C029_RefusesAKeySaidTwice) {
  Talk same_text;
  EXPECT_FALSE(
      same_text.Hears({{"ImmediateData", "Yes"}, {"ImmediateData", "Yes"}}));
  Talk two_texts;
  EXPECT_TRUE(two_texts.Hears({{"ImmediateData", "Yes"}}));
  EXPECT_FALSE(two_texts.Hears({{"ImmediateData", "No"}}));
  Talk declared;
  EXPECT_FALSE(declared.Hears({{"MaxRecvDataSegmentLength", "8192"},
                               {"MaxRecvDataSegmentLength", "4096"}}));
  Talk refused;
  EXPECT_FALSE(refused.Hears(
      {{"MaxBurstLength", "NotUnderstood"}, {"MaxBurstLength", "65536"}}));
}

// C-026
TEST(Receive, C026_UnknownKeysAreNotUnderstood) {
  Talk talk;
  ASSERT_TRUE(talk.Hears({{"X-com.example.speed", "fast"},
                          {"Immediatedata", "Yes"},  // case matters
                          {"X#NodeArchitecture", "vax"}}));
  EXPECT_THAT(talk.Answers(),
              ElementsAre(TextPair{"X-com.example.speed", "NotUnderstood"},
                          TextPair{"Immediatedata", "NotUnderstood"},
                          TextPair{"X#NodeArchitecture", "NotUnderstood"}));
  EXPECT_THAT(talk.Answers(), IsEmpty());
  EXPECT_TRUE(talk.Finish());
}

// C-026: an answer is not answered, or two sides would never finish.
TEST(Receive, C026_NotUnderstoodIsNotAnswered) {
  Talk talk;
  ASSERT_TRUE(talk.Hears({{"X-foo", "NotUnderstood"}}));
  EXPECT_THAT(talk.Answers(), IsEmpty());
}

// C-027: silence and refusal mean the default where it answers our offer.
TEST(Finish, C027_SilenceLeavesTheDefaults) {
  const Talk talk;
  ASSERT_TRUE(talk.Finish());
  EXPECT_EQ(talk.Session(), SessionParams());
  EXPECT_EQ(talk.Connection().max_xmit_data_segment_length, 8192u);
}

// C-027
TEST(Finish, C027_RefusalsLeaveTheDefaults) {
  for (const char* constant : {"NotUnderstood", "Irrelevant", "Reject"}) {
    Talk talk;
    ASSERT_TRUE(talk.Hears(
        {{"MaxOutstandingR2T", constant}, {"InitialR2T", constant}}));
    ASSERT_TRUE(talk.Finish()) << constant;
    EXPECT_EQ(talk.Session().max_outstanding_r2t, 1u);
    EXPECT_TRUE(talk.Session().initial_r2t);
  }
}

// C-027
TEST(Finish, C027_FailsWhereTheDefaultWasNotOffered) {
  const auto small_burst = [](Offers& o) {
    o.max_burst_length = 65536;
    o.first_burst_length = 65536;
  };
  const Talk silent(small_burst);
  ASSERT_FALSE(silent.Finish());
  EXPECT_EQ(silent.Finish().error().what,
            "MaxBurstLength: the target does not answer 65536, and the "
            "default of 262144 is not what we offered");

  const auto digest_only = [](Offers& o) {
    o.header_digest = {Digest::kCrc32c};
  };
  Talk rejected(digest_only);
  ASSERT_TRUE(rejected.Hears({{"HeaderDigest", "Reject"}}));
  ASSERT_FALSE(rejected.Finish());
  EXPECT_EQ(rejected.Finish().error().code, Errc::kNegotiation);
  EXPECT_FALSE(Talk(digest_only).Finish());
}

// RFC 7143 §6.2.2: No to an AND and Yes to an OR need no answer.
TEST(Finish, ABooleanThatDecidesAloneNeedsNoAnswer) {
  const Talk talk([](Offers& o) { o.immediate_data = false; });
  ASSERT_TRUE(talk.Finish());
  EXPECT_FALSE(talk.Session().immediate_data);
}

// C-027
TEST(Receive, C027_RefusesARefusalOfNothing) {
  Talk talk;
  EXPECT_FALSE(talk.Hears({{"TaskReporting", "Reject"}}));
  Talk declaration;
  EXPECT_FALSE(declaration.Hears({{"MaxRecvDataSegmentLength", "Reject"}}));
}

// C-033
TEST(Finish, C033_FirstBurstMustNotExceedMaxBurst) {
  Talk talk;
  ASSERT_TRUE(
      talk.Hears({{"MaxBurstLength", "65536"}, {"FirstBurstLength", "65537"}}));
  ASSERT_FALSE(talk.Finish());
  EXPECT_EQ(talk.Finish().error().what,
            "FirstBurstLength: 65537 exceeds MaxBurstLength 65536");
}

// C-033: whatever was offered, said or not said about it.
TEST(Finish, C033_FirstBurstIsIrrelevantWithoutUnsolicitedData) {
  for (const char* answer : {"Irrelevant", "512", ""}) {
    Talk talk([](Offers& o) { o.first_burst_length = 4096; });
    ASSERT_TRUE(talk.Hears({{"InitialR2T", "Yes"},
                            {"ImmediateData", "No"},
                            {"MaxBurstLength", "8192"}}));
    if (*answer != '\0') {
      ASSERT_TRUE(talk.Hears({{"FirstBurstLength", answer}}));
    }
    ASSERT_TRUE(talk.Finish());
    EXPECT_EQ(talk.Session().first_burst_length, 8192u);
  }
}

// C-033: it is relevant, so calling it irrelevant leaves the default.
TEST(Finish, C033_FirstBurstIsRelevantWithUnsolicitedData) {
  Talk talk;
  ASSERT_TRUE(
      talk.Hears({{"InitialR2T", "No"}, {"FirstBurstLength", "Irrelevant"}}));
  ASSERT_TRUE(talk.Finish());
  EXPECT_EQ(talk.Session().first_burst_length, 65536u);
}

// C-034
TEST(Finish, C034_EachSideDeclaresWhatItReceives) {
  Talk talk;
  ASSERT_TRUE(talk.Hears({{"MaxRecvDataSegmentLength", "16777215"}}));
  EXPECT_EQ(talk.Connection().max_recv_data_segment_length, 262144u);
  EXPECT_EQ(talk.Connection().max_xmit_data_segment_length, 16777215u);
  EXPECT_THAT(talk.Answers(), IsEmpty());
  Talk low;
  EXPECT_FALSE(low.Hears({{"MaxRecvDataSegmentLength", "511"}}));
  Talk high;
  EXPECT_FALSE(high.Hears({{"MaxRecvDataSegmentLength", "16777216"}}));
}

// C-036
TEST(Receive, C036_TheTargetsOffersAreAnswered) {
  Talk talk;
  ASSERT_TRUE(talk.Hears(
      {{"TaskReporting", "FastAbort,RFC3720"}, {"iSCSIProtocolLevel", "2"}}));
  EXPECT_THAT(talk.Answers(), ElementsAre(TextPair{"TaskReporting", "RFC3720"},
                                          TextPair{"iSCSIProtocolLevel", "1"}));
  EXPECT_EQ(talk.Session().iscsi_protocol_level, 1u);
  EXPECT_EQ(talk.Session().task_reporting, "RFC3720");
}

// C-036: offered by the target before we came to it, so not offered again.
TEST(Receive, C036_AnEarlyOfferSettlesAKey) {
  Negotiation negotiation(Offers(), SessionType::kNormal, true);
  ASSERT_TRUE(negotiation.Receive({{"MaxBurstLength", "65536"}}));
  EXPECT_THAT(negotiation.TakeAnswers(),
              ElementsAre(TextPair{"MaxBurstLength", "65536"}));
  EXPECT_THAT(
      negotiation.Offer(LoginStage::kOperational),
      Not(testing::Contains(testing::Field(&TextPair::key, "MaxBurstLength"))));
  EXPECT_FALSE(negotiation.Receive({{"MaxBurstLength", "65536"}}));
}

TEST(Receive, AnswersIrrelevantInADiscoverySession) {
  Talk talk([](Offers&) {}, SessionType::kDiscovery);
  ASSERT_TRUE(talk.Hears({{"InitialR2T", "No"}}));
  EXPECT_THAT(talk.Answers(),
              ElementsAre(TextPair{"InitialR2T", "Irrelevant"}));
  EXPECT_TRUE(talk.Finish());
}

// C-038
TEST(Receive, C038_MarkersAreRefused) {
  Talk talk;
  ASSERT_TRUE(talk.Hears({{"IFMarker", "Yes"}, {"OFMarkInt", "2048"}}));
  EXPECT_THAT(talk.Answers(), ElementsAre(TextPair{"IFMarker", "No"},
                                          TextPair{"OFMarkInt", "Reject"}));
  EXPECT_TRUE(talk.Finish());
}

TEST(Receive, RefusesKeysATargetMayNotSend) {
  for (const auto& [key, value] :
       TextPairs{{"InitiatorName", "iqn.2001-04.com.example:x"},
                 {"SendTargets", "All"},
                 {"SessionType", "Normal"},
                 {"TargetName", "iqn.2001-04.com.example:x"}}) {
    Talk talk;
    EXPECT_FALSE(talk.Hears({{key, value}})) << key;
    EXPECT_EQ(talk.error().code, Errc::kProtocol);
  }
}

TEST(Receive, RefusesToAuthenticateUnprepared) {
  Negotiation negotiation(Offers(), SessionType::kNormal, true);
  EXPECT_FALSE(negotiation.Receive({{"AuthMethod", "CHAP"}}));
}

TEST(Receive, TakesTheTargetsDeclarations) {
  Talk talk;
  ASSERT_TRUE(talk.Hears({{"TargetAlias", "big \xc3\xb6 box"},
                          {"TargetPortalGroupTag", "0x10"},
                          {"TargetAddress", "a"},
                          {"TargetAddress", "b"}}));
  EXPECT_EQ(talk.Finish()->target_alias, "big \xc3\xb6 box");
  EXPECT_EQ(talk.Finish()->tpgt, 16);
  EXPECT_THAT(talk.Answers(), IsEmpty());
}

TEST(Declare, MayBeNotUnderstood) {
  Negotiation negotiation(Offers(), SessionType::kNormal, true);
  EXPECT_EQ(negotiation.Declare(Key::kInitiatorAlias, "me"),
            (TextPair{"InitiatorAlias", "me"}));
  EXPECT_TRUE(negotiation.Receive({{"InitiatorAlias", "NotUnderstood"}}));
  EXPECT_FALSE(negotiation.Receive({{"InitiatorAlias", "Reject"}}));
}

}  // namespace
}  // namespace iscsid
