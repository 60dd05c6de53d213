// SPDX-License-Identifier: GPL-2.0-or-later
//
// What each PDU of the target's does, and in which order its numbers are
// looked at (RFC 7143 §4.2.2, §11).
#include <gtest/gtest.h>

#include "tests/kernel_unit/rx_fixture.h"

namespace {

using Lines = std::vector<std::string>;

constexpr uint8_t kFinal = ISCSI_BHS_FINAL;
constexpr uint8_t kStatus = ISCSI_BHS_FINAL | ISCSI_DATA_IN_STATUS;
constexpr uint32_t kItt = 0x1001;
constexpr int kDidError = DID_ERROR << 16;

class RxPdu : public RxTest {
 protected:
  // Any PDU that is a header with an ITT.
  static iscsi_bhs Plain(uint8_t opcode, uint32_t itt) {
    iscsi_bhs bhs = {};
    bhs.opcode = opcode;
    bhs.flags = kFinal;
    bhs.itt = htobe32(itt);
    bhs.ttt = htobe32(ISCSI_TAG_NONE);
    return bhs;
  }

  static iscsi_bhs_scsi_response Answer(uint8_t status = 0, uint8_t flags = 0,
                                        uint32_t residual = 0) {
    iscsi_bhs_scsi_response bhs = Response(flags, residual);
    bhs.itt = htobe32(kItt);
    bhs.status = status;
    return bhs;
  }

  static iscsi_bhs_data_in Data(uint32_t datasn, uint32_t offset,
                                uint8_t flags = 0) {
    iscsi_bhs_data_in bhs = DataIn(datasn, offset, 0, flags);
    bhs.itt = htobe32(kItt);
    return bhs;
  }

  static Lines Failed(isi_fail reason) {
    return {"fail " + std::to_string(reason) + " errno " +
            std::to_string(-EPROTO)};
  }

  static Lines Done(int result, uint32_t resid) {
    return {"done " + std::to_string(kItt) + " result " +
            std::to_string(result) + " resid " + std::to_string(resid)};
  }
};

TEST_F(RxPdu, C006_OpcodesThatMayNotCome) {
  for (uint8_t opcode : Bytes{0x00, 0x01, 0x05, 0x10, 0x1f, 0x23, 0x27, 0x3e}) {
    conn_.state = ISI_CONN_LIVE;
    isi_rx_init(&conn_.rx);
    EXPECT_FALSE(Receive(Pdu(Plain(opcode, kItt))));
    EXPECT_EQ(Log(), Failed(ISI_FAIL_OPCODE)) << int{opcode};
  }
}

TEST_F(RxPdu, C006_NothingIsReadBehindAViolation) {
  AddRead(kItt, 100);
  Bytes stream = Pdu(Plain(0x3e, 0));
  const Bytes more = Pdu(Answer());
  stream.insert(stream.end(), more.begin(), more.end());
  EXPECT_FALSE(Receive(stream));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_OPCODE));
}

// Every PDU that names a task or a request, when there is none.
TEST_F(RxPdu, C007_C081_UnknownIttIsAViolation) {
  for (uint8_t opcode :
       {ISCSI_OPCODE_SCSI_RESPONSE, ISCSI_OPCODE_DATA_IN, ISCSI_OPCODE_R2T,
        ISCSI_OPCODE_TMF_RESPONSE, ISCSI_OPCODE_TEXT_RESPONSE,
        ISCSI_OPCODE_NOP_IN, ISCSI_OPCODE_LOGOUT_RESPONSE}) {
    conn_.state = ISI_CONN_LIVE;
    conn_.flags = 0;
    statsn_ = conn_.exp_statsn;
    isi_rx_init(&conn_.rx);
    EXPECT_FALSE(Receive(Pdu(Plain(opcode, 0x2002)))) << int{opcode};
    EXPECT_EQ(Log(), Failed(ISI_FAIL_ITT)) << int{opcode};
    EXPECT_EQ(conn_.flags, 0u) << int{opcode};
  }
}

TEST_F(RxPdu, C007_SecondResponseIsAViolation) {
  AddRead(kItt, 0);
  ASSERT_TRUE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Done(0, 0));
  EXPECT_FALSE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_ITT));
}

TEST_F(RxPdu, C084_C090_LatePduIsDroppedAndCounted) {
  late_itt_ = kItt;
  ASSERT_TRUE(Receive(Pdu(Data(0, 0), Pattern(5000))));
  ASSERT_TRUE(Receive(Pdu(Data(9, 77, kStatus), Pattern(50000)), {4096}));
  ASSERT_TRUE(Receive(Pdu(Answer())));
  ASSERT_TRUE(Receive(Pdu(Plain(ISCSI_OPCODE_R2T, kItt))));
  EXPECT_EQ(Log(), Lines{});
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_LATE], 4u);
  EXPECT_EQ(conn_.exp_statsn, statsn_);
}

TEST_F(RxPdu, C090_DataInForAWriteTouchesNothing) {
  Command& command = AddWrite(kItt, 4096);
  const Bytes before = command.Buffer();
  EXPECT_FALSE(Receive(Pdu(Data(0, 0), Pattern(100))));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_DATA_DIRECTION));
  EXPECT_EQ(command.Buffer(), before);
}

TEST_F(RxPdu, C087_DataInBeyondTheBufferTouchesNothing) {
  Command& command = AddRead(kItt, 4096);
  const Bytes before = command.Buffer();
  EXPECT_FALSE(Receive(Pdu(Data(0, 0), Pattern(4097))));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_DATA_OFFSET));
  EXPECT_EQ(command.Buffer(), before);
}

TEST_F(RxPdu, C071_StatSnGapIsAViolation) {
  AddRead(kItt, 0);
  ++statsn_;
  EXPECT_FALSE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_STATSN));
}

TEST_F(RxPdu, C071_DuplicateStatSnIsIgnored) {
  AddRead(kItt, 0);
  --statsn_;
  ASSERT_TRUE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Lines{});
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_LATE], 1u);
  EXPECT_TRUE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Done(0, 0));
}

TEST_F(RxPdu, C068_StatSnCrossesTheWrap) {
  for (uint32_t itt = 1; itt <= 5; ++itt) {
    AddRead(itt, 0);
    iscsi_bhs_scsi_response bhs = Response();
    bhs.itt = htobe32(itt);
    EXPECT_TRUE(Receive(Pdu(bhs)));
  }
  EXPECT_EQ(conn_.exp_statsn, 3u);
}

// Whatever StatSN they carry, they do not move it on.
TEST_F(RxPdu, C073_PdusWithoutStatusLeaveStatSnAlone) {
  AddRead(kItt, 100);
  AddWrite(kItt + 1, 100);
  const uint32_t before = conn_.exp_statsn;
  for (uint32_t off : {0u, 1u, 0xffffffffu, 1000u}) {
    statsn_ = before + off;
    iscsi_bhs_r2t r2t = R2t(commands_[1]->task.xfer.exp_r2tsn,
                            commands_[1]->task.xfer.cover.prefix, 1);
    conn_.limits.max_outstanding_r2t = 7;
    r2t.itt = htobe32(kItt + 1);
    EXPECT_TRUE(Receive(Pdu(Data(commands_[0]->task.xfer.exp_datasn,
                                 commands_[0]->task.xfer.next_in),
                            Pattern(3))));
    EXPECT_TRUE(Receive(Pdu(r2t)));
    EXPECT_TRUE(Receive(Pdu(Plain(ISCSI_OPCODE_NOP_IN, ISCSI_TAG_NONE))));
    EXPECT_EQ(conn_.exp_statsn, before) << off;
  }
}

TEST_F(RxPdu, C066_C098_AnyPduMovesTheWindow) {
  iscsi_bhs bhs = Plain(ISCSI_OPCODE_NOP_IN, ISCSI_TAG_NONE);
  bhs.sn[1] = htobe32(70);
  bhs.sn[2] = htobe32(80);
  EXPECT_TRUE(Receive(Pdu(bhs)));
  EXPECT_EQ(Log(), Lines{"window 70..80"});
}

// A PDU whose StatSN was seen before may still bring a newer window.
TEST_F(RxPdu, C067_DuplicateMovesTheWindow) {
  --statsn_;
  iscsi_bhs bhs = Plain(ISCSI_OPCODE_ASYNC, ISCSI_TAG_NONE);
  bhs.sn[1] = htobe32(70);
  bhs.sn[2] = htobe32(80);
  EXPECT_TRUE(Receive(Pdu(bhs)));
  EXPECT_EQ(Log(), Lines{"window 70..80"});
}

TEST_F(RxPdu, C089_StatusWithTheLastDataIn) {
  Command& command = AddRead(kItt, 3000);
  EXPECT_TRUE(Receive(Pdu(Data(0, 0), Pattern(1000))));
  EXPECT_EQ(Log(), Lines{});
  iscsi_bhs_data_in last = Data(1, 1000, kStatus);
  last.status = 0x08;
  EXPECT_TRUE(Receive(Pdu(last, Pattern(2000, 5))));
  EXPECT_EQ(Log(), Done(0x08, 0));
  Bytes expected = Pattern(1000);
  const Bytes rest = Pattern(2000, 5);
  expected.insert(expected.end(), rest.begin(), rest.end());
  EXPECT_EQ(command.Buffer(), expected);
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_DATA_IN], 2u);
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_DATA_IN_STATUS], 1u);
}

// Such a command has no place in a buffer either.
TEST_F(RxPdu, C087_EmptyDataInForAnEmptyBuffer) {
  AddRead(kItt, 0);
  EXPECT_TRUE(Receive(Pdu(Data(0, 0, kStatus))));
  EXPECT_EQ(Log(), Done(0, 0));
}

// The command is over when the pad has come, not before.
TEST_F(RxPdu, C089_StatusWaitsForAllOfThePdu) {
  AddRead(kItt, 5);
  const Bytes pdu = Pdu(Data(0, 0, kStatus), Pattern(5));
  EXPECT_TRUE(Receive(std::span(pdu).first(pdu.size() - 1)));
  EXPECT_EQ(Log(), Lines{});
  EXPECT_TRUE(Receive(std::span(pdu).last(1)));
  EXPECT_EQ(Log(), Done(0, 0));
}

TEST_F(RxPdu, C089_BothResidualsAtOnce) {
  AddRead(kItt, 100);
  EXPECT_FALSE(Receive(
      Pdu(Data(0, 0, kStatus | ISCSI_RSP_OVERFLOW | ISCSI_RSP_UNDERFLOW),
          Pattern(100))));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_FLAGS));
}

TEST_F(RxPdu, C095_StatusIsTheMidlayers) {
  for (uint8_t status : Bytes{0x00, 0x02, 0x08, 0x18, 0x28, 0x30, 0x40}) {
    commands_.clear();
    AddRead(kItt, 0);
    EXPECT_TRUE(Receive(Pdu(Answer(status))));
    EXPECT_EQ(Log(), Done(status, 0));
  }
}

TEST_F(RxPdu, C093_CommandNotCompletedIsAnError) {
  for (uint8_t response : Bytes{0x01, 0x80, 0xff}) {
    commands_.clear();
    AddRead(kItt, 100);
    iscsi_bhs_scsi_response bhs = Answer(0x02);
    bhs.response = response;
    EXPECT_TRUE(Receive(Pdu(bhs)));
    EXPECT_EQ(Log(), Done(kDidError, 100));
  }
}

struct Underflow {
  uint32_t least;  // what the midlayer needs
  uint8_t status;
  uint32_t residual;
  int result;
};

TEST_F(RxPdu, C092_GoodStatusWithTooLittleIsAnError) {
  for (const Underflow& row : {
           Underflow{1000, 0, 0, 0}, Underflow{1000, 0, 1, kDidError},
           Underflow{500, 0, 500, 0}, Underflow{500, 0, 501, kDidError},
           Underflow{0, 0, 1000, 0},
           Underflow{1000, 2, 1000, 2},  // the status says it better
       }) {
    commands_.clear();
    Command& command = AddWrite(kItt, 1000);
    command.task.xfer.cover.prefix = 1000;  // all was sent
    command.sc.underflow = row.least;
    EXPECT_TRUE(
        Receive(Pdu(Answer(row.status, ISCSI_RSP_UNDERFLOW, row.residual))));
    EXPECT_EQ(Log(), Done(row.result, row.residual));
  }
}

// Nobody may take a buffer that was never written for data.
TEST_F(RxPdu, C092_GoodStatusForDataThatNeverCame) {
  AddRead(kItt, 1000).sc.underflow = 1000;
  EXPECT_TRUE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Done(kDidError, 1000));
}

// Nor for written what was never sent.
TEST_F(RxPdu, C085_C092_GoodStatusForDataThatNeverWent) {
  Command& command = AddWrite(kItt, 1000);
  command.task.xfer.cover.prefix = 999;
  command.sc.underflow = 1000;
  EXPECT_TRUE(Receive(Pdu(Answer())));
  EXPECT_EQ(Log(), Done(kDidError, 1));
}

TEST_F(RxPdu, C085_EarlyCheckConditionKeepsTheResidual) {
  AddWrite(kItt, 1000).sc.underflow = 1000;
  EXPECT_TRUE(Receive(Pdu(Answer(0x02, ISCSI_RSP_UNDERFLOW, 1000))));
  EXPECT_EQ(Log(), Done(0x02, 1000));
}

// BUSY, RESERVATION CONFLICT, TASK SET FULL, ACA ACTIVE, TASK ABORTED.
TEST_F(RxPdu, C095_TheStatusIsTheMidlayers) {
  for (uint8_t status : Bytes{0x08, 0x18, 0x28, 0x30, 0x40}) {
    commands_.clear();
    AddWrite(kItt, 1000).sc.underflow = 1000;
    EXPECT_TRUE(Receive(Pdu(Answer(status, ISCSI_RSP_UNDERFLOW, 1000))));
    EXPECT_EQ(Log(), Done(status, 1000));
  }
}

TEST_F(RxPdu, C091_MissingDataInIsAViolation) {
  AddRead(kItt, 1000);
  iscsi_bhs_scsi_response bhs = Answer();
  bhs.exp_datasn = htobe32(1);
  EXPECT_FALSE(Receive(Pdu(bhs)));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_EXP_DATASN));
}

TEST_F(RxPdu, C094_SenseIsCopiedAsFarAsItFits) {
  for (size_t length : {0u, 1u, 18u, 95u, 96u, 97u, 252u, 8190u}) {
    commands_.clear();
    Command& command = AddRead(kItt, 0);
    Bytes data = Pattern(2 + length, 0x70);
    data[0] = static_cast<uint8_t>(length >> 8);
    data[1] = static_cast<uint8_t>(length);
    ASSERT_TRUE(Receive(Pdu(Answer(0x02), data)));
    EXPECT_EQ(Log(), Done(0x02, 0));
    Bytes expected = Pattern(length, 0x72);
    expected.resize(SCSI_SENSE_BUFFERSIZE);
    EXPECT_EQ(command.sense, expected) << length;
  }
}

TEST_F(RxPdu, C099_SenseThatTellsOfChangedLuns) {
  AddRead(kItt, 0);
  ASSERT_TRUE(Receive(Pdu(Answer(0x02), Bytes{0, 4, 0x72, 6, 0x3f, 0x0e})));
  EXPECT_EQ(Log(), (Lines{"change 1 of LUN 3", Done(0x02, 0)[0]}));
  commands_.clear();
  AddRead(kItt, 0);
  ASSERT_TRUE(Receive(Pdu(Answer(0x02), Bytes{0, 4, 0x72, 6, 0x29, 0})));
  EXPECT_EQ(Log(), Done(0x02, 0));
}

TEST_F(RxPdu, C094_SenseLongerThanTheSegment) {
  AddRead(kItt, 0);
  EXPECT_FALSE(Receive(Pdu(Answer(0x02), Bytes{0, 3, 0x70, 0})));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_SENSE_LENGTH));
}

TEST_F(RxPdu, C079_R2tIsOwed) {
  AddWrite(kItt, 1000);
  iscsi_bhs_r2t bhs = R2t(0, 0, 999);
  bhs.itt = htobe32(kItt);
  EXPECT_TRUE(Receive(Pdu(bhs)));
  EXPECT_EQ(Log(), Lines{"owed 4097: 999"});
  EXPECT_EQ(conn_.stats[ISI_STAT_R2T_OUTSTANDING_MAX], 1u);
}

TEST_F(RxPdu, C081_R2tBeyondTheBufferOwesNothing) {
  AddWrite(kItt, 1000);
  iscsi_bhs_r2t bhs = R2t(0, 0, 1001);
  bhs.itt = htobe32(kItt);
  EXPECT_FALSE(Receive(Pdu(bhs)));
  EXPECT_EQ(Log(), Failed(ISI_FAIL_DATA_OFFSET));
}

TEST_F(RxPdu, C096_PingIsAnswered) {
  iscsi_bhs bhs = Plain(ISCSI_OPCODE_NOP_IN, ISCSI_TAG_NONE);
  bhs.ttt = htobe32(5);
  EXPECT_TRUE(Receive(Pdu(bhs, Pattern(3))));
  EXPECT_EQ(Log(), Lines{"pong 5: 01 02 03"});
}

TEST_F(RxPdu, C097_AnswerToItsPingIsTheDaemons) {
  request_itt_ = kItt;
  EXPECT_TRUE(Receive(Pdu(Plain(ISCSI_OPCODE_NOP_IN, kItt), Pattern(4))));
  EXPECT_EQ(Log(), Lines{"event opcode 32: 01 02 03 04"});
}

// An answer to the module's own ping ends there.
class RxPong : public RxPdu {
 protected:
  RxPong() {
    ping_.busy = true;
    ping_.bhs.itt = htobe32(kItt);
    ping_.data = data_.data();
    ping_.length = static_cast<uint32_t>(data_.size());
    request_itt_ = kItt;
  }

  bool Answer(const Bytes& data) {
    return Receive(Pdu(Plain(ISCSI_OPCODE_NOP_IN, kItt), data));
  }

  Bytes data_ = Pattern(ISI_PING_LEN);
};

TEST_F(RxPong, C097_AnswerToOurPingIsOurs) {
  EXPECT_TRUE(Answer(data_));
  EXPECT_EQ(Log(), Lines{});
  EXPECT_EQ(request_itt_, 0u);
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_PONGS], 1u);
}

TEST_F(RxPong, C097_AnswerMustHaveOurData) {
  for (size_t at = 0; at < data_.size(); ++at) {
    Bytes other = data_;
    other[at] ^= 0x80;
    EXPECT_FALSE(Answer(other)) << at;
    EXPECT_EQ(Log(), Failed(ISI_FAIL_PING_DATA));
    conn_.state = ISI_CONN_LIVE;
  }
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_PONGS], 0u);
}

TEST_F(RxPong, C097_AnswerMustHaveAllOfOurData) {
  for (size_t length : {size_t{0}, data_.size() - 1, data_.size() + 1}) {
    EXPECT_FALSE(Answer(Pattern(length))) << length;
    EXPECT_EQ(Log(), Failed(ISI_FAIL_PING_DATA));
    conn_.state = ISI_CONN_LIVE;
  }
}

TEST_F(RxPong, C097_AnswerToAnotherRequestIsNotOurs) {
  request_itt_ = kItt + 1;
  EXPECT_TRUE(Receive(Pdu(Plain(ISCSI_OPCODE_NOP_IN, kItt + 1), Pattern(4))));
  EXPECT_EQ(Log(), Lines{"event opcode 32: 01 02 03 04"});
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_PONGS], 0u);
}

TEST_F(RxPdu, C098_NopInWithoutTagsNeedsNoAnswer) {
  EXPECT_TRUE(Receive(Pdu(Plain(ISCSI_OPCODE_NOP_IN, ISCSI_TAG_NONE))));
  EXPECT_EQ(Log(), Lines{});
  EXPECT_EQ(conn_.stats[ISI_STAT_RX_NOP_IN], 1u);
}

TEST_F(RxPdu, C062_TextResponseIsTheDaemons) {
  request_itt_ = kItt;
  EXPECT_TRUE(
      Receive(Pdu(Plain(ISCSI_OPCODE_TEXT_RESPONSE, kItt), Bytes{'a', 0})));
  EXPECT_EQ(Log(), Lines{"event opcode 36: 61 00"});
  EXPECT_EQ(conn_.flags, 0u);
}

// Only response 0 to a Logout of this connection says that it is closed.
TEST_F(RxPdu, C113_LogoutResponse) {
  for (bool closing : {false, true}) {
    for (uint8_t response : Bytes{0, 1, 2, 3}) {
      conn_.tx.closing = closing;
      conn_.flags = 0;
      request_itt_ = kItt;
      iscsi_bhs bhs = Plain(ISCSI_OPCODE_LOGOUT_RESPONSE, kItt);
      bhs.rsvd2[0] = response;
      EXPECT_TRUE(Receive(Pdu(bhs)));
      EXPECT_EQ(Log(), Lines{"event opcode 38: "});
      EXPECT_EQ(conn_.flags,
                closing && response == 0 ? 1UL << ISI_CONN_LOGGED_OUT : 0UL);
    }
  }
}

TEST_F(RxPdu, C099_LunThatIsBeingProbedIsNotGone) {
  const Bytes not_supported{0, 4, 0x72, 5, 0x25, 0};
  AddRead(kItt, 0).device.sdev_state = SDEV_CREATED;
  ASSERT_TRUE(Receive(Pdu(Answer(0x02), not_supported)));
  EXPECT_EQ(Log(), Done(0x02, 0));
  commands_.clear();
  AddRead(kItt, 0);
  ASSERT_TRUE(Receive(Pdu(Answer(0x02), not_supported)));
  EXPECT_EQ(Log(), (Lines{"change 4 of LUN 3", Done(0x02, 0)[0]}));
}

TEST_F(RxPdu, C099_AsyncMessageIsTheDaemons) {
  EXPECT_TRUE(
      Receive(Pdu(Plain(ISCSI_OPCODE_ASYNC, ISCSI_TAG_NONE), Pattern(2))));
  EXPECT_EQ(Log(), Lines{"event opcode 50: 01 02"});
  EXPECT_EQ(conn_.exp_statsn, statsn_);
}

// What is rejected is lost, unless it is the daemon's own request.
TEST_F(RxPdu, C103_RejectIsToldAndStartsOver) {
  for (size_t length : {0u, 1u, 47u, 48u, 60u}) {
    conn_.state = ISI_CONN_LIVE;
    isi_rx_init(&conn_.rx);
    EXPECT_FALSE(Receive(
        Pdu(Plain(ISCSI_OPCODE_REJECT, ISCSI_TAG_NONE), Pattern(length))));
    const Lines log = Log();
    ASSERT_EQ(log.size(), 2u) << length;
    EXPECT_EQ(log[0], "event opcode 63: " + Hex(Pattern(length)));
    EXPECT_EQ(log[1], Failed(ISI_FAIL_REJECT)[0]);
  }
}

TEST_F(RxPdu, C104_RejectedRequestIsTheDaemons) {
  Bytes rejected(ISCSI_BHS_LEN);
  rejected[16 + 2] = kItt >> 8;
  rejected[16 + 3] = kItt & 0xff;
  request_itt_ = kItt;
  EXPECT_TRUE(
      Receive(Pdu(Plain(ISCSI_OPCODE_REJECT, ISCSI_TAG_NONE), rejected)));
  EXPECT_EQ(Log(), Lines{"event opcode 63: " + Hex(rejected)});
  EXPECT_EQ(request_itt_, 0u);
}

// The header that was rejected is not all there: what the buffer holds behind
// the segment is of an earlier PDU.
// Nothing waits for it, and nothing is lost with it.
TEST_F(RxPdu, C104_RejectedAcknowledgmentIsNoFailure) {
  Bytes rejected(ISCSI_BHS_LEN);
  rejected[0] = ISCSI_OPCODE_NOP_OUT | ISCSI_BHS_IMMEDIATE;
  std::fill_n(rejected.begin() + 16, 4, uint8_t{0xff});
  EXPECT_TRUE(
      Receive(Pdu(Plain(ISCSI_OPCODE_REJECT, ISCSI_TAG_NONE), rejected)));
}

TEST_F(RxPdu, C103_TruncatedRejectNamesNoRequest) {
  Bytes earlier(ISCSI_BHS_LEN);
  earlier[16 + 2] = kItt >> 8;
  earlier[16 + 3] = kItt & 0xff;
  EXPECT_TRUE(Receive(Pdu(Plain(ISCSI_OPCODE_ASYNC, ISCSI_TAG_NONE), earlier)));
  request_itt_ = kItt;
  EXPECT_FALSE(Receive(Pdu(Plain(ISCSI_OPCODE_REJECT, ISCSI_TAG_NONE),
                           Bytes(ISCSI_BHS_LEN - 1))));
  EXPECT_EQ(request_itt_, kItt);
}

}  // namespace
