// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the tests of the module's pure files share: the files themselves (as
// system headers: they follow the kernel's rules, not ours) and PDUs as a
// target would send them.
#ifndef TESTS_KERNEL_UNIT_PDUS_H_
#define TESTS_KERNEL_UNIT_PDUS_H_

#include <endian.h>

#include <array>
#include <cstdint>
#include <cstring>

extern "C" {
#include <pdu.h>
#include <seq.h>
}

// The defaults of RFC 7143 §13, but for the 8192 bytes a segment that both
// sides take.
inline isi_limits DefaultLimits() {
  isi_limits limits = {};
  limits.max_recv_dsl = 8192;
  limits.max_xmit_dsl = 8192;
  limits.first_burst_length = 65536;
  limits.max_burst_length = 262144;
  limits.max_outstanding_r2t = 1;
  limits.initial_r2t = true;
  limits.immediate_data = true;
  limits.data_pdu_in_order = true;
  limits.data_sequence_in_order = true;
  return limits;
}

// The four combinations of the keys, in the order No/No, No/Yes, Yes/No,
// Yes/Yes.
inline constexpr std::array<std::array<bool, 2>, 4> kAllPairs = {
    {{false, false}, {false, true}, {true, false}, {true, true}}};

inline isi_xfer StartRead(uint32_t edtl, const isi_limits& limits) {
  isi_xfer x = {};
  isi_xfer_start(&x, edtl, true, false, &limits);
  return x;
}

inline isi_xfer StartWrite(uint32_t edtl, const isi_limits& limits) {
  isi_xfer x = {};
  isi_xfer_start(&x, edtl, false, true, &limits);
  return x;
}

inline iscsi_bhs_data_in DataIn(uint32_t datasn, uint32_t offset,
                                uint32_t length, uint8_t flags = 0) {
  iscsi_bhs_data_in bhs = {};
  bhs.opcode = ISCSI_OPCODE_DATA_IN;
  bhs.flags = flags;
  isi_put_dlength(bhs.dlength, length);
  bhs.ttt = htobe32(ISCSI_TAG_NONE);
  bhs.datasn = htobe32(datasn);
  bhs.offset = htobe32(offset);
  return bhs;
}

inline iscsi_bhs_r2t R2t(uint32_t r2tsn, uint32_t offset, uint32_t length,
                         uint32_t ttt = 0x77) {
  iscsi_bhs_r2t bhs = {};
  bhs.opcode = ISCSI_OPCODE_R2T;
  bhs.flags = ISCSI_BHS_FINAL;
  bhs.ttt = htobe32(ttt);
  bhs.r2tsn = htobe32(r2tsn);
  bhs.offset = htobe32(offset);
  bhs.desired_length = htobe32(length);
  return bhs;
}

inline iscsi_bhs_scsi_response Response(uint8_t flags = 0,
                                        uint32_t residual = 0,
                                        uint32_t exp_datasn = 0) {
  iscsi_bhs_scsi_response bhs = {};
  bhs.opcode = ISCSI_OPCODE_SCSI_RESPONSE;
  bhs.flags = ISCSI_BHS_FINAL | flags;
  bhs.exp_datasn = htobe32(exp_datasn);
  bhs.residual = htobe32(residual);
  return bhs;
}

inline bool SameState(const isi_xfer& a, const isi_xfer& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

#endif  // TESTS_KERNEL_UNIT_PDUS_H_
