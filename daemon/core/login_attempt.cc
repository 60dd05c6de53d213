// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/login_attempt.h"

#include <algorithm>
#include <utility>

#include "daemon/core/link_local.h"
#include "daemon/core/pdu_channel.h"

namespace iscsid {
namespace {

// C-059: a target that sends us in circles is left.
constexpr size_t kMaxRedirects = 8;

ConnEvent EventOf(TransportFailure failure) {
  return failure == TransportFailure::kTimeout ? ConnEvent::kConnectTimeout
         : failure == TransportFailure::kCancelled
             ? ConnEvent::kConnectionAborted
             : ConnEvent::kTransportReset;
}

}  // namespace

LoginAttempt::LoginAttempt(Environment& env, ConnectLimiter& limiter,
                           LoginOrder order,
                           std::function<void(ConnEvent)> on_event)
    : env_(env),
      limiter_(limiter),
      order_(std::move(order)),
      chap_(order_.login, env.crypto),
      on_event_(std::move(on_event)),
      portal_(order_.portal),
      addresses_(order_.addresses) {}

void LoginAttempt::Cancel() {
  cancelled_ = true;
  if (stream_) stream_->Close();
  limiter_.Wake();
}

asio::awaitable<Outcome<LoggedIn>> LoginAttempt::Run() {
  if (Status prepared = chap_.Prepare(); !prepared) {
    co_return FromLogin(
        {{Errc::kAuthentication, prepared.error().what}, LoginAction::kGiveUp},
        order_.login.target_name, portal_);
  }
  for (;;) {
    const ConnectLimiter::Turn turn = co_await limiter_.Take(
        ToString(portal_), order_.deadline, [this] { return cancelled_; });
    if (!turn) {
      co_return FromTransport({cancelled_ ? TransportFailure::kCancelled
                                          : TransportFailure::kTimeout,
                               0,
                               {}},
                              portal_, ctl::Step::kConnect);
    }
    const Outcome<void> resolved = co_await Resolve();
    if (!resolved) co_return resolved.error();
    const Outcome<void> connected = co_await Connect();
    if (!connected) co_return connected.error();
    Outcome<LoginEvent> event = co_await Converse();
    if (!event && TryOneAlgorithm()) continue;
    if (!event) co_return event.error();

    if (auto* result = std::get_if<LoginResult>(&*event)) {
      LoggedIn logged_in;
      logged_in.stream = std::move(stream_);
      logged_in.result = std::move(*result);
      logged_in.addresses = std::move(home_);
      logged_in.redirects = std::move(redirects_);
      co_return logged_in;
    }
    const Outcome<void> followed = Follow(std::get<LoginRedirect>(*event));
    if (!followed) co_return followed.error();
  }
}

asio::awaitable<Outcome<void>> LoginAttempt::Resolve() {
  if (addresses_.empty()) {
    TransportResult<std::vector<Portal>> found =
        co_await env_.transport.Resolve(portal_, order_.deadline);
    if (!found)
      co_return FromTransport(found.error(), portal_, ctl::Step::kResolve);
    addresses_ = *std::move(found);
  }
  if (home_is_here_) home_ = addresses_;
  co_return Outcome<void>();
}

// Tries the portal's addresses in turn; the last failure is the one told.
asio::awaitable<Outcome<void>> LoginAttempt::Connect() {
  TransportError error{TransportFailure::kUnreachable, 0, "no address"};
  for (size_t i = 0; i < addresses_.size() && !cancelled_; ++i) {
    const TransportResult<void> connected =
        co_await ConnectTo(addresses_[i], addresses_.size() - i);
    if (connected) {
      // The next time, first where it worked.
      if (home_is_here_)
        std::rotate(home_.begin(), home_.begin() + i, home_.begin() + i + 1);
      co_return Outcome<void>();
    }
    error = connected.error();
  }
  if (cancelled_) error.failure = TransportFailure::kCancelled;
  co_return FromTransport(error, portal_, ctl::Step::kConnect);
}

asio::awaitable<TransportResult<void>> LoginAttempt::ConnectTo(
    Portal address, size_t addresses_left) {
  const TimePoint now = env_.clock.Now();
  const TimePoint fair_share =
      now + (order_.deadline - now) / static_cast<int64_t>(addresses_left);
  address_ = address;
  on_event_(ConnEvent::kConnectRequested);
  stream_ = env_.transport.NewStream();
  const TransportResult<void> connected = co_await stream_->Connect(
      address, order_.socket,
      std::min(fair_share, now + order_.connect_timeout));
  on_event_(connected ? ConnEvent::kConnected
                      : EventOf(connected.error().failure));
  co_return connected;
}

// The login phase on stream_: a LoginResult or a LoginRedirect.
asio::awaitable<Outcome<LoginEvent>> LoginAttempt::Converse() {
  PduChannel channel(*stream_, portal_, {});
  Login login(order_.login);
  Bytes bytes = login.Start();
  chap_list_refused_ = false;
  for (;;) {
    const Outcome<void> sent =
        co_await channel.Send(bytes, order_.deadline, ctl::Step::kLogin);
    if (!sent) {
      on_event_(channel.failure_event());
      co_return sent.error();
    }
    const Outcome<Pdu> pdu =
        co_await channel.Receive(order_.deadline, ctl::Step::kLogin);
    if (!pdu) {
      on_event_(channel.failure_event());
      chap_list_refused_ = login.InChap() && channel.hung_up();
      co_return pdu.error();
    }
    LoginEvent event = login.OnPdu(*pdu);
    if (auto* send = std::get_if<LoginSend>(&event)) {
      bytes = std::move(send->bytes);
      continue;
    }
    if (const auto* failure = std::get_if<LoginFailure>(&event)) {
      on_event_(failure->status_class != 0 ? ConnEvent::kLoginRejected
                                           : ConnEvent::kConnectionAborted);
      chap_list_refused_ = failure->chap_list_refused;
      if (chap_list_refused_ && !chap_.refused().empty())
        env_.log.Warning(ToString(portal_) +
                         " takes no CHAP algorithm of ours; " +
                         chap_.refused());
      co_return FromLogin(*failure, order_.login.target_name, portal_);
    }
    on_event_(std::holds_alternative<LoginResult>(event)
                  ? ConnEvent::kLoginSucceeded
                  : ConnEvent::kLoginRejected);
    co_return event;
  }
}

// C-045: some targets choke on a list in CHAP_A.
bool LoginAttempt::TryOneAlgorithm() {
  if (cancelled_ || !chap_list_refused_ || !chap_.FallBack()) return false;
  env_.log.Info(ToString(portal_) + " refuses our list of CHAP algorithms; " +
                "trying again with " +
                std::string(NameOf(order_.login.chap->algorithms.front())) +
                " alone");
  stream_.reset();
  return true;
}

// C-059, C-060: the name and all that is offered stay the same.
Outcome<void> LoginAttempt::Follow(LoginRedirect redirect) {
  redirect.address = OnLinkOf(address_, std::move(redirect.address));
  if (redirects_.size() == kMaxRedirects) {
    return FromProtocol(
        {Errc::kProtocol, std::to_string(kMaxRedirects) +
                              " redirections lead to another one, to " +
                              ToString(redirect.address)},
        portal_);
  }
  redirects_.push_back(redirect);
  env_.log.Info(ToString(portal_) + " redirects to " +
                ToString(redirect.address) +
                (redirect.permanent ? " for good" : " for this login"));
  stream_.reset();
  home_is_here_ = home_is_here_ && redirect.permanent;
  portal_ = redirect.address;
  addresses_.clear();
  chap_.Restore();
  return {};
}

}  // namespace iscsid
