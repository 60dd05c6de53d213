// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/channel.h"

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace target {
namespace {

using asio::ip::tcp;

constexpr size_t kReadSize = 64 << 10;

}  // namespace

std::string AddressText(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return (endpoint.address().is_v6() ? '[' + address + ']' : address) + ':' +
         port;
}

Channel::Channel(tcp::socket socket)
    : socket_(std::move(socket)), drained_(socket_.get_executor()) {
  asio::error_code error;
  socket_.set_option(tcp::no_delay(true), error);
  const tcp::endpoint local = socket_.local_endpoint(error);
  local_address_ = AddressText(local);
  drained_.expires_at(asio::steady_timer::time_point::max());
}

asio::awaitable<std::optional<Decoded>> Channel::Read() {
  timed_out_ = false;
  auto decoded = co_await ReadNext();
  co_return decoded;
}

asio::awaitable<std::optional<Decoded>> Channel::ReadNext() {
  const auto self = shared_from_this();
  std::array<uint8_t, kReadSize> piece;
  while (true) {
    if (auto decoded = decoder_.Next()) co_return decoded;
    if (!end_.empty() || !socket_.is_open()) co_return std::nullopt;
    size_t room = piece.size();
    if (cut_.received)
      room = std::min<uint64_t>(room, *cut_.received - received_);
    asio::error_code error;
    const size_t count = co_await socket_.async_read_some(
        asio::buffer(piece, room),
        asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted && timed_out_)
      co_return std::nullopt;
    if (error) End(error);
    received_ += count;
    if (cut_.received && received_ >= *cut_.received) Reset();
    decoder_.Feed(ByteView(piece).first(count));
  }
}

// Cancelling is the socket's, hence also of a write, which goes on then. A
// timer too late to be cancelled finds that another read has begun.
asio::awaitable<std::optional<Decoded>> Channel::Read(
    std::chrono::milliseconds limit) {
  timed_out_ = false;
  const uint64_t number = ++reads_;
  asio::steady_timer timer(socket_.get_executor(), limit);
  timer.async_wait(
      [this, number, self = shared_from_this()](const asio::error_code& error) {
        if (error || number != reads_) return;
        timed_out_ = true;
        asio::error_code ignored;
        socket_.cancel(ignored);
      });
  auto decoded = co_await ReadNext();
  ++reads_;
  if (decoded) timed_out_ = false;
  co_return decoded;
}

void Channel::End(const asio::error_code& error) {
  if (end_.empty()) end_ = error == asio::error::eof ? "closed" : "reset";
}

void Channel::Write(Bytes bytes) {
  if (!socket_.is_open() || then_ != Then::kNothing || bytes.empty()) return;
  if (cut_.sent) {
    const uint64_t room = *cut_.sent - sent_;
    if (bytes.size() >= room) {
      bytes.resize(room);
      then_ = Then::kReset;
    }
  }
  sent_ += bytes.size();
  queue_.push_back(std::move(bytes));
  if (queue_.size() == 1) WriteNext();
}

void Channel::WriteNext() {
  asio::async_write(socket_, asio::buffer(queue_.front()),
                    [this, self = shared_from_this()](
                        const asio::error_code& error, size_t count) {
                      WroteSome(error, count);
                    });
}

void Channel::WroteSome(const asio::error_code& error, size_t count) {
  Bytes& front = queue_.front();
  front.erase(front.begin(), front.begin() + static_cast<ptrdiff_t>(count));
  if (front.empty()) queue_.pop_front();
  const bool interrupted =
      error == asio::error::operation_aborted && socket_.is_open();
  if (error && !interrupted) queue_.clear();
  if (!queue_.empty()) return WriteNext();
  Written();
}

void Channel::Written() {
  drained_.cancel();
  asio::error_code ignored;
  switch (then_) {
    case Then::kNothing:
      break;
    case Then::kShutdown:
      socket_.shutdown(tcp::socket::shutdown_send, ignored);
      break;
    case Then::kClose:
      socket_.shutdown(tcp::socket::shutdown_both, ignored);
      socket_.close(ignored);
      break;
    case Then::kReset:
      Reset();
      break;
  }
}

asio::awaitable<void> Channel::Drain() {
  asio::error_code ignored;
  while (!queue_.empty())
    co_await drained_.async_wait(
        asio::redirect_error(asio::use_awaitable, ignored));
}

void Channel::Close() {
  then_ = Then::kClose;
  if (queue_.empty()) Written();
}

void Channel::Shutdown() {
  then_ = Then::kShutdown;
  if (queue_.empty()) Written();
}

void Channel::Reset() {
  asio::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Channel::set_cut(Cut cut) {
  cut_ = cut;
  const bool due = (cut.sent && *cut.sent <= sent_) ||
                   (cut.received && *cut.received <= received_);
  if (due) Reset();
}

}  // namespace target
