// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/async_message.h"

#include <endian.h>

#include <cstring>
#include <string_view>

namespace iscsid {
namespace {

struct ChangeRow {
  isi_change change;
  uint8_t asc, ascq;  // of the unit attention, SPC; 0: comes as no event
  std::string_view words;
};

constexpr ChangeRow kChanges[] = {
    {ISI_CHANGE_LUNS, 0x3f, 0x0e, "the target's logical units changed"},
    {ISI_CHANGE_CAPACITY, 0x2a, 0x09, "a logical unit's size changed"},
    {ISI_CHANGE_INQUIRY, 0x3f, 0x03,
     "what a logical unit says of itself changed"},
    {ISI_CHANGE_LUN_GONE, 0, 0, "a logical unit is gone"},
};

// §11.9.4: two bytes SenseLength, the sense data, then vendor data. The event
// is what a unit attention would be, which is why the key is not looked at.
isi_change ReadChange(const Bytes& data) {
  const auto at = [&](size_t i) {
    return i < data.size() ? std::to_integer<uint8_t>(data[i]) : uint8_t{0};
  };
  const size_t length = static_cast<size_t>(at(0)) << 8 | at(1);
  if (length + 2 > data.size()) return ISI_CHANGE_NONE;
  const uint8_t response_code = at(2) & 0x7f;
  const bool descriptors = response_code == 0x72 || response_code == 0x73;
  const size_t asc = 2 + (descriptors ? 2 : 12);
  if (asc + 2 > length + 2) return ISI_CHANGE_NONE;
  for (const ChangeRow& row : kChanges) {
    if (row.asc != 0 && at(asc) == row.asc && at(asc + 1) == row.ascq)
      return row.change;
  }
  return ISI_CHANGE_NONE;
}

struct AsyncRow {
  iscsi_async_event event;
  AsyncWish wish;
  std::string_view words;
};

// §11.9.1. FastAbort would have to be agreed on; we offer RFC3720 alone.
constexpr AsyncRow kAsyncRows[] = {
    {ISCSI_ASYNC_SCSI, AsyncWish::kNothing, "the target reports a SCSI event"},
    {ISCSI_ASYNC_LOGOUT_REQUEST, AsyncWish::kLogout,
     "the target requests a logout"},
    {ISCSI_ASYNC_CONN_DROP, AsyncWish::kConnectionDropped,
     "the target drops the connection"},
    {ISCSI_ASYNC_SESSION_DROP, AsyncWish::kSessionDropped,
     "the target drops all connections"},
    {ISCSI_ASYNC_NEGOTIATE, AsyncWish::kRelogin,
     "the target requests a new negotiation"},
    {ISCSI_ASYNC_FAST_ABORT, AsyncWish::kNothing,
     "the target ends tasks by FastAbort, which was not agreed"},
};

// 248 to 255 are a vendor's.
constexpr uint8_t kFirstVendorEvent = 248;

std::string DescribeStranger(uint8_t event) {
  return (event < kFirstVendorEvent ? "an unknown" : "a vendor's") +
         std::string(" Asynchronous Message, event ") + std::to_string(event);
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

// C-102: what we do not know is the log's alone.
AsyncMessage ReadAsync(const Pdu& pdu) {
  const auto async = pdu.As<iscsi_bhs_async>();
  AsyncMessage message;
  message.cid = be16toh(async.parameter1);
  message.time2wait = std::chrono::seconds(be16toh(async.parameter2));
  message.within = std::chrono::seconds(be16toh(async.parameter3));
  message.text = DescribeStranger(async.async_event);
  for (const AsyncRow& row : kAsyncRows) {
    if (row.event != async.async_event) continue;
    message.wish = row.wish;
    message.text = row.words;
  }
  if (async.async_event != ISCSI_ASYNC_SCSI) return message;
  if (const isi_change change = ReadChange(pdu.data)) {
    message.wish = AsyncWish::kRescan;  // C-099
    message.text = DescribeChange(change);
  }
  return message;
}

// §11.17: the data segment begins with the header of what it rejects; who knows
// what a target that found it wrong has made of it. C-103
std::optional<iscsi_bhs> RejectedHeader(const Pdu& pdu) {
  iscsi_bhs header;
  if (pdu.data.size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, pdu.data.data(), sizeof(header));
  return header;
}

std::string_view DescribeChange(isi_change change) {
  for (const ChangeRow& row : kChanges) {
    if (row.change == change) return row.words;
  }
  return "something about the logical units changed";
}

std::string DescribeReject(const Pdu& pdu) {
  const uint8_t reason = pdu.As<iscsi_bhs_reject>().reason;
  std::string text =
      "the target rejects a PDU, reason " + std::to_string(reason);
  for (const RejectWords& row : kRejectWords) {
    if (row.reason == reason) text += " (" + std::string(row.words) + ")";
  }
  if (const auto header = RejectedHeader(pdu)) {
    text += ", opcode " + std::to_string(header->opcode & ISCSI_BHS_OPCODE) +
            ", Initiator Task Tag " + std::to_string(be32toh(header->itt));
  }
  return text;
}

}  // namespace iscsid
