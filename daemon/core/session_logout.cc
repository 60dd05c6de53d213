// SPDX-License-Identifier: GPL-2.0-or-later
//
// How a session ends: devices away while they can still flush, Logout (RFC
// 7143 §11.14), connection away, session away. And how it makes room for a new
// login when the target asks for that.
#include <endian.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/core/logged_step.h"
#include "daemon/core/session.h"

namespace iscsid {
namespace {

// Caches have that long to get to the target; then it is the end for them.
constexpr Duration kRemovalTimeout{60000};
constexpr Duration kLogoutTimeout{5000};  // C-113
constexpr Duration kLeastTimeout{1000};
constexpr Duration kRetryDelete{1000};

}  // namespace

asio::awaitable<void> Session::LogOut() {
  if (live() || !forced_) co_await RemoveDevices();
  if (live() && !Over()) {
    const bool answered = co_await SendLogout(kLogoutTimeout);
    if (answered) {
      Step(SessionEvent::kClosed);
      const KernelResult<void> closed = env_.kernel.DelConn(*conn_handle_);
      if (!closed) env_.log.Warning(Who() + closed.error().Text());
      conn_handle_.reset();
    }
  }
  if (!Over()) co_await Delete();
}

// sd flushes its caches before it goes, so this comes before the Logout, and a
// connection that breaks meanwhile is recovered like any other.
asio::awaitable<void> Session::RemoveDevices() {
  const KernelResult<void> unbind = env_.kernel.Unbind(*handle_);
  if (!unbind && unbind.error().error_number != EALREADY) {
    env_.log.Warning(Who() + unbind.error().Text());
    co_return;
  }
  const auto finished = [this] { return unbound_ || Over(); };
  const TimePoint deadline = env_.clock.Now() + kRemovalTimeout;
  while (!finished() && env_.clock.Now() < deadline) {
    if (live()) {
      co_await changed_.Wait([this, finished] { return finished() || !live(); },
                             deadline);
    } else if (forced_) {
      co_return;
    } else {
      co_await Recover(finished, deadline);
    }
  }
  if (!finished()) {
    env_.log.Error(Who() +
                   "the devices do not go away; what they have not written "
                   "is lost");
  }
}

// True when the target has agreed. The connection is S1 then, or has failed.
asio::awaitable<bool> Session::SendLogout(Duration timeout) {
  iscsi_bhs_logout_request header{};
  header.opcode = ISCSI_OPCODE_LOGOUT_REQUEST | ISCSI_BHS_IMMEDIATE;
  header.flags = ISCSI_BHS_FINAL | ISCSI_LOGOUT_SESSION;  // C-112
  header.cid = htobe16(conn_handle_->cid);
  Pdu pdu;
  pdu.Set(header);

  Step(ConnEvent::kLogoutStarted);
  logout_response_.reset();
  const KernelResult<uint32_t> itt = env_.kernel.SendPdu(*conn_handle_, pdu);
  if (!itt) {
    env_.log.Warning(Who() + itt.error().Text());
    LoseConnection(ConnEvent::kConnectionAborted, itt.error().Text());
    co_return false;
  }
  logout_itt_ = *itt;
  co_await changed_.Wait(
      [this] { return logout_response_ || !live() || Over(); },
      env_.clock.Now() + timeout);
  logout_itt_.reset();
  if (!live() || Over()) co_return false;
  if (!logout_response_) {
    LoseConnection(ConnEvent::kLogoutTimeout,
                   "the target does not answer the logout");
    co_return false;
  }
  if (logout_response_->response != ISCSI_LOGOUT_CLOSED) {  // C-113
    LoseConnection(ConnEvent::kLogoutFailed,
                   "the target refuses the logout, response " +
                       std::to_string(logout_response_->response));
    co_return false;
  }
  Step(ConnEvent::kLogoutSucceeded);
  co_return true;
}

// C-100: the devices stay, I/O waits for the login that follows.
asio::awaitable<void> Session::LeaveForRelogin() {
  const Duration timeout =
      std::clamp(relogin_->within, kLeastTimeout, kLogoutTimeout);
  relogin_.reset();
  const ConnHandle conn = *conn_handle_;
  const bool answered = co_await SendLogout(timeout);
  if (Over()) co_return;
  if (!answered) {
    const KernelResult<void> stopped =
        env_.kernel.StopConn(conn, ISI_FAIL_LOGIN_LOST);
    if (!stopped) env_.log.Warning(Who() + stopped.error().Text());
    co_return;
  }
  Step(SessionEvent::kClosed);
  const KernelResult<void> closed = env_.kernel.DelConn(conn);
  if (!closed) env_.log.Warning(Who() + closed.error().Text());
  conn_handle_.reset();
  backoff_.Reset();
  // C-114.
  not_before_ = env_.clock.Now() +
                std::chrono::seconds(be16toh(logout_response_->time2wait));
}

// Until the module has said that the session is gone.
asio::awaitable<void> Session::Delete() {
  conn_handle_.reset();
  for (;;) {
    const KernelResult<void> deleted = env_.kernel.DelSession(*handle_);
    const int error_number = deleted ? 0 : deleted.error().error_number;
    if (error_number == ENOENT || error_number == ESTALE ||
        error_number == ENODEV)
      co_return OnGone();
    const bool accepted = error_number == 0 || error_number == EALREADY;
    if (!accepted) env_.log.Warning(Who() + deleted.error().Text());
    if (co_await changed_.Wait(
            [this] { return Over(); },
            accepted ? kNever : env_.clock.Now() + kRetryDelete))
      co_return;
  }
}

}  // namespace iscsid
