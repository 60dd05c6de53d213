// SPDX-License-Identifier: GPL-2.0-or-later
//
// libFuzzer: the input is the keys of a session, one command, and then what a
// target sends, each step a whole BHS or "send the next Data-Out". The oracle
// says when a check let something pass.
#include <cstdio>
#include <cstdlib>

#include "tests/kernel_unit/oracle.h"

namespace {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), left_(size) {}

  bool Take(void* to, size_t length) {
    if (length > left_) return false;
    std::memcpy(to, data_, length);
    data_ += length;
    left_ -= length;
    return true;
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

struct Setup {
  uint16_t max_recv_dsl;
  uint16_t max_xmit_dsl;
  uint16_t first_burst_length;
  uint16_t max_burst_length;
  uint32_t edtl;
  uint8_t max_outstanding_r2t;
  uint8_t booleans;
};

// What SESSION_ADD and CONN_ADD let pass.
isi_limits Limits(const Setup& setup) {
  isi_limits limits = {};
  limits.max_recv_dsl = setup.max_recv_dsl + 512u;
  limits.max_xmit_dsl = setup.max_xmit_dsl + 512u;
  limits.max_burst_length = setup.max_burst_length + 512u;
  limits.first_burst_length =
      std::min(setup.first_burst_length + 512u, limits.max_burst_length);
  limits.max_outstanding_r2t = static_cast<uint16_t>(
      1 + setup.max_outstanding_r2t % ISI_MAX_OUTSTANDING_R2T);
  limits.initial_r2t = setup.booleans & 1;
  limits.immediate_data = setup.booleans & 2;
  limits.data_pdu_in_order = setup.booleans & 4;
  limits.data_sequence_in_order = setup.booleans & 8;
  return limits;
}

void Require(const std::string& wrong) {
  if (wrong.empty()) return;
  std::fprintf(stderr, "oracle: %s\n", wrong.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  Setup setup;
  if (!input.Take(&setup, sizeof(setup))) return 0;
  const bool read = setup.booleans & 16;
  const bool write = !read && (setup.booleans & 32);
  Oracle oracle(Limits(setup), read || write ? setup.edtl : 0, read, write);
  uint8_t step;
  while (input.Take(&step, 1)) {
    iscsi_bhs bhs;
    Oracle::Sent sent;
    if (step & 1) {
      Require(oracle.Send(&sent));
    } else if (input.Take(&bhs, sizeof(bhs))) {
      Require(oracle.Receive(bhs));
    }
  }
  return 0;
}
