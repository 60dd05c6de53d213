// SPDX-License-Identifier: GPL-2.0-or-later
//
// The PDU as the login phase and discovery sessions use it (RFC 7143 §11.1,
// §11.2): a 48-byte BHS, additional header segments, a data segment padded to
// four bytes with zeros. There are no digests here: they begin with the full
// feature phase (§13.1), which is the module's.
#ifndef ISCSID_PROTO_PDU_H_
#define ISCSID_PROTO_PDU_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "daemon/result.h"
#include "include/uapi/linux/iscsi_wire.h"

namespace iscsid {

using Bytes = std::vector<std::byte>;

struct Pdu {
  std::array<std::byte, ISCSI_BHS_LEN> bhs{};
  Bytes ahs;   // all additional header segments, a multiple of 4 bytes
  Bytes data;  // the data segment without its padding

  // An ISCSI_OPCODE_*, or a value no RFC has given one to.
  [[nodiscard]] uint8_t opcode() const;
  [[nodiscard]] bool immediate() const;
  [[nodiscard]] uint32_t itt() const;

  // The BHS read as one of the iscsi_bhs_* structs; fields are big endian.
  template <typename Header>
  [[nodiscard]] Header As() const {
    static_assert(sizeof(Header) == ISCSI_BHS_LEN);
    static_assert(std::is_trivially_copyable_v<Header>);
    Header header;
    std::memcpy(&header, bhs.data(), sizeof(header));
    return header;
  }

  template <typename Header>
  void Set(const Header& header) {
    static_assert(sizeof(Header) == ISCSI_BHS_LEN);
    static_assert(std::is_trivially_copyable_v<Header>);
    std::memcpy(bhs.data(), &header, sizeof(header));
  }
};

// The PDU on the wire. TotalAHSLength and DataSegmentLength are computed; what
// the BHS says about them is overwritten. The caller keeps ahs to a multiple
// of 4 and at most ISCSI_AHS_MAX_LEN, data to the peer's MRDSL.
[[nodiscard]] Bytes Encode(const Pdu& pdu);

// Cuts a byte stream into PDUs, however it arrives. Never takes a byte beyond
// the PDU it is in: what follows the last Login Response belongs to the module
// and has to stay in the socket. So read from the socket at most Needed()
// bytes at a time, feed them, and act on a PDU before reading on.
class PduReader {
 public:
  // A PDU with a longer data segment or AHS is a protocol error (C-003).
  struct Limits {
    size_t data_bytes = ISCSI_LOGIN_MRDSL;
    size_t ahs_bytes = ISCSI_AHS_MAX_LEN;
  };

  PduReader() : PduReader(Limits{}) {}
  explicit PduReader(Limits limits) : limits_(limits) {}

  // How many more bytes certainly belong to the current PDU: up to the end of
  // its BHS, then up to its end. Never 0.
  [[nodiscard]] size_t Needed() const;

  // Takes bytes off the front of `bytes`, at most to the end of one PDU, and
  // returns that PDU when it is whole. nullopt: all bytes were taken and more
  // are needed. After an error the reader is of no more use.
  Result<std::optional<Pdu>> Feed(std::span<const std::byte>& bytes);

  // No byte of a next PDU has been taken: a close here cuts nothing in half.
  [[nodiscard]] bool AtBoundary() const { return buffer_.empty(); }

 private:
  [[nodiscard]] Status CheckHeader() const;
  [[nodiscard]] size_t TotalLength() const;
  Pdu TakePdu();

  Limits limits_;
  Bytes buffer_;  // the current PDU so far
};

}  // namespace iscsid

#endif  // ISCSID_PROTO_PDU_H_
