// SPDX-License-Identifier: GPL-2.0-or-later
//
// A command from queuecommand to scsi_done, once (kernel/task.c).
#include "tests/kernel_unit/tx_fixture.h"

namespace {

class Task : public TxTest {
 protected:
  Task() { conn_.limits.immediate_data = false; }

  Request& SentCommand(int tag, uint32_t bufflen = 0,
                       dma_data_direction dir = DMA_NONE) {
    Request& request = Make(tag, bufflen, dir);
    EXPECT_TRUE(Queue(request));
    EXPECT_EQ(Run(), 0);
    return request;
  }
};

TEST_F(Task, C007_EveryUseOfATagIsANewItt) {
  uint32_t last = ISCSI_TAG_NONE;
  for (int i = 0; i < 20; ++i) {
    Request& request = SentCommand(3);
    EXPECT_NE(request.itt(), last);
    EXPECT_NE(request.itt(), ISCSI_TAG_NONE);
    last = request.itt();
    ASSERT_TRUE(Receive(WithItt(Response(), last)));
    EXPECT_EQ(request.done, 1);
    session_.window.max_cmdsn++;
  }
}

// Neither what is not on the wire yet nor another connection's.
TEST_F(Task, C007_OnlyASentCommandOfThisConnectionIsFound) {
  bool late;
  Request& request = Make(2);
  ASSERT_TRUE(Queue(request));
  const __be32 itt = htobe32(request.itt());
  EXPECT_EQ(isi_task_find(&conn_, itt, &late), nullptr);
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(isi_task_find(&conn_, itt, &late), &request.task);
  isi_conn other = {};
  other.session = &session_;
  EXPECT_EQ(isi_task_find(&other, itt, &late), nullptr);
  EXPECT_FALSE(late);
  for (const uint32_t wrong :
       {request.itt() + 1, request.itt() + kTags,
        request.itt() + (1u << ISI_ITT_INDEX_BITS), 0u, 0xffffffffu})
    EXPECT_EQ(isi_task_find(&conn_, htobe32(wrong), &late), nullptr);
}

// At ERL 0 nothing is sent again: the midlayer's retry is another command.
TEST_F(Task, C074_RetryIsANewCommand) {
  Request& request = SentCommand(1);
  const uint32_t itt = request.itt();
  const uint32_t cmdsn = request.task.cmdsn;
  isi_tasks_end(&session_, DID_TRANSPORT_DISRUPTED);
  EXPECT_EQ(request.done, 1);
  EXPECT_EQ(request.sc.result, DID_TRANSPORT_DISRUPTED << 16);
  ASSERT_TRUE(Queue(request));
  ASSERT_EQ(Run(), 0);
  EXPECT_NE(request.itt(), itt);
  EXPECT_EQ(request.task.cmdsn, cmdsn + 1);
  EXPECT_EQ(TakeSent().size(), 2u);
}

// What was never sent has no number, and gives back its place in the window.
TEST_F(Task, C075_C107_UnsentCommandLeavesNoHole) {
  session_.window.max_cmdsn = kCmdSn + 2;
  Request& first = SentCommand(1);
  room_ = 0;
  Request& aborted = Make(2);
  Request& behind = Make(3);
  ASSERT_TRUE(Queue(aborted));
  ASSERT_TRUE(Queue(behind));
  EXPECT_FALSE(Queue(Make(4))) << "the window is used up";
  isi_tx_collect(&conn_);
  EXPECT_TRUE(isi_task_abort(&aborted.task));
  EXPECT_EQ(aborted.done, 1);
  EXPECT_EQ(aborted.sc.result, DID_RESET << 16);
  Request& more = Make(4);
  EXPECT_TRUE(Queue(more)) << "its place is free";
  room_ = SIZE_MAX;
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(first.task.cmdsn, kCmdSn);
  EXPECT_EQ(behind.task.cmdsn, kCmdSn + 1);
  EXPECT_EQ(more.task.cmdsn, kCmdSn + 2);
}

// The target may have asked before it saw why it need not.
TEST_F(Task, C084_R2tOfAnAnsweredWriteIsLate) {
  Request& write = SentCommand(1, 1000, DMA_TO_DEVICE);
  iscsi_bhs_scsi_response response = WithItt(Response(), write.itt());
  response.status = 0x02;
  ASSERT_TRUE(Receive(response));
  EXPECT_EQ(write.done, 1);
  EXPECT_TRUE(Receive(WithItt(R2t(0, 0, 500), write.itt())));
  EXPECT_EQ(Stat(ISI_STAT_RX_LATE), 1u);
  EXPECT_EQ(Run(), 0);
  EXPECT_EQ(TakeSent().size(), 1u) << "the command, and no data";
}

// A whole one has nothing to be asked for.
TEST_F(Task, C007_R2tOfACompleteWriteIsAViolation) {
  Request& write = SentCommand(1, 1000, DMA_TO_DEVICE);
  ASSERT_TRUE(Receive(WithItt(R2t(0, 0, 1000), write.itt())));
  ASSERT_EQ(Run(), 0);
  ASSERT_TRUE(Receive(WithItt(Response(0, 0, 1), write.itt())));
  EXPECT_EQ(write.sc.resid, 0u);
  EXPECT_FALSE(Receive(WithItt(R2t(1, 0, 500), write.itt())));
  EXPECT_EQ(failed_, ISI_FAIL_ITT);
}

TEST_F(Task, C106_AbortAfterTheStatusEndsNothingTwice) {
  Request& request = SentCommand(1);
  ASSERT_TRUE(Receive(WithItt(Response(), request.itt())));
  EXPECT_TRUE(isi_task_abort(&request.task));
  EXPECT_EQ(request.done, 1);
  EXPECT_EQ(request.sc.result, 0);
}

// Its tag is free, and belongs to a new command by then.
TEST_F(Task, C106_C111_StatusAfterAnAbortIsDropped) {
  Request& request = SentCommand(1);
  const uint32_t itt = request.itt();
  ASSERT_TRUE(isi_task_abort(&request.task));
  Request& next = SentCommand(1);
  EXPECT_TRUE(Receive(WithItt(Response(), itt)));
  EXPECT_EQ(Stat(ISI_STAT_RX_LATE), 1u);
  EXPECT_EQ(request.done, 1);
  EXPECT_EQ(next.done, 0);
}

TEST_F(Task, C111_DataAfterAnAbortGoesNowhere) {
  Request& read = SentCommand(1, 1000, DMA_FROM_DEVICE);
  const Bytes before = read.Buffer();
  ASSERT_TRUE(isi_task_abort(&read.task));
  EXPECT_TRUE(Receive(WithItt(DataIn(0, 0, 0), read.itt()), Bytes(100, 0xee)));
  EXPECT_EQ(read.Buffer(), before);
  EXPECT_EQ(Stat(ISI_STAT_RX_LATE), 1u);
}

// A PDU half sent keeps it: its pages are promised.
TEST_F(Task, C085_C111_AbortWaitsForThePduUnderWay) {
  Request& write = SentCommand(1, 1000, DMA_TO_DEVICE);
  TakeSent();
  ASSERT_TRUE(Receive(WithItt(R2t(0, 0, 1000), write.itt())));
  room_ = 100;
  ASSERT_EQ(Run(), -EAGAIN);
  EXPECT_FALSE(isi_task_abort(&write.task));
  EXPECT_EQ(write.done, 0);
  room_ = SIZE_MAX;
  ASSERT_EQ(Run(), 0);
  EXPECT_EQ(TakeSent().size(), 1u);
  EXPECT_EQ(write.done, 1);
  EXPECT_EQ(write.sc.result, DID_RESET << 16);
}

// While TCP may send its pages again, they stay the command's.
TEST_F(Task, C085_AnsweredWriteWaitsUntilTcpHasLetGo) {
  acknowledges_ = false;
  Request& write = SentCommand(1, 1000, DMA_TO_DEVICE);
  ASSERT_TRUE(Receive(WithItt(R2t(0, 0, 1000), write.itt())));
  ASSERT_EQ(Run(), 0);
  ASSERT_TRUE(Receive(WithItt(Response(0, 0, 1), write.itt())));
  EXPECT_EQ(write.done, 0);
  EXPECT_TRUE(isi_tx_reap(&conn_));
  EXPECT_EQ(write.done, 0);
  EXPECT_FALSE(isi_task_abort(&write.task)) << "it has its result";
  acknowledges_ = true;
  EXPECT_FALSE(isi_tx_reap(&conn_));
  EXPECT_EQ(write.done, 1);
  EXPECT_EQ(write.sc.result, 0);
}

TEST_F(Task, C085_C111_AbortWaitsUntilTcpHasLetGo) {
  acknowledges_ = false;
  Request& write = SentCommand(1, 1000, DMA_TO_DEVICE);
  ASSERT_TRUE(Receive(WithItt(R2t(0, 0, 1000), write.itt())));
  ASSERT_EQ(Run(), 0);
  EXPECT_FALSE(isi_task_abort(&write.task));
  EXPECT_EQ(write.done, 0);
  acknowledges_ = true;
  EXPECT_FALSE(isi_tx_reap(&conn_));
  EXPECT_EQ(write.done, 1);
  EXPECT_EQ(write.sc.result, DID_RESET << 16);
}

// Lost connections are no retries, until ReplacementTimeout.
TEST_F(Task, LostConnectionIsNoRetry) {
  Request& write = SentCommand(1, 1000, DMA_TO_DEVICE);
  const auto lose = [&write] {
    write.sc.retries = 5;
    isi_task_end(&write.task, DID_TRANSPORT_DISRUPTED);
    return write.sc.retries;
  };
  EXPECT_EQ(lose(), 0);
  write.sc.request.cmd_flags = REQ_FAILFAST_TRANSPORT;
  EXPECT_EQ(lose(), 5) << "there may be another path";
  write.sc.request.cmd_flags = 0;
  write.sc.request.passthrough = true;
  EXPECT_EQ(lose(), 5) << "nobody knows what it does twice";
  write.sc.request.passthrough = false;
  jiffies += kRecoveryTmo * HZ - 1;
  EXPECT_EQ(lose(), 0);
  jiffies += 1;
  EXPECT_EQ(lose(), 5);
}

// What has no data in TCP, or was copied for its digest, waits for nothing.
TEST_F(Task, C085_WhatTcpDoesNotHoldEndsAtOnce) {
  acknowledges_ = false;
  Request& read = SentCommand(1, 1000, DMA_FROM_DEVICE);
  ASSERT_TRUE(Receive(WithItt(Response(), read.itt())));
  EXPECT_EQ(read.done, 1);
  conn_.limits.data_digest = true;
  Request& write = SentCommand(2, 1000, DMA_TO_DEVICE);
  ASSERT_TRUE(Receive(WithItt(R2t(0, 0, 1000), write.itt())));
  ASSERT_EQ(Run(), 0);
  ASSERT_TRUE(Receive(WithItt(Response(0, 0, 1), write.itt())));
  EXPECT_EQ(write.done, 1);
}

}  // namespace
