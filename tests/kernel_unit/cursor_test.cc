// SPDX-License-Identifier: GPL-2.0-or-later
//
// A place in scattered memory, against the same bytes in one piece.
#include <gtest/gtest.h>

#include <random>

#include "tests/kernel_unit/rx_fixture.h"

namespace {

const uint8_t* Address(const bio_vec& bvec) {
  return reinterpret_cast<const uint8_t*>(bvec.bv_page) + bvec.bv_offset;
}

class CursorTest : public testing::Test {
 protected:
  static constexpr uint32_t kBytes = 60000;

  isi_limits limits = {};
  Command command{1, kBytes, true, limits};
  isi_cursor& cursor = command.task.cursor;
  std::mt19937 random{1};

  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random()) % end; }
};

TEST_F(CursorTest, PutsAndGetsWhatAPlainCopyWould) {
  Bytes model = command.Buffer();
  for (int i = 0; i < 2000; ++i) {
    const uint32_t offset = Below(kBytes);
    const uint32_t length = Below(std::min(kBytes - offset, 20000U)) + 1;
    isi_cursor_seek(&cursor, offset);
    const uint32_t first = Below(length);
    if (i % 2) {
      const Bytes bytes = Pattern(length, static_cast<uint8_t>(i));
      isi_cursor_put(&cursor, bytes.data(), first);
      isi_cursor_put(&cursor, bytes.data() + first, length - first);
      std::copy(bytes.begin(), bytes.end(), model.begin() + offset);
      ASSERT_EQ(command.Buffer(), model);
    } else {
      Bytes bytes(length);
      isi_cursor_get(&cursor, bytes.data(), first);
      isi_cursor_get(&cursor, bytes.data() + first, length - first);
      ASSERT_TRUE(
          std::equal(bytes.begin(), bytes.end(), model.begin() + offset));
    }
  }
  EXPECT_TRUE(command.PagesIntact());
}

// One reference covers a page: there is none that hold several, here.
TEST_F(CursorTest, NamesEveryByteOnceWithinAPage) {
  const Bytes bytes = Pattern(kBytes, 3);
  isi_cursor_put(&cursor, bytes.data(), kBytes);
  isi_cursor_seek(&cursor, 0);
  for (uint32_t at = 0; at < kBytes;) {
    const uint32_t max = Below(6000) + 1;
    bio_vec bvec;
    isi_cursor_bvec(&cursor, std::min(max, kBytes - at), &bvec);
    ASSERT_GT(bvec.bv_len, 0U);
    ASSERT_LE(bvec.bv_len, max);
    ASSERT_LE(bvec.bv_offset + bvec.bv_len, sizeof(page));
    ASSERT_TRUE(std::equal(bytes.begin() + at, bytes.begin() + at + bvec.bv_len,
                           Address(bvec)));
    at += bvec.bv_len;
    isi_cursor_advance(&cursor, bvec.bv_len);
  }
}

}  // namespace
