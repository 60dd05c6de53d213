// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/async_message.h"

#include <endian.h>
#include <gtest/gtest.h>

#include <map>

#include "daemon/core/conn_failure.h"

namespace iscsid {
namespace {

Pdu ScsiEvent(const std::vector<int>& data) {
  iscsi_bhs_async header{};
  header.opcode = ISCSI_OPCODE_ASYNC;
  header.async_event = ISCSI_ASYNC_SCSI;
  Pdu pdu;
  pdu.Set(header);
  for (const int byte : data) pdu.data.push_back(std::byte(byte));
  return pdu;
}

AsyncWish WishOf(const std::vector<int>& data) {
  return ReadAsync(ScsiEvent(data)).wish;
}

// C-099
TEST(ReadAsync, C099_FindsChangedLunsInBothSenseFormats) {
  EXPECT_EQ(WishOf({0, 14, 0x70, 0, 6, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0x3f, 0x0e}),
            AsyncWish::kRescan);
  EXPECT_EQ(WishOf({0, 8, 0x72, 6, 0x3f, 0x0e, 0, 0, 0, 0}),
            AsyncWish::kRescan);
  EXPECT_EQ(WishOf({0, 8, 0x72, 6, 0x2a, 0x09, 0, 0, 0, 0}),
            AsyncWish::kRescan);
  EXPECT_EQ(WishOf({0, 8, 0x72, 6, 0x3f, 0x03, 0, 0, 0, 0}),
            AsyncWish::kRescan);
  EXPECT_EQ(WishOf({0, 8, 0x72, 6, 0x00, 0x00, 0, 0, 0, 0}),
            AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0, 8, 0x72, 6, 0x29, 0x00, 0, 0, 0, 0}),
            AsyncWish::kNothing);
}

TEST(ReadAsync, C099_TakesNothingFromTruncatedSense) {
  EXPECT_EQ(WishOf({}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0xff, 0xff, 0x72, 6, 0x3f, 0x0e}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0, 3, 0x72, 6, 0x3f, 0x0e}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0, 4, 0x70, 0, 6, 0}), AsyncWish::kNothing);
}

Pdu Event(int event) {
  iscsi_bhs_async header{};
  header.opcode = ISCSI_OPCODE_ASYNC;
  header.async_event = static_cast<uint8_t>(event);
  header.parameter1 = htobe16(0x102);
  header.parameter2 = htobe16(0x304);
  header.parameter3 = htobe16(0x506);
  Pdu pdu;
  pdu.Set(header);
  return pdu;
}

// C-100, C-101, C-102: §11.9.1, and nothing is done for what it does not have.
TEST(ReadAsync, C100_C101_C102_KnowsWhatEachEventWants) {
  using enum AsyncWish;
  const std::map<int, AsyncWish> wishes = {
      {ISCSI_ASYNC_LOGOUT_REQUEST, kLogout},
      {ISCSI_ASYNC_CONN_DROP, kConnectionDropped},
      {ISCSI_ASYNC_SESSION_DROP, kSessionDropped},
      {ISCSI_ASYNC_NEGOTIATE, kRelogin}};
  for (int event = 0; event < 256; ++event) {
    const auto row = wishes.find(event);
    EXPECT_EQ(ReadAsync(Event(event)).wish,
              row == wishes.end() ? kNothing : row->second)
        << event;
  }
}

TEST(ReadAsync, C100_C101_C114_ReadsTheParameters) {
  const AsyncMessage message = ReadAsync(Event(ISCSI_ASYNC_CONN_DROP));
  EXPECT_EQ(message.cid, 0x102);
  EXPECT_EQ(message.time2wait, std::chrono::seconds(0x304));
  EXPECT_EQ(message.within, std::chrono::seconds(0x506));
}

TEST(ReadAsync, C102_TellsAVendorsFromAnUnknownEvent) {
  EXPECT_NE(ReadAsync(Event(5)).text.find("FastAbort"), std::string::npos);
  EXPECT_EQ(ReadAsync(Event(6)).text,
            "an unknown Asynchronous Message, event 6");
  EXPECT_EQ(ReadAsync(Event(247)).text,
            "an unknown Asynchronous Message, event 247");
  EXPECT_EQ(ReadAsync(Event(248)).text,
            "a vendor's Asynchronous Message, event 248");
  EXPECT_EQ(ReadAsync(Event(255)).text,
            "a vendor's Asynchronous Message, event 255");
}

Pdu RejectOf(int reason, const Bytes& data) {
  iscsi_bhs_reject header{};
  header.opcode = ISCSI_OPCODE_REJECT;
  header.reason = static_cast<uint8_t>(reason);
  Pdu pdu;
  pdu.Set(header);
  pdu.data = data;
  return pdu;
}

// C-103: 0x01 is reserved, 0x0d and what follows are not the RFC's.
TEST(DescribeReject, C103_HasWordsForEveryReason) {
  for (int reason = 0; reason < 256; ++reason) {
    const std::string text = DescribeReject(RejectOf(reason, {}));
    EXPECT_NE(text.find("reason " + std::to_string(reason)), std::string::npos);
    EXPECT_EQ(text.find('(') != std::string::npos,
              reason >= ISCSI_REJECT_DATA_DIGEST &&
                  reason <= ISCSI_REJECT_WAIT_LOGOUT)
        << text;
  }
}

// C-103
TEST(DescribeReject, C103_TakesNothingFromATruncatedHeader) {
  for (size_t size = 0; size < ISCSI_BHS_LEN; ++size) {
    const Pdu reject =
        RejectOf(ISCSI_REJECT_PROTOCOL, Bytes(size, std::byte{0xff}));
    EXPECT_FALSE(RejectedHeader(reject));
    EXPECT_EQ(DescribeReject(reject),
              "the target rejects a PDU, reason 4 (protocol error)");
  }
  EXPECT_EQ(DescribeReject(RejectOf(ISCSI_REJECT_PROTOCOL,
                                    Bytes(ISCSI_BHS_LEN + 4, std::byte{0xff}))),
            "the target rejects a PDU, reason 4 (protocol error), opcode 63, "
            "Initiator Task Tag 4294967295");
}

TEST(ConnFailure, HasWordsForEveryReason) {
  for (int reason = 0; reason <= ISI_FAIL_PING_DATA; ++reason) {
    EXPECT_EQ(
        DescribeConnFailure(static_cast<isi_fail>(reason), 0).find("reason"),
        std::string::npos)
        << reason;
  }
  EXPECT_EQ(DescribeConnFailure(ISI_FAIL_SEND, -EPIPE),
            "sending failed: Broken pipe");
}

// C-097
TEST(ConnFailure, C097_NoAnswerToAPingIsATimeout) {
  EXPECT_EQ(EventOfConnFailure(ISI_FAIL_PING, -ETIMEDOUT),
            ConnEvent::kTransportTimeout);
  EXPECT_EQ(EventOfConnFailure(ISI_FAIL_PING_DATA, -EPROTO),
            ConnEvent::kConnectionAborted);
}

// C-120
TEST(ConnFailure, C120_TellsATimeoutFromAReset) {
  EXPECT_EQ(EventOfConnFailure(ISI_FAIL_SOCKET, -ETIMEDOUT),
            ConnEvent::kTransportTimeout);
  EXPECT_EQ(EventOfConnFailure(ISI_FAIL_SOCKET, -ECONNRESET),
            ConnEvent::kTransportReset);
  EXPECT_EQ(EventOfConnFailure(ISI_FAIL_PEER_CLOSED, 0),
            ConnEvent::kTransportDisconnect);
  EXPECT_EQ(EventOfConnFailure(ISI_FAIL_STATSN, 0),
            ConnEvent::kConnectionAborted);
}

}  // namespace
}  // namespace iscsid
