// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/tap.h"

#include <utility>

namespace iscsid {
namespace {

constexpr size_t kMaxDataBytes = 0xffffff;  // of any PDU, RFC 7143 §11.2.1.5

// One direction. What is no PDU ends the record, not the conversation.
class Recorder {
 public:
  Recorder(std::vector<TapEvent>& events, bool ours)
      : events_(events), ours_(ours) {}

  void Take(std::span<const std::byte> bytes, TimePoint now) {
    while (!broken_ && !bytes.empty()) {
      Result<std::optional<Pdu>> pdu = reader_.Feed(bytes);
      broken_ = !pdu.ok();
      if (pdu && *pdu) events_.emplace_back(TapPdu{**pdu, now, ours_});
    }
  }

 private:
  std::vector<TapEvent>& events_;
  bool ours_;
  PduReader reader_{{.data_bytes = kMaxDataBytes}};
  bool broken_ = false;
};

}  // namespace

class Tap::TappedStream : public Stream {
 public:
  explicit TappedStream(Tap& tap)
      : tap_(tap), stream_(tap.transport_.NewStream()) {}

  asio::awaitable<TransportResult<void>> Connect(const Portal& to,
                                                 const SocketOptions& options,
                                                 TimePoint deadline) override {
    const TimePoint begin = tap_.clock_.Now();
    const TransportResult<void> connected =
        co_await stream_->Connect(to, options, deadline);
    tap_.events_.emplace_back(
        TapConnect{to, begin, tap_.clock_.Now(), connected.ok()});
    co_return connected;
  }

  asio::awaitable<TransportResult<size_t>> Read(std::span<std::byte> into,
                                                TimePoint deadline) override {
    const TransportResult<size_t> count =
        co_await stream_->Read(into, deadline);
    if (count) theirs_.Take(into.first(*count), tap_.clock_.Now());
    co_return count;
  }

  asio::awaitable<TransportResult<void>> Write(std::span<const std::byte> bytes,
                                               TimePoint deadline) override {
    // Before the write: the answer must not come earlier than its request.
    ours_.Take(bytes, tap_.clock_.Now());
    const TransportResult<void> written =
        co_await stream_->Write(bytes, deadline);
    co_return written;
  }

  UniqueFd Release() override { return stream_->Release(); }
  void Close() override { stream_->Close(); }

 private:
  Tap& tap_;
  std::unique_ptr<Stream> stream_;
  Recorder ours_{tap_.events_, true};
  Recorder theirs_{tap_.events_, false};
};

std::unique_ptr<Stream> Tap::NewStream() {
  return std::make_unique<TappedStream>(*this);
}

}  // namespace iscsid
