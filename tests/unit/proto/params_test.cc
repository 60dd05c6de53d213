// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/params.h"

#include <gtest/gtest.h>

#include <functional>

namespace iscsid {
namespace {

// The error for the default offers with one thing changed; "" if none.
std::string Complaint(const std::function<void(Offers&)>& change) {
  Offers offers;
  change(offers);
  const Status checked = CheckOffers(offers);
  return checked ? "" : checked.error().what;
}

TEST(CheckOffers, TheDefaultsCanBeOffered) {
  EXPECT_TRUE(CheckOffers(Offers()));
}

// C-031
TEST(CheckOffers, C031_NamesTheKeyAndItsRange) {
  EXPECT_EQ(Complaint([](Offers& o) { o.max_connections = 0; }),
            "MaxConnections: 0 is not from 1 to 65535");
  EXPECT_EQ(Complaint([](Offers& o) { o.default_time2wait = 3601; }),
            "DefaultTime2Wait: 3601 is not from 0 to 3600");
  EXPECT_EQ(Complaint([](Offers& o) { o.error_recovery_level = 3; }),
            "ErrorRecoveryLevel: 3 is not from 0 to 2");
  EXPECT_NE(Complaint([](Offers& o) { o.max_outstanding_r2t = 65536; }), "");
  EXPECT_NE(Complaint([](Offers& o) { o.default_time2retain = 3601; }), "");
  EXPECT_NE(Complaint([](Offers& o) { o.first_burst_length = 511; }), "");
  EXPECT_NE(Complaint([](Offers& o) { o.max_burst_length = 1 << 24; }), "");
}

// C-034
TEST(CheckOffers, C034_MaxRecvDataSegmentLengthHasItsLimits) {
  const auto with = [](uint32_t length) {
    return Complaint(
        [=](Offers& o) { o.max_recv_data_segment_length = length; });
  };
  EXPECT_EQ(with(512), "");
  EXPECT_EQ(with((1 << 24) - 1), "");
  EXPECT_NE(with(511), "");
  EXPECT_NE(with(1 << 24), "");
}

// C-033
TEST(CheckOffers, C033_FirstBurstMustFitIntoMaxBurst) {
  EXPECT_EQ(Complaint([](Offers& o) { o.max_burst_length = 131072; }),
            "FirstBurstLength: must not exceed MaxBurstLength");
  EXPECT_EQ(Complaint([](Offers& o) { o.max_burst_length = 262144; }), "");
}

TEST(CheckOffers, ListsNeedAChoice) {
  EXPECT_NE(Complaint([](Offers& o) { o.header_digest.clear(); }), "");
  EXPECT_NE(Complaint([](Offers& o) { o.data_digest.clear(); }), "");
  EXPECT_NE(Complaint([](Offers& o) { o.auth_method = {"KRB5"}; }), "");
  // No AuthMethod at all means that the security stage is skipped.
  EXPECT_EQ(Complaint([](Offers& o) { o.auth_method.clear(); }), "");
}

// RFC 7143 §13.19
TEST(CheckOffers, RecoveryInOrderAllowsOneR2T) {
  const auto with = [](uint32_t level, uint32_t r2ts, bool in_order) {
    return Complaint([=](Offers& o) {
      o.error_recovery_level = level;
      o.max_outstanding_r2t = r2ts;
      o.data_sequence_in_order = in_order;
    });
  };
  EXPECT_NE(with(1, 2, true), "");
  EXPECT_EQ(with(0, 2, true), "");
  EXPECT_EQ(with(1, 1, true), "");
  EXPECT_EQ(with(2, 2, false), "");
}

TEST(Digest, PrintsAsTheKeyDoes) {
  EXPECT_EQ(ToString(Digest::kNone), "None");
  EXPECT_EQ(ToString(Digest::kCrc32c), "CRC32C");
}

}  // namespace
}  // namespace iscsid
