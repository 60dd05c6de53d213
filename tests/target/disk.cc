// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/disk.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace target {

// Blocks a command names.
struct Range {
  uint64_t lba;
  uint64_t blocks;
};

namespace {

enum : uint8_t {
  kTestUnitReady = 0x00,
  kRequestSense = 0x03,
  kInquiry = 0x12,
  kModeSense6 = 0x1a,
  kStartStopUnit = 0x1b,
  kPreventAllow = 0x1e,
  kReadCapacity10 = 0x25,
  kSynchronizeCache10 = 0x35,
  kUnmap = 0x42,
  kModeSense10 = 0x5a,
  kVariableLength = 0x7f,
  kSynchronizeCache16 = 0x91,
  kServiceActionIn = 0x9e,
  kReportLuns = 0xa0,
};

constexpr uint8_t kIllegalRequest = 5;
constexpr uint16_t kInvalidOpcode = 0x2000;
constexpr uint16_t kLbaOutOfRange = 0x2100;
constexpr uint16_t kInvalidField = 0x2400;
constexpr uint16_t kNoSuchLun = 0x2500;
constexpr uint16_t kParameterListLength = 0x1a00;

constexpr size_t kStandardInquiry = 96;
constexpr uint32_t kMaxUnmapBlocks = 1 << 16;

enum class Action { kRead, kWrite, kWriteSame };

// Commands on blocks: where their CDBs hold what.
struct BlockCommand {
  uint8_t opcode;
  Action action;
  uint8_t lba_offset, lba_bytes;
  uint8_t length_offset, length_bytes;
  uint16_t service_action = 0;  // of variable-length CDBs
};

constexpr BlockCommand kBlockCommands[] = {
    {0x08, Action::kRead, 1, 3, 4, 1},                        // READ(6)
    {0x0a, Action::kWrite, 1, 3, 4, 1},                       // WRITE(6)
    {0x28, Action::kRead, 2, 4, 7, 2},                        // READ(10)
    {0x2a, Action::kWrite, 2, 4, 7, 2},                       // WRITE(10)
    {0x41, Action::kWriteSame, 2, 4, 7, 2},                   // WRITE SAME(10)
    {0x88, Action::kRead, 2, 8, 10, 4},                       // READ(16)
    {0x8a, Action::kWrite, 2, 8, 10, 4},                      // WRITE(16)
    {0x93, Action::kWriteSame, 2, 8, 10, 4},                  // WRITE SAME(16)
    {0xa8, Action::kRead, 2, 4, 6, 4},                        // READ(12)
    {0xaa, Action::kWrite, 2, 4, 6, 4},                       // WRITE(12)
    {kVariableLength, Action::kRead, 12, 8, 28, 4, 0x0009},   // READ(32)
    {kVariableLength, Action::kWrite, 12, 8, 28, 4, 0x000b},  // WRITE(32)
};

const BlockCommand* BlockCommandOf(ByteView cdb) {
  for (const BlockCommand& each : kBlockCommands)
    if (each.opcode == cdb[0] &&
        cdb.size() >= size_t{each.length_offset} + each.length_bytes &&
        (each.opcode != kVariableLength ||
         GetBe(cdb, 8, 2) == each.service_action))
      return &each;
  return nullptr;
}

Range RangeOf(const BlockCommand& command, ByteView cdb) {
  Range range{GetBe(cdb, command.lba_offset, command.lba_bytes),
              GetBe(cdb, command.length_offset, command.length_bytes)};
  if (command.lba_bytes == 3) range.lba &= 0x1fffff;
  if (command.length_bytes == 1 && !range.blocks) range.blocks = 256;
  return range;
}

ScsiResult Good(Bytes data = {}) { return {scsi::kGood, {}, std::move(data)}; }

// No more than the CDB allows.
ScsiResult Good(Bytes data, uint64_t allocation) {
  if (data.size() > allocation) data.resize(allocation);
  return Good(std::move(data));
}

// Text in a field of its own, filled up with blanks.
void PutText(Bytes& data, size_t offset, size_t length, std::string_view text) {
  std::fill_n(data.begin() + static_cast<ptrdiff_t>(offset), length,
              uint8_t{' '});
  std::copy_n(text.begin(), std::min(length, text.size()),
              data.begin() + static_cast<ptrdiff_t>(offset));
}

}  // namespace

ScsiResult CheckCondition(uint8_t key, uint16_t code) {
  Bytes sense(18);
  sense[0] = 0x70;
  sense[2] = key;
  sense[7] = 10;
  PutBe(sense, 12, 2, code);
  return {scsi::kCheckCondition, std::move(sense), {}};
}

Disk::Disk(uint64_t size, uint32_t block_size, std::string serial)
    : bytes_(static_cast<uint8_t*>(std::calloc(size, 1))),
      size_(size),
      block_size_(block_size),
      serial_(std::move(serial)) {
  if (!bytes_) throw std::bad_alloc();
}

void Disk::Resize(uint64_t size) {
  Disk resized(size, block_size_, serial_);
  std::copy_n(bytes_.get(), std::min(size, size_), resized.bytes_.get());
  *this = std::move(resized);
}

bool Disk::Holds(const Range& range) const {
  return range.lba <= blocks() && range.blocks <= blocks() - range.lba;
}

uint64_t Disk::DataOutLength(ByteView cdb) const {
  if (cdb[0] == kUnmap) return GetBe(cdb, 7, 2);
  const BlockCommand* command = BlockCommandOf(cdb);
  if (!command || command->action == Action::kRead) return 0;
  if (command->action == Action::kWriteSame) return block_size_;
  return RangeOf(*command, cdb).blocks * block_size_;
}

ScsiResult Disk::Execute(ByteView cdb, ByteView data_out) {
  switch (cdb[0]) {
    case kTestUnitReady:
    case kStartStopUnit:
    case kPreventAllow:
    case kSynchronizeCache10:
    case kSynchronizeCache16:
      return Good();
    case kRequestSense:
      return Good(CheckCondition(0, 0).sense, cdb[4]);
    case kInquiry:
      return Inquiry(cdb);
    case kModeSense6:
      return ModeSense(cdb, false);
    case kModeSense10:
      return ModeSense(cdb, true);
    case kReadCapacity10:
      return ReadCapacity10();
    case kServiceActionIn:
      if ((cdb[1] & 0x1f) != 0x10) break;
      return Good(ReadCapacity16().data, GetBe(cdb, 10, 4));
    case kUnmap:
      return Unmap(data_out);
    default:
      return Transfer(cdb, data_out);
  }
  return CheckCondition(kIllegalRequest, kInvalidField);
}

ScsiResult Disk::Inquiry(ByteView cdb) const {
  const uint64_t allocation = GetBe(cdb, 3, 2);
  if (cdb[1] & 1) {
    ScsiResult result = VitalPage(cdb[2]);
    if (result.data.size() > allocation) result.data.resize(allocation);
    return result;
  }
  if (cdb[2]) return CheckCondition(kIllegalRequest, kInvalidField);
  Bytes data(kStandardInquiry);
  data[2] = 6;     // SPC-4
  data[3] = 0x12;  // HiSup, response data format 2
  data[4] = kStandardInquiry - 5;
  data[7] = 2;  // CmdQue
  PutText(data, 8, 8, "TEST");
  PutText(data, 16, 16, "SCRIPTED TARGET");
  PutText(data, 32, 4, "1");
  PutBe(data, 58, 2, 0x0960);  // iSCSI
  PutBe(data, 60, 2, 0x0460);  // SPC-4
  PutBe(data, 62, 2, 0x04c0);  // SBC-3
  return Good(std::move(data), allocation);
}

ScsiResult Disk::VitalPage(uint8_t page) const {
  Bytes data(4);
  const auto append = [&](const Bytes& more) {
    data.insert(data.end(), more.begin(), more.end());
  };
  switch (page) {
    case 0x00:  // pages there are
      append({0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2});
      break;
    case 0x80:  // serial number
      append(BytesOf(serial_));
      break;
    case 0x83: {  // identification: T10 vendor ID, and NAA 3 made of the serial
      const std::string id = "TEST    " + serial_;
      append({0x02, 0x01, 0x00, static_cast<uint8_t>(id.size())});
      append(BytesOf(id));
      Bytes naa(8);
      const uint64_t hash = std::hash<std::string>()(serial_);
      PutBe(naa, 0, 8, (hash & ~(uint64_t{0xf} << 60)) | uint64_t{3} << 60);
      append({0x01, 0x03, 0x00, 0x08});
      append(naa);
      break;
    }
    case 0xb0:  // block limits
      data.resize(64);
      PutBe(data, 20, 4, kMaxUnmapBlocks);
      PutBe(data, 24, 4, 64);               // unmap descriptors
      PutBe(data, 28, 4, 1);                // unmap granularity
      PutBe(data, 36, 8, kMaxUnmapBlocks);  // WRITE SAME
      break;
    case 0xb1:  // characteristics: does not rotate
      data.resize(64);
      PutBe(data, 4, 2, 1);
      break;
    case 0xb2:  // provisioning: UNMAP, WRITE SAME; unmapped reads zeros; thin
      append({0x00, 0xe4, 0x02, 0x00});
      break;
    default:
      return CheckCondition(kIllegalRequest, kInvalidField);
  }
  data[1] = page;
  PutBe(data, 2, 2, data.size() - 4);
  return Good(std::move(data));
}

ScsiResult Disk::ReadCapacity10() const {
  Bytes data(8);
  PutBe(data, 0, 4, std::min<uint64_t>(blocks() - 1, 0xffffffff));
  PutBe(data, 4, 4, block_size_);
  return Good(std::move(data));
}

ScsiResult Disk::ReadCapacity16() const {
  Bytes data(32);
  PutBe(data, 0, 8, blocks() - 1);
  PutBe(data, 8, 4, block_size_);
  data[14] = 0xc0;  // thin provisioned, unmapped blocks read as zeros
  return Good(std::move(data));
}

ScsiResult Disk::ModeSense(ByteView cdb, bool ten) const {
  constexpr uint8_t kCaching = 0x08, kControl = 0x0a, kAllPages = 0x3f;
  const uint8_t page = cdb[2] & 0x3f;
  const bool changeable = cdb[2] >> 6 == 1;
  Bytes data(ten ? 8 : 4);
  const auto append = [&](uint8_t code, uint8_t length, uint8_t first) {
    const size_t at = data.size();
    data.resize(at + 2 + length);
    data[at] = code;
    data[at + 1] = length;
    if (!changeable) data[at + 2] = first;
  };
  if (page != kCaching && page != kControl && page != kAllPages)
    return CheckCondition(kIllegalRequest, kInvalidField);
  if (page != kControl) append(kCaching, 18, 0x04);  // write cache on
  if (page != kCaching) append(kControl, 10, 0x02);
  data[ten ? 3 : 2] = 0x10;  // DPOFUA
  PutBe(data, 0, ten ? 2 : 1, data.size() - (ten ? 2 : 1));
  return Good(std::move(data), ten ? GetBe(cdb, 7, 2) : cdb[4]);
}

ScsiResult Disk::Transfer(ByteView cdb, ByteView data_out) {
  const BlockCommand* command = BlockCommandOf(cdb);
  if (!command) return CheckCondition(kIllegalRequest, kInvalidOpcode);
  const bool has_protect = command->lba_bytes > 3;
  if (has_protect && cdb[command->opcode == kVariableLength ? 10 : 1] >> 5)
    return CheckCondition(kIllegalRequest, kInvalidField);
  const Range range = RangeOf(*command, cdb);
  if (!Holds(range)) return CheckCondition(kIllegalRequest, kLbaOutOfRange);
  switch (command->action) {
    case Action::kRead: {
      const auto bytes = contents().subspan(range.lba * block_size_,
                                            range.blocks * block_size_);
      return Good(Bytes(bytes.begin(), bytes.end()));
    }
    case Action::kWrite:
      return Write(range, data_out);
    case Action::kWriteSame:
      return WriteSame(cdb, range, data_out);
  }
  return CheckCondition(kIllegalRequest, kInvalidOpcode);
}

// What was not sent is not written.
ScsiResult Disk::Write(const Range& range, ByteView data_out) {
  const uint64_t length =
      std::min<uint64_t>(data_out.size(), range.blocks * block_size_);
  std::copy_n(data_out.begin(), length, bytes_.get() + range.lba * block_size_);
  return Good();
}

ScsiResult Disk::WriteSame(ByteView cdb, const Range& range,
                           ByteView data_out) {
  const bool unmap = cdb[1] & 8, anchor = cdb[1] & 16;
  const bool no_data = cdb[0] == 0x93 && cdb[1] & 1;
  if (anchor) return CheckCondition(kIllegalRequest, kInvalidField);
  if (!no_data && data_out.size() < block_size_)
    return CheckCondition(kIllegalRequest, kInvalidField);
  const Range all{range.lba,
                  range.blocks ? range.blocks : blocks() - range.lba};
  if (all.blocks > kMaxUnmapBlocks)
    return CheckCondition(kIllegalRequest, kInvalidField);
  const Bytes zeros(block_size_);
  const ByteView block = unmap || no_data ? ByteView(zeros) : data_out;
  for (uint64_t i = 0; i < all.blocks; ++i)
    std::copy_n(block.begin(), block_size_,
                bytes_.get() + (all.lba + i) * block_size_);
  return Good();
}

ScsiResult Disk::Unmap(ByteView data_out) {
  if (data_out.empty()) return Good();
  if (data_out.size() < 8)
    return CheckCondition(kIllegalRequest, kParameterListLength);
  const size_t end =
      std::min<size_t>(data_out.size(), 8 + GetBe(data_out, 2, 2));
  for (size_t at = 8; at + 16 <= end; at += 16) {
    const Range range{GetBe(data_out, at, 8), GetBe(data_out, at + 8, 4)};
    if (!Holds(range)) return CheckCondition(kIllegalRequest, kLbaOutOfRange);
    if (range.blocks > kMaxUnmapBlocks)
      return CheckCondition(kIllegalRequest, 0x2600);
    std::memset(bytes_.get() + range.lba * block_size_, 0,
                range.blocks * block_size_);
  }
  return Good();
}

LogicalUnits::LogicalUnits(unsigned count, uint64_t size, uint32_t block_size,
                           const std::string& serial) {
  for (unsigned i = 0; i < count; ++i)
    disks_.emplace_back(size, block_size, serial + "-" + std::to_string(i));
}

void LogicalUnits::Resize(uint64_t size) {
  for (Disk& disk : disks_) disk.Resize(size);
}

// SAM-5 4.7: peripheral (below 256) and flat addressing, one level.
const Disk* LogicalUnits::Find(uint64_t lun) const {
  const uint64_t method = lun >> 62, number = lun >> 48 & 0x3fff;
  const bool one_level = (lun & 0xffffffffffff) == 0;
  if (!one_level || method > 1 || (method == 0 && number > 255) ||
      number >= disks_.size())
    return nullptr;
  return &disks_[number];
}

uint64_t LogicalUnits::DataOutLength(uint64_t lun, ByteView cdb) const {
  const Disk* disk = Find(lun);
  return disk ? disk->DataOutLength(cdb) : 0;
}

ScsiResult LogicalUnits::Execute(uint64_t lun, ByteView cdb,
                                 ByteView data_out) {
  if (cdb[0] == kReportLuns) return ReportLuns(cdb);
  if (const Disk* disk = Find(lun))
    return const_cast<Disk*>(disk)->Execute(cdb, data_out);
  if (cdb[0] != kInquiry) return CheckCondition(kIllegalRequest, kNoSuchLun);
  ScsiResult result = disks_[0].Execute(cdb, {});
  if (!result.data.empty()) result.data[0] = 0x7f;  // no device can be there
  return result;
}

ScsiResult LogicalUnits::ReportLuns(ByteView cdb) const {
  Bytes data(8 + disks_.size() * 8);
  PutBe(data, 0, 4, disks_.size() * 8);
  for (size_t i = 0; i < disks_.size(); ++i)
    PutBe(data, 8 + i * 8, 2, i < 256 ? i : 0x4000 | i);
  return Good(std::move(data), GetBe(cdb, 6, 4));
}

}  // namespace target
