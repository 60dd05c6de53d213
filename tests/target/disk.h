// SPDX-License-Identifier: GPL-2.0-or-later
//
// RAM disks behind SCSI commands (SPC-4, SBC-3): what sd, fio and mkfs send.
// A CDB and its data go in, status, sense and data come out; nothing here
// knows of iSCSI.
#ifndef TARGET_DISK_H_
#define TARGET_DISK_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "tests/target/bytes.h"

namespace target {

namespace scsi {
enum : uint8_t { kGood = 0x00, kCheckCondition = 0x02 };
}  // namespace scsi

struct ScsiResult {
  uint8_t status = scsi::kGood;
  Bytes sense;  // fixed format, empty when good
  Bytes data;   // for the initiator
};

// What sense key, code and qualifier say, in fixed format.
ScsiResult CheckCondition(uint8_t key, uint16_t code);

struct Range;

class Disk {
 public:
  // Zeros; memory is taken when written to. `serial` is printable text.
  Disk(uint64_t size, uint32_t block_size, std::string serial);

  ScsiResult Execute(ByteView cdb, ByteView data_out);

  // Keeps what fits; what is new reads as zeros.
  void Resize(uint64_t size);

  // How many bytes the CDB wants written; nothing for other commands.
  uint64_t DataOutLength(ByteView cdb) const;

  uint64_t blocks() const { return size_ / block_size_; }
  ByteView contents() const { return {bytes_.get(), size_}; }

 private:
  ScsiResult Inquiry(ByteView cdb) const;
  ScsiResult VitalPage(uint8_t page) const;
  ScsiResult ReadCapacity10() const;
  ScsiResult ReadCapacity16() const;
  ScsiResult ModeSense(ByteView cdb, bool ten) const;
  ScsiResult Transfer(ByteView cdb, ByteView data_out);
  ScsiResult Write(const Range& range, ByteView data_out);
  ScsiResult WriteSame(ByteView cdb, const Range& range, ByteView data_out);
  ScsiResult Unmap(ByteView data_out);
  bool Holds(const Range& range) const;

  struct Free {
    void operator()(uint8_t* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<uint8_t[], Free> bytes_;
  uint64_t size_;
  uint32_t block_size_;
  std::string serial_;
};

// The disks of one target, by flat or peripheral LUN.
class LogicalUnits {
 public:
  LogicalUnits(unsigned count, uint64_t size, uint32_t block_size,
               const std::string& serial);

  // As `Disk`, and REPORT LUNS, and the rules for LUNs that are not there.
  ScsiResult Execute(uint64_t lun, ByteView cdb, ByteView data_out);
  uint64_t DataOutLength(uint64_t lun, ByteView cdb) const;

  void Resize(uint64_t size);

  Disk& disk(size_t index) { return disks_[index]; }

 private:
  const Disk* Find(uint64_t lun) const;
  ScsiResult ReportLuns(ByteView cdb) const;

  std::vector<Disk> disks_;
};

}  // namespace target

#endif  // TARGET_DISK_H_
