// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/conn_failure.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace iscsid {
namespace {

using enum ConnEvent;

struct Row {
  isi_fail reason;
  ConnEvent event;
  std::string_view words;
};

// clang-format off
constexpr Row kRows[] = {
    {ISI_FAIL_NONE, kConnectionAborted, "the connection is down"},

    {ISI_FAIL_PEER_CLOSED, kTransportDisconnect, "the target closed the connection"},
    {ISI_FAIL_SOCKET,      kTransportReset,      "the connection broke"},
    {ISI_FAIL_SEND,        kTransportReset,      "sending failed"},
    {ISI_FAIL_RECEIVE,     kTransportReset,      "receiving failed"},

    {ISI_FAIL_STOPPED,    kConnectionAborted, "the connection was stopped"},
    {ISI_FAIL_LOGIN_LOST, kConnectionAborted, "the connection was dropped for a new login"},
    {ISI_FAIL_LOGOUT,     kConnectionAborted, "logged out"},
    {ISI_FAIL_HOST_RESET, kConnectionAborted, "a command did not end, and neither abort nor reset helped"},
    {ISI_FAIL_NOMEM,      kConnectionAborted, "the kernel is out of memory"},

    {ISI_FAIL_OPCODE,         kConnectionAborted, "the target sent a PDU that is not a target's"},
    {ISI_FAIL_DATA_LENGTH,    kConnectionAborted, "the target sent more than MaxRecvDataSegmentLength"},
    {ISI_FAIL_CONTROL_LENGTH, kConnectionAborted, "the target sent a control PDU that is too long"},
    {ISI_FAIL_ITT,            kConnectionAborted, "the target answered a task that does not exist"},
    {ISI_FAIL_TTT,            kConnectionAborted, "the target sent a wrong Target Transfer Tag"},
    {ISI_FAIL_FLAGS,          kConnectionAborted, "the target sent flags that may not be"},
    {ISI_FAIL_STATSN,         kConnectionAborted, "the target's StatSN is out of order"},
    {ISI_FAIL_DATASN,         kConnectionAborted, "the target's DataSN is out of order"},
    {ISI_FAIL_R2TSN,          kConnectionAborted, "the target's R2TSN is out of order"},
    {ISI_FAIL_EXP_DATASN,     kConnectionAborted, "data from the target is missing"},
    {ISI_FAIL_DATA_DIRECTION, kConnectionAborted, "the target mixed up reading and writing"},
    {ISI_FAIL_DATA_OFFSET,    kConnectionAborted, "the target sent data outside the buffer, out of order or twice"},
    {ISI_FAIL_R2T_LENGTH,     kConnectionAborted, "the target asked for more than MaxBurstLength"},
    {ISI_FAIL_R2T_COUNT,      kConnectionAborted, "the target exceeded MaxOutstandingR2T"},
    {ISI_FAIL_SENSE_LENGTH,   kConnectionAborted, "the target sent malformed sense data"},
    {ISI_FAIL_NOP_FLOOD,      kConnectionAborted, "the target pings faster than it takes the answers"},
    {ISI_FAIL_REJECT,         kConnectionAborted, "the target rejected what we sent"},

    {ISI_FAIL_SESSION, kConnectionAborted, "another connection of the session failed"},
    {ISI_FAIL_HEADER_DIGEST, kConnectionAborted, "a header from the target arrived damaged (HeaderDigest)"},
    {ISI_FAIL_DATA_DIGEST, kConnectionAborted, "data from the target arrived damaged (DataDigest)"},
    {ISI_FAIL_DATA_FRAGMENTS, kConnectionAborted, "the target sent data out of order, in too many pieces"},
    {ISI_FAIL_PING,      kTransportTimeout,  "the target gave no sign of life after a ping"},
    {ISI_FAIL_PING_DATA, kConnectionAborted, "the target answered a ping with other data"},
};
// clang-format on

const Row* Find(isi_fail reason) {
  for (const Row& row : kRows) {
    if (row.reason == reason) return &row;
  }
  return nullptr;
}

}  // namespace

std::string DescribeConnFailure(isi_fail reason, int error_number) {
  const Row* row = Find(reason);
  std::string text = row != nullptr
                         ? std::string(row->words)
                         : "the connection failed, reason " +
                               std::to_string(static_cast<int>(reason));
  if (error_number != 0)
    text += std::string(": ") + std::strerror(std::abs(error_number));
  return text;
}

ConnEvent EventOfConnFailure(isi_fail reason, int error_number) {
  const Row* row = Find(reason);
  if (row == nullptr) return kConnectionAborted;
  if (row->event == kTransportReset && error_number == -ETIMEDOUT)
    return kTransportTimeout;
  return row->event;
}

}  // namespace iscsid
