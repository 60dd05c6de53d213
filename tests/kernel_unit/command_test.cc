// SPDX-License-Identifier: GPL-2.0-or-later
//
// Headers the module builds, byte for byte (RFC 7143 §11.2.2.3, §11.3,
// §11.5, §11.18).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

#include "tests/kernel_unit/pdus.h"

namespace {

using testing::ElementsAreArray;

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kLun[8] = {0xc1, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

// A CDB of 1, 2, 3, ...
struct Command {
  explicit Command(unsigned int cdb_len) : cdb(cdb_len) {
    std::iota(cdb.begin(), cdb.end(), uint8_t{1});
    fields.cdb = cdb.data();
    fields.cdb_len = cdb_len;
    fields.lun = kLun;
    fields.itt = 0x11223344;
    fields.cmdsn = 0xa1a2a3a4;
    fields.exp_statsn = 0xb1b2b3b4;
    fields.attr = ISCSI_CMD_ATTR_SIMPLE;
  }

  // What the header holds; nothing is written behind it.
  Bytes Build(const Xfer& x, uint32_t immediate) const {
    Bytes head(ISI_MAX_HEAD_LEN, 0xee);
    const unsigned int length =
        isi_build_command(head.data(), &fields, &x, immediate);
    for (size_t i = length; i < head.size(); ++i) EXPECT_EQ(head[i], 0xee) << i;
    head.resize(length);
    return head;
  }

  Bytes cdb;
  isi_command fields = {};
};

TEST(ScsiCommand, C009_ReadByteForByte) {
  EXPECT_THAT(Command(10).Build(StartRead(0x01020304, DefaultLimits()), 0),
              ElementsAreArray(Bytes{
                  0x01, 0xc1, 0,    0,  // opcode, F R SIMPLE
                  0,    0,    0,    0,  // no AHS, no data
                  0xc1, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,  // LUN
                  0x11, 0x22, 0x33, 0x44,                          // ITT
                  0x01, 0x02, 0x03, 0x04,  // Expected Data Transfer Length
                  0xa1, 0xa2, 0xa3, 0xa4,  // CmdSN
                  0xb1, 0xb2, 0xb3, 0xb4,  // ExpStatSN
                  1,    2,    3,    4,    5,    6,    7,    8,  // CDB
                  9,    10,   0,    0,    0,    0,    0,    0   // and its end
              }));
}

TEST(ScsiCommand, C009_WriteWithImmediateDataByteForByte) {
  EXPECT_THAT(Command(16).Build(StartWrite(8191, DefaultLimits()), 8191),
              ElementsAreArray(Bytes{
                  0x01, 0xa1, 0,    0,     // opcode, F W SIMPLE
                  0,    0,    0x1f, 0xff,  // DataSegmentLength 8191
                  0xc1, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,  // LUN
                  0x11, 0x22, 0x33, 0x44,                          // ITT
                  0,    0,    0x1f, 0xff,  // Expected Data Transfer Length
                  0xa1, 0xa2, 0xa3, 0xa4,  // CmdSN
                  0xb1, 0xb2, 0xb3, 0xb4,  // ExpStatSN
                  1,    2,    3,    4,    5,    6,    7,    8,  // CDB
                  9,    10,   11,   12,   13,   14,   15,   16  // and its end
              }));
}

TEST(ScsiCommand, C009_NoDataHasNeitherRNorW) {
  Xfer x;
  const isi_limits limits = DefaultLimits();
  isi_xfer_start(&x, 0, false, false, &limits);
  EXPECT_EQ(Command(6).Build(x, 0)[1], 0x81);
}

// F=0 if, and only if, unsolicited Data-Out follows.
TEST(ScsiCommand, C009_FinalUnlessDataOutFollows) {
  for (const auto& [initial_r2t, immediate_data] : kAllPairs) {
    isi_limits limits = DefaultLimits();
    limits.initial_r2t = initial_r2t;
    limits.immediate_data = immediate_data;
    for (uint32_t edtl : {8192u, 8193u}) {
      Xfer x;
      const uint32_t immediate = isi_xfer_start(&x, edtl, false, true, &limits);
      const bool follows =
          !initial_r2t && (!immediate_data || edtl > limits.max_xmit_dsl);
      EXPECT_EQ(Command(10).Build(x, immediate)[1], follows ? 0x21 : 0xa1)
          << initial_r2t << immediate_data << " " << edtl;
    }
  }
}

TEST(ScsiCommand, C009_AttributeIsTheCallers) {
  Command command(6);
  command.fields.attr = ISCSI_CMD_ATTR_HEAD_OF_QUEUE;
  EXPECT_EQ(command.Build(StartRead(1, DefaultLimits()), 0)[1], 0xc3);
}

TEST(ScsiCommand, C010_CdbOf32BytesNeedsAnAhs) {
  const Bytes head = Command(32).Build(StartRead(512, DefaultLimits()), 0);
  ASSERT_EQ(head.size(), 68u);
  EXPECT_EQ(head[4], 5) << "TotalAHSLength, in words";
  EXPECT_THAT(Bytes(head.begin() + 32, head.end()),
              ElementsAreArray(Bytes{
                  1,  2,  3,  4,  5,  6,  7,  8,   // CDB
                  9,  10, 11, 12, 13, 14, 15, 16,  //
                  0,  17, 1,  0,  // AHSLength, Extended CDB, reserved
                  17, 18, 19, 20, 21, 22, 23, 24,  // CDB goes on
                  25, 26, 27, 28, 29, 30, 31, 32   //
              }));
}

// A LUN may be of any form and length: all eight bytes go out as they are.
TEST(ScsiCommand, C008_TheWholeLun) {
  const Bytes head = Command(10).Build(StartRead(512, DefaultLimits()), 0);
  EXPECT_EQ(std::memcmp(&head[8], kLun, sizeof(kLun)), 0);

  isi_limits limits = DefaultLimits();
  limits.initial_r2t = false;
  limits.immediate_data = false;
  Xfer x = StartWrite(512, limits);
  iscsi_bhs_data_out data_out;
  isi_build_data_out(&data_out, &x, 1, kLun, 2, &limits);
  EXPECT_EQ(std::memcmp(data_out.lun, kLun, sizeof(kLun)), 0);

  iscsi_bhs_tmf_request request;
  isi_build_tmf(&request, ISCSI_TMF_LUN_RESET, kLun);
  EXPECT_EQ(std::memcmp(request.lun, kLun, sizeof(kLun)), 0);
}

// AHSLength is without the pad, which is zeros.
TEST(ScsiCommand, C010_OddCdbIsPadded) {
  for (unsigned int length = 17; length <= ISI_MAX_CDB_LEN; ++length) {
    const Bytes head =
        Command(length).Build(StartRead(512, DefaultLimits()), 0);
    const unsigned int rest = length - 16, padded = (rest + 3) / 4 * 4;
    ASSERT_EQ(head.size(), 48 + 4 + padded) << length;
    EXPECT_EQ(head[4], 1 + padded / 4) << length;
    EXPECT_EQ(head[48] << 8 | head[49], rest + 1) << length;
    EXPECT_EQ(head[52], 17) << length;
    EXPECT_EQ(head[52 + rest - 1], length) << length;
    for (unsigned int i = 52 + rest; i < head.size(); ++i)
      EXPECT_EQ(head[i], 0) << length;
  }
}

TEST(ScsiCommand, C010_CdbOf16BytesNeedsNone) {
  const Bytes head = Command(16).Build(StartRead(512, DefaultLimits()), 0);
  EXPECT_EQ(head.size(), 48u);
  EXPECT_EQ(head[4], 0);
}

TEST(NopReply, C096_ByteForByte) {
  iscsi_bhs_nop_in ping = {};
  ping.opcode = ISCSI_OPCODE_NOP_IN;
  ping.flags = ISCSI_BHS_FINAL;
  std::memcpy(ping.lun, kLun, sizeof(kLun));
  ping.itt = htobe32(ISCSI_TAG_NONE);
  ping.ttt = htobe32(0x0a0b0c0d);
  ping.statsn = htobe32(77);
  ping.exp_cmdsn = ping.max_cmdsn = htobe32(88);
  Bytes bhs(ISCSI_BHS_LEN, 0xee);
  isi_build_nop_reply(reinterpret_cast<iscsi_bhs_nop_out*>(bhs.data()), &ping,
                      0x010203);
  Bytes expected = {0x40, 0x80, 0,    0,  // opcode with I, F
                    0,    1,    2,    3,  // DataSegmentLength
                    0xc1, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,  // LUN
                    0xff, 0xff, 0xff, 0xff,                          // ITT
                    0x0a, 0x0b, 0x0c, 0x0d};                         // TTT
  expected.resize(ISCSI_BHS_LEN);
  EXPECT_EQ(bhs, expected);
}

// No answer is wanted unless its sender gives it an ITT.
TEST(NopOut, C072_C097_ByteForByte) {
  Bytes bhs(ISCSI_BHS_LEN, 0xee);
  isi_build_nop_out(reinterpret_cast<iscsi_bhs_nop_out*>(bhs.data()));
  Bytes expected = {0x40, 0x80, 0,    0,      // opcode with I, F
                    0,    0,    0,    0,      // no data
                    0,    0,    0,    0,      //
                    0,    0,    0,    0,      // LUN
                    0xff, 0xff, 0xff, 0xff,   // ITT
                    0xff, 0xff, 0xff, 0xff};  // TTT
  expected.resize(ISCSI_BHS_LEN);
  EXPECT_EQ(bhs, expected);
}

// The tags of ABORT TASK are its caller's.
TEST(TaskManagement, C105_ByteForByte) {
  Bytes bhs(ISCSI_BHS_LEN, 0xee);
  auto* request = reinterpret_cast<iscsi_bhs_tmf_request*>(bhs.data());
  isi_build_tmf(request, ISCSI_TMF_LUN_RESET, kLun);
  Bytes expected = {0x42, 0x85, 0,    0,      // opcode with I, F and function
                    0,    0,    0,    0,      // no data
                    0xc1, 0x02, 0x03, 0x04,   // LUN
                    0x05, 0x06, 0x07, 0x08,   //
                    0,    0,    0,    0,      // ITT
                    0xff, 0xff, 0xff, 0xff};  // Referenced Task Tag
  expected.resize(ISCSI_BHS_LEN);
  EXPECT_EQ(bhs, expected);

  isi_build_tmf(request, ISCSI_TMF_TARGET_WARM_RESET, nullptr);
  expected[1] = 0x86;
  std::fill(expected.begin() + 8, expected.begin() + 16, uint8_t{0});
  EXPECT_EQ(bhs, expected);
}

TEST(Padding, C002_ToFourBytes) {
  EXPECT_EQ(isi_pad(0), 0u);
  EXPECT_EQ(isi_pad(1), 3u);
  EXPECT_EQ(isi_pad(2), 2u);
  EXPECT_EQ(isi_pad(3), 1u);
  EXPECT_EQ(isi_pad(4), 0u);
  EXPECT_EQ(isi_pad(ISCSI_DSL_MAX), 1u);
}

}  // namespace
