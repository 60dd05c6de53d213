// SPDX-License-Identifier: GPL-2.0-or-later
//
// Properties against a random target: an honest one gets every byte moved
// exactly once; whatever a dishonest one sends, no byte outside the buffer is
// touched. Seeds are fixed and named when one fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/kernel_unit/oracle.h"

namespace {

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}

  uint32_t Between(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(engine_);
  }
  bool Toss() { return Between(0, 1); }
  bool OneIn(uint32_t n) { return Between(1, n) == 1; }
  template <typename T>
  void Shuffle(T* values) {
    std::shuffle(values->begin(), values->end(), engine_);
  }

 private:
  std::mt19937 engine_;
};

isi_limits RandomLimits(Dice* dice) {
  isi_limits limits = {};
  limits.max_recv_dsl = dice->Between(512, 3000);
  limits.max_xmit_dsl = dice->Between(512, 3000);
  limits.max_burst_length = dice->Between(512, 5000);
  limits.first_burst_length = dice->Between(512, limits.max_burst_length);
  limits.max_outstanding_r2t =
      static_cast<uint16_t>(dice->Between(1, ISI_MAX_OUTSTANDING_R2T));
  limits.initial_r2t = dice->Toss();
  limits.immediate_data = dice->Toss();
  limits.data_pdu_in_order = dice->Toss();
  limits.data_sequence_in_order = dice->Toss();
  return limits;
}

struct Span {
  uint32_t offset;
  uint32_t length;
};

// [offset, end) in pieces of at most `most`, in order.
std::vector<Span> Split(Dice* dice, uint32_t offset, uint32_t end,
                        uint32_t most) {
  std::vector<Span> pieces;
  while (offset < end) {
    const uint32_t length = dice->Between(1, std::min(most, end - offset));
    pieces.push_back({offset, length});
    offset += length;
  }
  return pieces;
}

// How often each byte of a command's buffer was moved.
class Coverage {
 public:
  explicit Coverage(uint32_t edtl) : count_(edtl) {}

  void Add(uint32_t offset, uint32_t length) {
    for (uint32_t i = 0; i < length; ++i) ++count_.at(offset + i);
  }
  bool EachOnce() const {
    return std::all_of(count_.begin(), count_.end(),
                       [](int n) { return n == 1; });
  }

 private:
  std::vector<int> count_;
};

iscsi_bhs Generic(const void* bhs) {
  iscsi_bhs generic;
  std::memcpy(&generic, bhs, sizeof(generic));
  return generic;
}

// The last PDU was refused, as only one of more than ISI_DATA_PIECES may be.
bool TooManyPieces(const Oracle& oracle, uint64_t accepted_before,
                   size_t pieces) {
  if (oracle.accepted() != accepted_before) return false;
  EXPECT_GT(pieces, ISI_DATA_PIECES + 0u) << "a legal PDU was refused";
  return true;
}

// R2Ts for all that does not come unasked, as far apart in time as
// MaxOutstandingR2T lets them be.
void PlayWrite(uint32_t seed) {
  Dice dice(seed);
  const isi_limits limits = RandomLimits(&dice);
  const uint32_t edtl = dice.Between(1, 30000);
  Oracle oracle(limits, edtl, false, true);
  Coverage moved(edtl);
  moved.Add(0, oracle.immediate());

  const uint32_t unasked = limits.initial_r2t
                               ? oracle.immediate()
                               : std::min(edtl, limits.first_burst_length);
  std::vector<Span> wanted =
      Split(&dice, unasked, edtl, limits.max_burst_length);
  if (!limits.data_sequence_in_order) dice.Shuffle(&wanted);

  uint32_t r2tsn = 0;
  for (;;) {
    const bool may_ask =
        r2tsn < wanted.size() &&
        isi_xfer_outstanding_r2t(&oracle.xfer()) < limits.max_outstanding_r2t;
    if (may_ask && dice.Toss()) {
      const iscsi_bhs_r2t bhs = R2t(r2tsn, wanted[r2tsn].offset,
                                    wanted[r2tsn].length, dice.Between(0, 99));
      ASSERT_EQ(oracle.Receive(Generic(&bhs)), "");
      if (TooManyPieces(oracle, r2tsn++, wanted.size())) return;
      continue;
    }
    Oracle::Sent sent;
    ASSERT_EQ(oracle.Send(&sent), "");
    moved.Add(sent.offset, sent.length);
    if (!sent.length && r2tsn == wanted.size()) break;
  }
  EXPECT_TRUE(moved.EachOnce());
}

// All of the buffer in sequences and PDUs of random length, in as much order
// as was negotiated.
struct Pdu {
  Span span;
  bool final;
};

std::vector<Pdu> PlanRead(Dice* dice, const isi_limits& limits, uint32_t edtl) {
  std::vector<Span> sequences = Split(dice, 0, edtl, limits.max_burst_length);
  if (!limits.data_sequence_in_order) dice->Shuffle(&sequences);
  std::vector<Pdu> pdus;
  for (const Span& sequence : sequences) {
    std::vector<Span> pieces =
        Split(dice, sequence.offset, sequence.offset + sequence.length,
              limits.max_recv_dsl);
    if (!limits.data_pdu_in_order) dice->Shuffle(&pieces);
    for (const Span& piece : pieces) pdus.push_back({piece, false});
    pdus.back().final = true;
  }
  return pdus;
}

void PlayRead(uint32_t seed) {
  Dice dice(seed);
  const isi_limits limits = RandomLimits(&dice);
  const uint32_t edtl = dice.Between(1, 30000);
  Oracle oracle(limits, edtl, true, false);
  Coverage moved(edtl);

  uint32_t datasn = 0;
  const std::vector<Pdu> plan = PlanRead(&dice, limits, edtl);
  for (const Pdu& pdu : plan) {
    const iscsi_bhs_data_in bhs =
        DataIn(datasn, pdu.span.offset, pdu.span.length,
               pdu.final ? ISCSI_BHS_FINAL : 0);
    ASSERT_EQ(oracle.Receive(Generic(&bhs)), "");
    if (TooManyPieces(oracle, datasn++, plan.size())) return;
    moved.Add(pdu.span.offset, pdu.span.length);
  }
  EXPECT_TRUE(moved.EachOnce());

  isi_status status = {};
  const iscsi_bhs_scsi_response response = Response(0, 0, datasn);
  ASSERT_EQ(isi_check_response(&oracle.xfer(), &response, &status),
            ISI_FAIL_NONE);
  EXPECT_EQ(status.residual, 0u);
}

TEST(HonestTarget, C079_C083_EveryByteOfAWriteOnce) {
  for (uint32_t seed = 0; seed < 2000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PlayWrite(seed);
  }
}

TEST(HonestTarget, C087_C088_EveryByteOfAReadOnce) {
  for (uint32_t seed = 0; seed < 2000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PlayRead(seed);
  }
}

// A number near one that matters, so that every check is passed now and then.
uint32_t Awkward(Dice* dice, uint32_t right) {
  switch (dice->Between(0, 7)) {
    case 0:
      return right - 1;
    case 1:
      return right + 1;
    case 2:
      return 0;
    case 3:
      return 0xffffffff;
    case 4:
      return 0u - dice->Between(1, 5000);
    case 5:
      return dice->Between(0, 0xffffffff);
    default:
      return dice->Between(0, 6000);
  }
}

uint32_t Maybe(Dice* dice, uint32_t right) {
  return dice->OneIn(4) ? Awkward(dice, right) : right;
}

iscsi_bhs DishonestPdu(Dice* dice, const Xfer& x) {
  iscsi_bhs bhs;
  if (dice->OneIn(8)) {
    const iscsi_bhs_scsi_response response =
        Response(static_cast<uint8_t>(dice->Between(0, 255)),
                 Awkward(dice, x.edtl), Maybe(dice, x.exp_datasn));
    bhs = Generic(&response);
  } else if (x.write != dice->OneIn(20)) {
    const iscsi_bhs_r2t r2t =
        R2t(Maybe(dice, x.exp_r2tsn), Maybe(dice, x.cover.prefix),
            dice->Between(0, 700), Maybe(dice, 5));
    bhs = Generic(&r2t);
  } else {
    const iscsi_bhs_data_in data_in = DataIn(
        Maybe(dice, x.exp_datasn), Maybe(dice, x.next_in),
        dice->Between(0, 700), static_cast<uint8_t>(dice->Between(0, 255)));
    bhs = Generic(&data_in);
  }
  if (dice->OneIn(10)) {
    const uint32_t at = dice->Between(0, sizeof(bhs) - 1);
    reinterpret_cast<uint8_t*>(&bhs)[at] ^=
        static_cast<uint8_t>(1 << dice->Between(0, 7));
  }
  return bhs;
}

// Returns how many PDUs were accepted, so that the test can see it was no
// walk-over.
void PlayDishonest(uint32_t seed, uint64_t* accepted) {
  Dice dice(seed);
  isi_limits limits = RandomLimits(&dice);
  limits.max_burst_length = dice.Between(512, 700);
  limits.first_burst_length = 512;
  const bool write = dice.Toss();
  Oracle oracle(limits, dice.Between(0, 6000), !write, write);
  for (int i = 0; i < 100; ++i) {
    if (dice.OneIn(3)) {
      Oracle::Sent sent;
      ASSERT_EQ(oracle.Send(&sent), "");
    } else {
      ASSERT_EQ(oracle.Receive(DishonestPdu(&dice, oracle.xfer())), "");
    }
  }
  *accepted += oracle.accepted();
}

TEST(DishonestTarget, C081_C087_NoByteOutsideTheBuffer) {
  constexpr uint32_t kRuns = 5000;
  uint64_t accepted = 0;
  for (uint32_t seed = 0; seed < kRuns && !testing::Test::HasFailure();
       ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PlayDishonest(seed, &accepted);
  }
  EXPECT_GT(accepted, kRuns) << "the checks were hardly ever passed";
  EXPECT_LT(accepted, kRuns * 60) << "the checks were hardly ever failed";
}

}  // namespace
