// SPDX-License-Identifier: GPL-2.0-or-later
//
// What of a write goes out, and how it is cut into PDUs (RFC 7143 §11.7,
// §13.10, §13.11, §13.14).
#include <gtest/gtest.h>

#include <vector>

#include "tests/kernel_unit/pdus.h"

namespace {

constexpr uint8_t kLun[8] = {0x40, 0x01, 0, 0, 0, 0, 0, 0};

struct Sent {
  uint32_t offset;
  uint32_t length;
  uint32_t datasn;
  bool final;
  uint32_t ttt;
  bool operator==(const Sent&) const = default;
};

void PrintTo(const Sent& s, std::ostream* os) {
  *os << s.length << "@" << s.offset << " DataSN=" << s.datasn
      << (s.final ? " F" : "") << " TTT=" << std::hex << s.ttt << std::dec;
}

Sent SendOne(Xfer* x, const isi_limits& limits) {
  iscsi_bhs_data_out bhs;
  const uint32_t length =
      isi_build_data_out(&bhs, x, 0x1234, kLun, 0x55, &limits);
  EXPECT_EQ(length, isi_get_dlength(reinterpret_cast<iscsi_bhs*>(&bhs)));
  isi_xfer_sent(x, length);
  return {be32toh(bhs.offset), length, be32toh(bhs.datasn),
          (bhs.flags & ISCSI_BHS_FINAL) != 0, be32toh(bhs.ttt)};
}

std::vector<Sent> SendAll(Xfer* x, const isi_limits& limits) {
  std::vector<Sent> sent;
  while (isi_xfer_r2t(x)) sent.push_back(SendOne(x, limits));
  return sent;
}

// FirstBurstLength=1001 and a target that takes 600 bytes a segment.
isi_limits OddLimits() {
  isi_limits limits = DefaultLimits();
  limits.first_burst_length = 1001;
  limits.max_burst_length = 3001;
  limits.max_xmit_dsl = 600;
  limits.max_outstanding_r2t = 4;
  return limits;
}

struct FirstBurst {
  uint32_t edtl;
  uint32_t immediate;  // with ImmediateData=Yes
  uint32_t burst;      // with InitialR2T=No, immediate data included
};

constexpr FirstBurst kFirstBursts[] = {
    {0, 0, 0},         {1, 1, 1},         {3, 3, 3},         {599, 599, 599},
    {600, 600, 600},   {601, 600, 601},   {1000, 600, 1000}, {1001, 600, 1001},
    {1002, 600, 1001}, {99999, 600, 1001}};

TEST(XferStart, C076_C077_WhatGoesOutUnasked) {
  for (const auto& [initial_r2t, immediate_data] : kAllPairs) {
    isi_limits limits = OddLimits();
    limits.initial_r2t = initial_r2t;
    limits.immediate_data = immediate_data;
    for (const FirstBurst& row : kFirstBursts) {
      SCOPED_TRACE(testing::Message() << "InitialR2T=" << initial_r2t
                                      << " ImmediateData=" << immediate_data
                                      << " EDTL=" << row.edtl);
      Xfer x;
      std::memset(static_cast<isi_xfer*>(&x), 0xff, offsetof(isi_xfer, r2t));
      x.cover.prefix = x.cover.count = 0xffffffff;
      const uint32_t immediate =
          isi_xfer_start(&x, row.edtl, false, true, &limits);
      EXPECT_EQ(immediate, immediate_data ? row.immediate : 0);
      uint32_t unsolicited = 0;
      for (const Sent& pdu : SendAll(&x, limits)) {
        EXPECT_EQ(pdu.ttt, ISCSI_TAG_NONE);
        EXPECT_EQ(pdu.offset, immediate + unsolicited);
        unsolicited += pdu.length;
      }
      EXPECT_EQ(unsolicited, initial_r2t ? 0 : row.burst - immediate);
      EXPECT_EQ(x.cover.prefix, initial_r2t ? immediate : row.burst);
      EXPECT_EQ(x.edtl, row.edtl);
      EXPECT_EQ(x.exp_r2tsn, 0u);
    }
  }
}

// The whole first burst in the command when the target takes it.
TEST(XferStart, C076_ImmediateDataFillsTheFirstBurst) {
  isi_limits limits = OddLimits();
  limits.initial_r2t = false;
  limits.max_xmit_dsl = 1002;
  Xfer x;
  EXPECT_EQ(isi_xfer_start(&x, 5000, false, true, &limits), 1001u);
  EXPECT_EQ(isi_xfer_r2t(&x), nullptr);
}

TEST(XferStart, C077_ReadsAndNoDataSendNothing) {
  isi_limits limits = OddLimits();
  limits.initial_r2t = false;
  Xfer x;
  EXPECT_EQ(isi_xfer_start(&x, 5000, true, false, &limits), 0u);
  EXPECT_EQ(isi_xfer_r2t(&x), nullptr);
  EXPECT_EQ(isi_xfer_start(&x, 0, false, false, &limits), 0u);
  EXPECT_EQ(isi_xfer_r2t(&x), nullptr);
}

TEST(DataOut, C078_UnsolicitedFollowsImmediateData) {
  isi_limits limits = OddLimits();
  limits.initial_r2t = false;
  limits.max_xmit_dsl = 300;
  Xfer x = StartWrite(5000, limits);
  EXPECT_EQ(SendAll(&x, limits),
            (std::vector<Sent>{{300, 300, 0, false, ISCSI_TAG_NONE},
                               {600, 300, 1, false, ISCSI_TAG_NONE},
                               {900, 101, 2, true, ISCSI_TAG_NONE}}));
}

TEST(DataOut, C079_R2tIsAnsweredExactly) {
  const isi_limits limits = OddLimits();
  Xfer x = StartWrite(5000, limits);
  const iscsi_bhs_r2t r2t = R2t(0, 600, 1801, 0xabcd);
  ASSERT_EQ(isi_check_r2t(&x, &r2t, &limits), ISI_FAIL_NONE);
  EXPECT_EQ(SendAll(&x, limits),
            (std::vector<Sent>{{600, 600, 0, false, 0xabcd},
                               {1200, 600, 1, false, 0xabcd},
                               {1800, 600, 2, false, 0xabcd},
                               {2400, 1, 3, true, 0xabcd}}));
}

TEST(DataOut, C079_SegmentOfExactlyWhatTheTargetTakesIsFinal) {
  const isi_limits limits = OddLimits();
  Xfer x = StartWrite(5000, limits);
  const iscsi_bhs_r2t r2t = R2t(0, 600, 600);
  ASSERT_EQ(isi_check_r2t(&x, &r2t, &limits), ISI_FAIL_NONE);
  EXPECT_EQ(SendAll(&x, limits),
            (std::vector<Sent>{{600, 600, 0, true, 0x77}}));
}

// Unsolicited data first, then the R2Ts in their order, each with DataSN
// from 0 (RFC 7143 §11.7.5).
TEST(DataOut, C082_SequencesGoOutInTheOrderTheyWereAskedFor) {
  isi_limits limits = OddLimits();
  limits.initial_r2t = false;
  Xfer x = StartWrite(5000, limits);
  for (uint32_t i = 0; i < 3; ++i) {
    const iscsi_bhs_r2t r2t = R2t(i, 1001 + i * 700, 700, 0x10 + i);
    ASSERT_EQ(isi_check_r2t(&x, &r2t, &limits), ISI_FAIL_NONE) << i;
  }
  EXPECT_EQ(SendAll(&x, limits),
            (std::vector<Sent>{{600, 401, 0, true, ISCSI_TAG_NONE},
                               {1001, 600, 0, false, 0x10},
                               {1601, 100, 1, true, 0x10},
                               {1701, 600, 0, false, 0x11},
                               {2301, 100, 1, true, 0x11},
                               {2401, 600, 0, false, 0x12},
                               {3001, 100, 1, true, 0x12}}));
}

TEST(DataOut, C079_HeaderByteForByte) {
  const isi_limits limits = OddLimits();
  Xfer x = StartWrite(0x01020304, limits);
  const iscsi_bhs_r2t r2t = R2t(0, 600, 599, 0x0a0b0c0d);
  ASSERT_EQ(isi_check_r2t(&x, &r2t, &limits), ISI_FAIL_NONE);
  std::array<uint8_t, ISCSI_BHS_LEN> bhs;
  bhs.fill(0xee);
  const Xfer before = x;
  EXPECT_EQ(
      isi_build_data_out(reinterpret_cast<iscsi_bhs_data_out*>(bhs.data()), &x,
                         0x11223344, kLun, 0x55667788, &limits),
      599u);
  EXPECT_TRUE(SameState(x, before)) << "only isi_xfer_sent() takes the step";
  const std::array<uint8_t, ISCSI_BHS_LEN> expected = {
      0x05, 0x80, 0,    0,                 // opcode, F
      0,    0,    0x02, 0x57,              // no AHS, DataSegmentLength 599
      0x40, 0x01, 0,    0,    0, 0, 0, 0,  // LUN
      0x11, 0x22, 0x33, 0x44,              // ITT
      0x0a, 0x0b, 0x0c, 0x0d,              // TTT
      0,    0,    0,    0,                 // reserved
      0x55, 0x66, 0x77, 0x88,              // ExpStatSN
      0,    0,    0,    0,                 // reserved
      0,    0,    0,    0,                 // DataSN
      0,    0,    0x02, 0x58,              // Buffer Offset 600
      0,    0,    0,    0};
  EXPECT_EQ(bhs, expected);
}

}  // namespace
