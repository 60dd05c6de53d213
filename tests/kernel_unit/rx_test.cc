// SPDX-License-Identifier: GPL-2.0-or-later
//
// Cutting the byte stream into PDUs (RFC 7143 §11.1): headers, additional
// header segments, data, pads, in whatever pieces TCP delivers them.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/kernel_unit/rx_fixture.h"

namespace {

constexpr uint8_t kFinal = ISCSI_BHS_FINAL;
constexpr uint8_t kStatus = ISCSI_BHS_FINAL | ISCSI_DATA_IN_STATUS;

template <typename T>
T WithItt(T bhs, uint32_t itt) {
  bhs.itt = htobe32(itt);
  return bhs;
}

iscsi_bhs_nop_in Ping(uint32_t ttt) {
  iscsi_bhs_nop_in bhs = {};
  bhs.opcode = ISCSI_OPCODE_NOP_IN;
  bhs.flags = kFinal;
  bhs.itt = htobe32(ISCSI_TAG_NONE);
  bhs.ttt = htobe32(ttt);
  return bhs;
}

iscsi_bhs_async Async() {
  iscsi_bhs_async bhs = {};
  bhs.opcode = ISCSI_OPCODE_ASYNC;
  bhs.flags = kFinal;
  bhs.itt = htobe32(ISCSI_TAG_NONE);
  bhs.async_event = ISCSI_ASYNC_VENDOR;
  return bhs;
}

// A bit of everything a target sends.
class Framing : public RxTest {
 protected:
  struct Outcome {
    std::vector<std::string> log;
    std::vector<Bytes> buffers;
    uint32_t exp_statsn;
    bool operator==(const Outcome&) const = default;
  };

  static void Append(Bytes* stream, const Bytes& pdu) {
    stream->insert(stream->end(), pdu.begin(), pdu.end());
  }

  // The commands and the stream are the same each time.
  Bytes Prepare(uint32_t scale) {
    commands_.clear();
    conn_.state = ISI_CONN_LIVE;
    conn_.exp_statsn = statsn_ = 0xfffffffe;
    late_itt_ = 30;
    isi_rx_init(&conn_.rx);
    AddRead(10, 5 * scale);
    AddWrite(20, 7 * scale);

    Bytes stream;
    Append(&stream, Pdu(Ping(7), Pattern(5)));
    Append(&stream,
           Pdu(WithItt(DataIn(0, 0, 0), 10), Pattern(2 * scale, 0x20)));
    Append(&stream, Pdu(WithItt(R2t(0, 0, 7 * scale), 20)));
    Append(&stream, Pdu(Async(), Pattern(6), Pattern(12)));
    Append(&stream, Pdu(WithItt(DataIn(0, 0, 0), 30), Pattern(scale)));
    Append(&stream, Pdu(WithItt(DataIn(1, 2 * scale, 0, kStatus), 10),
                        Pattern(3 * scale, 0x90)));
    Append(&stream, Pdu(Ping(8)));
    iscsi_bhs_scsi_response response = WithItt(Response(0, 0, 1), 20);
    response.status = 0x02;
    Append(&stream, Pdu(response, Bytes{0, 3, 0x70, 0, 6}));
    return stream;
  }

  Outcome Run(uint32_t scale, const std::vector<size_t>& chunks) {
    const Bytes stream = Prepare(scale);
    Log();
    EXPECT_TRUE(Receive(stream, chunks));
    EXPECT_EQ(conn_.rx.part, ISI_RX_BHS);
    EXPECT_EQ(conn_.rx.left, uint32_t{ISCSI_BHS_LEN});
    Outcome outcome{Log(), {}, conn_.exp_statsn};
    for (const auto& command : commands_) {
      EXPECT_TRUE(command->PagesIntact());
      outcome.buffers.push_back(command->Buffer());
    }
    return outcome;
  }
};

TEST_F(Framing, C005_InOnePiece) {
  const Outcome outcome = Run(9, {});
  EXPECT_EQ(outcome.log, (std::vector<std::string>{
                             "pong 7: 01 02 03 04 05",
                             "owed 20: 63",
                             "event opcode 50: 01 02 03 04 05 06",
                             "done 10 result 0 resid 0",
                             "pong 8: ",
                             "done 20 result 2 resid 63",
                         }));
  Bytes expected = Pattern(18, 0x20);
  Append(&expected, Pattern(27, 0x90));
  EXPECT_EQ(outcome.buffers[0], expected);
  EXPECT_EQ(outcome.exp_statsn, 0xfffffffe + 3u);
}

TEST_F(Framing, C005_OneByteAtATime) {
  for (uint32_t scale : {1u, 2u, 3u, 4u, 1001u})
    EXPECT_EQ(Run(scale, {1}), Run(scale, {})) << scale;
}

TEST_F(Framing, C121_DigestsChangeNothingElse) {
  const Outcome without = Run(11, {});
  for (bool header : {false, true}) {
    for (bool data : {false, true}) {
      conn_.limits.header_digest = header;
      conn_.limits.data_digest = data;
      EXPECT_EQ(Run(11, {}), without) << header << data;
      EXPECT_EQ(Run(11, {1}), without) << header << data;
      const size_t length = Prepare(11).size();
      for (size_t split = 1; split < length; ++split)
        EXPECT_EQ(Run(11, {split, length}), without) << split;
    }
  }
}

// C-122, C-123: whichever byte is wrong, nothing of the PDU is believed.
TEST_F(Framing, C122_C123_DamageIsFoundWhereverItIs) {
  constexpr size_t kHeader = ISCSI_BHS_LEN + 8 + ISI_DIGEST_LEN;
  conn_.limits.header_digest = conn_.limits.data_digest = true;
  AddRead(10, 5);
  const uint32_t statsn = statsn_;
  const Bytes pdu = Pdu(WithItt(DataIn(0, 0, 0, kStatus), 10), Pattern(5),
                        Bytes{0, 5, 9, 0, 1, 2, 3, 4});
  ASSERT_EQ(pdu.size(), kHeader + 8 + ISI_DIGEST_LEN);
  for (size_t at = 0; at < pdu.size(); ++at) {
    for (uint8_t bit : {uint8_t{0x01}, uint8_t{0x80}}) {
      Prepare(1);
      conn_.exp_statsn = statsn;
      Log();
      Bytes damaged = pdu;
      damaged[at] ^= bit;
      damaged.resize(damaged.size() + 2048);  // for an AHS that has grown
      EXPECT_FALSE(Receive(damaged));
      const int reason =
          at < kHeader ? ISI_FAIL_HEADER_DIGEST : ISI_FAIL_DATA_DIGEST;
      EXPECT_EQ(Log(),
                (std::vector<std::string>{"fail " + std::to_string(reason) +
                                          " errno " + std::to_string(-EPROTO)}))
          << "byte " << at;
    }
  }
}

TEST_F(Framing, C005_TwoPiecesAtEveryByte) {
  const size_t length = Prepare(11).size();
  const Outcome whole = Run(11, {});
  for (size_t split = 1; split < length; ++split)
    EXPECT_EQ(Run(11, {split, length}), whole) << split;
}

TEST_F(Framing, C005_PiecesOfEverySize) {
  const size_t length = Prepare(5).size();
  const Outcome whole = Run(5, {});
  for (size_t size = 1; size <= length; ++size)
    EXPECT_EQ(Run(5, {size}), whole) << size;
}

TEST_F(Framing, C005_RandomPieces) {
  std::mt19937 engine(20260);
  for (int run = 0; run < 200; ++run) {
    const auto scale = static_cast<uint32_t>(1 + engine() % 9000);
    std::vector<size_t> chunks(64);
    for (size_t& chunk : chunks) chunk = 1 + engine() % 3000;
    EXPECT_EQ(Run(scale, chunks), Run(scale, {})) << run;
  }
}

TEST_F(RxTest, C002_PadOfEveryLength) {
  for (size_t length = 0; length <= 9; ++length) {
    ASSERT_TRUE(Receive(Pdu(Ping(1), Pattern(length)))) << length;
    EXPECT_EQ(Log(),
              std::vector<std::string>{"pong 1: " + Hex(Pattern(length))});
  }
}

TEST_F(RxTest, C001_AhsOfEveryLengthIsSkipped) {
  for (size_t words : {1u, 2u, 5u, 254u, 255u}) {
    ASSERT_TRUE(Receive(Pdu(Ping(1), Pattern(3), Pattern(4 * words, 0x55))));
    EXPECT_EQ(Log(), std::vector<std::string>{"pong 1: 01 02 03"}) << words;
  }
}

TEST_F(RxTest, C003_LongestControlData) {
  const Bytes data = Pattern(ISI_CONTROL_DATA_MAX);
  ASSERT_TRUE(Receive(Pdu(Ping(1), data), {1000}));
  EXPECT_EQ(Log(), std::vector<std::string>{"pong 1: " + Hex(data)});
}

TEST_F(RxTest, C003_LongerControlDataIsRefusedAtTheHeader) {
  const Bytes pdu = Pdu(Ping(1), Pattern(ISI_CONTROL_DATA_MAX + 1));
  EXPECT_FALSE(Receive(std::span(pdu).first(ISCSI_BHS_LEN)));
  EXPECT_EQ(Log(), (std::vector<std::string>{
                       "fail " + std::to_string(ISI_FAIL_CONTROL_LENGTH) +
                       " errno " + std::to_string(-EPROTO)}));
}

TEST_F(RxTest, C003_LongerThanMaxRecvIsRefusedAtTheHeader) {
  conn_.limits.max_recv_dsl = 512;
  Command& command = AddRead(1, 4096);
  const Bytes untouched = command.Buffer();
  const Bytes pdu = Pdu(WithItt(DataIn(0, 0, 0), 1), Pattern(513));
  EXPECT_FALSE(Receive(pdu));
  EXPECT_EQ(command.Buffer(), untouched);
}

// Out of order, so that the place in the scatterlist goes back and forth.
TEST_F(RxTest, C088_DataLandsWhereItBelongs) {
  conn_.limits.data_pdu_in_order = false;
  conn_.limits.data_sequence_in_order = false;
  std::mt19937 engine(7);
  for (int run = 0; run < 50; ++run) {
    const auto itt = static_cast<uint32_t>(run + 1);
    const auto bufflen = static_cast<uint32_t>(1 + engine() % 30000);
    Command& command = AddRead(itt, bufflen);
    Bytes expected = command.Buffer();
    std::set<uint32_t> cuts = {0, bufflen};
    for (int i = 0; i < 20; ++i)
      cuts.insert(static_cast<uint32_t>(engine() % bufflen));
    std::vector<uint32_t> offsets(cuts.begin(), std::prev(cuts.end()));
    std::shuffle(offsets.begin(), offsets.end(), engine);
    uint32_t datasn = 0;
    for (const uint32_t offset : offsets) {
      const uint32_t length = *cuts.upper_bound(offset) - offset;
      const Bytes data = Pattern(length, static_cast<uint8_t>(engine()));
      std::copy(data.begin(), data.end(), expected.begin() + offset);
      ASSERT_TRUE(
          Receive(Pdu(WithItt(DataIn(datasn++, offset, 0, kFinal), itt), data),
                  {1 + engine() % 5000}));
    }
    EXPECT_EQ(command.Buffer(), expected) << run;
  }
}

}  // namespace
