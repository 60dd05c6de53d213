// SPDX-License-Identifier: GPL-2.0-or-later
//
// The module's receive path (rx.c, rx_pdu.c, cursor.c) with the rest of the
// module faked: commands whose buffers are scattered over pages, and a log of
// all that the PDUs had as a consequence.
#ifndef TESTS_KERNEL_UNIT_RX_FIXTURE_H_
#define TESTS_KERNEL_UNIT_RX_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

extern "C" {
#include <isi.h>
}

#include "tests/kernel_unit/pdus.h"

using Bytes = std::vector<uint8_t>;

// A SCSI command on its way, its buffer in pieces of odd lengths at odd places
// of pages, the rest of which is checked to stay as it was.
class Command {
 public:
  Command(uint32_t itt, uint32_t bufflen, bool read, const isi_limits& limits);

  Bytes Buffer() const;
  bool PagesIntact() const;

  isi_task task = {};
  scsi_device device = {nullptr, 3, SDEV_RUNNING};
  scsi_cmnd sc = {};
  Bytes sense = Bytes(SCSI_SENSE_BUFFERSIZE);

 private:
  std::vector<std::unique_ptr<page[]>> pages_;
  std::vector<scatterlist> sglist_;
  std::vector<isi_r2t> r2ts_;
  std::vector<isi_range> ranges_;
};

class RxTest : public testing::Test {
 protected:
  RxTest();
  ~RxTest() override;

  // ISI_ITT values a PDU may carry.
  Command& AddRead(uint32_t itt, uint32_t bufflen);
  Command& AddWrite(uint32_t itt, uint32_t bufflen);

  // The bytes of a PDU: lengths in the header, data, pad and digests behind it.
  // Its StatSN is the next one if it consumes one.
  template <typename T>
  Bytes Pdu(T bhs, const Bytes& data = {}, const Bytes& ahs = {}) {
    return PduBytes(Header(bhs), data, ahs);
  }

  // Hands bytes over, in chunks as given (the last one goes on for ever), as
  // sock.c does. False once the connection has failed.
  bool Receive(std::span<const uint8_t> bytes,
               const std::vector<size_t>& chunks = {});

  // What happened since the last call.
  std::vector<std::string> Log() { return std::exchange(log_, {}); }

  template <typename T>
  static iscsi_bhs Header(const T& bhs) {
    static_assert(sizeof(T) == sizeof(iscsi_bhs));
    iscsi_bhs generic;
    std::memcpy(&generic, &bhs, sizeof(generic));
    return generic;
  }

  isi_session session_ = {};
  isi_conn conn_ = {};
  uint32_t statsn_ = 0xfffffffe;  // wraps soon
  std::vector<std::unique_ptr<Command>> commands_;
  uint32_t late_itt_ = 0;     // of a task that has ended, 0: none
  uint32_t request_itt_ = 0;  // of a request that waits, 0: none
  isi_ctl ping_ = {};         // ours, when busy

 private:
  friend struct Fakes;

  static void AppendDigest(Bytes* bytes, size_t from);
  Bytes PduBytes(iscsi_bhs bhs, const Bytes& data, const Bytes& ahs);

  Bytes control_data_;
  std::vector<std::string> log_;
};

// "70 71 72": how the log shows bytes.
std::string Hex(std::span<const uint8_t> bytes);
Bytes Pattern(size_t length, uint8_t first = 1);

#endif  // TESTS_KERNEL_UNIT_RX_FIXTURE_H_
