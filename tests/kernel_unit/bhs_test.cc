// SPDX-License-Identifier: GPL-2.0-or-later
//
// What holds for every PDU of the full feature phase, for all 64 opcodes.
#include <gtest/gtest.h>

#include <map>

#include "tests/kernel_unit/pdus.h"

namespace {

iscsi_bhs Header(uint8_t opcode, uint32_t length) {
  iscsi_bhs bhs = {};
  bhs.opcode = opcode;
  isi_put_dlength(bhs.dlength, length);
  return bhs;
}

isi_fail Check(const iscsi_bhs& bhs, uint32_t max_recv_dsl) {
  isi_limits limits = DefaultLimits();
  limits.max_recv_dsl = max_recv_dsl;
  return isi_check_bhs(&bhs, &limits);
}

// RFC 7143 §11.2.1.2: the target's opcodes but the Login Response, and the
// data segment each may have.
enum class Data { kNone, kControl, kPayload };

const std::map<int, Data> kTargetOpcodes = {
    {0x20, Data::kControl},  // NOP-In
    {0x21, Data::kControl},  // SCSI Response
    {0x22, Data::kNone},     // SCSI Task Management Function Response
    {0x24, Data::kControl},  // Text Response
    {0x25, Data::kPayload},  // SCSI Data-In
    {0x26, Data::kNone},     // Logout Response
    {0x31, Data::kNone},     // Ready To Transfer
    {0x32, Data::kControl},  // Asynchronous Message
    {0x3f, Data::kControl},  // Reject
};

isi_fail Expected(int opcode, uint32_t length, uint32_t max_recv_dsl) {
  if (length > max_recv_dsl) return ISI_FAIL_DATA_LENGTH;
  const auto row = kTargetOpcodes.find(opcode);
  if (row == kTargetOpcodes.end()) return ISI_FAIL_OPCODE;
  if (row->second == Data::kNone && length > 0) return ISI_FAIL_DATA_LENGTH;
  if (row->second == Data::kControl && length > 8192)
    return ISI_FAIL_CONTROL_LENGTH;
  return ISI_FAIL_NONE;
}

TEST(Bhs, C003_C006_EveryOpcodeAtEveryLimit) {
  for (uint32_t max_recv_dsl : {512u, 8192u, 262144u, 0xffffffu}) {
    for (uint32_t length : {0u, 1u, 511u, 512u, 513u, 8191u, 8192u, 8193u,
                            65536u, 262144u, 262145u, 0xfffffeu, 0xffffffu}) {
      for (int opcode = 0; opcode < 64; ++opcode) {
        EXPECT_EQ(
            Check(Header(static_cast<uint8_t>(opcode), length), max_recv_dsl),
            Expected(opcode, length, max_recv_dsl))
            << "opcode " << std::hex << opcode << std::dec << ", " << length
            << " bytes of " << max_recv_dsl;
      }
    }
  }
}

// Bits 6 and 7 are reserved in what a target sends.
TEST(Bhs, C006_ReservedBitsBesideTheOpcodeAreIgnored) {
  for (int high : {0x40, 0x80, 0xc0}) {
    EXPECT_EQ(Check(Header(static_cast<uint8_t>(high | 0x25), 100), 8192),
              ISI_FAIL_NONE);
    EXPECT_EQ(Check(Header(static_cast<uint8_t>(high | 0x23), 0), 8192),
              ISI_FAIL_OPCODE);
  }
}

TEST(Bhs, C003_LengthHas24Bits) {
  iscsi_bhs bhs = Header(ISCSI_OPCODE_DATA_IN, 0);
  bhs.dlength[0] = 0xfe;
  bhs.dlength[1] = 0xdc;
  bhs.dlength[2] = 0xba;
  EXPECT_EQ(isi_get_dlength(&bhs), 0xfedcbau);
  isi_put_dlength(bhs.dlength, 0x123456);
  EXPECT_EQ(bhs.dlength[0], 0x12);
  EXPECT_EQ(bhs.dlength[1], 0x34);
  EXPECT_EQ(bhs.dlength[2], 0x56);
}

TEST(Bhs, C073_WhichPdusConsumeAStatSn) {
  for (const auto& [opcode, data] : kTargetOpcodes) {
    iscsi_bhs bhs = Header(static_cast<uint8_t>(opcode), 0);
    bhs.itt = htobe32(0x1234);
    const bool plain =
        opcode != ISCSI_OPCODE_R2T && opcode != ISCSI_OPCODE_DATA_IN;
    EXPECT_EQ(isi_has_statsn(&bhs), plain) << opcode;
    bhs.itt = htobe32(ISCSI_TAG_NONE);
    EXPECT_EQ(isi_has_statsn(&bhs), plain && opcode != ISCSI_OPCODE_NOP_IN)
        << opcode;
  }
}

TEST(Bhs, C073_DataInConsumesAStatSnWithSOnly) {
  iscsi_bhs bhs = Header(ISCSI_OPCODE_DATA_IN, 0);
  bhs.flags = static_cast<uint8_t>(~ISCSI_DATA_IN_STATUS);
  EXPECT_FALSE(isi_has_statsn(&bhs));
  bhs.flags = ISCSI_DATA_IN_STATUS | ISCSI_BHS_FINAL;
  EXPECT_TRUE(isi_has_statsn(&bhs));
}

}  // namespace
