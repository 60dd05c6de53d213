// SPDX-License-Identifier: GPL-2.0-or-later
//
// The CmdSN window and the order of status numbers (RFC 7143 §4.2.2) in the
// module's seq.c.
#include <gtest/gtest.h>

#include "tests/kernel_unit/pdus.h"

namespace {

// Where numbers wrap: as unsigned, and as RFC 1982 compares them.
constexpr uint32_t kStarts[] = {0,          1,          0x7ffffffe, 0x7fffffff,
                                0x80000000, 0xfffffffe, 0xffffffff};

// A session that has sent nothing: its next command is the one expected.
isi_window Window(uint32_t cmdsn, uint32_t size) {
  isi_window w = {};
  isi_window_init(&w, cmdsn, cmdsn, cmdsn + size - 1);
  return w;
}

uint32_t Admitted(isi_window* w, uint32_t at_most) {
  uint32_t n = 0;
  while (n < at_most && isi_window_reserve(w)) ++n;
  return n;
}

TEST(SerialNumber, C068_BeforeCrossesTheWrap) {
  EXPECT_TRUE(isi_sn_before(0xffffffff, 0));
  EXPECT_TRUE(isi_sn_before(0x7fffffff, 0x80000000));
  EXPECT_TRUE(isi_sn_before(5, 0x80000004));
  EXPECT_FALSE(isi_sn_before(0, 0xffffffff));
  EXPECT_FALSE(isi_sn_before(0x80000000, 0x7fffffff));
  EXPECT_FALSE(isi_sn_before(7, 7));
}

TEST(Window, C065_NumbersRiseByOneAcrossTheWrap) {
  for (uint32_t start : kStarts) {
    isi_window w = Window(start, 8);
    for (uint32_t i = 0; i < 8; ++i) {
      ASSERT_TRUE(isi_window_reserve(&w)) << start << "+" << i;
      EXPECT_EQ(isi_window_take(&w), start + i);
    }
    EXPECT_FALSE(isi_window_reserve(&w)) << start;
  }
}

TEST(Window, C066_AdmitsAsManyAsItHolds) {
  for (uint32_t start : kStarts) {
    for (uint32_t size : {0u, 1u, 2u, 128u}) {
      isi_window w = Window(start, size);
      EXPECT_EQ(Admitted(&w, 1000), size) << start << ", " << size;
    }
  }
}

// MaxCmdSN = ExpCmdSN - 1 closes it until any PDU moves MaxCmdSN on.
TEST(Window, C066_ClosedWindowReopens) {
  for (uint32_t start : kStarts) {
    isi_window w = Window(start, 0);
    EXPECT_FALSE(isi_window_reserve(&w));
    isi_window_update(&w, start, start);
    EXPECT_TRUE(isi_window_reserve(&w));
    EXPECT_FALSE(isi_window_reserve(&w));
  }
}

TEST(Window, C066_ReservedCountsLikeSent) {
  isi_window w = Window(100, 3);
  ASSERT_TRUE(isi_window_reserve(&w));
  ASSERT_TRUE(isi_window_reserve(&w));
  EXPECT_EQ(isi_window_take(&w), 100u);
  EXPECT_EQ(Admitted(&w, 9), 1u);
}

// A command that is never sent leaves no hole and gives its place back.
TEST(Window, C065_ReleaseLeavesNoHole) {
  isi_window w = Window(0xffffffff, 2);
  ASSERT_TRUE(isi_window_reserve(&w));
  ASSERT_TRUE(isi_window_reserve(&w));
  isi_window_release(&w);
  EXPECT_EQ(isi_window_take(&w), 0xffffffffu);
  ASSERT_TRUE(isi_window_reserve(&w));
  EXPECT_EQ(isi_window_take(&w), 0u);
  EXPECT_FALSE(isi_window_reserve(&w));
}

// C-069: with a window of one each command waits for the one before it.
TEST(Window, C069_WindowOfOneIsStrictlySerial) {
  isi_window w = Window(0xfffffffe, 1);
  for (uint32_t cmdsn = 0xfffffffe; cmdsn != 4; ++cmdsn) {
    ASSERT_TRUE(isi_window_reserve(&w)) << cmdsn;
    EXPECT_FALSE(isi_window_reserve(&w)) << "before it is sent";
    EXPECT_EQ(isi_window_take(&w), cmdsn);
    EXPECT_FALSE(isi_window_reserve(&w)) << "before it is taken";
    isi_window_update(&w, cmdsn + 1, cmdsn + 1);
  }
}

// The largest window serial numbers can tell from a closed one.
TEST(Window, C069_WindowOfTwoToThe31Less1) {
  constexpr uint32_t kSize = 0x7fffffff;
  for (uint32_t start : kStarts) {
    isi_window w = Window(start, 1);
    isi_window_update(&w, start, start + kSize - 1);
    EXPECT_EQ(w.max_cmdsn, start + kSize - 1) << start;
    EXPECT_EQ(Admitted(&w, 4096), 4096u) << start;
  }
}

// RFC 7143 §4.2.2.1: a pair that is none changes neither number.
TEST(Window, C067_ImpossiblePairIsIgnored) {
  for (uint32_t start : kStarts) {
    isi_window w = Window(start, 4);
    const isi_window before = w;
    isi_window_update(&w, start + 10, start + 8);
    EXPECT_EQ(w.exp_cmdsn, before.exp_cmdsn) << start;
    EXPECT_EQ(w.max_cmdsn, before.max_cmdsn) << start;
    isi_window_update(&w, start + 10, start + 10 + 0x7fffffff);
    EXPECT_EQ(w.max_cmdsn, before.max_cmdsn) << start;
  }
}

// ... while the pair just inside it, a closed window, counts.
TEST(Window, C067_ClosedPairIsNone) {
  isi_window w = Window(50, 4);
  isi_window_update(&w, 60, 59);
  EXPECT_EQ(w.exp_cmdsn, 60u);
  EXPECT_EQ(w.max_cmdsn, 59u);
}

// PDUs of several connections overtake each other.
TEST(Window, C067_StaleNumbersAreIgnored) {
  for (uint32_t start : kStarts) {
    isi_window w = Window(start, 8);
    isi_window_update(&w, start + 4, start + 12);
    isi_window_update(&w, start + 2, start + 10);
    EXPECT_EQ(w.exp_cmdsn, start + 4) << start;
    EXPECT_EQ(w.max_cmdsn, start + 12) << start;
  }
}

TEST(Window, C067_EachNumberIsAdoptedOnItsOwn) {
  isi_window w = Window(0xfffffff0, 8);
  isi_window_update(&w, 0xfffffff4, 0xfffffff5);
  EXPECT_EQ(w.exp_cmdsn, 0xfffffff4u);
  EXPECT_EQ(w.max_cmdsn, 0xfffffff7u);
  isi_window_update(&w, 0xfffffff0, 2);
  EXPECT_EQ(w.exp_cmdsn, 0xfffffff4u);
  EXPECT_EQ(w.max_cmdsn, 2u);
}

TEST(Window, C067_TargetCannotTakeBackWhatItGave) {
  isi_window w = Window(7, 100);
  ASSERT_EQ(Admitted(&w, 50), 50u);
  isi_window_update(&w, 7, 6);
  EXPECT_EQ(Admitted(&w, 1000), 50u);
}

TEST(Window, StartsEmpty) {
  isi_window w = Window(1, 5);
  ASSERT_TRUE(isi_window_reserve(&w));
  isi_window_init(&w, 9, 9, 10);
  EXPECT_EQ(Admitted(&w, 9), 2u);
  EXPECT_EQ(isi_window_take(&w), 9u);
}

TEST(StatSn, C071_OrderAcrossTheWrap) {
  for (uint32_t expected : kStarts) {
    EXPECT_EQ(isi_sn_order(expected, expected), ISI_SN_EXPECTED);
    EXPECT_EQ(isi_sn_order(expected - 1, expected), ISI_SN_DUPLICATE);
    EXPECT_EQ(isi_sn_order(expected - 1000, expected), ISI_SN_DUPLICATE);
    EXPECT_EQ(isi_sn_order(expected + 1, expected), ISI_SN_GAP);
    EXPECT_EQ(isi_sn_order(expected + 0x7fffffff, expected), ISI_SN_GAP);
    EXPECT_EQ(isi_sn_order(expected - 0x7fffffff, expected), ISI_SN_DUPLICATE);
  }
}

}  // namespace
