// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel_unit/rx_fixture.h"

#include <algorithm>
#include <numeric>
#include <sstream>

namespace {

constexpr uint8_t kUntouched = 0xee;
constexpr unsigned int kElementPages = 3;  // the element is within these
constexpr unsigned int kElementBytes = kElementPages * sizeof(page);

RxTest* current = nullptr;

}  // namespace

// What the receive path calls of the rest of the module.
struct Fakes {
  template <typename... T>
  static void Log(const T&... words) {
    std::ostringstream line;
    (line << ... << words);
    current->log_.push_back(line.str());
  }

  static isi_task* Find(uint32_t itt, bool* late) {
    *late = itt == current->late_itt_;
    for (const auto& command : current->commands_)
      if (command->task.itt == itt && command->task.state == ISI_TASK_SENT)
        return &command->task;
    return nullptr;
  }

  static const isi_ctl* Ping(uint32_t itt) {
    return current->ping_.busy && be32toh(current->ping_.bhs.itt) == itt
               ? &current->ping_
               : nullptr;
  }

  static bool Answered(uint32_t itt) {
    return itt == std::exchange(current->request_itt_, 0) && itt != 0;
  }
};

extern "C" {

struct isi_task* isi_task_find(struct isi_conn*, __be32 itt, bool* late) {
  return Fakes::Find(be32toh(itt), late);
}

void isi_task_done(struct isi_task* task) {
  Fakes::Log("done ", task->itt, " result ", task->sc->result, " resid ",
             task->sc->resid);
  task->state = ISI_TASK_FREE;
}

void isi_conn_fail(struct isi_conn* conn, enum isi_fail reason, int error) {
  Fakes::Log("fail ", int{reason}, " errno ", error);
  conn->state = ISI_CONN_FAILED;
}

void isi_event_pdu(struct isi_conn*, const struct iscsi_bhs* bhs,
                   const void* data, u32 length) {
  Fakes::Log("event opcode ", int{bhs->opcode}, ": ",
             Hex({static_cast<const uint8_t*>(data), length}));
}

const struct isi_ctl* isi_ctl_of_ping(struct isi_conn*, __be32 itt) {
  return Fakes::Ping(be32toh(itt));
}

void isi_session_changed(struct isi_session*, u64 lun, enum isi_change change) {
  Fakes::Log("change ", int{change}, " of LUN ", lun);
}

bool isi_ctl_answered(struct isi_conn*, const struct iscsi_bhs* bhs) {
  return Fakes::Answered(be32toh(bhs->itt));
}

bool isi_ctl_rejected(struct isi_conn*, const struct iscsi_bhs* bhs) {
  return Fakes::Answered(be32toh(bhs->itt));
}

enum isi_fail isi_ctl_pong(struct isi_conn*,
                           const struct iscsi_bhs_nop_in* ping,
                           const void* data, u32 length) {
  Fakes::Log("pong ", be32toh(ping->ttt), ": ",
             Hex({static_cast<const uint8_t*>(data), length}));
  return ISI_FAIL_NONE;
}

void isi_tx_data_owed(struct isi_task* task) {
  Fakes::Log("owed ", task->itt, ": ", isi_xfer_r2t(&task->xfer)->left);
}

void isi_session_window(struct isi_session*, u32 exp_cmdsn, u32 max_cmdsn) {
  if (exp_cmdsn || max_cmdsn) Fakes::Log("window ", exp_cmdsn, "..", max_cmdsn);
}

}  // extern "C"

std::string Hex(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Bytes Pattern(size_t length, uint8_t first) {
  Bytes bytes(length);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

Command::Command(uint32_t itt, uint32_t bufflen, bool read,
                 const isi_limits& limits)
    : r2ts_(isi_r2t_room(&limits)), ranges_(isi_range_room(&limits)) {
  for (uint32_t at = 0; at < bufflen;) {
    pages_.push_back(std::make_unique<page[]>(kElementPages));
    std::memset(pages_.back().get(), kUntouched, kElementBytes);
    const auto n = static_cast<unsigned int>(pages_.size());
    const unsigned int offset = n * 37 % 101;
    const unsigned int length =
        std::min(bufflen - at, 1 + n * 2113 % (kElementBytes - 101));
    sglist_.push_back({pages_.back().get(), offset, length, false});
    at += length;
  }
  if (!sglist_.empty()) sglist_.back().last = true;
  sc.device = &device;
  sc.sglist = sglist_.data();
  sc.bufflen = bufflen;
  sc.sense_buffer = sense.data();
  task.sc = &sc;
  task.itt = itt;
  task.state = ISI_TASK_SENT;
  task.xfer.r2t = r2ts_.data();
  if (!ranges_.empty()) task.xfer.cover.ranges = ranges_.data();
  isi_xfer_start(&task.xfer, bufflen, read, !read, &limits);
  if (bufflen) isi_cursor_init(&task.cursor, &sc);
}

namespace {

// An element's memory goes beyond its first page.
const uint8_t* BytesOf(const scatterlist& sg) {
  return reinterpret_cast<const uint8_t*>(sg.page);
}

}  // namespace

Bytes Command::Buffer() const {
  Bytes buffer;
  for (const scatterlist& sg : sglist_)
    buffer.insert(buffer.end(), BytesOf(sg) + sg.offset,
                  BytesOf(sg) + sg.offset + sg.length);
  return buffer;
}

bool Command::PagesIntact() const {
  return std::all_of(sglist_.begin(), sglist_.end(), [](const scatterlist& sg) {
    const uint8_t* bytes = BytesOf(sg);
    const auto untouched = [](uint8_t byte) { return byte == kUntouched; };
    return std::all_of(bytes, bytes + sg.offset, untouched) &&
           std::all_of(bytes + sg.offset + sg.length, bytes + kElementBytes,
                       untouched);
  });
}

// The buffer for control data is as long as conn.c makes it, on the heap: one
// byte beyond it is found.
RxTest::RxTest() : control_data_(ISI_CONTROL_DATA_MAX) {
  current = this;
  conn_.session = &session_;
  conn_.limits = DefaultLimits();
  conn_.limits.max_recv_dsl = 65536;
  conn_.limits.initial_r2t = true;
  conn_.limits.immediate_data = false;
  conn_.exp_statsn = statsn_;
  conn_.rx.data = control_data_.data();
  isi_rx_init(&conn_.rx);
}

RxTest::~RxTest() {
  for (const auto& command : commands_) EXPECT_TRUE(command->PagesIntact());
  current = nullptr;
}

Command& RxTest::AddRead(uint32_t itt, uint32_t bufflen) {
  return *commands_.emplace_back(
      std::make_unique<Command>(itt, bufflen, true, conn_.limits));
}

Command& RxTest::AddWrite(uint32_t itt, uint32_t bufflen) {
  return *commands_.emplace_back(
      std::make_unique<Command>(itt, bufflen, false, conn_.limits));
}

Bytes RxTest::PduBytes(iscsi_bhs bhs, const Bytes& data, const Bytes& ahs) {
  bhs.ahs_words = static_cast<uint8_t>(ahs.size() / 4);
  isi_put_dlength(bhs.dlength, static_cast<uint32_t>(data.size()));
  bhs.sn[0] = htobe32(statsn_);
  if (isi_has_statsn(&bhs)) ++statsn_;
  const auto* head = reinterpret_cast<const uint8_t*>(&bhs);
  Bytes bytes(head, head + sizeof(bhs));
  bytes.insert(bytes.end(), ahs.begin(), ahs.end());
  if (conn_.limits.header_digest) AppendDigest(&bytes, 0);
  const size_t data_begin = bytes.size();
  bytes.insert(bytes.end(), data.begin(), data.end());
  bytes.resize(bytes.size() + isi_pad(static_cast<uint32_t>(data.size())),
               0xdd);  // a pad is not looked at, but summed
  if (conn_.limits.data_digest && !data.empty())
    AppendDigest(&bytes, data_begin);
  return bytes;
}

void RxTest::AppendDigest(Bytes* bytes, size_t from) {
  const uint32_t digest =
      ~crc32c(~0u, bytes->data() + from,
              static_cast<unsigned int>(bytes->size() - from));
  for (int shift = 0; shift < 32; shift += 8)
    bytes->push_back(static_cast<uint8_t>(digest >> shift));
}

bool RxTest::Receive(std::span<const uint8_t> bytes,
                     const std::vector<size_t>& chunks) {
  bool live = conn_.state == ISI_CONN_LIVE;
  for (size_t i = 0; live && !bytes.empty(); ++i) {
    const size_t n =
        chunks.empty()
            ? bytes.size()
            : std::min(bytes.size(), chunks[std::min(i, chunks.size() - 1)]);
    isi_rx_take(&conn_, bytes.data(), n);
    live = conn_.state == ISI_CONN_LIVE;
    bytes = bytes.subspan(n);
  }
  return live;
}
