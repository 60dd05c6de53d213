// SPDX-License-Identifier: GPL-2.0-or-later
//
// libFuzzer: the input is what a target sends on one connection with a few
// commands on it, and how the stream is cut. It is received twice, whole and in
// pieces, by the module's receive path (rx.c, rx_pdu.c, cursor.c): both must
// come to the same, C-005; no byte may land beside a command's buffer, and no
// command end twice.
#include <array>
#include <memory>
#include <string>
#include <vector>

extern "C" {
#include <isi.h>
}

#include "tests/fuzz/fuzz.h"

namespace {

using iscsid::Input;
using iscsid::Require;

constexpr uint8_t kUntouched = 0xee;
constexpr uint32_t kLateItt = 0x9000;
constexpr uint32_t kRequestItt = 0xa000;

struct Setup {
  uint16_t max_recv_dsl;
  uint8_t booleans;
  uint8_t max_outstanding_r2t;
  std::array<uint8_t, 8> pieces;  // how the stream is cut, again and again
};

// A command's buffer is three pieces of as many pages.
struct Command {
  isi_task task = {};
  scsi_cmnd sc = {};
  std::array<page, 3> pages;
  scsi_device device = {};
  std::array<scatterlist, 3> sglist;
  std::array<uint8_t, SCSI_SENSE_BUFFERSIZE> sense = {};
  std::vector<isi_r2t> r2ts;  // as many as were negotiated
  std::vector<isi_range> ranges;

  Command(uint32_t itt, uint32_t length, bool read, const isi_limits& limits) {
    for (uint32_t i = 0; i < pages.size(); ++i) {
      std::memset(pages[i].bytes, kUntouched, sizeof(page));
      sglist[i] = {&pages[i], i * 37, length / 4, false};
    }
    sglist[2].length = length - 2 * (length / 4);
    sglist[2].last = true;
    sc.device = &device;
    sc.sglist = sglist.data();
    sc.bufflen = length;
    sc.sense_buffer = sense.data();
    task.sc = &sc;
    task.itt = itt;
    task.state = ISI_TASK_SENT;
    r2ts.resize(isi_r2t_room(&limits));
    ranges.resize(isi_range_room(&limits));
    task.xfer.r2t = r2ts.data();
    if (!ranges.empty()) task.xfer.cover.ranges = ranges.data();
    isi_xfer_start(&task.xfer, length, read, !read, &limits);
    isi_cursor_init(&task.cursor, &sc);
  }

  bool PagesIntact() const {
    for (const scatterlist& sg : sglist)
      for (uint32_t i = 0; i < sizeof(page); ++i)
        if ((i < sg.offset || i >= sg.offset + sg.length) &&
            sg.page->bytes[i] != kUntouched)
          return false;
    return true;
  }
};

// One connection. What happens on it is kept as text.
struct World {
  isi_session session = {};
  isi_conn conn = {};
  std::vector<std::unique_ptr<Command>> commands;
  std::unique_ptr<uint8_t[]> control =
      std::make_unique<uint8_t[]>(ISI_CONTROL_DATA_MAX);
  bool request_waits = true;
  std::string log;

  explicit World(const Setup& setup) {
    isi_limits& limits = conn.limits;
    limits.max_recv_dsl = 512u + setup.max_recv_dsl % 16384;
    limits.max_xmit_dsl = 8192;
    limits.first_burst_length = 1024;
    limits.max_burst_length = 4096;
    limits.max_outstanding_r2t = static_cast<uint16_t>(
        1 + setup.max_outstanding_r2t % ISI_MAX_OUTSTANDING_R2T);
    limits.initial_r2t = setup.booleans & 1;
    limits.immediate_data = setup.booleans & 2;
    limits.data_pdu_in_order = limits.data_sequence_in_order = true;
    limits.header_digest = setup.booleans & 4;
    limits.data_digest = setup.booleans & 8;
    conn.session = &session;
    conn.exp_statsn = 1;
    conn.rx.data = control.get();
    isi_rx_init(&conn.rx);
    commands.push_back(std::make_unique<Command>(1, 4096, true, limits));
    commands.push_back(std::make_unique<Command>(2, 701, true, limits));
    commands.push_back(std::make_unique<Command>(3, 8000, false, limits));
  }

  template <typename... T>
  void Log(const T&... words) {
    ((log += std::to_string(words) + ' '), ...);
    log += '\n';
  }

  void Receive(std::span<const uint8_t> bytes, std::span<const uint8_t> pieces);
};

World* world = nullptr;

void World::Receive(std::span<const uint8_t> bytes,
                    std::span<const uint8_t> pieces) {
  world = this;
  for (size_t i = 0; !bytes.empty(); ++i) {
    const size_t n =
        pieces.empty()
            ? bytes.size()
            : std::min<size_t>(bytes.size(), 1u + pieces[i % pieces.size()]);
    isi_rx_take(&conn, bytes.data(), n);
    bytes = bytes.subspan(n);
  }
  for (const auto& command : commands)
    Require(command->PagesIntact(), "nothing lands beside a buffer");
  world = nullptr;
}

void AppendDigest(std::vector<uint8_t>* stream, size_t from) {
  const uint32_t digest =
      ~crc32c(~0u, stream->data() + from,
              static_cast<unsigned int>(stream->size() - from));
  for (int shift = 0; shift < 32; shift += 8)
    stream->push_back(static_cast<uint8_t>(digest >> shift));
}

// A PDU is an octet, a BHS, and as much data as there is, repeated to the
// length the header declares. Digests are right unless the octet says
// otherwise: nobody would guess them.
void AppendPdu(Input* input, const isi_limits& limits,
               std::vector<uint8_t>* stream) {
  const uint8_t how = input->Octet();
  iscsi_bhs bhs = {};
  const auto head = input->Bytes(sizeof(bhs));
  std::memcpy(&bhs, head.data(), head.size());
  if (!(how & 1)) bhs.ahs_words = 0;
  if (how & 2) bhs.sn[0] = htobe32(be32toh(bhs.sn[0]) % 16);
  if (how & 4) bhs.dlength[0] = bhs.dlength[1] = 0;
  const size_t begin = stream->size();
  const auto* octets = reinterpret_cast<const uint8_t*>(&bhs);
  stream->insert(stream->end(), octets, octets + sizeof(bhs));
  stream->resize(stream->size() + bhs.ahs_words * 4u, 0x11);
  if (limits.header_digest) AppendDigest(stream, begin);
  if (limits.header_digest && how == 0xff) stream->back() ^= 1;
  const uint32_t length = isi_get_dlength(&bhs);
  if (!length || length > 65536) return;
  const size_t data = stream->size();
  const auto piece = input->Piece();
  for (uint32_t i = 0; i < length; ++i)
    stream->push_back(piece.empty()
                          ? static_cast<uint8_t>(i)
                          : std::to_integer<uint8_t>(piece[i % piece.size()]));
  stream->resize(stream->size() + isi_pad(length), 0x22);
  if (limits.data_digest) AppendDigest(stream, data);
  if (limits.data_digest && how == 0xfe) stream->back() ^= 1;
}

}  // namespace

// What the receive path calls of the rest of the module.
extern "C" {

struct isi_task* isi_task_find(struct isi_conn*, __be32 itt, bool* late) {
  *late = be32toh(itt) == kLateItt;
  for (const auto& command : world->commands)
    if (command->task.itt == be32toh(itt) &&
        command->task.state == ISI_TASK_SENT)
      return &command->task;
  return nullptr;
}

void isi_task_done(struct isi_task* task) {
  Require(task->state == ISI_TASK_SENT, "a command ends once");
  task->state = ISI_TASK_FREE;
  world->Log(1u, task->itt, task->sc->result, task->sc->resid);
}

void isi_conn_fail(struct isi_conn* conn, enum isi_fail reason, int) {
  Require(conn->state == ISI_CONN_LIVE, "nothing comes after the failure");
  conn->state = ISI_CONN_FAILED;
  world->Log(2u, int{reason});
}

void isi_event_pdu(struct isi_conn*, const struct iscsi_bhs* bhs,
                   const void* data, u32 length) {
  world->Log(3u, unsigned{bhs->opcode}, length);
  world->log.append(static_cast<const char*>(data), length);
}

bool isi_ctl_answered(struct isi_conn*, const struct iscsi_bhs* bhs) {
  return be32toh(bhs->itt) == kRequestItt &&
         std::exchange(world->request_waits, false);
}

bool isi_ctl_rejected(struct isi_conn* conn, const struct iscsi_bhs* bhs) {
  return isi_ctl_answered(conn, bhs);
}

enum isi_fail isi_ctl_pong(struct isi_conn*, const struct iscsi_bhs_nop_in*,
                           const void* data, u32 length) {
  world->Log(4u, length);
  world->log.append(static_cast<const char*>(data), length);
  return ISI_FAIL_NONE;
}

void isi_tx_data_owed(struct isi_task* task) {
  world->Log(5u, task->itt, isi_xfer_r2t(&task->xfer)->left);
}

// No ping of ours is on its way: an answer to one is an answer to nothing.
const struct isi_ctl* isi_ctl_of_ping(struct isi_conn*, __be32) {
  return nullptr;
}

void isi_session_changed(struct isi_session*, u64 lun, enum isi_change change) {
  world->Log(7u, lun, int{change});
}

void isi_session_window(struct isi_session*, u32 exp_cmdsn, u32 max_cmdsn) {
  world->Log(6u, exp_cmdsn, max_cmdsn);
}

}  // extern "C"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  Setup setup = {};
  const auto bytes = input.Bytes(sizeof(setup));
  std::memcpy(&setup, bytes.data(), bytes.size());
  World whole(setup), pieces(setup);
  std::vector<uint8_t> stream;
  while (!input.empty() && stream.size() < 65536)
    AppendPdu(&input, whole.conn.limits, &stream);
  whole.Receive(stream, {});
  pieces.Receive(stream, setup.pieces);
  Require(whole.log == pieces.log, "any split gives the same");
  for (size_t i = 0; i < whole.commands.size(); ++i)
    for (size_t k = 0; k < 3; ++k)
      Require(
          std::memcmp(whole.commands[i]->pages[k].bytes,
                      pieces.commands[i]->pages[k].bytes, sizeof(page)) == 0,
          "any split gives the same bytes");
  return 0;
}
