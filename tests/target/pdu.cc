// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/pdu.h"

#include <algorithm>

#include "tests/target/text.h"

namespace target {
namespace {

using namespace field;

constexpr Field kCommon[] = {kOpcode, kImmediate, kAhsLength, kDataLength,
                             kItt};
constexpr Field kNopOut[] = {kLun, kTtt, kCmdSn, kExpStatSn};
constexpr Field kScsiCommand[] = {kFinal, kRead,  kWrite,     kAttr, kLun,
                                  kEdtl,  kCmdSn, kExpStatSn, kCdb0};
constexpr Field kTaskManagement[] = {kFunction,  kLun,      kRtt,       kCmdSn,
                                     kExpStatSn, kRefCmdSn, kExpDataSn, kFinal};
constexpr Field kLogin[] = {kTransit,    kContinue,   kCsg,      kNsg,
                            kVersionMax, kVersionMin, kIsid,     kTsih,
                            kCid,        kCmdSn,      kExpStatSn};
constexpr Field kText[] = {kFinal, kContinue, kLun, kTtt, kCmdSn, kExpStatSn};
constexpr Field kDataOut[] = {kFinal, kLun, kTtt, kExpStatSn, kDataSn, kOffset};
constexpr Field kLogout[] = {kLogoutReason, kCid, kCmdSn, kExpStatSn, kFinal};
constexpr Field kSnack[] = {kSnackType, kLun,   kTtt,      kExpStatSn,
                            kBegRun,    kFinal, kRunLength};
constexpr Field kNopIn[] = {kLun, kTtt, kStatSn, kExpCmdSn, kMaxCmdSn, kFinal};
constexpr Field kScsiResponse[] = {
    kResponse,  kStatus,       kOverflow, kUnderflow, kBidiOverflow,
    kStatSn,    kSnackTag,     kExpCmdSn, kMaxCmdSn,  kBidiUnderflow,
    kExpDataSn, kBidiResidual, kResidual, kFinal};
constexpr Field kTaskManagementResponse[] = {kResponse, kStatSn, kExpCmdSn,
                                             kMaxCmdSn, kFinal};
constexpr Field kLoginResponse[] = {
    kTransit, kContinue,      kCsg,      kNsg,      kLoginStatus, kVersionMax,
    kStatSn,  kVersionActive, kExpCmdSn, kMaxCmdSn, kIsid,        kTsih};
constexpr Field kTextResponse[] = {kFinal,  kContinue, kLun,     kTtt,
                                   kStatSn, kExpCmdSn, kMaxCmdSn};
constexpr Field kDataIn[] = {kFinal,  kAcknowledge, kOverflow, kUnderflow,
                             kStatus, kHasStatus,   kLun,      kTtt,
                             kStatSn, kExpCmdSn,    kMaxCmdSn, kDataSn,
                             kOffset, kResidual};
constexpr Field kLogoutResponse[] = {
    kResponse, kStatSn, kExpCmdSn, kMaxCmdSn, kTime2Wait, kTime2Retain, kFinal};
constexpr Field kR2t[] = {kLun,   kTtt,    kStatSn,  kExpCmdSn, kMaxCmdSn,
                          kR2tSn, kOffset, kDesired, kFinal};
constexpr Field kAsync[] = {kLun,        kStatSn,     kExpCmdSn,   kMaxCmdSn,
                            kEvent,      kVendorCode, kParameter1, kParameter2,
                            kParameter3, kFinal};
constexpr Field kReject[] = {kRejectReason, kStatSn, kExpCmdSn,
                             kMaxCmdSn,     kDataSn, kFinal};

constexpr Layout kLayouts[] = {
    {opcode::kNopOut, "NOP_OUT", kNopOut},
    {opcode::kScsiCommand, "SCSI_COMMAND", kScsiCommand},
    {opcode::kTaskManagement, "TASK_MANAGEMENT", kTaskManagement},
    {opcode::kLogin, "LOGIN", kLogin},
    {opcode::kText, "TEXT", kText},
    {opcode::kDataOut, "DATA_OUT", kDataOut},
    {opcode::kLogout, "LOGOUT", kLogout},
    {opcode::kSnack, "SNACK", kSnack},
    {opcode::kNopIn, "NOP_IN", kNopIn},
    {opcode::kScsiResponse, "SCSI_RESPONSE", kScsiResponse},
    {opcode::kTaskManagementResponse, "TASK_MANAGEMENT_RESPONSE",
     kTaskManagementResponse},
    {opcode::kLoginResponse, "LOGIN_RESPONSE", kLoginResponse},
    {opcode::kTextResponse, "TEXT_RESPONSE", kTextResponse},
    {opcode::kDataIn, "DATA_IN", kDataIn},
    {opcode::kLogoutResponse, "LOGOUT_RESPONSE", kLogoutResponse},
    {opcode::kR2t, "R2T", kR2t},
    {opcode::kAsync, "ASYNC", kAsync},
    {opcode::kReject, "REJECT", kReject},
};

bool IsTag(const Field& field) {
  return field.name == "itt" || field.name == "ttt" || field.name == "rtt";
}

// A tag reads better in hex, and so does what is no quantity.
std::string Shown(const Field& field, uint64_t value) {
  if (field.bytes < 4 && field.name != "status") return std::to_string(value);
  if (field.name.ends_with("sn")) return std::to_string(value);
  if (value < 10) return std::to_string(value);
  Bytes bytes(field.bytes);
  PutBe(bytes, 0, bytes.size(), value);
  return ToHex(bytes);
}

bool CarriesText(uint8_t code) {
  return code == opcode::kLogin || code == opcode::kLoginResponse ||
         code == opcode::kText || code == opcode::kTextResponse;
}

// Secrets' hashes are no secret, yet nobody reads them in a log.
std::string DescribeText(const Bytes& data) {
  std::string text = " {";
  for (const auto& [name, value] : ParseKeys(data)) {
    if (text.size() > 2) text += ' ';
    text += name + '=' + value.substr(0, 40);
    if (value.size() > 40) text += "...";
  }
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c > 0 && c < ' '; }, '?');
  return text + '}';
}

}  // namespace

Pdu& Pdu::Set(const Field& field, uint64_t value) {
  const uint64_t mask = field.mask() << field.shift;
  const uint64_t old = GetBe(bhs, field.offset, field.bytes);
  PutBe(bhs, field.offset, field.bytes,
        (old & ~mask) | (value << field.shift & mask));
  return *this;
}

std::span<const Layout> Layouts() { return kLayouts; }

const Layout* LayoutOf(uint8_t code) {
  for (const Layout& layout : kLayouts)
    if (layout.opcode == code) return &layout;
  return nullptr;
}

const Layout* LayoutNamed(std::string_view name) {
  for (const Layout& layout : kLayouts)
    if (layout.name == name) return &layout;
  return nullptr;
}

std::optional<Field> FieldNamed(uint8_t code, std::string_view name) {
  const Layout* layout = LayoutOf(code);
  for (const Field& field : layout ? layout->fields : std::span<const Field>())
    if (field.name == name) return field;
  for (const Field& field : kCommon)
    if (field.name == name) return field;
  if (name.starts_with("bhs")) {
    const auto offset = ParseNumber(name.substr(3));
    if (offset && *offset < kBhsLength)
      return Field{"bhs", static_cast<uint8_t>(*offset), 1};
  }
  return std::nullopt;
}

std::string Describe(const Pdu& pdu) {
  const Layout* layout = LayoutOf(pdu.opcode());
  std::string text =
      layout ? std::string(layout->name)
             : "opcode " + std::to_string(static_cast<int>(pdu.opcode()));
  if (pdu.Is(kImmediate)) text += " I";
  if (pdu.itt() != kNoTag) text += " itt=" + Shown(kItt, pdu.itt());
  for (const Field& field : layout ? layout->fields : std::span<const Field>())
    if (const uint64_t value = pdu.Get(field);
        value && !(value == kNoTag && IsTag(field))) {
      text += ' ' + std::string(field.name);
      if (field.bits != 1) text += '=' + Shown(field, value);
    }
  if (!pdu.data.empty()) text += " length=" + std::to_string(pdu.data.size());
  if (CarriesText(pdu.opcode()) && !pdu.data.empty())
    text += DescribeText(pdu.data);
  return text;
}

}  // namespace target
