// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/key_rules.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

bool Admissible(Key key, const char* ours, const char* answer) {
  return IsAdmissible(RowOf(key), ours, answer);
}

std::string Result(Key key, const char* ours, const char* theirs) {
  return ResultOf(RowOf(key), ours, theirs);
}

bool WellFormed(Key key, std::string_view value) {
  return CheckForm(RowOf(key), value).ok();
}

// C-031
TEST(CheckForm, C031_NumbersStayInRange) {
  EXPECT_TRUE(WellFormed(Key::kMaxBurstLength, "512"));
  EXPECT_TRUE(WellFormed(Key::kMaxBurstLength, "0xffffff"));
  EXPECT_FALSE(WellFormed(Key::kMaxBurstLength, "511"));
  EXPECT_FALSE(WellFormed(Key::kMaxBurstLength, "16777216"));
  EXPECT_FALSE(WellFormed(Key::kMaxConnections, "0"));
  EXPECT_FALSE(WellFormed(Key::kDefaultTime2Wait, "3601"));
  EXPECT_FALSE(WellFormed(Key::kErrorRecoveryLevel, "3"));
  EXPECT_FALSE(WellFormed(Key::kTargetPortalGroupTag, "65536"));
}

// C-032: a range is no number.
TEST(CheckForm, C032_NumbersAreNumbers) {
  EXPECT_FALSE(WellFormed(Key::kMaxBurstLength, "512~1024"));
  EXPECT_FALSE(WellFormed(Key::kMaxBurstLength, ""));
  EXPECT_FALSE(WellFormed(Key::kMaxBurstLength, "-512"));
}

// C-030
TEST(CheckForm, C030_BooleansAreYesOrNo) {
  EXPECT_TRUE(WellFormed(Key::kImmediateData, "No"));
  EXPECT_FALSE(WellFormed(Key::kImmediateData, "no"));
  EXPECT_FALSE(WellFormed(Key::kImmediateData, "1"));
}

// C-025
TEST(CheckForm, C025_ValuesHaveAtMost255Bytes) {
  EXPECT_TRUE(WellFormed(Key::kTargetAlias, std::string(255, 'a')));
  EXPECT_FALSE(WellFormed(Key::kTargetAlias, std::string(256, 'a')));
  const std::string longest(255, 'a');
  EXPECT_TRUE(WellFormed(Key::kHeaderDigest, longest + ",None"));
  EXPECT_FALSE(WellFormed(Key::kHeaderDigest, longest + "a,None"));
}

// C-030: what an offer of one side leaves to the other, all eight cases.
TEST(IsAdmissible, C030_Booleans) {
  EXPECT_TRUE(Admissible(Key::kInitialR2T, "No", "No"));
  EXPECT_TRUE(Admissible(Key::kInitialR2T, "No", "Yes"));
  EXPECT_TRUE(Admissible(Key::kInitialR2T, "Yes", "Yes"));
  EXPECT_FALSE(Admissible(Key::kInitialR2T, "Yes", "No"));
  EXPECT_TRUE(Admissible(Key::kImmediateData, "Yes", "Yes"));
  EXPECT_TRUE(Admissible(Key::kImmediateData, "Yes", "No"));
  EXPECT_TRUE(Admissible(Key::kImmediateData, "No", "No"));
  EXPECT_FALSE(Admissible(Key::kImmediateData, "No", "Yes"));
}

// C-031
TEST(IsAdmissible, C031_MinimumAndMaximum) {
  EXPECT_TRUE(Admissible(Key::kMaxBurstLength, "1000", "1000"));
  EXPECT_TRUE(Admissible(Key::kMaxBurstLength, "1000", "0x200"));
  EXPECT_FALSE(Admissible(Key::kMaxBurstLength, "1000", "1001"));
  EXPECT_TRUE(Admissible(Key::kDefaultTime2Wait, "2", "2"));
  EXPECT_TRUE(Admissible(Key::kDefaultTime2Wait, "2", "3600"));
  EXPECT_FALSE(Admissible(Key::kDefaultTime2Wait, "2", "1"));
}

// C-028
TEST(IsAdmissible, C028_AListIsAnsweredWithOneOfItsItems) {
  EXPECT_TRUE(Admissible(Key::kHeaderDigest, "CRC32C,None", "None"));
  EXPECT_TRUE(Admissible(Key::kHeaderDigest, "CRC32C,None", "CRC32C"));
  EXPECT_FALSE(Admissible(Key::kHeaderDigest, "None", "CRC32C"));
  EXPECT_FALSE(Admissible(Key::kHeaderDigest, "CRC32C,None", "CRC32C,None"));
}

// C-036
TEST(ResultOf, C036_AnswersByTheResultFunction) {
  EXPECT_EQ(Result(Key::kMaxBurstLength, "1000", "2000"), "1000");
  EXPECT_EQ(Result(Key::kMaxBurstLength, "2000", "0x3e8"), "1000");
  EXPECT_EQ(Result(Key::kDefaultTime2Wait, "2", "5"), "5");
  EXPECT_EQ(Result(Key::kInitialR2T, "No", "No"), "No");
  EXPECT_EQ(Result(Key::kInitialR2T, "No", "Yes"), "Yes");
  EXPECT_EQ(Result(Key::kImmediateData, "Yes", "Yes"), "Yes");
  EXPECT_EQ(Result(Key::kImmediateData, "No", "Yes"), "No");
}

// C-039: the offerer's order decides.
TEST(ResultOf, C039_TakesTheFirstOfTheirListThatWeHave) {
  EXPECT_EQ(Result(Key::kHeaderDigest, "None,CRC32C", "CRC32C,None"), "CRC32C");
  EXPECT_EQ(Result(Key::kHeaderDigest, "None", "Y-x,None"), "None");
  EXPECT_EQ(Result(Key::kHeaderDigest, "None", "CRC32C"), "Reject");
}

// C-040
TEST(ResultOf, C040_TaskReportingStaysWithRfc3720) {
  EXPECT_EQ(
      Result(Key::kTaskReporting, "RFC3720", "FastAbort,ResponseFence,RFC3720"),
      "RFC3720");
  EXPECT_EQ(Result(Key::kTaskReporting, "RFC3720", "FastAbort"), "Reject");
}

// C-038: never NotUnderstood (§13.25).
TEST(ResultOf, C038_MarkersAreRefused) {
  EXPECT_EQ(Result(Key::kIFMarker, "", "Yes"), "No");
  EXPECT_EQ(Result(Key::kOFMarker, "", "No"), "No");
  EXPECT_EQ(Result(Key::kIFMarkInt, "", "2048"), "Reject");
  EXPECT_EQ(Result(Key::kOFMarkInt, "", "2048"), "Reject");
}

// RFC 7143 §6.2.2 makes the answer optional in these two cases only.
TEST(DecidesAlone, YesForOrAndNoForAnd) {
  EXPECT_TRUE(DecidesAlone(RowOf(Key::kDataPDUInOrder), "Yes"));
  EXPECT_TRUE(DecidesAlone(RowOf(Key::kImmediateData), "No"));
  EXPECT_FALSE(DecidesAlone(RowOf(Key::kDataPDUInOrder), "No"));
  EXPECT_FALSE(DecidesAlone(RowOf(Key::kImmediateData), "Yes"));
  EXPECT_FALSE(DecidesAlone(RowOf(Key::kMaxBurstLength), "512"));
}

}  // namespace
}  // namespace iscsid
