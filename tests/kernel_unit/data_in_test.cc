// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where a target may place a Data-In (RFC 7143 §11.7, §13.13, §13.18, §13.19).
#include <gtest/gtest.h>

#include "tests/kernel_unit/pdus.h"

namespace {

constexpr uint8_t kFinal = ISCSI_BHS_FINAL;
constexpr uint8_t kStatus = ISCSI_BHS_FINAL | ISCSI_DATA_IN_STATUS;

// A read of 10000 bytes; MaxBurstLength is 4096.
class DataInTest : public testing::Test {
 protected:
  explicit DataInTest(bool pdu_in_order = true, bool sequence_in_order = true) {
    limits_.max_burst_length = 4096;
    limits_.data_pdu_in_order = pdu_in_order;
    limits_.data_sequence_in_order = sequence_in_order;
    x_ = StartRead(10000, limits_);
  }

  // A refused Data-In leaves the transfer as it was.
  isi_fail Check(const iscsi_bhs_data_in& bhs) {
    const Xfer before = x_;
    const isi_fail fail = isi_check_data_in(&x_, &bhs, &limits_);
    EXPECT_TRUE(fail == ISI_FAIL_NONE || SameState(x_, before));
    return fail;
  }

  // The next DataSN.
  isi_fail Next(uint32_t offset, uint32_t length, uint8_t flags = 0) {
    return Check(DataIn(x_.exp_datasn, offset, length, flags));
  }

  isi_limits limits_ = DefaultLimits();
  Xfer x_;
};

class DataInNoOrder : public DataInTest {
 protected:
  DataInNoOrder() : DataInTest(false, false) {}
};

class DataInPduOrder : public DataInTest {
 protected:
  DataInPduOrder() : DataInTest(true, false) {}
};

class DataInSequenceOrder : public DataInTest {
 protected:
  DataInSequenceOrder() : DataInTest(false, true) {}
};

TEST_F(DataInTest, C087_WholeReadInSequences) {
  EXPECT_EQ(Next(0, 4096, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4096, 1), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4097, 4095, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(8192, 1808, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
  EXPECT_EQ(x_.exp_datasn, 4u);
}

TEST_F(DataInTest, C090_WriteGetsNoData) {
  x_ = StartWrite(10000, limits_);
  EXPECT_EQ(Next(0, 1), ISI_FAIL_DATA_DIRECTION);
  EXPECT_EQ(Next(0, 0, kStatus), ISI_FAIL_DATA_DIRECTION);
}

TEST_F(DataInTest, C090_NoDataCommandGetsNoData) {
  isi_xfer_start(&x_, 0, false, false, &limits_);
  EXPECT_EQ(Next(0, 1), ISI_FAIL_DATA_DIRECTION);
}

TEST_F(DataInTest, C087_DataSnIsSequential) {
  EXPECT_EQ(Check(DataIn(1, 0, 100)), ISI_FAIL_DATASN);
  EXPECT_EQ(Check(DataIn(0xffffffff, 0, 100)), ISI_FAIL_DATASN);
  EXPECT_EQ(Check(DataIn(0, 0, 100)), ISI_FAIL_NONE);
  EXPECT_EQ(Check(DataIn(0, 100, 100)), ISI_FAIL_DATASN);
  EXPECT_EQ(Check(DataIn(2, 100, 100)), ISI_FAIL_DATASN);
  EXPECT_EQ(Check(DataIn(1, 100, 100, kFinal)), ISI_FAIL_NONE);
  EXPECT_EQ(Check(DataIn(0, 200, 100)), ISI_FAIL_DATASN)
      << "it goes on across sequences";
  EXPECT_EQ(Check(DataIn(2, 200, 100)), ISI_FAIL_NONE);
}

TEST_F(DataInTest, C068_DataSnCrossesTheWrap) {
  x_.exp_datasn = 0xffffffff;
  EXPECT_EQ(Check(DataIn(0xffffffff, 0, 100)), ISI_FAIL_NONE);
  EXPECT_EQ(Check(DataIn(0, 100, 100)), ISI_FAIL_NONE);
}

TEST_F(DataInTest, C087_StepBackIsRefused) {
  ASSERT_EQ(Next(0, 200), ISI_FAIL_NONE);
  EXPECT_EQ(Next(199, 100), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0, 200), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0, 200, kFinal), ISI_FAIL_DATA_OFFSET);
}

TEST_F(DataInTest, C087_HoleIsRefused) {
  EXPECT_EQ(Next(1, 100), ISI_FAIL_DATA_OFFSET);
  ASSERT_EQ(Next(0, 200, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(201, 100), ISI_FAIL_DATA_OFFSET);
}

// An end beyond the buffer, at every size of overrun a u32 can hide.
TEST_F(DataInNoOrder, C087_OverflowIsRefused) {
  for (uint32_t length : {1u, 2u, 4096u}) {
    EXPECT_EQ(Next(10000 - length + 1, length), ISI_FAIL_DATA_OFFSET);
    EXPECT_EQ(Next(10000, length), ISI_FAIL_DATA_OFFSET);
    EXPECT_EQ(Next(10001, length), ISI_FAIL_DATA_OFFSET);
    EXPECT_EQ(Next(0x7fffffff, length), ISI_FAIL_DATA_OFFSET);
    EXPECT_EQ(Next(0x80000000, length), ISI_FAIL_DATA_OFFSET);
    EXPECT_EQ(Next(0u - length, length), ISI_FAIL_DATA_OFFSET);
    EXPECT_EQ(Next(1u - length, length),
              length == 1 ? ISI_FAIL_NONE : ISI_FAIL_DATA_OFFSET);
  }
}

TEST_F(DataInNoOrder, C087_LastByteMayCome) {
  EXPECT_EQ(Next(9999, 1), ISI_FAIL_NONE);
  EXPECT_EQ(Next(10000, 0), ISI_FAIL_NONE);
  EXPECT_EQ(Next(10001, 0), ISI_FAIL_DATA_OFFSET);
}

TEST_F(DataInTest, C087_LongerThanTheBufferIsRefused) {
  x_ = StartRead(100, limits_);
  EXPECT_EQ(Next(0, 101), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_NONE);
}

// The deviation the code names: a whole read as one sequence.
TEST_F(DataInTest, C087_SequenceMayExceedMaxBurstLength) {
  EXPECT_EQ(Next(0, 4096), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4096, 5000), ISI_FAIL_NONE);
  EXPECT_EQ(Next(9096, 905, kFinal), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(9096, 904, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
}

TEST_F(DataInTest, C089_StatusWithoutFinalIsRefused) {
  EXPECT_EQ(Next(0, 100, ISCSI_DATA_IN_STATUS), ISI_FAIL_FLAGS);
  EXPECT_EQ(Next(0, 100, kStatus), ISI_FAIL_NONE);
}

// RFC 7143 §11.7.7: an empty segment must be taken.
TEST_F(DataInTest, C087_EmptySegmentIsTaken) {
  EXPECT_EQ(Next(0, 0), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_NONE);
  EXPECT_EQ(Next(100, 0, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 100u);
}

// DataPDUInOrder=Yes, DataSequenceInOrder=No: a sequence begins anywhere, and
// goes on where it is.
TEST_F(DataInPduOrder, C088_EmptySegmentBeginsASequence) {
  EXPECT_EQ(Next(8192, 0), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(8192, 100, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_NONE);
}

TEST_F(DataInPduOrder, C088_SequenceBeginsAnywhere) {
  EXPECT_EQ(Next(8192, 1000), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 100), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(9193, 100), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(9192, 808, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 4096, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4096, 4096, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
}

// DataPDUInOrder=No: any order within the sequence.
TEST_F(DataInSequenceOrder, C088_PdusInAnyOrder) {
  EXPECT_EQ(Next(2048, 2048), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 2048, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4096, 4096, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(8192, 1808, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
}

TEST_F(DataInNoOrder, C088_AnyOrderAtAll) {
  EXPECT_EQ(Next(9000, 1000), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 3000, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(6000, 3000), ISI_FAIL_NONE);
  EXPECT_EQ(Next(3000, 1096, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4096, 1904, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
}

// A byte that came twice would stand for one that never came.
TEST_F(DataInNoOrder, C088_OverlapIsRefused) {
  ASSERT_EQ(Next(5000, 2000, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(5000, 2000), ISI_FAIL_DATA_OFFSET) << "again";
  EXPECT_EQ(Next(4999, 2), ISI_FAIL_DATA_OFFSET) << "its first byte";
  EXPECT_EQ(Next(6999, 2), ISI_FAIL_DATA_OFFSET) << "its last byte";
  EXPECT_EQ(Next(5500, 1), ISI_FAIL_DATA_OFFSET) << "inside";
  EXPECT_EQ(Next(4000, 4000), ISI_FAIL_DATA_OFFSET) << "around";
  EXPECT_EQ(Next(0, 5000, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(0, 1), ISI_FAIL_DATA_OFFSET) << "of what is complete";
  EXPECT_EQ(Next(7000, 3000, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
}

TEST_F(DataInPduOrder, C088_SequenceMayNotOverlapAnother) {
  ASSERT_EQ(Next(4096, 4096, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(8191, 100), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(8192, 1808, kFinal), ISI_FAIL_NONE);
  ASSERT_EQ(Next(0, 4000), ISI_FAIL_NONE);
  EXPECT_EQ(Next(4000, 97), ISI_FAIL_DATA_OFFSET) << "it runs into it";
  EXPECT_EQ(Next(4000, 96, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(x_.cover.prefix, 10000u);
}

TEST_F(DataInSequenceOrder, C088_HoleInASequenceIsRefused) {
  ASSERT_EQ(Next(0, 1000), ISI_FAIL_NONE);
  ASSERT_EQ(Next(2000, 1000, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(Next(3000, 1000), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(Next(1000, 1000), ISI_FAIL_DATA_OFFSET) << "its sequence is over";
}

// The midlayer knows of one border only: what lies behind a hole is no data.
TEST_F(DataInNoOrder, C088_C092_BehindAHoleNothingIsTransferred) {
  struct isi_status status = {};
  const auto residual = [&](uint32_t said) {
    const iscsi_bhs_scsi_response bhs =
        Response(ISCSI_RSP_UNDERFLOW, said, x_.exp_datasn);
    EXPECT_EQ(isi_check_response(&x_, &bhs, &status), ISI_FAIL_NONE);
    return status.residual;
  };
  ASSERT_EQ(Next(1, 9999, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(residual(0), 10000u);
  x_ = StartRead(10000, limits_);
  ASSERT_EQ(Next(0, 4000), ISI_FAIL_NONE);
  ASSERT_EQ(Next(5000, 5000, kFinal), ISI_FAIL_NONE);
  EXPECT_EQ(residual(0), 6000u);
  EXPECT_EQ(residual(7000), 7000u);
  ASSERT_EQ(Next(4000, 1000, kStatus), ISI_FAIL_NONE);
  EXPECT_EQ(residual(0), 0u);
}

// As many pieces as the uapi header promises, in the order that leaves the
// most ranges.
TEST_F(DataInSequenceOrder, C088_EverySecondPieceFirst) {
  for (uint32_t burst = 0; burst < 2; ++burst) {
    for (const uint32_t odd : {1u, 0u}) {
      for (uint32_t i = odd; i < ISI_DATA_PIECES; i += 2) {
        const bool last = odd == 0 && i + 2 == ISI_DATA_PIECES;
        ASSERT_EQ(Next((burst * ISI_DATA_PIECES + i) * 70, 70,
                       last ? kFinal : uint8_t{0}),
                  ISI_FAIL_NONE);
      }
    }
    EXPECT_EQ(x_.cover.prefix, (burst + 1) * ISI_DATA_PIECES * 70);
    EXPECT_EQ(x_.cover.count, 0u);
  }
}

TEST_F(DataInNoOrder, C088_TooManyPiecesAreRefused) {
  for (uint32_t i = 1; i < ISI_DATA_PIECES; i += 2)
    ASSERT_EQ(Next(i * 10, 10), ISI_FAIL_NONE);
  EXPECT_EQ(Next((ISI_DATA_PIECES + 1) * 10, 10), ISI_FAIL_DATA_FRAGMENTS);
  EXPECT_EQ(Next(ISI_DATA_PIECES * 10, 10), ISI_FAIL_NONE) << "next to one";
  EXPECT_EQ(Next(20, 10), ISI_FAIL_NONE) << "joins two";
  EXPECT_EQ(Next((ISI_DATA_PIECES + 3) * 10, 10), ISI_FAIL_NONE);
}

}  // namespace
