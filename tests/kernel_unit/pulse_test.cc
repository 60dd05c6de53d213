// SPDX-License-Identifier: GPL-2.0-or-later
//
// When a ping is due, when its lack of an answer is a failure, and when status
// is acknowledged by itself: the module's pulse.c, its time ticked by hand.
#include <gtest/gtest.h>

#include <vector>

#include "tests/kernel_unit/pdus.h"

extern "C" {
#include <pulse.h>
}

namespace {

constexpr uint32_t kInterval = 500;
constexpr uint32_t kTimeout = 400;
constexpr uint32_t kLook = kTimeout / 4;
constexpr uint32_t kPatience = 500;

// Ages are compared, so a wrap of jiffies within the test changes nothing.
constexpr uint32_t kStarts[] = {0, 5000, 0x7fffff00, 0xffffff00, 0xfffffffe};

// A connection, and the timer that looks at it when it said it would.
class Line {
 public:
  explicit Line(uint32_t start) : life_{start, start, start} {}

  isi_pulse_step Look() {
    const isi_pulse_step step =
        isi_pulse_check(&pulse_, &life_, kInterval, timeout, &again_);
    EXPECT_GT(again_, 0u);
    return step;
  }

  // Until there is something to do, at the most for so long; how long it took.
  uint32_t Until(isi_pulse_step step, uint32_t most = 10000) {
    const uint32_t begin = life_.now;
    while (life_.now - begin < most) {
      if (Look() == step) return life_.now - begin;
      Pass(again_);
    }
    ADD_FAILURE() << "not within " << most;
    return most;
  }

  void Pass(uint32_t ticks) { life_.now += ticks; }
  void Hear() { life_.heard = life_.now; }
  void Take() { life_.taken += 1000; }
  [[nodiscard]] uint32_t again() const { return again_; }

  uint32_t timeout = kTimeout;

 private:
  isi_life life_;
  isi_pulse pulse_ = {};
  uint32_t again_ = 0;
};

class Pulse : public testing::TestWithParam<uint32_t> {
 protected:
  Line line_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Starts, Pulse, testing::ValuesIn(kStarts));

TEST_P(Pulse, C097_AsksAfterTheInterval) {
  EXPECT_EQ(line_.Until(ISI_PULSE_ASK), kInterval);
}

TEST_P(Pulse, C097_LooksAgainWhenTheIntervalIsOver) {
  line_.Pass(123);
  EXPECT_EQ(line_.Look(), ISI_PULSE_REST);
  EXPECT_EQ(line_.again(), kInterval - 123);
}

TEST_P(Pulse, C097_SilenceFailsAfterIntervalAndTimeout) {
  EXPECT_EQ(line_.Until(ISI_PULSE_LOST), kInterval + kTimeout);
}

// For timeouts that four looks do not divide, and the shortest.
TEST_P(Pulse, C097_EveryTimeoutIsExact) {
  for (uint32_t timeout : {1u, 2u, 3u, 5u, 7u, 399u, 401u, 403u}) {
    Line line(GetParam());
    line.timeout = timeout;
    EXPECT_EQ(line.Until(ISI_PULSE_LOST), kInterval + timeout);
  }
}

TEST_P(Pulse, C097_AsksOnceForOneSilence) {
  line_.Until(ISI_PULSE_ASK);
  for (uint32_t ticks = 0; ticks < kTimeout - 1; ++ticks) {
    line_.Pass(1);
    ASSERT_EQ(line_.Look(), ISI_PULSE_REST) << ticks;
  }
}

// The answer, or anything else: the question is closed, and the next is due
// when the interval is over again.
TEST_P(Pulse, C097_AnyByteIsLife) {
  line_.Until(ISI_PULSE_ASK);
  line_.Pass(kTimeout - 1);
  line_.Hear();
  EXPECT_EQ(line_.Look(), ISI_PULSE_REST);
  EXPECT_EQ(line_.again(), kInterval);
  EXPECT_EQ(line_.Until(ISI_PULSE_ASK), kInterval);
}

// So fast that the clock has not moved.
TEST_P(Pulse, C097_AnswerWithinOneTick) {
  line_.Until(ISI_PULSE_ASK);
  line_.Hear();
  line_.Pass(kLook);
  EXPECT_EQ(line_.Look(), ISI_PULSE_REST);
  EXPECT_EQ(line_.again(), kInterval - kLook);
}

TEST_P(Pulse, C097_WhatCameBeforeIsNoAnswer) {
  line_.Hear();
  line_.Pass(kInterval);
  EXPECT_EQ(line_.Look(), ISI_PULSE_ASK);
  EXPECT_EQ(line_.Until(ISI_PULSE_LOST), kTimeout);
}

TEST_P(Pulse, C097_TrafficIsNeverAsked) {
  for (int i = 0; i < 100; ++i) {
    line_.Pass(kInterval - 1);
    line_.Hear();
    ASSERT_EQ(line_.Look(), ISI_PULSE_REST);
  }
}

// A long write on a slow link: nothing comes, the question waits behind the
// data, but these arrive.
TEST_P(Pulse, C097_TakingBytesIsLifeWhileAsked) {
  line_.Until(ISI_PULSE_ASK);
  for (int i = 0; i < 1000; ++i) {
    line_.Pass(line_.again());
    line_.Take();
    ASSERT_EQ(line_.Look(), ISI_PULSE_REST);
  }
  EXPECT_EQ(line_.Until(ISI_PULSE_LOST), kTimeout);
}

// What it took between two looks may have been at once after the first.
TEST_P(Pulse, C097_TakingIsNoticedWithinALook) {
  line_.Until(ISI_PULSE_ASK);
  line_.Take();
  line_.Pass(line_.again());
  EXPECT_EQ(line_.Look(), ISI_PULSE_REST);
  EXPECT_EQ(line_.Until(ISI_PULSE_LOST), kTimeout);
}

// Taking alone is no answer: it does not put off the question.
TEST_P(Pulse, C097_TakingDoesNotKeepUsFromAsking) {
  for (uint32_t ticks = 0; ticks < kInterval; ++ticks) {
    ASSERT_EQ(line_.Look(), ISI_PULSE_REST);
    line_.Pass(1);
    line_.Take();
  }
  EXPECT_EQ(line_.Look(), ISI_PULSE_ASK);
}

// A machine that stood still for an hour has not waited for an hour.
TEST_P(Pulse, C097_BeingHeldUpIsNotWaiting) {
  line_.Until(ISI_PULSE_ASK);
  line_.Pass(360000);
  EXPECT_EQ(line_.Look(), ISI_PULSE_REST);
  EXPECT_EQ(line_.Until(ISI_PULSE_LOST), kTimeout - kLook);
}

class Debt : public testing::TestWithParam<uint32_t> {
 protected:
  bool Look(uint32_t exp, uint32_t told) {
    return isi_debt_check(&debt_, now_, GetParam() + exp, GetParam() + told,
                          kPatience);
  }

  uint32_t now_ = GetParam();
  isi_debt debt_ = {};
};

INSTANTIATE_TEST_SUITE_P(Starts, Debt, testing::ValuesIn(kStarts));

TEST_P(Debt, C072_NothingIsOwed) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(Look(7, 7));
    now_ += kPatience;
  }
}

TEST_P(Debt, C072_StatusIsAcknowledgedInTime) {
  EXPECT_FALSE(Look(8, 7));
  now_ += kPatience - 1;
  EXPECT_FALSE(Look(8, 7));
  now_ += 1;
  EXPECT_TRUE(Look(8, 7));
}

// More status that comes does not put off the acknowledgement.
TEST_P(Debt, C072_MoreStatusDoesNotPutItOff) {
  EXPECT_FALSE(Look(8, 7));
  now_ += kPatience / 2;
  EXPECT_FALSE(Look(9, 7));
  now_ += kPatience / 2;
  EXPECT_TRUE(Look(10, 7));
}

TEST_P(Debt, C072_AnotherPduHasTold) {
  EXPECT_FALSE(Look(8, 7));
  now_ += kPatience;
  EXPECT_FALSE(Look(8, 8));
  now_ += kPatience;
  EXPECT_FALSE(Look(9, 8));
  now_ += kPatience;
  EXPECT_TRUE(Look(9, 8));
}

// Under I/O something is owed at every look, but always something else.
TEST_P(Debt, C072_OldDebtIsToldFromNew) {
  for (uint32_t i = 0; i < 10; ++i) {
    EXPECT_FALSE(Look(8 + i, 7 + i));
    now_ += kPatience;
  }
}

}  // namespace
