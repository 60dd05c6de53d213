// SPDX-License-Identifier: GPL-2.0-or-later
//
// Status, residuals and sense of a SCSI Response, and of a Data-In with S
// (RFC 7143 §11.4, §11.7.3).
#include <gtest/gtest.h>

#include <vector>

#include "tests/kernel_unit/pdus.h"

namespace {

constexpr uint8_t kOver = ISCSI_RSP_OVERFLOW;
constexpr uint8_t kUnder = ISCSI_RSP_UNDERFLOW;

Xfer NoData() {
  Xfer x;
  const isi_limits limits = DefaultLimits();
  isi_xfer_start(&x, 0, false, false, &limits);
  return x;
}

Xfer ReadOf(uint32_t edtl, uint32_t received) {
  const isi_limits limits = DefaultLimits();
  Xfer x = StartRead(edtl, limits);
  const iscsi_bhs_data_in bhs = DataIn(0, 0, received, ISCSI_BHS_FINAL);
  if (received) {
    EXPECT_EQ(isi_check_data_in(&x, &bhs, &limits), ISI_FAIL_NONE);
  }
  return x;
}

// `sent` of 1000 bytes were asked for, and sent.
Xfer WriteOf1000(uint32_t sent) {
  isi_limits limits = DefaultLimits();
  limits.immediate_data = false;
  Xfer x = StartWrite(1000, limits);
  const iscsi_bhs_r2t r2t = R2t(0, 0, sent);
  EXPECT_EQ(isi_check_r2t(&x, &r2t, &limits), ISI_FAIL_NONE);
  isi_xfer_sent(&x, sent);
  return x;
}

struct Residual {
  uint8_t flags;
  uint32_t residual;
  isi_fail fail;
  uint32_t reported;
};

template <size_t kRows>
void CheckResiduals(const Xfer& x, const Residual (&rows)[kRows]) {
  for (const Residual& row : rows) {
    SCOPED_TRACE(testing::Message()
                 << "flags " << int{row.flags} << " residual " << row.residual);
    const iscsi_bhs_scsi_response bhs = Response(row.flags, row.residual);
    isi_status status = {};
    ASSERT_EQ(isi_check_response(&x, &bhs, &status), row.fail);
    if (row.fail != ISI_FAIL_NONE) continue;
    EXPECT_EQ(status.residual, row.reported);
  }
}

TEST(Response, C092_ResidualMatrixOfAWholeWrite) {
  static constexpr Residual kRows[] = {
      {0, 0, ISI_FAIL_NONE, 0},
      {0, 300, ISI_FAIL_NONE, 0},  // no U: the field means nothing
      {kUnder, 0, ISI_FAIL_NONE, 0},
      {kUnder, 1, ISI_FAIL_NONE, 1},
      {kUnder, 1000, ISI_FAIL_NONE, 1000},
      {kUnder, 1001, ISI_FAIL_NONE, 1000},
      {kUnder, 0xffffffff, ISI_FAIL_NONE, 1000},
      {kOver, 0, ISI_FAIL_NONE, 0},
      {kOver, 500, ISI_FAIL_NONE, 0},
      {kOver, 0xffffffff, ISI_FAIL_NONE, 0},
      {kOver | kUnder, 0, ISI_FAIL_FLAGS, 0},
      {kOver | kUnder, 10, ISI_FAIL_FLAGS, 0},
      // bidirectional flags say nothing about a write
      {ISCSI_RSP_BIDI_OVERFLOW, 10, ISI_FAIL_NONE, 0},
      {ISCSI_RSP_BIDI_UNDERFLOW, 10, ISI_FAIL_NONE, 0},
  };
  CheckResiduals(WriteOf1000(1000), kRows);
}

// 400 of 1000 bytes moved: whatever the target says, 600 did not.
constexpr Residual k400Of1000[] = {
    {0, 0, ISI_FAIL_NONE, 600},        {kUnder, 0, ISI_FAIL_NONE, 600},
    {kUnder, 599, ISI_FAIL_NONE, 600}, {kUnder, 600, ISI_FAIL_NONE, 600},
    {kUnder, 601, ISI_FAIL_NONE, 601}, {kUnder, 4000, ISI_FAIL_NONE, 1000},
    {kOver, 50, ISI_FAIL_NONE, 600},   {kOver | kUnder, 600, ISI_FAIL_FLAGS, 0},
};

TEST(Response, C092_ResidualMatrixOfAShortRead) {
  CheckResiduals(ReadOf(1000, 400), k400Of1000);
}

TEST(Response, C085_C092_ResidualMatrixOfAShortWrite) {
  CheckResiduals(WriteOf1000(400), k400Of1000);
}

// All of it went unasked, in both ways there are.
TEST(Response, C092_UnsolicitedDataCountsAsMoved) {
  isi_limits limits = DefaultLimits();
  limits.initial_r2t = false;
  limits.max_xmit_dsl = 600;
  Xfer x = StartWrite(1000, limits);
  const iscsi_bhs_scsi_response bhs = Response();
  isi_status status = {};
  ASSERT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
  EXPECT_EQ(status.residual, 400u);
  isi_xfer_sent(&x, 400);
  ASSERT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
  EXPECT_EQ(status.residual, 0u);
}

// The same rules for the status in the last Data-In.
TEST(DataInStatus, C089_C092_ResidualMatrixOfAShortRead) {
  const Xfer x = ReadOf(1000, 400);
  for (const Residual& row : k400Of1000) {
    iscsi_bhs_data_in bhs =
        DataIn(0, 0, 400, ISCSI_BHS_FINAL | ISCSI_DATA_IN_STATUS | row.flags);
    bhs.residual = htobe32(row.residual);
    isi_status status = {};
    ASSERT_EQ(isi_check_status(&x, &bhs, &status), row.fail);
    if (row.fail != ISI_FAIL_NONE) continue;
    EXPECT_EQ(status.residual, row.reported);
  }
}

TEST(DataInStatus, C089_CarriesTheStatus) {
  const Xfer x = ReadOf(1000, 1000);
  iscsi_bhs_data_in bhs =
      DataIn(0, 0, 1000, ISCSI_BHS_FINAL | ISCSI_DATA_IN_STATUS);
  bhs.status = 0x28;
  isi_status status = {};
  status.response = 0xff;
  ASSERT_EQ(isi_check_status(&x, &bhs, &status), ISI_FAIL_NONE);
  EXPECT_EQ(status.response, ISCSI_RSP_COMPLETED);
  EXPECT_EQ(status.status, 0x28);
  EXPECT_EQ(status.residual, 0u);
}

TEST(Response, C092_WholeReadHasNoResidual) {
  const Xfer x = ReadOf(1000, 1000);
  const iscsi_bhs_scsi_response bhs = Response(0, 0, 1);
  isi_status status = {};
  ASSERT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
  EXPECT_EQ(status.residual, 0u);
}

TEST(Response, C092_NoDataHasNoResidual) {
  const Xfer x = NoData();
  for (uint8_t flags : {uint8_t{0}, kUnder, kOver}) {
    const iscsi_bhs_scsi_response bhs = Response(flags, 0x1000);
    isi_status status = {};
    ASSERT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
    EXPECT_EQ(status.residual, 0u) << int{flags};
  }
}

TEST(Response, C091_CountsMoreDataInThanCame) {
  const Xfer x = ReadOf(1000, 1000);
  isi_status status = {};
  iscsi_bhs_scsi_response bhs = Response(0, 0, 1);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
  bhs = Response(0, 0, 2);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_EXP_DATASN);
  bhs = Response(kUnder, 5, 0x7fffffff);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_EXP_DATASN);
}

TEST(Response, C091_CountsMoreR2tsThanCame) {
  const isi_limits limits = DefaultLimits();
  Xfer x = StartWrite(100000, limits);
  isi_status status = {};
  iscsi_bhs_scsi_response bhs = Response(0, 0, 1);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_EXP_DATASN);
  const iscsi_bhs_r2t r2t = R2t(0, 8192, 1000);
  ASSERT_EQ(isi_check_r2t(&x, &r2t, &limits), ISI_FAIL_NONE);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
}

TEST(Response, C091_CountForNoDataIsZero) {
  const Xfer x = NoData();
  isi_status status = {};
  const iscsi_bhs_scsi_response bhs = Response(0, 0, 1);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_EXP_DATASN);
}

// The deviation the code names: a count of 0 from a target that keeps none.
TEST(Response, C091_FewerThanCameIsLetPass) {
  const Xfer x = ReadOf(1000, 1000);
  isi_status status = {};
  const iscsi_bhs_scsi_response bhs = Response(0, 0, 0);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
}

TEST(Response, C091_CrossesTheWrap) {
  Xfer x = ReadOf(1000, 1000);
  x.exp_datasn = 0xffffffff;
  isi_status status = {};
  iscsi_bhs_scsi_response bhs = Response(0, 0, 0);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_EXP_DATASN);
  bhs = Response(0, 0, 0xffffffff);
  EXPECT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
}

// RFC 7143 §11.4.3: the count has a meaning for a completed command only.
TEST(Response, C093_TargetFailureIsPassedOn) {
  const Xfer x = ReadOf(1000, 0);
  iscsi_bhs_scsi_response bhs = Response(0, 0, 7);
  bhs.response = 0x01;
  bhs.status = 0x02;
  isi_status status = {};
  ASSERT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
  EXPECT_EQ(status.response, 0x01);
  EXPECT_EQ(status.residual, 1000u);
}

TEST(Response, C095_EveryStatusIsPassedOn) {
  const Xfer x = NoData();
  for (int value = 0; value < 256; ++value) {
    iscsi_bhs_scsi_response bhs = Response();
    bhs.status = static_cast<uint8_t>(value);
    isi_status status = {};
    ASSERT_EQ(isi_check_response(&x, &bhs, &status), ISI_FAIL_NONE);
    EXPECT_EQ(status.status, value);
    EXPECT_EQ(status.response, ISCSI_RSP_COMPLETED);
  }
}

struct SenseCase {
  std::vector<uint8_t> data;
  isi_fail fail;
  uint32_t length;
};

TEST(Sense, C094_LengthIsHeldAgainstTheSegment) {
  const SenseCase kCases[] = {
      {{}, ISI_FAIL_NONE, 0},
      {{0}, ISI_FAIL_SENSE_LENGTH, 0},
      {{0, 0}, ISI_FAIL_NONE, 0},
      {{0, 0, 9, 9}, ISI_FAIL_NONE, 0},  // a sense of nothing
      {{0, 1}, ISI_FAIL_SENSE_LENGTH, 0},
      {{0, 1, 0x70}, ISI_FAIL_NONE, 1},
      {{0, 2, 0x70}, ISI_FAIL_SENSE_LENGTH, 0},
      {{0, 1, 0x70, 0, 0, 0}, ISI_FAIL_NONE, 1},  // vendor data follows
      {{1, 0, 0x70}, ISI_FAIL_SENSE_LENGTH, 0},   // 256, big endian
      {{0xff, 0xff, 0x70}, ISI_FAIL_SENSE_LENGTH, 0},
  };
  for (const SenseCase& row : kCases) {
    // On the heap, exactly as long: a read beyond it is found.
    std::vector<uint8_t> data = row.data;
    const uint8_t* sense = nullptr;
    uint32_t length = 0xdead;
    SCOPED_TRACE(testing::PrintToString(row.data));
    ASSERT_EQ(isi_check_sense(data.data(), static_cast<uint32_t>(data.size()),
                              &sense, &length),
              row.fail);
    if (row.fail != ISI_FAIL_NONE) continue;
    EXPECT_EQ(length, row.length);
    if (length) {
      EXPECT_EQ(sense, data.data() + 2);
      EXPECT_EQ(sense[0], 0x70);
    }
  }
}

TEST(Sense, C094_LongSense) {
  std::vector<uint8_t> data(2 + 8190);
  data[0] = 8190 >> 8;
  data[1] = 8190 & 0xff;
  const uint8_t* sense = nullptr;
  uint32_t length = 0;
  EXPECT_EQ(isi_check_sense(data.data(), 8192, &sense, &length), ISI_FAIL_NONE);
  EXPECT_EQ(length, 8190u);
  EXPECT_EQ(isi_check_sense(data.data(), 8191, &sense, &length),
            ISI_FAIL_SENSE_LENGTH);
}

}  // namespace
