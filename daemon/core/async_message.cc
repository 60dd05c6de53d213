// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/async_message.h"

#include <endian.h>

#include <cstring>
#include <string_view>

namespace iscsid {
namespace {

// SPC: REPORTED LUNS DATA HAS CHANGED.
constexpr uint8_t kAscTargetChanged = 0x3f;
constexpr uint8_t kAscqLunsChanged = 0x0e;

// §11.9.4: two bytes SenseLength, the sense data, then vendor data.
bool SaysLunsChanged(const Bytes& data) {
  const auto at = [&](size_t i) {
    return i < data.size() ? std::to_integer<uint8_t>(data[i]) : uint8_t{0};
  };
  const size_t length = static_cast<size_t>(at(0)) << 8 | at(1);
  if (length + 2 > data.size()) return false;
  const uint8_t response_code = at(2) & 0x7f;
  const bool descriptors = response_code == 0x72 || response_code == 0x73;
  const size_t asc = 2 + (descriptors ? 2 : 12);
  if (asc + 2 > length + 2) return false;
  return at(asc) == kAscTargetChanged && at(asc + 1) == kAscqLunsChanged;
}

struct RejectWords {
  uint8_t reason;
  std::string_view words;
};

constexpr RejectWords kRejectWords[] = {
    {ISCSI_REJECT_DATA_DIGEST, "data digest error"},
    {ISCSI_REJECT_SNACK, "SNACK reject"},
    {ISCSI_REJECT_PROTOCOL, "protocol error"},
    {ISCSI_REJECT_NOT_SUPPORTED, "command not supported"},
    {ISCSI_REJECT_IMMEDIATE, "too many immediate commands"},
    {ISCSI_REJECT_TASK_IN_PROGRESS, "task in progress"},
    {ISCSI_REJECT_INVALID_ACK, "invalid data ACK"},
    {ISCSI_REJECT_INVALID_PDU, "invalid PDU field"},
    {ISCSI_REJECT_LONG_OPERATION, "out of resources"},
    {ISCSI_REJECT_NEGOTIATION_RESET, "negotiation reset"},
    {ISCSI_REJECT_WAIT_LOGOUT, "waiting for logout"},
};

}  // namespace

AsyncMessage ReadAsync(const Pdu& pdu) {
  const auto async = pdu.As<iscsi_bhs_async>();
  const std::chrono::seconds parameter2(be16toh(async.parameter2));
  const std::chrono::seconds parameter3(be16toh(async.parameter3));
  switch (async.async_event) {
    case ISCSI_ASYNC_SCSI:
      if (SaysLunsChanged(pdu.data))
        return {AsyncWish::kRescan, {}, {}, "the target's LUNs changed"};
      return {AsyncWish::kNothing, {}, {}, "the target reports a SCSI event"};
    case ISCSI_ASYNC_LOGOUT_REQUEST:
      return {
          AsyncWish::kLogout, parameter3, {}, "the target requests a logout"};
    case ISCSI_ASYNC_CONN_DROP:
      return {AsyncWish::kConnectionDropped,
              {},
              parameter2,
              "the target drops the connection"};
    case ISCSI_ASYNC_SESSION_DROP:
      return {AsyncWish::kSessionDropped,
              {},
              parameter2,
              "the target drops all connections"};
    case ISCSI_ASYNC_NEGOTIATE:
      return {AsyncWish::kRelogin,
              parameter3,
              {},
              "the target requests a new negotiation"};
    default:
      return {AsyncWish::kNothing,
              {},
              {},
              "Asynchronous Message " + std::to_string(async.async_event)};
  }
}

std::string DescribeReject(const Pdu& pdu) {
  const uint8_t reason = pdu.As<iscsi_bhs_reject>().reason;
  std::string text =
      "the target rejects a PDU, reason " + std::to_string(reason);
  for (const RejectWords& row : kRejectWords) {
    if (row.reason == reason) text += " (" + std::string(row.words) + ")";
  }
  // §11.17: the data segment is the header of what it rejects.
  if (pdu.data.size() >= ISCSI_BHS_LEN) {
    const auto opcode =
        std::to_integer<unsigned>(pdu.data[0]) & ISCSI_BHS_OPCODE;
    text += ", opcode " + std::to_string(opcode);
  }
  return text;
}

}  // namespace iscsid
