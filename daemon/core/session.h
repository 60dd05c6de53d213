// SPDX-License-Identifier: GPL-2.0-or-later
//
// One session and the coroutine that supervises it for as long as it exists:
//
//   Run ── FirstLogin ──▶ Watch ──connection lost──▶ Recover ──▶ Watch …
//            │              │ ▲                        │
//            │              │ └ LeaveForRelogin        │   (target asked)
//            │              └───────▶ LogOut ◀─────────┘   (somebody asked)
//            └─ failed ────────────────▶ end
//
// The session object outlives daemons: it lives in the module, and a session
// found there starts in Watch or Recover. What happens in between comes in as
// kernel events (On…) and requests; both only note what happened and wake the
// supervisor. Nothing here reads a file or resolves a name to recover (but
// after a permanent redirection to a name, RFC 7143 §11.13.5).
//
// One connection per session, CID 0. State machines: RFC 7143 §8.1 (conn_),
// §8.2 (cleanup_), §8.3 (session_).
#ifndef ISCSID_CORE_SESSION_H_
#define ISCSID_CORE_SESSION_H_

#include <asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/config/config.h"
#include "daemon/core/async_message.h"
#include "daemon/core/backoff.h"
#include "daemon/core/condition.h"
#include "daemon/core/connect_limiter.h"
#include "daemon/core/environment.h"
#include "daemon/core/failure.h"
#include "daemon/core/login_attempt.h"
#include "daemon/core/login_order.h"
#include "daemon/core/owner.h"
#include "daemon/ctl/messages.h"
#include "daemon/fsm/cleanup_fsm.h"
#include "daemon/fsm/conn_fsm.h"
#include "daemon/fsm/session_fsm.h"

namespace iscsid {

class Session : public std::enable_shared_from_this<Session> {
 public:
  // A session to be logged in, at most until `deadline`. `settings` are what
  // the caller gave beside the configuration; `stanza` has them in it.
  Session(Environment& env, ConnectLimiter& limiter, config::Stanza stanza,
          std::map<std::string, std::string> settings, InitiatorPort port,
          TimePoint deadline);

  // A session found in the module. `owner` is what an earlier daemon left.
  Session(Environment& env, ConnectLimiter& limiter, config::Stanza stanza,
          const Owner& owner, const SessionDump& dump);

  // The supervisor. Once; ends when the session is gone or Stop() was called,
  // and then calls `ended`.
  asio::awaitable<void> Run(std::function<void()> ended);

  // Ends Run() and nothing else: the session itself lives on.
  void Stop();

  // Ends the session, with the target's consent while there is a connection.
  // Run() does it; the session has ended() when it is done.
  // `force`: without it when there is none.
  void RequestLogout(bool force);

  // Asks the module for a scan; scans() rises when it is done.
  KernelResult<void> Scan(Vanished vanished = Vanished::kRemove);
  // The same for nobody in particular; the log has what goes wrong.
  void ScanAgain(Vanished vanished = Vanished::kRemove);
  // ScanAgain(), or with Scan = Manual a word to who has to ask for it.
  void FollowLuns(const std::string& why);

  // What the module says.
  void OnState(isi_session_state state);
  void OnConnFailed(const ConnFailedEvent& event);
  void OnPdu(const PduEvent& event);
  void OnScanned(const ScannedEvent& event);
  void OnUnbound();
  void OnGone();
  void OnLunsChanged(const LunsChangedEvent& event);
  // The truth, after events may have been lost.
  void OnDump(const SessionDump& dump);
  // Devices came or went, perhaps ours.
  void OnDevicesChanged() { changed_.NotifyAll(); }

  // Notified whenever anything below changes.
  Condition& changed() { return changed_; }
  [[nodiscard]] bool ended() const { return ended_; }
  // Has been in full feature phase, and in the module ever since.
  [[nodiscard]] bool established() const { return established_; }
  // In full feature phase now.
  [[nodiscard]] bool live() const { return conn_handle_.has_value(); }
  [[nodiscard]] bool leaving() const { return leaving_; }
  [[nodiscard]] unsigned scans() const { return scans_; }
  [[nodiscard]] int scan_error() const { return scan_error_; }
  [[nodiscard]] const std::optional<Failure>& failure() const {
    return failure_;
  }

  // Absent until the module knows the session.
  [[nodiscard]] const std::optional<SessionHandle>& handle() const {
    return handle_;
  }
  [[nodiscard]] uint32_t host() const { return host_; }
  [[nodiscard]] const config::Stanza& stanza() const { return stanza_; }
  [[nodiscard]] const InitiatorPort& port() const { return port_; }
  // The portal as configured, or one of its addresses.
  [[nodiscard]] bool LeadsTo(const Portal& portal) const;

  // For List and Show (session_view.cc). `dump` and `stats` are fresh from
  // the module, if it knows the session.
  [[nodiscard]] ctl::SessionSummary Summary() const;
  [[nodiscard]] ctl::Session Details(const SessionDump* dump,
                                     const SessionStats* stats) const;

 private:
  // session.cc
  asio::awaitable<void> Watch();
  [[nodiscard]] bool Over() const { return gone_ || stopping_; }
  void Step(ConnEvent event);
  void Step(SessionEvent event);
  void Step(CleanupEvent event);
  void LoseConnection(ConnEvent event, const std::string& why);
  void Note(const Failure& failure);
  void NoteText(const std::string& why);
  void OnReject(const Pdu& pdu);
  void OnAsync(const Pdu& pdu);
  void OnDropped(ConnEvent event, const AsyncMessage& message);
  void CompareConns(const SessionDump& dump);
  [[nodiscard]] std::string Who() const;
  void StoreOwner();

  // session_login.cc
  asio::awaitable<bool> FirstLogin();
  asio::awaitable<void> Recover(std::function<bool()> interrupted,
                                TimePoint deadline);
  asio::awaitable<Outcome<void>> LogIn(TimePoint deadline,
                                       Duration connect_timeout);
  Outcome<void> HandOver(LoggedIn logged_in);
  void NoteRedirects(const LoggedIn& logged_in);
  void ScanAfterRecovery();
  [[nodiscard]] Duration RetryCap(const Failure& failure) const;
  KernelResult<void> AddToModule(const LoggedIn& logged_in);
  KernelResult<void> AddConnection(LoggedIn logged_in);

  // session_logout.cc
  asio::awaitable<void> LogOut();
  asio::awaitable<void> RemoveDevices();
  asio::awaitable<void> LeaveForRelogin();
  asio::awaitable<bool> SendLogout(Duration timeout);
  asio::awaitable<void> Delete();

  // A wish of the target's to see us go and come back (Async 1 and 4).
  struct Relogin {
    Duration within;
  };

  Environment& env_;
  ConnectLimiter& limiter_;
  Condition changed_;
  config::Stanza stanza_;
  InitiatorPort port_;
  Owner owner_;
  TimePoint first_deadline_ = kNever;

  // What the module calls it; the generation of both never changes.
  std::optional<SessionHandle> handle_;
  uint32_t host_ = 0;
  std::optional<ConnHandle> conn_handle_;  // while in full feature phase
  isi_session_state module_state_ = ISI_SESSION_NEW;

  ConnFsm conn_;
  SessionFsm session_;
  std::optional<CleanupFsm> cleanup_;  // of the connection that broke last

  LoginAttempt* attempt_ = nullptr;  // while one runs
  uint16_t tsih_ = 0;
  std::optional<uint16_t> tpgt_;
  std::string target_alias_;
  SessionParams params_;  // as negotiated last

  Backoff backoff_;
  TimePoint not_before_{};  // of the next attempt to log in again
  std::optional<TimePoint> next_retry_;
  std::optional<Relogin> relogin_;

  bool stopping_ = false;
  bool leaving_ = false;  // logging out for good
  bool forced_ = false;   // and not waiting for the target
  bool gone_ = false;
  bool ended_ = false;
  bool established_ = false;
  bool unbound_ = false;
  bool scan_pending_ = false;
  Vanished scan_asked_ = Vanished::kRemove;  // of the one that is pending
  unsigned scans_ = 0;
  int scan_error_ = 0;

  std::optional<uint32_t> logout_itt_;  // of a Logout Request on its way
  std::optional<iscsi_bhs_logout_response> logout_response_;

  std::optional<Failure> failure_;  // of the last login attempt
  std::optional<ctl::Failure> last_failure_;
  uint64_t failures_ = 0;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_SESSION_H_
