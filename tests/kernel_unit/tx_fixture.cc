// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel_unit/tx_fixture.h"

#include <algorithm>

namespace {

TxTest* current = nullptr;

uint32_t Digest(const uint8_t* bytes, size_t length) {
  return ~crc32c(~0u, bytes, static_cast<unsigned int>(length));
}

void AppendDigest(Bytes* bytes, size_t from) {
  const uint32_t digest =
      htole32(Digest(bytes->data() + from, bytes->size() - from));
  const auto* raw = reinterpret_cast<const uint8_t*>(&digest);
  bytes->insert(bytes->end(), raw, raw + sizeof(digest));
}

uint32_t ReadLe32(const uint8_t* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return le32toh(value);
}

}  // namespace

// What the module calls of sock.c and of the kernel.
struct Socket {
  static int Send(const void* data, size_t length) {
    const size_t n = std::min({length, current->room_, current->step_});
    if (n == 0) return -EAGAIN;
    current->room_ -= n;
    const auto* bytes = static_cast<const uint8_t*>(data);
    current->wire_.insert(current->wire_.end(), bytes, bytes + n);
    current->sent_ += n;
    return static_cast<int>(n);
  }

  static void Done(const scsi_cmnd* sc) {
    for (const auto& request : current->requests_)
      if (&request->sc == sc) ++request->done;
  }

  static int Push(const bio_vec& bvec, bool more) {
    const int n = Send(bvec.bv_page->bytes + bvec.bv_offset, bvec.bv_len);
    if (n <= 0) return n;
    ++current->pushes_;
    current->corked_ = more;
    if (const auto it = current->counts_.find(bvec.bv_page);
        it != current->counts_.end()) {
      ++it->second;
      current->held_.push_back(bvec.bv_page);
    }
    if (current->acknowledges_) current->Acknowledge();
    return n;
  }

  static page* AllocPages(unsigned int order) {
    if (order > current->largest_order_ || !current->memory_) return nullptr;
    page* pages = new page[size_t{1} << order]();
    current->counts_[pages] = 1;
    return pages;
  }

  static int Count(page* pages) { return current->counts_.at(pages); }

  static void Put(page* pages) {
    if (--current->counts_.at(pages) > 0) return;
    current->counts_.erase(pages);
    delete[] pages;
  }

  static uint64_t Bytes() { return current->sent_; }

  static bool Holds(uint64_t sent) {
    return !current->acknowledges_ && sent > 0;
  }

  static void Fail(isi_fail reason) { current->failed_ = reason; }
};

extern "C" {

void scsi_done(struct scsi_cmnd* sc) { Socket::Done(sc); }

struct page* alloc_pages(int, unsigned int order) {
  return Socket::AllocPages(order);
}

int page_count(struct page* page) { return Socket::Count(page); }
void put_page(struct page* page) { Socket::Put(page); }

void isi_conn_fail(struct isi_conn* conn, enum isi_fail reason, int) {
  conn->state = ISI_CONN_FAILED;
  Socket::Fail(reason);
}

unsigned long jiffies;

s32 isi_transport_recovery_tmo(const struct isi_session*) {
  return TxTest::kRecoveryTmo;
}

void isi_session_changed(struct isi_session*, u64, enum isi_change) {}
void isi_conn_wake(struct isi_conn*) {}
void isi_sock_wait_for_space(struct isi_conn*) {}
void isi_event_pdu(struct isi_conn*, const struct iscsi_bhs*, const void*,
                   u32) {}

}  // extern "C"

namespace {

void Lock(isi_conn*) {}
bool TryLock(isi_conn*) { return true; }
int SendPage(isi_conn*, bio_vec* bvec, bool more) {
  return Socket::Push(*bvec, more);
}

u64 SentBytes(isi_conn*) { return Socket::Bytes(); }
bool Holds(isi_conn*, u64 sent) { return Socket::Holds(sent); }

constexpr struct isi_sock_ops kOps = {.lock = Lock,
                                      .unlock = Lock,
                                      .trylock = TryLock,
                                      .untrylock = Lock,
                                      .send_page = SendPage,
                                      .sent = SentBytes,
                                      .holds = Holds,
                                      .data_ready = nullptr,
                                      .receive = nullptr};

}  // namespace

Request::Request(Scsi_Host* host, int tag, uint32_t bufflen,
                 dma_data_direction dir) {
  uint8_t byte = 1;
  for (uint32_t at = 0; at < bufflen;) {
    const uint32_t length = std::min(bufflen - at, 1000u);
    pages.push_back(std::make_unique<page>());
    for (uint32_t i = 0; i < length; ++i) pages.back()->bytes[7 + i] = byte++;
    sglist.push_back({pages.back().get(), 7, length, false});
    at += length;
  }
  if (!sglist.empty()) sglist.back().last = true;
  device.host = host;
  sc.sglist = sglist.data();
  sc.bufflen = bufflen;
  sc.sense_buffer = sense.data();
  sc.request.tag = tag;
  sc.device = &device;
  sc.sc_data_direction = dir;
  sc.cmd_len = 16;
}

Bytes Request::Buffer() const {
  Bytes buffer;
  for (const scatterlist& sg : sglist)
    buffer.insert(buffer.end(), sg.page->bytes + sg.offset,
                  sg.page->bytes + sg.offset + sg.length);
  return buffer;
}

TxTest::TxTest() : control_data_(ISI_CONTROL_DATA_MAX) {
  current = this;
  host_ = {.priv = &session_, .can_queue = kTags};
  session_.shost = &host_;
  session_.slots = isi_slots_alloc(kTags);
  session_.live.counter = 1;
  isi_window_init(&session_.window, kCmdSn, kCmdSn, kCmdSn + 7);
  conn_.session = &session_;
  conn_.ops = &kOps;
  conn_.limits = DefaultLimits();
  conn_.limits.max_recv_dsl = 65536;
  conn_.exp_statsn = 5;
  conn_.cid = 3;
  conn_.rx.data = control_data_.data();
  conn_.r2ts = r2ts_.data();
  isi_tx_init(&conn_.tx);
  isi_rx_init(&conn_.rx);
  UsePool(false);
}

TxTest::~TxTest() {
  Acknowledge();
  isi_ctl_purge(&conn_);
  isi_pool_free(&conn_.pool);
  EXPECT_TRUE(counts_.empty()) << "pages leak";
  std::free(session_.slots);
  current = nullptr;
}

Request& TxTest::Make(int tag, uint32_t bufflen, dma_data_direction dir) {
  return *requests_.emplace_back(
      std::make_unique<Request>(&host_, tag, bufflen, dir));
}

void TxTest::UsePool(bool data) {
  isi_pool_free(&conn_.pool);
  conn_.pool = {};
  EXPECT_EQ(isi_pool_alloc(&conn_.pool, data), 0);
}

void TxTest::Acknowledge() {
  for (page* held : held_) put_page(held);
  held_.clear();
}

bool TxTest::Queue(Request& request) {
  if (!isi_session_reserve(&session_)) return false;
  isi_task_start(&request.task, &conn_, &request.sc);
  isi_tx_submit(&request.task);
  return true;
}

std::vector<Sent> TxTest::TakeSent() {
  std::vector<Sent> sent;
  size_t at = 0;
  for (;;) {
    const uint8_t* head = wire_.data() + at;
    Sent pdu;
    if (wire_.size() - at < sizeof(pdu.bhs)) break;
    std::memcpy(&pdu.bhs, head, sizeof(pdu.bhs));
    const uint32_t length = isi_get_dlength(&pdu.bhs);
    const size_t summed = length + isi_pad(length);
    size_t header = sizeof(pdu.bhs) + pdu.bhs.ahs_words * 4u;
    const size_t digest = conn_.limits.header_digest ? ISI_DIGEST_LEN : 0;
    const size_t tail = conn_.limits.data_digest && length ? ISI_DIGEST_LEN : 0;
    if (wire_.size() - at < header + digest + summed + tail) break;
    if (digest) {
      EXPECT_EQ(ReadLe32(head + header), Digest(head, header));
      header += digest;
    }
    pdu.data.assign(head + header, head + header + length);
    if (tail) {
      EXPECT_EQ(ReadLe32(head + header + summed),
                Digest(head + header, summed));
    }
    at += header + summed + tail;
    sent.push_back(pdu);
  }
  wire_.erase(wire_.begin(), wire_.begin() + static_cast<ptrdiff_t>(at));
  return sent;
}

bool TxTest::ReceivePdu(iscsi_bhs bhs, const Bytes& data) {
  isi_put_dlength(bhs.dlength, static_cast<uint32_t>(data.size()));
  bhs.sn[0] = htobe32(conn_.exp_statsn);
  const auto* head = reinterpret_cast<const uint8_t*>(&bhs);
  Bytes bytes(head, head + sizeof(bhs));
  if (conn_.limits.header_digest) AppendDigest(&bytes, 0);
  const size_t header = bytes.size();
  bytes.insert(bytes.end(), data.begin(), data.end());
  bytes.resize(bytes.size() + isi_pad(static_cast<uint32_t>(data.size())));
  if (conn_.limits.data_digest && !data.empty()) AppendDigest(&bytes, header);
  isi_rx_take(&conn_, bytes.data(), bytes.size());
  return conn_.state == ISI_CONN_LIVE;
}
