// SPDX-License-Identifier: GPL-2.0-or-later
//
// A connection of the module, whole but for its socket: tx.c, pool.c, rx.c,
// task.c, ctl.c and window.c as they are. The socket takes as many bytes as a
// test lets it, refers to their pages until they are acknowledged, and what it
// took can be read as PDUs.
#ifndef TESTS_KERNEL_UNIT_TX_FIXTURE_H_
#define TESTS_KERNEL_UNIT_TX_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

extern "C" {
#include <isi.h>
}

#include "tests/kernel_unit/pdus.h"

using Bytes = std::vector<uint8_t>;

// A SCSI command as the midlayer has it; its buffer is 1, 2, 3, ... in pages.
struct Request {
  Request(Scsi_Host* host, int tag, uint32_t bufflen, dma_data_direction dir);

  Bytes Buffer() const;
  uint32_t itt() const { return task.itt; }

  scsi_device device = {};
  scsi_cmnd sc = {};
  isi_task task = {};
  int done = 0;  // calls of scsi_done()
  Bytes sense = Bytes(SCSI_SENSE_BUFFERSIZE);
  std::vector<std::unique_ptr<page>> pages;
  std::vector<scatterlist> sglist;
};

struct Sent {
  uint8_t opcode() const { return isi_opcode(&bhs); }
  template <typename T>
  const T& As() const {
    return reinterpret_cast<const T&>(bhs);
  }

  iscsi_bhs bhs;
  Bytes data;
};

class TxTest : public testing::Test {
 public:
  static constexpr uint32_t kCmdSn = 0xfffffffe;  // wraps soon
  static constexpr int kTags = 16;
  static constexpr int kRecoveryTmo = 120;  // s

 protected:
  TxTest();
  ~TxTest() override;

  // A command not queued yet.
  Request& Make(int tag, uint32_t bufflen = 0,
                dma_data_direction dir = DMA_NONE);
  // As queuecommand does; false: the window is closed.
  bool Queue(Request& request);
  int Run() { return isi_tx_run(&conn_, ~0u, ISI_STAT_TX_THREAD); }
  // The PDUs that have gone out whole since the last call. Digests fit.
  std::vector<Sent> TakeSent();
  // A PDU of the target's; its StatSN is as due. False: the connection failed.
  template <typename T>
  bool Receive(const T& bhs, const Bytes& data = {}) {
    iscsi_bhs generic;
    static_assert(sizeof(bhs) == sizeof(generic));
    std::memcpy(&generic, &bhs, sizeof(generic));
    return ReceivePdu(generic, data);
  }
  template <typename T>
  static T WithItt(T bhs, uint32_t itt) {
    bhs.itt = htobe32(itt);
    return bhs;
  }
  // The pool of a connection with DataDigest, or of one without.
  void UsePool(bool data);
  // TCP lets go of the pages it has.
  void Acknowledge();
  uint64_t Stat(isi_stat stat) const { return conn_.stats[stat]; }

  isi_session session_ = {};
  Scsi_Host host_ = {};
  isi_conn conn_ = {};
  isi_fail failed_ = ISI_FAIL_NONE;
  size_t room_ = SIZE_MAX;    // bytes the socket still takes
  size_t step_ = SIZE_MAX;    // at a time
  bool acknowledges_ = true;  // the target's TCP
  int pushes_ = 0;            // calls that gave the socket something
  bool corked_ = false;       // the last of them said that more follows
  bool memory_ = true;        // there is some, up to...
  unsigned int largest_order_ = ISI_POOL_ORDER;

 private:
  friend struct Socket;

  bool ReceivePdu(iscsi_bhs bhs, const Bytes& data);

  std::vector<std::unique_ptr<Request>> requests_;
  std::vector<page*> held_;      // by the socket
  std::map<page*, int> counts_;  // references to what was allocated
  Bytes control_data_;
  std::vector<isi_r2t> r2ts_ =
      std::vector<isi_r2t>(kTags * (ISI_MAX_OUTSTANDING_R2T + 1));
  Bytes wire_;
  uint64_t sent_ = 0;
};

#endif  // TESTS_KERNEL_UNIT_TX_FIXTURE_H_
