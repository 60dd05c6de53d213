// SPDX-License-Identifier: GPL-2.0-or-later
//
// PDUs (RFC 7143 §11): a basic header segment as the 48 bytes it is, AHS and
// data; and, as data, where each field of each PDU lies and what it is called.
// The names are those scripts, proxy rules and the log use.
#ifndef TARGET_PDU_H_
#define TARGET_PDU_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/target/bytes.h"

namespace target {

inline constexpr size_t kBhsLength = 48;
inline constexpr uint32_t kNoTag = 0xffffffff;

// RFC 7143 §11.2.1.2
namespace opcode {
enum : uint8_t {
  kNopOut = 0x00,
  kScsiCommand = 0x01,
  kTaskManagement = 0x02,
  kLogin = 0x03,
  kText = 0x04,
  kDataOut = 0x05,
  kLogout = 0x06,
  kSnack = 0x10,
  kNopIn = 0x20,
  kScsiResponse = 0x21,
  kTaskManagementResponse = 0x22,
  kLoginResponse = 0x23,
  kTextResponse = 0x24,
  kDataIn = 0x25,
  kLogoutResponse = 0x26,
  kR2t = 0x31,
  kAsync = 0x32,
  kReject = 0x3f,
};
}  // namespace opcode

// `bits` bits, counted from bit `shift` of the `bytes` bytes at `offset`.
struct Field {
  std::string_view name;
  uint8_t offset;
  uint8_t bytes;
  uint8_t shift = 0;
  uint8_t bits = 0;  // 0: all

  constexpr uint64_t mask() const {
    const unsigned width = bits ? bits : bytes * 8u;
    return width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  }
};

namespace field {
// of every PDU
inline constexpr Field kImmediate{"I", 0, 1, 6, 1};
inline constexpr Field kOpcode{"opcode", 0, 1, 0, 6};
inline constexpr Field kAhsLength{"ahslength", 4, 1};
inline constexpr Field kDataLength{"length", 5, 3};
inline constexpr Field kLun{"lun", 8, 8};
inline constexpr Field kItt{"itt", 16, 4};
inline constexpr Field kTtt{"ttt", 20, 4};
inline constexpr Field kFinal{"F", 1, 1, 7, 1};
// of requests
inline constexpr Field kCmdSn{"cmdsn", 24, 4};
inline constexpr Field kExpStatSn{"expstatsn", 28, 4};
// of responses
inline constexpr Field kStatSn{"statsn", 24, 4};
inline constexpr Field kExpCmdSn{"expcmdsn", 28, 4};
inline constexpr Field kMaxCmdSn{"maxcmdsn", 32, 4};
inline constexpr Field kResponse{"response", 2, 1};
inline constexpr Field kStatus{"status", 3, 1};
inline constexpr Field kResidual{"residual", 44, 4};
// SCSI Command, §11.3
inline constexpr Field kRead{"R", 1, 1, 6, 1};
inline constexpr Field kWrite{"W", 1, 1, 5, 1};
inline constexpr Field kAttr{"attr", 1, 1, 0, 3};
inline constexpr Field kEdtl{"edtl", 20, 4};
inline constexpr Field kCdb0{"cdb0", 32, 1};
// SCSI Response, §11.4, and Data-In, §11.7
inline constexpr Field kBidiOverflow{"o", 1, 1, 4, 1};
inline constexpr Field kBidiUnderflow{"u", 1, 1, 3, 1};
inline constexpr Field kOverflow{"O", 1, 1, 2, 1};
inline constexpr Field kUnderflow{"U", 1, 1, 1, 1};
inline constexpr Field kHasStatus{"S", 1, 1, 0, 1};
inline constexpr Field kAcknowledge{"A", 1, 1, 6, 1};
inline constexpr Field kSnackTag{"snacktag", 20, 4};
inline constexpr Field kExpDataSn{"expdatasn", 36, 4};
inline constexpr Field kBidiResidual{"bidiresidual", 40, 4};
inline constexpr Field kDataSn{"datasn", 36, 4};
inline constexpr Field kOffset{"offset", 40, 4};
// Task management, §11.5
inline constexpr Field kFunction{"function", 1, 1, 0, 7};
inline constexpr Field kRtt{"rtt", 20, 4};
inline constexpr Field kRefCmdSn{"refcmdsn", 32, 4};
// R2T, §11.8
inline constexpr Field kR2tSn{"r2tsn", 36, 4};
inline constexpr Field kDesired{"desired", 44, 4};
// Asynchronous Message, §11.9
inline constexpr Field kEvent{"event", 36, 1};
inline constexpr Field kVendorCode{"vcode", 37, 1};
inline constexpr Field kParameter1{"p1", 38, 2};
inline constexpr Field kParameter2{"p2", 40, 2};
inline constexpr Field kParameter3{"p3", 42, 2};
// Text and login, §11.10 to §11.13
inline constexpr Field kTransit{"T", 1, 1, 7, 1};
inline constexpr Field kContinue{"C", 1, 1, 6, 1};
inline constexpr Field kCsg{"csg", 1, 1, 2, 2};
inline constexpr Field kNsg{"nsg", 1, 1, 0, 2};
inline constexpr Field kVersionMax{"vmax", 2, 1};
inline constexpr Field kVersionMin{"vmin", 3, 1};
inline constexpr Field kVersionActive{"vactive", 3, 1};
inline constexpr Field kIsid{"isid", 8, 6};
inline constexpr Field kTsih{"tsih", 14, 2};
inline constexpr Field kCid{"cid", 20, 2};
inline constexpr Field kLoginStatus{"status", 36, 2};
// Logout, §11.14 and §11.15
inline constexpr Field kLogoutReason{"reason", 1, 1, 0, 7};
inline constexpr Field kTime2Wait{"time2wait", 40, 2};
inline constexpr Field kTime2Retain{"time2retain", 42, 2};
// SNACK, §11.16
inline constexpr Field kSnackType{"type", 1, 1, 0, 4};
inline constexpr Field kBegRun{"begrun", 40, 4};
inline constexpr Field kRunLength{"runlength", 44, 4};
// Reject, §11.17
inline constexpr Field kRejectReason{"reason", 2, 1};
}  // namespace field

struct Pdu {
  std::array<uint8_t, kBhsLength> bhs{};
  Bytes ahs;   // whole words
  Bytes data;  // without padding

  uint64_t Get(const Field& field) const {
    return GetBe(bhs, field.offset, field.bytes) >> field.shift & field.mask();
  }
  uint32_t Get32(const Field& field) const {
    return static_cast<uint32_t>(Get(field));
  }
  bool Is(const Field& flag) const { return Get(flag) != 0; }
  // Cuts off what the field cannot hold.
  Pdu& Set(const Field& field, uint64_t value = 1);

  uint8_t opcode() const { return bhs[0] & 0x3f; }
  uint32_t itt() const { return Get32(field::kItt); }
  uint64_t lun() const { return Get(field::kLun); }
};

// One PDU kind: its opcode, its name in scripts and its fields.
struct Layout {
  uint8_t opcode;
  std::string_view name;
  std::span<const Field> fields;
};

std::span<const Layout> Layouts();
const Layout* LayoutOf(uint8_t opcode);
const Layout* LayoutNamed(std::string_view name);

// A field of this kind of PDU or of all of them; "bhsN" is byte N of any.
std::optional<Field> FieldNamed(uint8_t opcode, std::string_view name);

// "LOGIN T=1 csg=0 nsg=1 …", with flags only where set, numbers in decimal,
// tags in hex, and text keys' names where there are any.
std::string Describe(const Pdu& pdu);

}  // namespace target

#endif  // TARGET_PDU_H_
