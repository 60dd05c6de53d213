// SPDX-License-Identifier: GPL-2.0-or-later
//
// The module's digest against the examples of RFC 3720 B.4.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <numeric>

extern "C" {
#include <digest.h>
}

namespace {

using Digest = std::array<uint8_t, ISI_DIGEST_LEN>;

template <size_t N>
Digest DigestOf(const std::array<uint8_t, N>& bytes) {
  const __le32 wire =
      isi_digest_end(isi_digest_add(ISI_DIGEST_SEED, bytes.data(), N));
  Digest digest;
  std::memcpy(digest.data(), &wire, sizeof(wire));
  return digest;
}

TEST(Digest, C121_Examples) {
  std::array<uint8_t, 32> bytes = {};
  EXPECT_EQ(DigestOf(bytes), (Digest{0xaa, 0x36, 0x91, 0x8a}));
  bytes.fill(0xff);
  EXPECT_EQ(DigestOf(bytes), (Digest{0x43, 0xab, 0xa8, 0x62}));
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  EXPECT_EQ(DigestOf(bytes), (Digest{0x4e, 0x79, 0xdd, 0x46}));
  std::iota(bytes.rbegin(), bytes.rend(), uint8_t{0});
  EXPECT_EQ(DigestOf(bytes), (Digest{0x5c, 0xdb, 0x3f, 0x11}));
}

TEST(Digest, C121_OfACommand) {
  std::array<uint8_t, 48> read = {0x01, 0xc0};
  read[16] = 0x14;
  read[22] = 0x04;
  read[27] = 0x14;
  read[31] = 0x18;
  read[32] = 0x28;
  read[40] = 0x02;
  EXPECT_EQ(DigestOf(read), (Digest{0x56, 0x3a, 0x96, 0xd9}));
}

}  // namespace
