// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/negotiator.h"

#include <gtest/gtest.h>

#include "tests/target/chap.h"

namespace target {
namespace {

struct Case {
  const char* name;
  const char* ours;
  const char* offer;
  const char* answer;  // null: none is due
};

TEST(Negotiator, AnswersByTheResultFunctionOfTheKey) {
  const Case cases[] = {
      {"HeaderDigest", "CRC32C,None", "None,CRC32C", "None"},
      {"HeaderDigest", "None", "CRC32C,None", "None"},
      {"DataDigest", "CRC32C", "None", "Reject"},
      {"InitialR2T", "No", "No", "No"},
      {"InitialR2T", "Yes", "No", "Yes"},
      {"InitialR2T", "No", "yes", "Reject"},
      {"ImmediateData", "Yes", "Yes", "Yes"},
      {"ImmediateData", "Yes", "No", "No"},
      {"MaxBurstLength", "4096", "8192", "4096"},
      {"MaxBurstLength", "4096", "0x400", "1024"},
      {"MaxBurstLength", "4096", "511", "Reject"},
      {"DefaultTime2Wait", "3", "2", "3"},
      {"ErrorRecoveryLevel", "2", "3", "Reject"},
      {"ErrorRecoveryLevel", "2", "1", "1"},
      {"MaxRecvDataSegmentLength", "4096", "8192", nullptr},
      {"InitiatorAlias", "", "me", nullptr},
      {"IFMarker", "No", "Yes", "No"},
      {"OFMarkInt", "Reject", "2048", "Reject"},
      {"X-com.example", "", "1", "NotUnderstood"},
  };
  for (const Case& each : cases) {
    const bool known = *each.ours;
    Negotiator negotiator(known ? KeyList{{each.name, each.ours}} : KeyList{});
    const auto answer = negotiator.Answer(each.name, each.offer);
    EXPECT_EQ(answer.has_value(), each.answer != nullptr) << each.name;
    EXPECT_EQ(answer.value_or(""), each.answer ? each.answer : "")
        << each.name << '=' << each.offer;
  }
}

TEST(Negotiator, FallsBackToTheDefaultsOfTheRfc) {
  const Params params = Negotiator({}).Agreed();
  EXPECT_FALSE(params.digests.header || params.digests.data);
  EXPECT_EQ(params.peer_max_recv_dsl, 8192u);
  EXPECT_EQ(params.max_burst_length, 262144u);
  EXPECT_EQ(params.first_burst_length, 65536u);
  EXPECT_EQ(params.max_outstanding_r2t, 1u);
  EXPECT_TRUE(params.initial_r2t && params.immediate_data);
}

TEST(Negotiator, BelievesWhatAScriptAnswered) {
  Negotiator negotiator({});
  EXPECT_EQ(negotiator.Answer("DataDigest", "CRC32C,None"), "CRC32C");
  negotiator.Override("DataDigest", "None");
  negotiator.Override("MaxBurstLength", "512");
  EXPECT_FALSE(negotiator.Agreed().digests.data);
  EXPECT_EQ(negotiator.Agreed().max_burst_length, 512u);
}

TEST(Negotiator, DeclaresItsOwnOnce) {
  Negotiator negotiator({{"X-odd", "1"}, {"MaxRecvDataSegmentLength", "512"}});
  const KeyList keys = negotiator.TakeDeclarations();
  EXPECT_EQ(*FindKey(keys, "X-odd"), "1");
  EXPECT_EQ(*FindKey(keys, "MaxRecvDataSegmentLength"), "512");
  EXPECT_TRUE(negotiator.TakeDeclarations().empty());
}

TEST(Negotiator, HasKeysThatMakeNoSenseInDiscovery) {
  Negotiator negotiator({});
  negotiator.set_discovery(true);
  EXPECT_EQ(negotiator.Answer("MaxBurstLength", "4096"), "Irrelevant");
  EXPECT_EQ(negotiator.Answer("HeaderDigest", "None"), "None");
}

TEST(Bytes, DecodesHexAndBase64Exactly) {
  const Bytes foob = BytesOf("foob");
  EXPECT_EQ(DecodeBinary("0x666F6f62"), foob);
  EXPECT_EQ(DecodeBinary("0X666f6f62"), foob);
  EXPECT_EQ(DecodeBinary("0bZm9vYg=="), foob);
  EXPECT_EQ(DecodeBinary("0BZm9v"), BytesOf("foo"));
  for (const char* bad :
       {"", "0x", "0x1", "0xgg", "0b", "0bZm9", "0bZ=9v", "666f", "0bZ m9"})
    EXPECT_FALSE(DecodeBinary(bad)) << bad;
}

TEST(Bytes, ReadsNumbers) {
  EXPECT_EQ(ParseNumber("0x10"), 16u);
  EXPECT_EQ(ParseNumber("18446744073709551615"), ~uint64_t{0});
  for (const char* bad :
       {"", "-1", "+1", " 1", "1 ", "0x", "18446744073709551616"})
    EXPECT_FALSE(ParseNumber(bad)) << bad;
}

// RFC 1321 A.5, FIPS 180 and 202 by sha1sum and its like: the hash of the
// byte 'a', the secret "bc" and no challenge is that of "abc".
TEST(Chap, HashesIdentifierSecretAndChallenge) {
  const auto hash = [](unsigned algorithm) {
    return ToHex(*ChapResponse(algorithm, 'a', "b", BytesOf("c")));
  };
  EXPECT_EQ(hash(5), "0x900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hash(6), "0xa9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hash(7),
            "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015"
            "ad");
  EXPECT_EQ(hash(8),
            "0x3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431"
            "532");
  EXPECT_FALSE(ChapResponse(9, 'a', "b", {}));
}

}  // namespace
}  // namespace target
