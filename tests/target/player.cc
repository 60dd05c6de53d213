// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/player.h"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "tests/target/service.h"

namespace target {
namespace {

using namespace field;

// Faults of the stream that no expectation asks for.
Failure WireFault(const Decoded& decoded) {
  if (!decoded.header_digest_ok) return Error{"the header digest is wrong"};
  if (!decoded.data_digest_ok) return Error{"the data digest is wrong"};
  if (!decoded.padding_ok) return Error{"the padding is not zero"};
  return std::nullopt;
}

}  // namespace

Player::Player(Server& server, std::shared_ptr<Channel> channel,
               std::chrono::milliseconds patience, Variables variables,
               std::string label)
    : server_(server),
      channel_(std::move(channel)),
      patience_(patience),
      variables_(std::move(variables)),
      label_(std::move(label)) {
  connection_ = Connection::Make(
      server_,
      {.send = [this](Pdu& pdu, Digests digests) { Outgoing(pdu, digests); },
       .close =
           [this] {
             if (serving_) channel_->Close();
           },
       .address = channel_->local_address(),
       .label = label_});
}

Player::~Player() {
  serving_ = false;
  connection_->Close();
}

asio::awaitable<Failure> Player::Play(const Section& section) {
  for (const Statement& statement : section) {
    const Failure failure = co_await Do(statement);
    if (failure)
      co_return Error{std::to_string(statement.line) + ": " + failure->what};
    channel_->set_digests(connection_->digests());
  }
  NoteLast();
  WritePieces(std::exchange(held_, {}));
  co_await channel_->Drain();
  channel_->Close();
  co_return std::nullopt;
}

asio::awaitable<Failure> Player::Do(const Statement& statement) {
  switch (statement.verb) {
    case Verb::kExpect:
      co_return co_await Expect(statement);
    case Verb::kExpectEnd:
      co_return co_await ExpectEnd(statement);
    case Verb::kExpectSilence:
      co_return co_await ExpectSilence(statement);
    case Verb::kSend:
      co_return Send(statement);
    case Verb::kSendRaw:
      co_return SendRaw(statement);
    case Verb::kAnswer:
      co_return Answer(statement);
    case Verb::kIgnore:
      last_is_due_ = false;
      break;
    case Verb::kServe:
    case Verb::kServeLogin:
    case Verb::kServeFor:
    case Verb::kServeUntil:
      co_return co_await Serve(statement);
    case Verb::kDelay:
      co_await Delay(statement);
      break;
    case Verb::kStall:
      co_await Stall();
      break;
    case Verb::kLet:
      co_return Let(statement);
    case Verb::kClose:
    case Verb::kShutdown:
    case Verb::kReset:
    case Verb::kSplit:
    case Verb::kSplitAt:
    case Verb::kSplitOff:
    case Verb::kMerge:
    case Verb::kFlush:
    case Verb::kCutSent:
    case Verb::kCutReceived:
    case Verb::kResize:
    case Verb::kTimeout:
      Configure(statement);
      break;
  }
  co_return std::nullopt;
}

// What neither waits nor fails.
void Player::Configure(const Statement& statement) {
  switch (statement.verb) {
    case Verb::kClose:
      return channel_->Close();
    case Verb::kShutdown:
      return channel_->Shutdown();
    case Verb::kReset:
      return channel_->Reset();
    case Verb::kSplit:
    case Verb::kSplitAt:
    case Verb::kSplitOff:
      piece_ = statement.number;
      two_pieces_ = statement.verb == Verb::kSplitAt;
      return;
    case Verb::kMerge:
      merging_ = true;
      return;
    case Verb::kFlush:
      merging_ = false;
      return WritePieces(std::exchange(held_, {}));
    case Verb::kCutSent:
      cut_.sent = statement.number;
      return channel_->set_cut(cut_);
    case Verb::kCutReceived:
      cut_.received = statement.number;
      return channel_->set_cut(cut_);
    case Verb::kResize:
      return server_.Resize(statement.number);
    case Verb::kTimeout:
      patience_ = statement.time;
      return;
    case Verb::kExpect:
    case Verb::kExpectEnd:
    case Verb::kExpectSilence:
    case Verb::kSend:
    case Verb::kSendRaw:
    case Verb::kAnswer:
    case Verb::kIgnore:
    case Verb::kServe:
    case Verb::kServeLogin:
    case Verb::kServeFor:
    case Verb::kServeUntil:
    case Verb::kDelay:
    case Verb::kStall:
    case Verb::kLet:
      return;
  }
}

asio::awaitable<std::optional<Decoded>> Player::Next(
    Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - Clock::now());
  channel_->set_digests(connection_->digests());
  auto decoded =
      co_await channel_->Read(std::max(left, std::chrono::milliseconds(0)));
  if (decoded) LogPdu(server_, label_, "initiator", decoded->pdu);
  co_return decoded;
}

std::string Player::Ended() const {
  if (channel_->timed_out()) return "nothing came";
  if (channel_->end().empty()) return "the connection is closed on this side";
  return "the connection was " + channel_->end();
}

asio::awaitable<Failure> Player::Expect(const Statement& statement) {
  NoteLast();
  const auto decoded = co_await Next(Clock::now() + patience_);
  if (!decoded) co_return Error{"expected a PDU, but " + Ended()};
  Failure wrong = WireFault(*decoded);
  if (!wrong)
    wrong =
        Mismatch(decoded->pdu, statement.opcode, statement.terms, variables_);
  if (wrong)
    co_return Error{"not as expected, " + wrong->what + ": " +
                    Describe(decoded->pdu)};
  Take(*decoded);
  co_return std::nullopt;
}

asio::awaitable<Failure> Player::ExpectEnd(const Statement& statement) {
  NoteLast();
  const auto decoded = co_await Next(Clock::now() + patience_);
  if (decoded)
    co_return Error{"expected the end of the connection: " +
                    Describe(decoded->pdu)};
  const std::string& end = channel_->end();
  const bool as_expected =
      !end.empty() && (statement.value == "end" ||
                       end.starts_with(statement.value));  // close(d), reset
  if (channel_->timed_out() || !as_expected)
    co_return Error{"expected " + statement.value + ", but " + Ended()};
  co_return std::nullopt;
}

asio::awaitable<Failure> Player::ExpectSilence(const Statement& statement) {
  NoteLast();
  const auto decoded = co_await Next(Clock::now() + statement.time);
  if (decoded) co_return Error{"expected silence: " + Describe(decoded->pdu)};
  if (!channel_->timed_out())
    co_return Error{"expected silence, but " + Ended()};
  co_return std::nullopt;
}

bool Player::Stops(const Statement& statement, const Pdu& pdu) const {
  return statement.verb == Verb::kServeUntil &&
         !Mismatch(pdu, statement.opcode, statement.terms, variables_);
}

// Begins with what was expected last and had no answer.
asio::awaitable<Failure> Player::Serve(const Statement& statement) {
  serving_ = true;
  ServeLast();
  const bool for_ever = statement.verb == Verb::kServe;
  const bool for_a_time = statement.verb == Verb::kServeFor;
  const auto deadline =
      for_ever ? Clock::now() + std::chrono::hours(24)
               : Clock::now() + (for_a_time ? statement.time : patience_);
  const auto logged_in = [&] {
    return statement.verb == Verb::kServeLogin && connection_->full_feature();
  };
  while (!connection_->closed() && !logged_in()) {
    const auto decoded = co_await Next(deadline);
    if (!decoded) break;
    if (Stops(statement, decoded->pdu)) {
      Take(*decoded);
      serving_ = false;
      co_return std::nullopt;
    }
    connection_->Receive(*decoded);
  }
  serving_ = false;
  const bool well =
      for_ever || logged_in() || (for_a_time && channel_->timed_out());
  if (!well) co_return Error{"served in vain: " + Ended()};
  co_return std::nullopt;
}

asio::awaitable<void> Player::Delay(const Statement& statement) {
  asio::steady_timer timer(co_await asio::this_coro::executor, statement.time);
  co_await timer.async_wait(asio::use_awaitable);
}

// Not "while (co_await ...)": GCC 12 has the second round use another frame.
asio::awaitable<void> Player::Stall() {
  auto decoded = co_await channel_->Read();
  while (decoded) decoded = co_await channel_->Read();
}

void Player::Take(const Decoded& decoded) {
  last_ = decoded;
  last_is_due_ = true;
  variables_.SetLast(decoded.pdu);
}

// The script deals with it: the well-behaved half only counts it.
void Player::NoteLast() {
  if (std::exchange(last_is_due_, false)) connection_->Observe(last_->pdu);
}

void Player::ServeLast() {
  if (std::exchange(last_is_due_, false)) connection_->Receive(*last_);
}

// A PDU with the fields a script seldom cares about.
Pdu Player::Draft(uint8_t code) const {
  Pdu pdu;
  pdu.Set(kOpcode, code);
  const bool own = code == opcode::kAsync || code == opcode::kReject ||
                   code == opcode::kNopIn;
  pdu.Set(kItt, own || !last_ ? kNoTag : last_->pdu.itt());
  if (code == opcode::kNopIn || code == opcode::kDataIn ||
      code == opcode::kTextResponse)
    pdu.Set(kTtt, kNoTag);
  if (code == opcode::kReject && last_)
    pdu.data.assign(last_->pdu.bhs.begin(), last_->pdu.bhs.end());
  if (code != opcode::kLoginResponse) {
    pdu.Set(kFinal);
    if (code == opcode::kR2t && last_) pdu.Set(kLun, last_->pdu.lun());
  } else if (last_) {
    for (const Field& field : {kCsg, kNsg, kIsid, kTsih})
      pdu.Set(field, last_->pdu.Get(field));
  }
  return pdu;
}

Failure Player::Send(const Statement& statement) {
  NoteLast();
  Pdu pdu = Draft(statement.opcode);
  wrong_ = {};
  // Before numbering, which looks at the S bit, and after it, to win.
  if (auto failure = Apply(pdu, wrong_, statement.terms, variables_))
    return failure;
  connection_->Number(pdu);
  if (auto failure = Apply(pdu, wrong_, statement.terms, variables_))
    return failure;
  connection_->Transmit(std::move(pdu));
  wrong_ = {};
  return std::nullopt;
}

Failure Player::SendRaw(const Statement& statement) {
  NoteLast();
  const auto value = variables_.Expand(statement.value);
  if (!value) return value.error();
  auto bytes = DecodeBinary(*value);
  if (!bytes) return Error{"'" + *value + "' is not 0x… or 0b…"};
  Write(std::move(*bytes));
  return std::nullopt;
}

Failure Player::Answer(const Statement& statement) {
  if (!last_is_due_) return Error{"answer: nothing is there to answer"};
  editing_ = &statement;
  edited_ = false;
  edit_failure_.reset();
  ServeLast();
  editing_ = nullptr;
  if (!edit_failure_ && !edited_)
    return Error{"answer: nothing of that kind was due"};
  return edit_failure_;
}

Failure Player::Let(const Statement& statement) {
  const auto value = variables_.Expand(statement.value);
  if (!value) return value.error();
  variables_.Set(statement.name, *value);
  return std::nullopt;
}

void Player::Outgoing(Pdu& pdu, Digests digests) {
  Wrong wrong = wrong_;
  if (editing_) {
    const uint8_t which = editing_->opcode;
    const bool meant = which == kAnyOpcode || which == pdu.opcode();
    if (meant && Fits(pdu.opcode(), editing_->terms)) {
      edited_ = true;
      if (auto failure = Apply(pdu, wrong, editing_->terms, variables_))
        edit_failure_ = failure;
    }
  }
  LogPdu(server_, label_, "target   ", pdu);
  Write(Encode(pdu, digests, wrong));
}

void Player::Write(Bytes bytes) {
  if (!merging_) return WritePieces(std::move(bytes));
  held_.insert(held_.end(), bytes.begin(), bytes.end());
}

// The channel writes each piece on its own, and TCP does not wait for more.
void Player::WritePieces(Bytes bytes) {
  if (!piece_) return channel_->Write(std::move(bytes));
  for (size_t at = 0; at < bytes.size();) {
    const bool rest = two_pieces_ && at > 0;
    const size_t end =
        rest ? bytes.size() : std::min(bytes.size(), at + piece_);
    channel_->Write(Bytes(bytes.begin() + static_cast<ptrdiff_t>(at),
                          bytes.begin() + static_cast<ptrdiff_t>(end)));
    at = end;
  }
}

}  // namespace target
