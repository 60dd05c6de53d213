// SPDX-License-Identifier: GPL-2.0-or-later
//
// The set of bytes that are there, against one that has a bit for each.
#include <gtest/gtest.h>

#include <bitset>
#include <random>
#include <vector>

#include "tests/kernel_unit/pdus.h"

namespace {

constexpr uint32_t kBytes = 300;

class Model {
 public:
  // What isi_cover_add() has to say.
  isi_fail Add(uint32_t start, uint32_t length) {
    for (uint32_t i = start; i < start + length; ++i)
      if (there_[i]) return ISI_FAIL_DATA_OFFSET;
    std::bitset<kBytes> with = there_;
    for (uint32_t i = start; i < start + length; ++i) with.set(i);
    if (RangesBeyondPrefix(with) > ISI_RANGES) return ISI_FAIL_DATA_FRAGMENTS;
    there_ = with;
    return ISI_FAIL_NONE;
  }

  void ExpectSame(const isi_cover& c) const {
    std::bitset<kBytes> has;
    for (uint32_t i = 0; i < c.prefix; ++i) has.set(i);
    for (uint32_t n = 0; n < c.count; ++n) {
      ASSERT_LT(c.ranges[n].start, c.ranges[n].end);
      ASSERT_GT(c.ranges[n].start, n ? c.ranges[n - 1].end : c.prefix)
          << "sorted, and none touches another";
      for (uint32_t i = c.ranges[n].start; i < c.ranges[n].end; ++i) has.set(i);
    }
    EXPECT_EQ(has, there_);
  }

 private:
  static unsigned RangesBeyondPrefix(const std::bitset<kBytes>& set) {
    unsigned ranges = 0;
    for (uint32_t i = 1; i < kBytes; ++i) ranges += set[i] && !set[i - 1];
    return ranges;
  }

  std::bitset<kBytes> there_;
};

struct Cover : isi_cover {
  std::array<isi_range, ISI_RANGES> room = {};

  Cover() : isi_cover{} { ranges = room.data(); }
};

void Play(uint32_t seed, uint32_t longest) {
  std::mt19937 dice(seed);
  Cover c;
  Model model;
  for (int i = 0; i < 600; ++i) {
    const uint32_t start = static_cast<uint32_t>(dice() % kBytes);
    const uint32_t length =
        std::min(kBytes - start, static_cast<uint32_t>(dice() % longest));
    const isi_cover before = c;
    const auto ranges = c.room;
    const isi_fail fail = isi_cover_add(&c, start, length);
    ASSERT_EQ(fail, model.Add(start, length)) << start << " " << length;
    ASSERT_TRUE(fail == ISI_FAIL_NONE ||
                (std::memcmp(static_cast<isi_cover*>(&c), &before,
                             sizeof(before)) == 0 &&
                 std::memcmp(&c.room, &ranges, sizeof(ranges)) == 0));
    model.ExpectSame(c);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Cover, C083_C088_IsWhatWasAdded) {
  for (uint32_t seed = 0; seed < 200 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Play(seed, 2 + seed % 60);
  }
}

TEST(Cover, C088_PiecesOfABurstInAnyOrder) {
  std::vector<uint32_t> pieces(ISI_DATA_PIECES);
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    for (uint32_t i = 0; i < ISI_DATA_PIECES; ++i) pieces[i] = i;
    std::mt19937 dice(seed);
    std::shuffle(pieces.begin(), pieces.end(), dice);
    Cover c;
    for (const uint32_t piece : pieces)
      ASSERT_EQ(isi_cover_add(&c, piece * 512, 512), ISI_FAIL_NONE) << seed;
    EXPECT_EQ(c.prefix, ISI_DATA_PIECES * 512u);
    EXPECT_EQ(c.count, 0u);
  }
}

TEST(Cover, C088_NothingIsNowhere) {
  Cover c;
  ASSERT_EQ(isi_cover_add(&c, 10, 10), ISI_FAIL_NONE);
  for (const uint32_t at : {0u, 5u, 10u, 15u, 20u, 30u})
    EXPECT_EQ(isi_cover_add(&c, at, 0), ISI_FAIL_NONE);
  EXPECT_EQ(c.count, 1u);
  EXPECT_EQ(c.prefix, 0u);
}

TEST(Cover, C088_InOrderThereIsNoHole) {
  isi_cover c = {};
  EXPECT_EQ(isi_cover_add(&c, 0, 10), ISI_FAIL_NONE);
  EXPECT_EQ(isi_cover_add(&c, 10, 0), ISI_FAIL_NONE);
  for (const uint32_t at : {0u, 9u, 11u, 0xfffffff0u})
    EXPECT_EQ(isi_cover_add(&c, at, 5), ISI_FAIL_DATA_OFFSET) << at;
  EXPECT_EQ(isi_cover_add(&c, 10, 5), ISI_FAIL_NONE);
  EXPECT_EQ(c.prefix, 15u);
}

// The largest offsets there are.
TEST(Cover, C088_EndOfTheLargestBuffer) {
  Cover c;
  EXPECT_EQ(isi_cover_add(&c, 0xfffffff0, 15), ISI_FAIL_NONE);
  EXPECT_EQ(isi_cover_add(&c, 0xfffffffe, 1), ISI_FAIL_DATA_OFFSET);
  EXPECT_EQ(isi_cover_add(&c, 0, 0xfffffff0), ISI_FAIL_NONE);
  EXPECT_EQ(c.prefix, 0xffffffffu);
}

}  // namespace
