// SPDX-License-Identifier: GPL-2.0-or-later
//
// How a session gets its connection: the first login, and every one after a
// failure. Both end in the hand-over of the socket to the module.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/core/logged_step.h"
#include "daemon/core/session.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

// A SYN into a black hole is repeated later and later; a fresh one every so
// often finds the moment when the network is back.
constexpr Duration kRecoveryConnectTimeout{2000};

// §13.9 obliges a target to send its tag. One that does not has, in practice,
// a single portal group, and 1 is what others call it.
constexpr uint16_t kUsualTpgt = 1;

constexpr uint64_t kMaxRecoveryTmo = 1000000;  // of ISI_A_SESSION_RECOVERY_TMO

template <typename T>
T Clamp(uint64_t value, uint64_t most) {
  return static_cast<T>(std::min(value, most));
}

}  // namespace

asio::awaitable<bool> Session::FirstLogin() {
  const Duration timeout = std::chrono::seconds(stanza_.login_timeout);
  const Outcome<void> done = co_await LogIn(first_deadline_, timeout);
  if (!done) {
    Note(done.error());
    env_.log.Error(Who() + done.error().Message());
    leaving_ = true;
    if (handle_) co_await Delete();
    co_return false;
  }
  if (stanza_.scan == config::Scan::kAuto) ScanAgain();
  co_return true;
}

// Until there is a connection again or something else has to be done. What
// the target refuses is asked for again, too: data waits.
asio::awaitable<void> Session::Recover(std::function<bool()> interrupted,
                                       TimePoint deadline) {
  for (;;) {
    next_retry_ = not_before_;
    changed_.NotifyAll();
    const bool stop =
        co_await changed_.Wait(interrupted, std::min(not_before_, deadline));
    next_retry_.reset();
    if (stop || env_.clock.Now() >= deadline) co_return;

    const TimePoint start = env_.clock.Now();
    Step(CleanupEvent::kReinstatementStarted);
    const Outcome<void> done =
        co_await LogIn(start + std::chrono::seconds(stanza_.login_timeout),
                       kRecoveryConnectTimeout);
    if (done || interrupted()) co_return;

    Step(CleanupEvent::kReinstatementFailed);
    Note(done.error());
    env_.log.Warning(Who() + done.error().Message());
    const Duration wait = backoff_.Next(env_.random(), RetryCap(done.error()));
    not_before_ = std::max(env_.clock.Now(), start + wait);
  }
}

// While commands wait, a target that has its port but not yet its targets and
// access lists is asked as often as one that does not answer at all.
Duration Session::RetryCap(const Failure& failure) const {
  const bool waiting = module_state_ != ISI_SESSION_EXPIRED;
  return failure.action == LoginAction::kRetry || (failure.early && waiting)
             ? Backoff::kUnreachableCap
             : Backoff::kRefusedCap;
}

// One attempt, to the hand-over.
asio::awaitable<Outcome<void>> Session::LogIn(TimePoint deadline,
                                              Duration connect_timeout) {
  const KernelResult<KernelInfo> info = env_.kernel.Info();
  if (!info) co_return FromKernel(info.error());
  Outcome<LoginOrder> order = OrderLogin(stanza_, port_, *info);
  if (!order) co_return order.error();
  order->addresses = owner_.addresses;
  order->deadline = deadline;
  order->connect_timeout = connect_timeout;

  conn_ = ConnFsm();
  LoginAttempt attempt(env_, limiter_, *std::move(order),
                       [this](ConnEvent event) { Step(event); });
  attempt_ = &attempt;
  Outcome<LoggedIn> logged_in = co_await attempt.Run();
  attempt_ = nullptr;
  if (!logged_in) co_return logged_in.error();
  if (attempt.cancelled()) {
    // Somebody changed their mind in the very moment it succeeded.
    Step(ConnEvent::kConnectionAborted);
    co_return FromTransport({TransportFailure::kCancelled, 0, {}},
                            stanza_.target_address, ctl::Step::kLogin);
  }
  co_return HandOver(*std::move(logged_in));
}

// RFC 7143 §6.3.5: on a session the module knows, this reinstates it.
Outcome<void> Session::HandOver(LoggedIn logged_in) {
  const bool first = !handle_;
  NoteRedirects(logged_in);
  owner_.addresses = logged_in.addresses;
  KernelResult<void> done =
      first ? AddToModule(logged_in) : KernelResult<void>();
  if (done) done = AddConnection(std::move(logged_in));
  if (!done) {
    Step(ConnEvent::kConnectionAborted);
    const int error_number = done.error().error_number;
    // Removed behind our back; there is nothing left to recover.
    if (!first && (error_number == ENOENT || error_number == ESTALE)) OnGone();
    return FromKernel(done.error());
  }
  if (!first) {
    Step(CleanupEvent::kReinstated);
    if (session_.state() == SessionState::kFailed)
      Step(SessionEvent::kReinstated);
    StoreOwner();
  }
  Step(SessionEvent::kConnectionLoggedIn);
  cleanup_.reset();
  failure_.reset();
  established_ = true;
  module_state_ = ISI_SESSION_UP;
  if (!first) ScanAfterRecovery();
  changed_.NotifyAll();
  return {};
}

// Nobody tells us what changed while we were away. A target that is just coming
// up may not report all it has yet, so no disk goes for it.
void Session::ScanAfterRecovery() {
  if (!scan_pending_ && stanza_.scan != config::Scan::kAuto) return;
  const KernelResult<KernelInfo> info = env_.kernel.Info();
  const bool can_keep = info && info->HasKeep();
  if (can_keep || scan_pending_)
    ScanAgain(can_keep ? Vanished::kKeep : Vanished::kRemove);
}

// C-059: what it moved for good is where we come back to, so it stays true
// until the target says something else.
void Session::NoteRedirects(const LoggedIn& logged_in) {
  const auto& redirects = logged_in.redirects;
  if (redirects.empty() && owner_.moved) return;
  owner_.redirect.reset();
  if (!redirects.empty()) owner_.redirect = redirects.back().address;
  owner_.moved =
      !redirects.empty() &&
      std::all_of(redirects.begin(), redirects.end(),
                  [](const auto& redirect) { return redirect.permanent; });
}

KernelResult<void> Session::AddToModule(const LoggedIn& logged_in) {
  const KernelResult<KernelInfo> info = env_.kernel.Info();
  if (!info) return info.error();
  owner_.since = env_.clock.WallSeconds();

  SessionSpec spec;
  spec.target_name = stanza_.target_name;
  spec.initiator_name = port_.name;
  spec.initiator_alias = stanza_.initiator_alias;
  spec.isid = port_.isid;
  spec.tpgt = logged_in.result.tpgt.value_or(kUsualTpgt);
  spec.portal = owner_.addresses.front();
  spec.owner = Encode(owner_);
  spec.queue_depth =
      Clamp<uint16_t>(stanza_.queue_depth, info->max_queue_depth);
  spec.lun_queue_depth =
      Clamp<uint16_t>(stanza_.lun_queue_depth, spec.queue_depth);
  spec.max_connections =
      Clamp<uint16_t>(stanza_.offers.max_connections, info->max_connections);
  spec.recovery_tmo =
      stanza_.replacement_timeout == config::kForever
          ? -1
          : Clamp<int32_t>(static_cast<uint64_t>(stanza_.replacement_timeout),
                           kMaxRecoveryTmo);
  if (info->HasPings())  // C-097
    spec.pings =
        Pings{stanza_.ping_interval * 1000, stanza_.ping_timeout * 1000};
  const KernelResult<AddedSession> added = env_.kernel.AddSession(spec);
  if (!added) return added.error();
  handle_ = added->handle;
  host_ = added->host;
  return {};
}

// The module's from here on; our copy of the socket is closed without a
// shutdown when `fd` goes, whether the module took it or not.
KernelResult<void> Session::AddConnection(LoggedIn logged_in) {
  const LoginResult& result = logged_in.result;
  const UniqueFd fd = logged_in.stream->Release();
  ConnSpec spec;
  spec.cid = result.cid;
  spec.fd = fd.get();
  spec.exp_statsn = result.exp_statsn;
  spec.params = result.connection;
  spec.leading.emplace();
  spec.leading->tsih = result.tsih;
  spec.leading->cmdsn = result.cmdsn;
  spec.leading->exp_cmdsn = result.exp_cmdsn;
  spec.leading->max_cmdsn = result.max_cmdsn;
  spec.leading->target_alias = result.target_alias;
  spec.leading->params = result.session.value_or(SessionParams{});
  const KernelResult<ConnHandle> added = env_.kernel.AddConn(*handle_, spec);
  if (!added) return added.error();
  conn_handle_ = *added;
  logout_response_.reset();
  tsih_ = result.tsih;
  tpgt_ = result.tpgt;
  target_alias_ = result.target_alias;
  params_ = spec.leading->params;
  env_.log.Info(Who() + "logged in to " + Printable(stanza_.target_name) +
                " at " + ToString(owner_.addresses.front()) + ", TSIH " +
                std::to_string(tsih_));
  return {};
}

}  // namespace iscsid
