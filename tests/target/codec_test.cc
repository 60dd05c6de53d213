// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/codec.h"

#include <gtest/gtest.h>

#include <numeric>

namespace target {
namespace {

Pdu PduWith(size_t data, size_t ahs = 0) {
  Pdu pdu;
  pdu.Set(field::kOpcode, opcode::kDataIn).Set(field::kItt, 0x11223344);
  pdu.ahs.assign(ahs, 0xa5);
  pdu.data.resize(data);
  std::iota(pdu.data.begin(), pdu.data.end(), uint8_t{1});
  return pdu;
}

// RFC 3720 B.4
TEST(Crc32c, GivesTheVectorsOfTheRfc) {
  Bytes rising(32);
  std::iota(rising.begin(), rising.end(), uint8_t{0});
  EXPECT_EQ(Crc32c(Bytes(32, 0)), 0x8a9136aau);
  EXPECT_EQ(Crc32c(Bytes(32, 0xff)), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(rising), 0x46dd794eu);
  EXPECT_EQ(Crc32c(BytesOf("123456789")), 0xe3069283u);
}

TEST(Crc32c, Continues) {
  const Bytes text = BytesOf("123456789");
  for (size_t at = 0; at <= text.size(); ++at)
    EXPECT_EQ(
        Crc32c(ByteView(text).subspan(at), Crc32c(ByteView(text).first(at))),
        0xe3069283u);
}

TEST(Codec, GivesBackWhatItTookInPiecesOfAnySize) {
  for (const Digests digests :
       {Digests{}, {true, false}, {false, true}, {true, true}})
    for (size_t length = 0; length < 6; ++length)
      for (size_t piece = 1; piece < 70; piece += 7) {
        const Pdu pdu = PduWith(length, length % 2 * 8);
        Bytes wire = Encode(pdu, digests);
        const Bytes again = Encode(pdu, digests);
        wire.insert(wire.end(), again.begin(), again.end());
        Decoder decoder;
        decoder.set_digests(digests);
        unsigned count = 0;
        for (size_t at = 0; at < wire.size(); at += piece) {
          decoder.Feed(
              ByteView(wire).subspan(at, std::min(piece, wire.size() - at)));
          while (const auto decoded = decoder.Next()) {
            ++count;
            EXPECT_EQ(decoded->pdu.itt(), pdu.itt());
            EXPECT_EQ(decoded->pdu.data, pdu.data);
            EXPECT_EQ(decoded->pdu.ahs, pdu.ahs);
            EXPECT_TRUE(decoded->header_digest_ok && decoded->data_digest_ok);
          }
        }
        EXPECT_EQ(count, 2u);
        EXPECT_EQ(decoder.rest(), 0u);
      }
}

// "length" as a script may set it is not what the wire says.
TEST(Codec, LiesAboutTheLengthWhenAsked) {
  EXPECT_EQ(GetBe(Encode(PduWith(5), {}, {.length = 0xffffff}), 5, 3),
            0xffffffu);
  EXPECT_EQ(Encode(PduWith(5), {}, {.ahs_length = 9})[4], 9);
}

TEST(Codec, TellsWhichDigestIsWrong) {
  const auto decode = [](const Wrong& wrong) {
    Decoder decoder;
    decoder.set_digests({true, true});
    decoder.Feed(Encode(PduWith(5), {true, true}, wrong));
    return *decoder.Next();
  };
  EXPECT_FALSE(decode({.header_digest = true}).header_digest_ok);
  EXPECT_TRUE(decode({.header_digest = true}).data_digest_ok);
  EXPECT_FALSE(decode({.data_digest = true}).data_digest_ok);
  EXPECT_FALSE(decode({.flip_bit = 3}).data_digest_ok);
  EXPECT_NE(decode({.flip_bit = 3}).pdu.data, PduWith(5).data);
  EXPECT_TRUE(decode({.padding = 1}).data_digest_ok);
  EXPECT_FALSE(decode({.padding = 1}).padding_ok);
}

TEST(Pdu, SetsAndGetsBitsWithoutTheirNeighbours) {
  Pdu pdu;
  pdu.bhs.fill(0xff);
  pdu.Set(field::kCsg, 1).Set(field::kNsg, 0).Set(field::kTransit, 0);
  EXPECT_EQ(pdu.bhs[1], 0x74);
  EXPECT_EQ(pdu.Get(field::kCsg), 1u);
  EXPECT_EQ(pdu.Get(field::kLun), ~uint64_t{0});
}

TEST(Pdu, FindsFieldsByName) {
  EXPECT_EQ(FieldNamed(opcode::kLoginResponse, "status")->offset, 36);
  EXPECT_EQ(FieldNamed(opcode::kScsiResponse, "status")->offset, 3);
  EXPECT_EQ(FieldNamed(opcode::kR2t, "itt")->offset, 16);
  EXPECT_EQ(FieldNamed(opcode::kR2t, "bhs47")->offset, 47);
  EXPECT_FALSE(FieldNamed(opcode::kR2t, "bhs48"));
  EXPECT_FALSE(FieldNamed(opcode::kR2t, "csg"));
}

TEST(Pdu, DescribesItself) {
  Pdu pdu;
  pdu.Set(field::kOpcode, opcode::kLogin).Set(field::kNsg, 3);
  pdu.Set(field::kTransit).Set(field::kItt, 0xabcdef01);
  pdu.data = BytesOf(std::string("A=1\0B=\x1b[2m\0", 11));
  EXPECT_EQ(Describe(pdu),
            "LOGIN itt=0xabcdef01 T nsg=3 length=11 {A=1 B=?[2m}");
}

}  // namespace
}  // namespace target
