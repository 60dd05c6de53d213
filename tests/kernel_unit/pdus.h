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

// A transfer, and the memory that its connection would have for it.
struct Xfer : isi_xfer {
  std::array<isi_r2t, ISI_MAX_OUTSTANDING_R2T + 1> ring = {};
  std::array<isi_range, ISI_RANGES> pieces = {};

  Xfer() : isi_xfer{} { Point(); }
  Xfer(const Xfer& other)
      : isi_xfer(other), ring(other.ring), pieces(other.pieces) {
    Point();
  }
  Xfer& operator=(const Xfer& other) {
    isi_xfer::operator=(other);
    ring = other.ring;
    pieces = other.pieces;
    Point();
    return *this;
  }

 private:
  void Point() {
    r2t = ring.data();
    cover.ranges = pieces.data();
  }
};

inline Xfer StartRead(uint32_t edtl, const isi_limits& limits) {
  Xfer x;
  isi_xfer_start(&x, edtl, true, false, &limits);
  return x;
}

inline Xfer StartWrite(uint32_t edtl, const isi_limits& limits) {
  Xfer x;
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

inline bool SameState(const Xfer& a, const Xfer& b) {
  isi_xfer left = a;
  left.r2t = b.r2t;
  left.cover.ranges = b.cover.ranges;
  const isi_xfer& right = b;
  return std::memcmp(&left, &right, sizeof(left)) == 0 &&
         std::memcmp(&a.ring, &b.ring, sizeof(a.ring)) == 0 &&
         std::memcmp(&a.pieces, &b.pieces, sizeof(a.pieces)) == 0;
}

#endif  // TESTS_KERNEL_UNIT_PDUS_H_
