// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/async_message.h"

#include <endian.h>
#include <gtest/gtest.h>

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
  EXPECT_EQ(WishOf({0, 8, 0x72, 6, 0x29, 0x00, 0, 0, 0, 0}),
            AsyncWish::kNothing);
}

TEST(ReadAsync, TakesNothingFromTruncatedSense) {
  EXPECT_EQ(WishOf({}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0xff, 0xff, 0x72, 6, 0x3f, 0x0e}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0, 3, 0x72, 6, 0x3f, 0x0e}), AsyncWish::kNothing);
  EXPECT_EQ(WishOf({0, 4, 0x70, 0, 6, 0}), AsyncWish::kNothing);
}

TEST(DescribeReject, ReadsAnyHeader) {
  iscsi_bhs_reject header{};
  header.opcode = ISCSI_OPCODE_REJECT;
  header.reason = ISCSI_REJECT_WAIT_LOGOUT;
  Pdu pdu;
  pdu.Set(header);
  EXPECT_NE(DescribeReject(pdu).find("waiting for logout"), std::string::npos);
  pdu.data = Bytes(47);
  EXPECT_EQ(DescribeReject(pdu).find("opcode"), std::string::npos);
  pdu.data = Bytes(48, std::byte{0xff});
  EXPECT_NE(DescribeReject(pdu).find("opcode 63"), std::string::npos);
}

TEST(ConnFailure, HasWordsForEveryReason) {
  for (int reason = 0; reason <= ISI_FAIL_DATA_FRAGMENTS; ++reason) {
    EXPECT_EQ(
        DescribeConnFailure(static_cast<isi_fail>(reason), 0).find("reason"),
        std::string::npos)
        << reason;
  }
  EXPECT_EQ(DescribeConnFailure(ISI_FAIL_SEND, -EPIPE),
            "sending failed: Broken pipe");
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
