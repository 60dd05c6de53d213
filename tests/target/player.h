// SPDX-License-Identifier: GPL-2.0-or-later
//
// Plays one section of a script on one connection.
#ifndef TARGET_PLAYER_H_
#define TARGET_PLAYER_H_

#include <asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "tests/target/channel.h"
#include "tests/target/connection.h"
#include "tests/target/script.h"
#include "tests/target/variables.h"

namespace target {

class Player {
 public:
  Player(Server& server, std::shared_ptr<Channel> channel,
         std::chrono::milliseconds patience, Variables variables,
         std::string label);
  Player(const Player&) = delete;
  ~Player();

  // The failure names the line, not the file.
  asio::awaitable<Failure> Play(const Section& section);

 private:
  using Clock = std::chrono::steady_clock;

  asio::awaitable<Failure> Do(const Statement& statement);
  asio::awaitable<Failure> Expect(const Statement& statement);
  asio::awaitable<Failure> ExpectEnd(const Statement& statement);
  asio::awaitable<Failure> ExpectSilence(const Statement& statement);
  asio::awaitable<Failure> Serve(const Statement& statement);
  asio::awaitable<std::optional<Decoded>> Next(Clock::time_point deadline);
  asio::awaitable<void> Delay(const Statement& statement);
  asio::awaitable<void> Stall();
  Failure Send(const Statement& statement);
  Failure SendRaw(const Statement& statement);
  Failure Answer(const Statement& statement);
  Failure Let(const Statement& statement);
  void Configure(const Statement& statement);

  bool Stops(const Statement& statement, const Pdu& pdu) const;
  Pdu Draft(uint8_t opcode) const;
  void Outgoing(Pdu& pdu, Digests digests);
  void Write(Bytes bytes);
  void WritePieces(Bytes bytes);
  void Take(const Decoded& decoded);
  void NoteLast();
  void ServeLast();
  std::string Ended() const;

  Server& server_;
  std::shared_ptr<Channel> channel_;
  std::chrono::milliseconds patience_;
  Variables variables_;
  std::string label_;
  std::shared_ptr<Connection> connection_;

  std::optional<Decoded> last_;  // what came last
  bool last_is_due_ = false;     // and has had neither answer nor notice
  bool serving_ = false;
  const Statement* editing_ = nullptr;  // changes what is sent
  bool edited_ = false;
  Failure edit_failure_;
  Wrong wrong_;
  size_t piece_ = 0;  // bytes, 0: whole
  bool two_pieces_ = false;
  bool merging_ = false;
  Bytes held_;
  Cut cut_;
};

}  // namespace target

#endif  // TARGET_PLAYER_H_
