// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/pdu.h"

#include <endian.h>

#include <algorithm>
#include <string>

namespace iscsid {
namespace {

constexpr size_t kAhsWordBytes = 4;

constexpr size_t PaddingOf(size_t length) {
  return (ISCSI_PAD_TO - length % ISCSI_PAD_TO) % ISCSI_PAD_TO;
}

iscsi_bhs HeaderIn(std::span<const std::byte> bytes) {
  iscsi_bhs header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

size_t AhsLength(const iscsi_bhs& header) {
  return header.ahs_words * kAhsWordBytes;
}

size_t DataLength(const iscsi_bhs& header) {
  return static_cast<size_t>(header.dlength[0]) << 16 |
         static_cast<size_t>(header.dlength[1]) << 8 | header.dlength[2];
}

}  // namespace

uint8_t Pdu::opcode() const {
  return As<iscsi_bhs>().opcode & ISCSI_BHS_OPCODE;
}

bool Pdu::immediate() const {
  return (As<iscsi_bhs>().opcode & ISCSI_BHS_IMMEDIATE) != 0;
}

uint32_t Pdu::itt() const { return be32toh(As<iscsi_bhs>().itt); }

Bytes Encode(const Pdu& pdu) {
  auto header = pdu.As<iscsi_bhs>();
  header.ahs_words = static_cast<uint8_t>(pdu.ahs.size() / kAhsWordBytes);
  header.dlength[0] = static_cast<uint8_t>(pdu.data.size() >> 16);
  header.dlength[1] = static_cast<uint8_t>(pdu.data.size() >> 8);
  header.dlength[2] = static_cast<uint8_t>(pdu.data.size());

  Bytes wire(sizeof(header));
  std::memcpy(wire.data(), &header, sizeof(header));
  wire.insert(wire.end(), pdu.ahs.begin(), pdu.ahs.end());
  wire.insert(wire.end(), pdu.data.begin(), pdu.data.end());
  // C-002: zeros up to the next word, not counted in DataSegmentLength.
  wire.resize(wire.size() + PaddingOf(pdu.data.size()));
  return wire;
}

size_t PduReader::TotalLength() const {
  const iscsi_bhs header = HeaderIn(buffer_);
  const size_t data = DataLength(header);
  return sizeof(header) + AhsLength(header) + data + PaddingOf(data);
}

size_t PduReader::Needed() const {
  const size_t end =
      buffer_.size() < ISCSI_BHS_LEN ? ISCSI_BHS_LEN : TotalLength();
  return end - buffer_.size();
}

Status PduReader::CheckHeader() const {
  const iscsi_bhs header = HeaderIn(buffer_);
  // C-003: before a single byte of the segment is taken.
  if (DataLength(header) > limits_.data_bytes) {
    return {Errc::kProtocol,
            "data segment of " + std::to_string(DataLength(header)) +
                " bytes, more than the MaxRecvDataSegmentLength of " +
                std::to_string(limits_.data_bytes)};
  }
  if (AhsLength(header) > limits_.ahs_bytes) {
    return {Errc::kProtocol, "additional header segments of " +
                                 std::to_string(AhsLength(header)) +
                                 " bytes, more than " +
                                 std::to_string(limits_.ahs_bytes)};
  }
  return {};
}

// C-001: additional header segments are counted in words and carried along;
// nothing a target sends during login or discovery gives them a meaning.
Pdu PduReader::TakePdu() {
  const iscsi_bhs header = HeaderIn(buffer_);
  Pdu pdu;
  pdu.Set(header);
  const std::span<const std::byte> body =
      std::span<const std::byte>(buffer_).subspan(sizeof(header));
  const auto ahs = body.first(AhsLength(header));
  const auto data = body.subspan(ahs.size(), DataLength(header));
  pdu.ahs.assign(ahs.begin(), ahs.end());
  pdu.data.assign(data.begin(), data.end());
  buffer_.clear();
  return pdu;
}

Result<std::optional<Pdu>> PduReader::Feed(std::span<const std::byte>& bytes) {
  // C-005. Twice at most: to the end of the BHS, then to the end of the PDU.
  while (!bytes.empty()) {
    const auto taken = bytes.first(std::min(bytes.size(), Needed()));
    buffer_.insert(buffer_.end(), taken.begin(), taken.end());
    bytes = bytes.subspan(taken.size());

    if (buffer_.size() < ISCSI_BHS_LEN) break;
    if (Status checked = CheckHeader(); !checked) return checked.error();
    if (buffer_.size() == TotalLength()) return std::optional(TakePdu());
  }
  return std::optional<Pdu>();
}

}  // namespace iscsid
