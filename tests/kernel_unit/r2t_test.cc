// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a target may ask for (RFC 7143 §11.8, §13.17, §13.19).
#include <gtest/gtest.h>

#include <functional>

#include "tests/kernel_unit/pdus.h"

namespace {

// A write of 20000 bytes; 1000 of them may go unasked.
class R2tTest : public testing::Test {
 protected:
  R2tTest() {
    limits_.immediate_data = false;
    limits_.first_burst_length = 1000;
    limits_.max_burst_length = 4096;
    limits_.max_outstanding_r2t = 2;
    x_ = StartWrite(20000, limits_);
  }

  // With InitialR2T=No: the first 1000 bytes are under way.
  void StartUnsolicited() {
    limits_.initial_r2t = false;
    x_ = StartWrite(20000, limits_);
    ASSERT_NE(isi_xfer_r2t(&x_), nullptr);
  }

  // A refused R2T leaves the transfer as it was.
  isi_fail Check(const iscsi_bhs_r2t& bhs) {
    const Xfer before = x_;
    const isi_fail fail = isi_check_r2t(&x_, &bhs, &limits_);
    EXPECT_TRUE(fail == ISI_FAIL_NONE || SameState(x_, before));
    return fail;
  }

  isi_fail Next(uint32_t offset, uint32_t length) {
    return Check(R2t(x_.exp_r2tsn, offset, length));
  }

  void AnswerOldest() { isi_xfer_sent(&x_, isi_xfer_r2t(&x_)->left); }

  isi_limits limits_ = DefaultLimits();
  Xfer x_;
};

TEST_F(R2tTest, C079_WholeWriteIsAskedFor) {
  uint32_t offset = 0;
  for (uint32_t length : {4096u, 1u, 4095u, 4096u, 4096u, 3616u}) {
    EXPECT_EQ(Next(offset, length), ISI_FAIL_NONE) << offset;
    EXPECT_EQ(isi_xfer_r2t(&x_)->offset, offset);
    EXPECT_EQ(isi_xfer_r2t(&x_)->left, length);
    AnswerOldest();
    offset += length;
  }
  EXPECT_EQ(offset, 20000u);
  EXPECT_EQ(Next(20000, 1), ISI_FAIL_DATA_OFFSET);
}

TEST_F(R2tTest, C081_ReadHasNothingToSend) {
  x_ = StartRead(20000, limits_);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_DATA_DIRECTION);
}

TEST_F(R2tTest, C081_NoDataCommandHasNothingToSend) {
  isi_xfer_start(&x_, 0, false, false, &limits_);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_DATA_DIRECTION);
}

// RFC 7143 §11.8.5: the reserved value marks unsolicited data.
TEST_F(R2tTest, C081_ReservedTttIsRefused) {
  EXPECT_EQ(Check(R2t(0, 0, 100, ISCSI_TAG_NONE)), ISI_FAIL_TTT);
  EXPECT_EQ(Check(R2t(0, 0, 100, 0)), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C080_R2tSnIsSequential) {
  EXPECT_EQ(Check(R2t(1, 0, 100)), ISI_FAIL_R2TSN);
  EXPECT_EQ(Check(R2t(0xffffffff, 0, 100)), ISI_FAIL_R2TSN);
  EXPECT_EQ(Check(R2t(0, 0, 100)), ISI_FAIL_NONE);
  EXPECT_EQ(Check(R2t(0, 100, 100)), ISI_FAIL_R2TSN) << "a duplicate";
  EXPECT_EQ(Check(R2t(2, 100, 100)), ISI_FAIL_R2TSN) << "one is missing";
  EXPECT_EQ(Check(R2t(1, 100, 100)), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C068_R2tSnCrossesTheWrap) {
  x_.exp_r2tsn = 0xffffffff;
  EXPECT_EQ(Check(R2t(0xffffffff, 0, 100)), ISI_FAIL_NONE);
  EXPECT_EQ(Check(R2t(0, 100, 100)), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C081_LengthOfNothing) {
  EXPECT_EQ(Next(0, 0), ISI_FAIL_R2T_LENGTH);
}

TEST_F(R2tTest, C081_LengthOverMaxBurst) {
  EXPECT_EQ(Next(0, 4097), ISI_FAIL_R2T_LENGTH);
  EXPECT_EQ(Next(0, 0xffffffff), ISI_FAIL_R2T_LENGTH);
  EXPECT_EQ(Next(0, 4096), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C081_OffsetBeyondBuffer) {
  limits_.data_sequence_in_order = false;
  EXPECT_EQ(Next(20000, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(20001, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0x80000000, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0xffffffff, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(19999, 1), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C081_EndBeyondBuffer) {
  limits_.data_sequence_in_order = false;
  EXPECT_EQ(Next(19999, 2), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(16000, 4001), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0u - 4095, 4096), ISI_FAIL_DATA_OFFSET) << "the sum wraps";
  EXPECT_EQ(Next(16000, 4000), ISI_FAIL_NONE);
}

// As large as a buffer can be said to be.
TEST_F(R2tTest, C081_EndBeyondTheLargestBuffer) {
  limits_.data_sequence_in_order = false;
  x_ = StartWrite(0xffffffff, limits_);
  EXPECT_EQ(Next(0xffffff00, 256), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0xffffff00, 255), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C081_LongerThanTheBuffer) {
  x_ = StartWrite(100, limits_);
  EXPECT_EQ(Next(0, 101), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C083_InOrderMeansInOrder) {
  EXPECT_EQ(Next(1, 100), ISI_FAIL_DATA_OFFSET) << "a hole";
  ASSERT_EQ(Next(0, 100), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_DATA_OFFSET) << "again";
  EXPECT_EQ(Next(99, 100), ISI_FAIL_DATA_OFFSET) << "an overlap";
  EXPECT_EQ(Next(101, 100), ISI_FAIL_DATA_OFFSET) << "a hole";
  EXPECT_EQ(Next(100, 100), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C083_FirstR2tBeginsBehindTheFirstBurst) {
  StartUnsolicited();
  EXPECT_EQ(Next(0, 1000), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(999, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(1000, 1), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C083_AnyOrderWhenNegotiated) {
  limits_.data_sequence_in_order = false;
  limits_.max_outstanding_r2t = 4;
  EXPECT_EQ(Next(16384, 3616), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 4096), ISI_FAIL_NONE);
  EXPECT_EQ(Next(8192, 4096), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4096, 4096), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 12288u);
}

// At ERL 0 nobody recovers: what is asked for twice would hide what never was.
TEST_F(R2tTest, C083_NothingIsAskedForTwice) {
  limits_.data_sequence_in_order = false;
  limits_.max_outstanding_r2t = 4;
  ASSERT_EQ(Next(8192, 4096), ISI_FAIL_NONE);
  EXPECT_EQ(Next(8192, 4096), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(12287, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(4097, 4096), ISI_FAIL_DATA_OFFSET);
  AnswerOldest();
  EXPECT_EQ(Next(8192, 4096), ISI_FAIL_DATA_OFFSET) << "when it was sent";
  EXPECT_EQ(Next(4096, 4096), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C083_UnsolicitedDataIsNotAskedFor) {
  limits_.data_sequence_in_order = false;
  StartUnsolicited();
  EXPECT_EQ(Next(0, 1000), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(999, 2), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(1000, 4096), ISI_FAIL_NONE);
}

TEST_F(R2tTest, C083_TooManyPiecesAreRefused) {
  limits_.data_sequence_in_order = false;
  for (uint32_t i = 1; i < ISI_DATA_PIECES; i += 2) {
    ASSERT_EQ(Next(i * 10, 10), ISI_FAIL_NONE);
    AnswerOldest();
  }
  EXPECT_EQ(Next(10000, 10), ISI_FAIL_DATA_FRAGMENTS);
  EXPECT_EQ(Next(0, 10), ISI_FAIL_NONE);
}

// What lies behind the first byte not sent does not count as written.
TEST_F(R2tTest, C083_C092_BehindAHoleNothingIsWritten) {
  const auto residual = [&] {
    struct isi_status status = {};
    const iscsi_bhs_scsi_response bhs = Response(0, 0, x_.exp_r2tsn);
    EXPECT_EQ(isi_check_response(&x_, &bhs, &status), ISI_FAIL_NONE);
    return status.residual;
  };
  limits_.data_sequence_in_order = false;
  limits_.max_outstanding_r2t = 4;
  x_ = StartWrite(8192, limits_);
  ASSERT_EQ(Next(4096, 4096), ISI_FAIL_NONE);
  AnswerOldest();
  EXPECT_EQ(residual(), 8192u);
  ASSERT_EQ(Next(1000, 3096), ISI_FAIL_NONE);
  ASSERT_EQ(Next(0, 1000), ISI_FAIL_NONE);
  EXPECT_EQ(residual(), 8192u) << "asked for, not sent";
  AnswerOldest();
  EXPECT_EQ(residual(), 8192u);
  isi_xfer_sent(&x_, 400);
  EXPECT_EQ(residual(), 7792u);
  AnswerOldest();
  EXPECT_EQ(residual(), 0u);
}

TEST_F(R2tTest, C082_AtMostMaxOutstandingR2t) {
  for (uint16_t most = 1; most <= ISI_MAX_OUTSTANDING_R2T; ++most) {
    limits_.max_outstanding_r2t = most;
    x_ = StartWrite(20000, limits_);
    for (uint32_t i = 0; i < most; ++i)
      ASSERT_EQ(Next(i * 10, 10), ISI_FAIL_NONE) << most << " " << i;
    EXPECT_EQ(isi_xfer_outstanding_r2t(&x_), most);
    EXPECT_EQ(Next(most * 10u, 10), ISI_FAIL_R2T_COUNT) << most;
    AnswerOldest();
    EXPECT_EQ(Next(most * 10u, 10), ISI_FAIL_NONE) << most;
  }
}

// Unsolicited data under way takes no R2T's place, and the ring holds both.
TEST_F(R2tTest, C082_UnsolicitedDataIsNoR2t) {
  limits_.max_outstanding_r2t = ISI_MAX_OUTSTANDING_R2T;
  StartUnsolicited();
  EXPECT_EQ(isi_xfer_outstanding_r2t(&x_), 0u);
  for (uint32_t i = 0; i < ISI_MAX_OUTSTANDING_R2T; ++i)
    ASSERT_EQ(Check(R2t(i, 1000 + i * 10, 10, 0x100 + i)), ISI_FAIL_NONE);
  EXPECT_EQ(isi_xfer_outstanding_r2t(&x_), ISI_MAX_OUTSTANDING_R2T + 0u);
  EXPECT_EQ(Next(1070, 10), ISI_FAIL_R2T_COUNT);
  EXPECT_EQ(isi_xfer_r2t(&x_)->ttt, htobe32(ISCSI_TAG_NONE));
  EXPECT_EQ(isi_xfer_r2t(&x_)->left, 1000u);
  AnswerOldest();
  EXPECT_EQ(isi_xfer_outstanding_r2t(&x_), ISI_MAX_OUTSTANDING_R2T + 0u);
  EXPECT_EQ(Next(1070, 10), ISI_FAIL_R2T_COUNT);
  for (uint32_t i = 0; i < ISI_MAX_OUTSTANDING_R2T; ++i) {
    EXPECT_EQ(isi_xfer_r2t(&x_)->ttt, htobe32(0x100 + i));
    EXPECT_EQ(isi_xfer_r2t(&x_)->offset, 1000 + i * 10);
    AnswerOldest();
  }
  EXPECT_EQ(isi_xfer_r2t(&x_), nullptr);
}

// The ring goes round many times.
TEST_F(R2tTest, C082_RingGoesRound) {
  limits_.max_outstanding_r2t = 3;
  ASSERT_EQ(Check(R2t(0, 0, 7, 0)), ISI_FAIL_NONE);
  for (uint32_t i = 1; i < 100; ++i) {
    ASSERT_EQ(Check(R2t(i, i * 7, 7, i)), ISI_FAIL_NONE) << i;
    EXPECT_EQ(isi_xfer_r2t(&x_)->ttt, htobe32(i - 1));
    EXPECT_EQ(isi_xfer_r2t(&x_)->offset, (i - 1) * 7);
    EXPECT_EQ(isi_xfer_r2t(&x_)->datasn, 0u);
    AnswerOldest();
  }
}

// A new one counts from DataSN 0 wherever in the ring it lands.
TEST_F(R2tTest, C079_DataSnBeginsAt0) {
  for (uint32_t i = 0; i < 2 * (ISI_MAX_OUTSTANDING_R2T + 1); ++i) {
    ASSERT_EQ(Next(i * 20, 20), ISI_FAIL_NONE);
    EXPECT_EQ(isi_xfer_r2t(&x_)->datasn, 0u) << i;
    isi_xfer_sent(&x_, 10);
    EXPECT_EQ(isi_xfer_r2t(&x_)->datasn, 1u) << i;
    EXPECT_EQ(isi_xfer_r2t(&x_)->offset, i * 20 + 10);
    isi_xfer_sent(&x_, 10);
  }
}

}  // namespace
