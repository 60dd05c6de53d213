// SPDX-License-Identifier: GPL-2.0-or-later
//
// What sense data says about the logical units as such.
#include <gtest/gtest.h>

#include <vector>

extern "C" {
#include <sense.h>
}

namespace {

using Bytes = std::vector<uint8_t>;

Bytes Fixed(uint8_t key, uint8_t asc, uint8_t ascq) {
  return {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0};
}

Bytes Descriptors(uint8_t key, uint8_t asc, uint8_t ascq) {
  return {0x72, key, asc, ascq, 0, 0, 0, 0};
}

isi_change ChangeIn(const Bytes& sense) {
  // On the heap and no longer than it is: a byte read beyond it is found.
  const std::vector<uint8_t> exact(sense);
  return isi_sense_change(exact.data(), static_cast<uint32_t>(exact.size()));
}

struct Row {
  uint8_t key, asc, ascq;
  isi_change change;
};

constexpr Row kRows[] = {
    {6, 0x3f, 0x0e, ISI_CHANGE_LUNS},
    {6, 0x2a, 0x09, ISI_CHANGE_CAPACITY},
    {6, 0x3f, 0x03, ISI_CHANGE_INQUIRY},
    {5, 0x25, 0x00, ISI_CHANGE_LUN_GONE},
    {5, 0x3f, 0x0e, ISI_CHANGE_NONE},  // the key counts
    {6, 0x25, 0x00, ISI_CHANGE_NONE},
    {6, 0x29, 0x00, ISI_CHANGE_NONE},  // a reset
    {6, 0x2a, 0x01, ISI_CHANGE_NONE},  // mode parameters
    {6, 0x3f, 0x00, ISI_CHANGE_NONE},
    {6, 0x2a, 0x0e, ISI_CHANGE_NONE},
    {3, 0x11, 0x00, ISI_CHANGE_NONE},
    {0, 0x00, 0x00, ISI_CHANGE_NONE},
};

TEST(Sense, C099_ChangesInBothFormats) {
  for (const Row& row : kRows) {
    EXPECT_EQ(ChangeIn(Fixed(row.key, row.asc, row.ascq)), row.change)
        << int{row.asc} << "/" << int{row.ascq};
    EXPECT_EQ(ChangeIn(Descriptors(row.key, row.asc, row.ascq)), row.change)
        << int{row.asc} << "/" << int{row.ascq};
  }
}

// What is told late, of an earlier command, and what no format is.
TEST(Sense, C099_OtherResponseCodesSayNothing) {
  for (unsigned code = 0; code < 256; ++code) {
    Bytes sense = Fixed(6, 0x3f, 0x0e);
    sense[0] = static_cast<uint8_t>(code);
    EXPECT_EQ(ChangeIn(sense),
              (code & 0x7f) == 0x70 ? ISI_CHANGE_LUNS : ISI_CHANGE_NONE)
        << code;
  }
}

TEST(Sense, C099_TruncatedSenseSaysNothing) {
  for (const Bytes& sense :
       {Fixed(6, 0x3f, 0x0e), Descriptors(6, 0x3f, 0x0e)}) {
    const size_t needed = sense[0] == 0x70 ? 14 : 4;
    for (size_t length = 0; length <= sense.size(); ++length) {
      EXPECT_EQ(ChangeIn(Bytes(sense.begin(), sense.begin() + length)),
                length < needed ? ISI_CHANGE_NONE : ISI_CHANGE_LUNS)
          << length;
    }
  }
  EXPECT_EQ(isi_sense_change(nullptr, 0), ISI_CHANGE_NONE);
}

}  // namespace
