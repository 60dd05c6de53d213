// SPDX-License-Identifier: GPL-2.0-or-later
//
// PDUs that belong to no SCSI command (kernel/ctl.c).
#include "tests/kernel_unit/tx_fixture.h"

namespace {

class Ctl : public TxTest {
 protected:
  // A Text Request of the daemon's.
  int Ask(__be32* itt) {
    iscsi_bhs bhs = {};
    bhs.opcode = ISCSI_OPCODE_TEXT_REQUEST;
    bhs.flags = ISCSI_BHS_FINAL;
    return isi_ctl_request(&conn_, &bhs, nullptr, 0, itt);
  }

  static iscsi_bhs Answer(uint8_t opcode, __be32 itt) {
    iscsi_bhs bhs = {};
    bhs.opcode = opcode;
    bhs.flags = ISCSI_BHS_FINAL;
    bhs.itt = itt;
    return bhs;
  }

  // The header of a request, come back in a Reject.
  bool Rejected(const iscsi_bhs& request) {
    iscsi_bhs_reject bhs = {};
    bhs.opcode = ISCSI_OPCODE_REJECT;
    bhs.flags = ISCSI_BHS_FINAL;
    bhs.reason = ISCSI_REJECT_IMMEDIATE;
    const auto* bytes = reinterpret_cast<const uint8_t*>(&request);
    return Receive(bhs, Bytes(bytes, bytes + sizeof(request)));
  }

  int Abort(uint32_t rtt) {
    iscsi_bhs_tmf_request bhs;
    static constexpr uint8_t kLun[8] = {0, 5};
    isi_build_tmf(&bhs, ISCSI_TMF_ABORT_TASK, kLun);
    bhs.rtt = htobe32(rtt);
    return isi_ctl_tmf(&conn_, ISI_TMF_ABORT,
                       reinterpret_cast<const iscsi_bhs*>(&bhs));
  }
};

// A target need not take more of them than it likes: we do not send many.
TEST_F(Ctl, C070_RequestsAreFew) {
  __be32 itt;
  for (int i = 0; i < ISI_CTL_REQUESTS; ++i) ASSERT_EQ(Ask(&itt), 0);
  EXPECT_EQ(Ask(&itt), -EBUSY);
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(Ask(&itt), -EBUSY) << "none is answered";
  EXPECT_TRUE(Receive(Answer(ISCSI_OPCODE_TEXT_RESPONSE, itt)));
  EXPECT_EQ(Ask(&itt), 0);
}

// Too many immediate commands: it is over, and may be sent again.
TEST_F(Ctl, C070_C103_C104_RejectedRequestIsOver) {
  __be32 itt;
  for (int i = 0; i < ISI_CTL_REQUESTS; ++i) ASSERT_EQ(Ask(&itt), 0);
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_TRUE(Rejected(sent[1].bhs));
  EXPECT_EQ(Ask(&itt), 0);
  EXPECT_EQ(Ask(&itt), -EBUSY);
  EXPECT_FALSE(Rejected(sent[1].bhs)) << "nobody waits for that any more";
  EXPECT_EQ(failed_, ISI_FAIL_REJECT);
}

TEST_F(Ctl, C103_RejectedCommandStartsOver) {
  Request& request = Make(1);
  ASSERT_TRUE(Queue(request));
  ASSERT_EQ(Run(), 0);
  EXPECT_FALSE(Rejected(TakeSent().at(0).bhs));
  EXPECT_EQ(failed_, ISI_FAIL_REJECT);
  EXPECT_EQ(request.done, 0) << "whoever stops the connection ends it";
}

// I is set, and CmdSN is the next command's.
TEST_F(Ctl, C065_C105_ImmediateTakesNoNumber) {
  __be32 itt;
  ASSERT_EQ(Ask(&itt), 0);
  ASSERT_EQ(Abort(7), 0);
  ASSERT_TRUE(Queue(Make(1)));
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_EQ(sent.size(), 3u);
  for (const Sent& pdu : sent) EXPECT_EQ(be32toh(pdu.bhs.sn[0]), kCmdSn);
  EXPECT_TRUE(sent[0].bhs.opcode & ISCSI_BHS_IMMEDIATE);
  EXPECT_TRUE(sent[1].bhs.opcode & ISCSI_BHS_IMMEDIATE);
  EXPECT_FALSE(sent[2].bhs.opcode & ISCSI_BHS_IMMEDIATE);
  EXPECT_EQ(sent[1].bhs.lun[1], 5);
  EXPECT_EQ(be32toh(sent[1].As<iscsi_bhs_tmf_request>().rtt), 7u);
}

TEST_F(Ctl, C105_OneAbortAtATime) {
  ASSERT_EQ(Abort(7), 0);
  EXPECT_EQ(Abort(8), -EBUSY);
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(Abort(8), -EBUSY);
  iscsi_bhs bhs = Answer(ISCSI_OPCODE_TMF_RESPONSE, sent[0].bhs.itt);
  reinterpret_cast<iscsi_bhs_tmf_response&>(bhs).response = 5;
  ASSERT_TRUE(Receive(bhs));
  EXPECT_EQ(isi_ctl_of_tmf(&conn_, ISI_TMF_ABORT)->response, 5);
  EXPECT_EQ(Abort(8), 0);
}

// An answer to what was not asked, of another kind, or before it was sent.
TEST_F(Ctl, C007_AnswerFitsItsRequest) {
  __be32 itt;
  ASSERT_EQ(Ask(&itt), 0);
  const iscsi_bhs text = Answer(ISCSI_OPCODE_TEXT_RESPONSE, itt);
  EXPECT_FALSE(isi_ctl_answered(&conn_, &text)) << "not sent yet";
  ASSERT_EQ(Run(), 0);
  const iscsi_bhs nop = Answer(ISCSI_OPCODE_NOP_IN, itt);
  EXPECT_FALSE(isi_ctl_answered(&conn_, &nop));
  EXPECT_TRUE(isi_ctl_answered(&conn_, &text));
  EXPECT_FALSE(isi_ctl_answered(&conn_, &text)) << "once";
}

// RFC 7143 §11.19: at once, before data and commands, window or not.
TEST_F(Ctl, C096_PingIsAnsweredFirst) {
  ASSERT_TRUE(Queue(Make(1)));
  session_.window.max_cmdsn = kCmdSn - 1;
  iscsi_bhs_nop_in ping = {};
  ping.opcode = ISCSI_OPCODE_NOP_IN;
  ping.flags = ISCSI_BHS_FINAL;
  ping.itt = htobe32(ISCSI_TAG_NONE);
  ping.ttt = htobe32(0x1234);
  ping.lun[1] = 9;
  const Bytes data = {1, 2, 3, 4, 5};
  ASSERT_TRUE(Receive(ping, data));
  ASSERT_EQ(Run(), 0);
  const std::vector<Sent> sent = TakeSent();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].bhs.opcode, ISCSI_OPCODE_NOP_OUT | ISCSI_BHS_IMMEDIATE);
  EXPECT_EQ(sent[0].bhs.itt, htobe32(ISCSI_TAG_NONE));
  EXPECT_EQ(sent[0].As<iscsi_bhs_nop_out>().ttt, htobe32(0x1234));
  EXPECT_EQ(sent[0].bhs.lun[1], 9);
  EXPECT_EQ(sent[0].data, data);
}

}  // namespace
