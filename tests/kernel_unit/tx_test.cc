// SPDX-License-Identifier: GPL-2.0-or-later
//
// What goes on the wire, and in which order (kernel/tx.c).
#include "tests/kernel_unit/tx_fixture.h"

namespace {

std::vector<uint8_t> Opcodes(const std::vector<Sent>& sent) {
  std::vector<uint8_t> opcodes;
  for (const Sent& pdu : sent) opcodes.push_back(pdu.opcode());
  return opcodes;
}

class Tx : public TxTest {
 protected:
  Tx() { conn_.limits.immediate_data = false; }

  // A write of which everything is asked for by R2T, sent and taken.
  Request& SentWrite(int tag, uint32_t bufflen) {
    Request& write = Make(tag, bufflen, DMA_TO_DEVICE);
    EXPECT_TRUE(Queue(write));
    EXPECT_EQ(Run(), 0);
    TakeSent();
    return write;
  }

  bool Ask(const Request& write, uint32_t r2tsn, uint32_t offset,
           uint32_t length) {
    return Receive(WithItt(R2t(r2tsn, offset, length), write.itt()));
  }
};

TEST_F(Tx, C065_C075_NumbersRiseInTheOrderOfSending) {
  for (int tag = 0; tag < 4; ++tag) ASSERT_TRUE(Queue(Make(tag)));
  EXPECT_EQ(session_.window.cmdsn, kCmdSn) << "none is taken before it is sent";
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_EQ(sent.size(), 4u);
  for (uint32_t i = 0; i < 4; ++i)
    EXPECT_EQ(be32toh(sent[i].As<iscsi_bhs_scsi_command>().cmdsn), kCmdSn + i);
}

// RFC 7143 §11.2.1.7: as SAM has it, of the command and of its data.
TEST_F(Tx, C008_LunIsTheDevices) {
  for (const uint64_t lun : {uint64_t{0}, uint64_t{1}, uint64_t{0x4100},
                             uint64_t{0x7fff}, uint64_t{0x1234abcd5678d200}}) {
    Request& write = Make(1, 100, DMA_TO_DEVICE);
    write.device.lun = lun;
    scsi_lun expected;
    int_to_scsilun(lun, &expected);
    ASSERT_TRUE(Queue(write));
    ASSERT_EQ(Run(), 0);
    ASSERT_TRUE(Ask(write, 0, 0, 100));
    ASSERT_EQ(Run(), 0);
    const std::vector<Sent> sent = TakeSent();
    ASSERT_EQ(sent.size(), 2u);
    for (const Sent& pdu : sent) {
      EXPECT_EQ(std::memcmp(pdu.bhs.lun, expected.scsi_lun, 8), 0)
          << std::hex << lun;
    }
    ASSERT_TRUE(Receive(WithItt(Response(0, 0, 1), write.itt())));
    session_.window.max_cmdsn++;
  }
}

// However few bytes the socket takes at a time.
TEST_F(Tx, C002_C079_AnySplitGivesTheSamePdus) {
  conn_.limits.max_xmit_dsl = 512;
  conn_.limits.header_digest = true;
  for (const bool digest : {false, true}) {
    conn_.limits.data_digest = digest;
    for (const size_t step : {size_t{1}, size_t{7}, size_t{48}, SIZE_MAX}) {
      step_ = step;
      Request& write = Make(1, 2501, DMA_TO_DEVICE);
      ASSERT_TRUE(Queue(write));
      ASSERT_EQ(Run(), 0);
      TakeSent();
      ASSERT_TRUE(Ask(write, 0, 0, 2501));
      ASSERT_EQ(Run(), 0);
      Bytes data;
      uint32_t datasn = 0;
      for (const Sent& pdu : TakeSent()) {
        const auto& bhs = pdu.As<iscsi_bhs_data_out>();
        EXPECT_EQ(be32toh(bhs.offset), data.size());
        EXPECT_EQ(be32toh(bhs.datasn), datasn++);
        EXPECT_LE(pdu.data.size(), 512u);
        data.insert(data.end(), pdu.data.begin(), pdu.data.end());
        EXPECT_EQ((bhs.flags & ISCSI_BHS_FINAL) != 0, data.size() == 2501);
      }
      EXPECT_EQ(data, write.Buffer()) << step;
      ASSERT_TRUE(Receive(WithItt(Response(0, 0, 1), write.itt())));
      EXPECT_EQ(write.done, 1);
      session_.window.max_cmdsn++;
    }
  }
}

// RFC 7143 §11.7.1: unsolicited data goes before any later command.
TEST_F(Tx, C078_UnsolicitedDataFollowsItsCommand) {
  conn_.limits.initial_r2t = false;
  conn_.limits.max_xmit_dsl = 512;
  Request& write = Make(1, 1000, DMA_TO_DEVICE);
  ASSERT_TRUE(Queue(write));
  ASSERT_TRUE(Queue(Make(2)));
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  EXPECT_EQ(
      Opcodes(sent),
      (std::vector<uint8_t>{ISCSI_OPCODE_SCSI_COMMAND, ISCSI_OPCODE_DATA_OUT,
                            ISCSI_OPCODE_DATA_OUT, ISCSI_OPCODE_SCSI_COMMAND}));
  EXPECT_EQ(sent[1].As<iscsi_bhs_data_out>().ttt, htobe32(ISCSI_TAG_NONE));
  EXPECT_EQ(Stat(ISI_STAT_TX_DATA_OUT_UNSOLICITED), 2u);
}

// CmdSN gates commands, and nothing else.
TEST_F(Tx, C084_DataGoesOutWhileTheWindowIsClosed) {
  Request& write = SentWrite(1, 100);
  session_.window.max_cmdsn = session_.window.cmdsn - 1;
  EXPECT_FALSE(Queue(Make(2)));
  ASSERT_TRUE(Ask(write, 0, 0, 100));
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(Opcodes(TakeSent()), (std::vector<uint8_t>{ISCSI_OPCODE_DATA_OUT}));
}

TEST_F(Tx, C084_DataGoesBeforeNewCommands) {
  Request& write = SentWrite(1, 100);
  ASSERT_TRUE(Queue(Make(2)));
  ASSERT_TRUE(Ask(write, 0, 0, 100));
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(
      Opcodes(TakeSent()),
      (std::vector<uint8_t>{ISCSI_OPCODE_DATA_OUT, ISCSI_OPCODE_SCSI_COMMAND}));
}

// Its header has promised the bytes; then nothing more of it goes out.
TEST_F(Tx, C085_AnsweredWriteEndsWithThePduUnderWay) {
  conn_.limits.max_xmit_dsl = 512;
  Request& write = SentWrite(1, 2000);
  ASSERT_TRUE(Ask(write, 0, 0, 2000));
  room_ = 100;
  ASSERT_EQ(Run(), -EAGAIN);
  iscsi_bhs_scsi_response response =
      WithItt(Response(ISCSI_RSP_UNDERFLOW, 2000, 1), write.itt());
  response.status = 0x02;
  ASSERT_TRUE(Receive(response));
  EXPECT_EQ(write.done, 0) << "its pages are still to be sent";
  room_ = SIZE_MAX;
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].data.size(), 512u);
  EXPECT_EQ(write.done, 1);
  EXPECT_EQ(write.sc.result, 0x02);
  EXPECT_EQ(write.sc.resid, 2000u);
}

// The sum is of what is sent, whatever an application does to its buffer.
TEST_F(Tx, C086_DigestIsOfTheBytesSent) {
  conn_.limits.data_digest = true;
  Request& write = SentWrite(1, 900);
  const Bytes before = write.Buffer();
  ASSERT_TRUE(Ask(write, 0, 0, 900));
  room_ = ISCSI_BHS_LEN + 100;
  ASSERT_EQ(Run(), -EAGAIN);
  std::memset(write.pages[0]->bytes, 0xaa, sizeof(page));
  room_ = SIZE_MAX;
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();  // and its digest fits
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].data, before);
}

// What is copied goes to the socket in one go.
TEST_F(Tx, CommandsOfABatchAreOnePush) {
  for (int tag = 0; tag < 8; ++tag) ASSERT_TRUE(Queue(Make(tag)));
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(pushes_, 1);
  EXPECT_FALSE(corked_);
  EXPECT_EQ(TakeSent().size(), 8u);
}

TEST_F(Tx, DigestedWritesOfABatchAreOnePush) {
  conn_.limits.immediate_data = true;
  conn_.limits.header_digest = conn_.limits.data_digest = true;
  UsePool(true);
  for (int tag = 0; tag < 8; ++tag)
    ASSERT_TRUE(Queue(Make(tag, 3001, DMA_TO_DEVICE)));
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(pushes_, 1);
  EXPECT_FALSE(corked_);
  const std::vector<Sent> sent = TakeSent();  // and their digests fit
  ASSERT_EQ(sent.size(), 8u);
  EXPECT_EQ(sent[7].data.size(), 3001u);
}

// A header goes before its pages, and after those of the PDU before.
TEST_F(Tx, PagesAndWhatIsCopiedStayInOrder) {
  conn_.limits.immediate_data = true;
  Request& first = Make(1, 2501, DMA_TO_DEVICE);
  Request& second = Make(2, 700, DMA_TO_DEVICE);
  for (const size_t step : {size_t{1}, size_t{49}, SIZE_MAX}) {
    step_ = step;
    ASSERT_TRUE(Queue(first));
    ASSERT_TRUE(Queue(second));
    ASSERT_EQ(Run(), 0);
    EXPECT_FALSE(corked_);
    const std::vector<Sent> sent = TakeSent();
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent[0].data, first.Buffer());
    EXPECT_EQ(sent[1].data, second.Buffer());
    for (Request* write : {&first, &second})
      ASSERT_TRUE(Receive(WithItt(Response(0, 0, 0), write->itt())));
    session_.window.max_cmdsn += 2;
  }
}

// However long a PDU is, others get the lock in between.
TEST_F(Tx, BudgetBoundsTheDataOfOnePdu) {
  conn_.limits.max_xmit_dsl = conn_.limits.max_burst_length = 1u << 20;
  constexpr uint32_t kLength = 300000;
  Request& write = SentWrite(1, kLength);
  ASSERT_TRUE(Ask(write, 0, 0, kLength));
  int turns = 0;
  for (; isi_tx_run(&conn_, 1u << 16, ISI_STAT_TX_DIRECT) == 1; ++turns)
    EXPECT_TRUE(corked_);
  EXPECT_EQ(turns, 4);
  EXPECT_FALSE(corked_);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].data, write.Buffer());
}

// TCP has all chunks and there is no memory for others: what it has is pushed,
// and the rest goes out when it lets go of them.
TEST_F(Tx, FullPoolWaitsForTcp) {
  conn_.limits.immediate_data = conn_.limits.data_digest = true;
  conn_.limits.max_xmit_dsl = conn_.limits.first_burst_length = 65536;
  largest_order_ = 0;
  UsePool(true);
  acknowledges_ = memory_ = false;
  constexpr uint32_t kLength = 20000;
  for (int tag = 0; tag < 4; ++tag)
    ASSERT_TRUE(Queue(Make(tag, kLength, DMA_TO_DEVICE)));
  int turns = 0;
  for (; Run() == -EAGAIN; ++turns) {
    ASSERT_LT(turns, 4);
    EXPECT_FALSE(corked_) << "nothing comes back of what TCP keeps";
    Acknowledge();
  }
  EXPECT_EQ(turns, 2) << "of 32 KiB each";
  const std::vector<Sent> sent = TakeSent();  // and their digests fit
  ASSERT_EQ(sent.size(), 4u);
  EXPECT_EQ(sent[3].data.size(), kLength);
}

// Until the socket takes what it refused no command is begun: it can still be
// aborted without the target, and what is more urgent goes before it.
TEST_F(Tx, FullSocketTakesNoNumbers) {
  room_ = 0;
  ASSERT_TRUE(Queue(Make(1)));
  ASSERT_EQ(Run(), -EAGAIN);
  const uint32_t begun = session_.window.cmdsn;
  Request& late = Make(2);
  ASSERT_TRUE(Queue(late));
  ASSERT_EQ(Run(), -EAGAIN);
  EXPECT_EQ(session_.window.cmdsn, begun);
  EXPECT_EQ(late.task.state, ISI_TASK_QUEUED);
  room_ = SIZE_MAX;
  ASSERT_EQ(Run(), 0);
  EXPECT_FALSE(corked_);
  EXPECT_EQ(TakeSent().size(), 2u);
}

// The two pages an idle session has give way to larger ones while TCP has them.
TEST_F(Tx, BusyHeaderPagesAreReplaced) {
  acknowledges_ = false;
  for (int i = 0; i < 400; ++i) {
    Request& request = Make(1);
    ASSERT_TRUE(Queue(request));
    ASSERT_EQ(Run(), 0);
    ASSERT_EQ(TakeSent().size(), 1u);
    ASSERT_TRUE(Receive(WithItt(Response(0, 0, 0), request.itt())));
    session_.window.max_cmdsn++;
  }
  EXPECT_EQ(conn_.pool.chunks[0].size, PAGE_SIZE << ISI_POOL_ORDER);
}

// RFC 7143 §11.14: nor does what was queued before it.
TEST_F(Tx, C112_NothingFollowsOurLogout) {
  iscsi_bhs_logout_request logout = {};
  logout.opcode = ISCSI_OPCODE_LOGOUT_REQUEST;
  logout.flags = ISCSI_BHS_FINAL | ISCSI_LOGOUT_CONNECTION;
  __be32 itt;
  // Another connection's ends nothing here.
  logout.cid = htobe16(static_cast<uint16_t>(conn_.cid + 1));
  const auto* bhs = reinterpret_cast<const iscsi_bhs*>(&logout);
  ASSERT_EQ(isi_ctl_request(&conn_, bhs, nullptr, 0, &itt), 0);
  ASSERT_TRUE(Queue(Make(1)));
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(TakeSent().size(), 2u);

  logout.cid = htobe16(conn_.cid);
  ASSERT_TRUE(Queue(Make(2)));
  ASSERT_EQ(isi_ctl_request(&conn_, bhs, nullptr, 0, &itt), 0);
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(Opcodes(TakeSent()),
            (std::vector<uint8_t>{ISCSI_OPCODE_LOGOUT_REQUEST}));
  ASSERT_TRUE(Queue(Make(3)));
  EXPECT_EQ(Run(), 0);
  EXPECT_FALSE(isi_tx_pending(&conn_));
  EXPECT_EQ(isi_ctl_request(&conn_, bhs, nullptr, 0, &itt), -ENOTCONN);
  EXPECT_TRUE(TakeSent().empty());
}

}  // namespace
