// SPDX-License-Identifier: GPL-2.0-or-later
//
// One TCP connection that carries PDUs: reads them whole, writes bytes in the
// order given. Writing never waits; what is queued is bounded by what the
// initiator may ask for at a time. Can be told to break off at any byte.
#ifndef TARGET_CHANNEL_H_
#define TARGET_CHANNEL_H_

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "tests/target/codec.h"

namespace target {

// After how many bytes of a direction the connection is reset, if ever.
struct Cut {
  std::optional<uint64_t> sent;
  std::optional<uint64_t> received;
};

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  explicit Channel(asio::ip::tcp::socket socket);

  // The next PDU; nothing when the stream has ended, see end().
  asio::awaitable<std::optional<Decoded>> Read();
  // As Read, but no longer than `limit`: timed_out() tells the two apart.
  asio::awaitable<std::optional<Decoded>> Read(std::chrono::milliseconds limit);
  void Write(Bytes bytes);
  asio::awaitable<void> Drain();  // until all is written or lost

  void Close();     // once all is written
  void Shutdown();  // likewise, only our direction
  void Reset();     // now, with a RST

  void set_digests(Digests digests) { decoder_.set_digests(digests); }
  void set_cut(Cut cut);

  bool timed_out() const { return timed_out_; }
  bool is_open() const { return socket_.is_open(); }
  // "closed" or "reset": how the other side left.
  const std::string& end() const { return end_; }
  size_t rest() const { return decoder_.rest(); }
  std::string local_address() const { return local_address_; }

 private:
  enum class Then { kNothing, kShutdown, kClose, kReset };

  asio::awaitable<std::optional<Decoded>> ReadNext();
  void WriteNext();
  void WroteSome(const asio::error_code& error, size_t count);
  void Written();
  void End(const asio::error_code& error);

  asio::ip::tcp::socket socket_;
  asio::steady_timer drained_;  // never expires; cancelled when drained
  Decoder decoder_;
  std::deque<Bytes> queue_;
  Then then_ = Then::kNothing;
  Cut cut_;
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
  uint64_t reads_ = 0;  // that have begun or ended
  bool timed_out_ = false;
  std::string end_;
  std::string local_address_;
};

// "a.b.c.d:port" or "[a::b]:port".
std::string AddressText(const asio::ip::tcp::endpoint& endpoint);

}  // namespace target

#endif  // TARGET_CHANNEL_H_
