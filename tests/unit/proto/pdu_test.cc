// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/pdu.h"

#include <endian.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace iscsid {
namespace {

Bytes Filled(size_t length) {
  Bytes bytes(length);
  for (size_t i = 0; i < length; ++i)
    bytes[i] = static_cast<std::byte>(i * 7 + 1);
  return bytes;
}

Pdu MakePdu(size_t data_bytes, size_t ahs_bytes = 0) {
  iscsi_bhs header{};
  header.opcode = ISCSI_OPCODE_TEXT_REQUEST | ISCSI_BHS_IMMEDIATE;
  header.itt = htobe32(0x11223344);
  Pdu pdu;
  pdu.Set(header);
  pdu.ahs = Filled(ahs_bytes);
  pdu.data = Filled(data_bytes);
  return pdu;
}

// What a Pdu means, without the lengths Encode fills in.
void ExpectSame(const Pdu& got, const Pdu& want) {
  EXPECT_EQ(got.opcode(), want.opcode());
  EXPECT_EQ(got.itt(), want.itt());
  EXPECT_EQ(got.ahs, want.ahs);
  EXPECT_EQ(got.data, want.data);
}

// Feeds one piece that holds at most one PDU; returns what came out.
std::optional<Pdu> FeedAll(PduReader& reader,
                           std::span<const std::byte> bytes) {
  Result<std::optional<Pdu>> fed = reader.Feed(bytes);
  EXPECT_TRUE(fed) << fed.error().what;
  EXPECT_TRUE(bytes.empty());
  return fed ? *fed : std::nullopt;
}

TEST(Pdu, ReadsItsCommonFields) {
  const Pdu pdu = MakePdu(0);
  EXPECT_EQ(pdu.opcode(), ISCSI_OPCODE_TEXT_REQUEST);
  EXPECT_TRUE(pdu.immediate());
  EXPECT_EQ(pdu.itt(), 0x11223344u);
}

// C-002
TEST(Encode, C002_PadsEveryLengthWithZerosNotCounted) {
  for (size_t length = 0; length < 9; ++length) {
    const Bytes wire = Encode(MakePdu(length));
    ASSERT_EQ(wire.size() % 4, 0u);
    ASSERT_LT(wire.size() - ISCSI_BHS_LEN - length, 4u);
    EXPECT_EQ(wire[7], std::byte(length));
    EXPECT_TRUE(std::all_of(
        wire.begin() + ISCSI_BHS_LEN + static_cast<std::ptrdiff_t>(length),
        wire.end(), [](std::byte b) { return b == std::byte{0}; }));
  }
}

TEST(Encode, WritesBothLengths) {
  const Bytes wire = Encode(MakePdu(0x012345, 12));
  EXPECT_EQ(wire[4], std::byte{3});
  EXPECT_EQ(wire[5], std::byte{0x01});
  EXPECT_EQ(wire[6], std::byte{0x23});
  EXPECT_EQ(wire[7], std::byte{0x45});
}

// C-002
TEST(PduReader, C002_ReadsEveryLengthBack) {
  for (size_t length = 0; length < 9; ++length) {
    PduReader reader;
    const std::optional<Pdu> pdu = FeedAll(reader, Encode(MakePdu(length)));
    ASSERT_TRUE(pdu);
    ExpectSame(*pdu, MakePdu(length));
  }
}

// C-001: nothing in them is looked at, so unknown ones are skipped.
TEST(PduReader, C001_CountsAhsInWordsAndCarriesThem) {
  for (const size_t ahs : {4u, 8u, 1020u}) {
    PduReader reader;
    const std::optional<Pdu> pdu = FeedAll(reader, Encode(MakePdu(5, ahs)));
    ASSERT_TRUE(pdu);
    ExpectSame(*pdu, MakePdu(5, ahs));
  }
}

// C-005
TEST(PduReader, C005_AnySplitInTwoGivesTheSamePdu) {
  const Pdu want = MakePdu(13, 8);
  const Bytes wire = Encode(want);
  for (size_t split = 1; split < wire.size(); ++split) {
    PduReader reader;
    const auto bytes = std::span<const std::byte>(wire);
    ASSERT_FALSE(FeedAll(reader, bytes.first(split)));
    const std::optional<Pdu> pdu = FeedAll(reader, bytes.subspan(split));
    ASSERT_TRUE(pdu) << "split at " << split;
    ExpectSame(*pdu, want);
  }
}

// C-005
TEST(PduReader, C005_ByteByByteGivesTheSamePdus) {
  PduReader reader;
  for (const size_t length : {0u, 1u, 7u, 8192u}) {
    const Bytes wire = Encode(MakePdu(length));
    for (size_t i = 0; i + 1 < wire.size(); ++i)
      ASSERT_FALSE(FeedAll(reader, std::span(wire).subspan(i, 1)));
    const std::optional<Pdu> pdu = FeedAll(reader, std::span(wire).last(1));
    ASSERT_TRUE(pdu);
    ExpectSame(*pdu, MakePdu(length));
  }
}

// C-005: two PDUs in one segment come out one at a time, the rest untouched.
TEST(PduReader, C005_StopsAtTheEndOfEachPdu) {
  Bytes wire = Encode(MakePdu(3));
  const Bytes second = Encode(MakePdu(6));
  wire.insert(wire.end(), second.begin(), second.end());
  std::span<const std::byte> bytes(wire);

  PduReader reader;
  Result<std::optional<Pdu>> fed = reader.Feed(bytes);
  ASSERT_TRUE(fed && *fed);
  ExpectSame(**fed, MakePdu(3));
  EXPECT_EQ(bytes.size(), second.size());
  EXPECT_TRUE(reader.AtBoundary());
  fed = reader.Feed(bytes);
  ASSERT_TRUE(fed && *fed);
  ExpectSame(**fed, MakePdu(6));
  EXPECT_TRUE(bytes.empty());
}

// Whoever reads only what is needed leaves the next PDU in the socket.
TEST(PduReader, NeededNeverReachesIntoTheNextPdu) {
  for (const size_t data : {0u, 1u, 4u, 100u}) {
    for (const size_t ahs : {0u, 8u}) {
      const Bytes wire = Encode(MakePdu(data, ahs));
      PduReader reader;
      size_t at = 0;
      std::optional<Pdu> pdu;
      while (!pdu) {
        const size_t needed = reader.Needed();
        ASSERT_GT(needed, 0u);
        ASSERT_LE(at + needed, wire.size());
        pdu = FeedAll(reader, std::span(wire).subspan(at, needed));
        at += needed;
      }
      EXPECT_EQ(at, wire.size());
      EXPECT_EQ(reader.Needed(), static_cast<size_t>(ISCSI_BHS_LEN));
    }
  }
}

TEST(PduReader, KnowsWhenAPduIsCutInHalf) {
  PduReader reader;
  EXPECT_TRUE(reader.AtBoundary());
  const Bytes wire = Encode(MakePdu(3));
  FeedAll(reader, std::span(wire).first(1));
  EXPECT_FALSE(reader.AtBoundary());
  FeedAll(reader, std::span(wire).subspan(1));
  EXPECT_TRUE(reader.AtBoundary());
}

// C-003: refused when the header is there, before any of the data.
TEST(PduReader, C003_RefusesADataSegmentBeyondTheLimit) {
  const Bytes fits = Encode(MakePdu(8192));
  PduReader reader;
  EXPECT_TRUE(FeedAll(reader, fits));

  const Bytes wire = Encode(MakePdu(8193));
  auto header = std::span<const std::byte>(wire).first(ISCSI_BHS_LEN);
  const Result<std::optional<Pdu>> fed = reader.Feed(header);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Errc::kProtocol);
}

TEST(PduReader, C003_TheLimitIsTheOwners) {
  PduReader reader({.data_bytes = 16384, .ahs_bytes = 0});
  EXPECT_TRUE(FeedAll(reader, Encode(MakePdu(16384))));
  const Bytes wire = Encode(MakePdu(0, 4));
  std::span<const std::byte> bytes(wire);
  EXPECT_FALSE(reader.Feed(bytes));
}

}  // namespace
}  // namespace iscsid
