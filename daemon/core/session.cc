// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/session.h"

#include <endian.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/core/conn_failure.h"
#include "daemon/core/logged_step.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

bool IsLoggedOut(const ConnDump& conn) {
  return (conn.flags & ISI_CONN_F_LOGGED_OUT) != 0;
}

const ConnDump* LiveConn(const SessionDump& dump) {
  for (const ConnDump& conn : dump.conns) {
    if (conn.state == ISI_CONN_LIVE && !IsLoggedOut(conn)) return &conn;
  }
  return nullptr;
}

}  // namespace

Session::Session(Environment& env, ConnectLimiter& limiter,
                 config::Stanza stanza,
                 std::map<std::string, std::string> settings,
                 InitiatorPort port, TimePoint deadline)
    : env_(env),
      limiter_(limiter),
      changed_(env),
      stanza_(std::move(stanza)),
      port_(std::move(port)),
      first_deadline_(deadline) {
  owner_.nickname = stanza_.nickname;
  owner_.portal = stanza_.target_address;
  owner_.settings = std::move(settings);
}

Session::Session(Environment& env, ConnectLimiter& limiter,
                 config::Stanza stanza, const Owner& owner,
                 const SessionDump& dump)
    : env_(env),
      limiter_(limiter),
      changed_(env),
      stanza_(std::move(stanza)),
      port_{dump.spec.initiator_name, dump.spec.isid},
      owner_(owner),
      handle_(dump.handle),
      host_(dump.host),
      module_state_(dump.state),
      tsih_(dump.tsih),
      tpgt_(dump.spec.tpgt),
      target_alias_(dump.target_alias),
      params_(dump.params),
      leaving_(owner.leaving),
      established_(true),
      unbound_((dump.flags & ISI_SESSION_F_UNBOUND) != 0),
      scan_pending_((dump.flags & ISI_SESSION_F_SCANNING) != 0) {
  owner_.portal = stanza_.target_address;
  if (owner_.addresses.empty()) owner_.addresses = {dump.spec.portal};
  if (const ConnDump* conn = LiveConn(dump)) {
    conn_handle_ = {*handle_, conn->cid, conn->generation};
    conn_ = ConnFsm(ConnState::kLoggedIn);
    session_ = SessionFsm(SessionState::kLoggedIn);
    return;
  }
  conn_ = ConnFsm(ConnState::kCleanupWait);
  session_ = SessionFsm(SessionState::kFailed);
  cleanup_.emplace();
}

asio::awaitable<void> Session::Run(std::function<void()> ended) {
  const auto self = shared_from_this();
  if (handle_ || co_await FirstLogin()) {
    while (!Over()) {
      if (leaving_) {
        co_await LogOut();
      } else if (live()) {
        co_await Watch();
      } else {
        co_await Recover([this] { return leaving_ || Over(); }, kNever);
      }
    }
  }
  ended_ = true;
  changed_.NotifyAll();
  ended();
}

asio::awaitable<void> Session::Watch() {
  const auto has_to_act = [this] {
    return !live() || leaving_ || relogin_ || Over();
  };
  co_await changed_.Wait(has_to_act, kNever);
  if (live() && relogin_ && !leaving_ && !Over()) co_await LeaveForRelogin();
}

void Session::Stop() {
  stopping_ = true;
  if (attempt_ != nullptr) attempt_->Cancel();
  changed_.NotifyAll();
}

void Session::RequestLogout(bool force) {
  leaving_ = true;
  forced_ = force;
  // Whoever comes after a crash has to know that this was begun.
  owner_.leaving = true;
  if (handle_) StoreOwner();
  if (attempt_ != nullptr) attempt_->Cancel();
  changed_.NotifyAll();
}

void Session::StoreOwner() {
  SessionChange change;
  change.owner = Encode(owner_);
  const KernelResult<void> set = env_.kernel.SetSession(*handle_, change);
  if (!set) env_.log.Warning(Who() + set.error().Text());
}

void Session::ScanAgain(Vanished vanished) {
  if (!live() || leaving_) return;
  const KernelResult<void> scan = Scan(vanished);
  if (!scan) env_.log.Warning(Who() + scan.error().Text());
}

void Session::FollowLuns(const std::string& why) {
  if (stanza_.scan == config::Scan::kManual) {
    env_.log.Info(Who() + why + "; Scan = Manual: left to 'iscsictl rescan'");
    return;
  }
  env_.log.Info(Who() + why + "; looking for logical units");
  ScanAgain();
}

KernelResult<void> Session::Scan(Vanished vanished) {
  const KernelResult<void> started = env_.kernel.Scan(*handle_, vanished);
  // EALREADY: the event of the scan under way serves us, too.
  if (!started && started.error().error_number != EALREADY) return started;
  scan_pending_ = true;
  scan_asked_ = vanished;
  return {};
}

void Session::OnState(isi_session_state state) {
  if (module_state_ == state) return;
  module_state_ = state;
  if (state == ISI_SESSION_EXPIRED) {
    env_.log.Error(Who() +
                   "not recovered within ReplacementTimeout; commands fail "
                   "from now on, the attempts to log in go on");
  }
  changed_.NotifyAll();
}

void Session::OnConnFailed(const ConnFailedEvent& event) {
  if (!conn_handle_ || *conn_handle_ != event.conn) return;
  if (logout_response_) return;  // the target closes what it has logged out
  OnState(event.state);
  LoseConnection(EventOfConnFailure(event.reason, event.error_number),
                 DescribeConnFailure(event.reason, event.error_number));
}

// RFC 7143 §7.5.1: what follows an unexpected end of the connection.
void Session::LoseConnection(ConnEvent event, const std::string& why) {
  NoteText(why);
  env_.log.Warning(Who() + why);
  conn_handle_.reset();
  relogin_.reset();
  Step(event);
  Step(SessionEvent::kAllConnectionsFailed);
  cleanup_.emplace();
  backoff_.Reset();
  // C-115: the target needs that long to notice.
  not_before_ =
      env_.clock.Now() + std::chrono::seconds(params_.default_time2wait);
  changed_.NotifyAll();
}

void Session::OnPdu(const PduEvent& event) {
  if (!conn_handle_ || *conn_handle_ != event.conn) return;
  switch (event.pdu.opcode()) {
    case ISCSI_OPCODE_LOGOUT_RESPONSE:
      if (logout_itt_ && *logout_itt_ == event.pdu.itt())
        logout_response_ = event.pdu.As<iscsi_bhs_logout_response>();
      changed_.NotifyAll();
      break;
    case ISCSI_OPCODE_ASYNC:
      OnAsync(event.pdu);
      break;
    case ISCSI_OPCODE_REJECT:
      OnReject(event.pdu);
      break;
    default:
      env_.log.Debug(Who() + "a PDU nobody asked for, opcode " +
                     std::to_string(event.pdu.opcode()));
  }
}

// The module has done what its tasks ask for; a Logout is ours. C-103, C-104
void Session::OnReject(const Pdu& pdu) {
  env_.log.Warning(Who() + DescribeReject(pdu));
  const auto rejected = RejectedHeader(pdu);
  if (!logout_itt_ || !rejected || be32toh(rejected->itt) != *logout_itt_)
    return;
  logout_response_.emplace().response = ISCSI_LOGOUT_FAILED;
  changed_.NotifyAll();
}

// RFC 7143 §11.9.1.
void Session::OnAsync(const Pdu& pdu) {
  const AsyncMessage message = ReadAsync(pdu);
  if (message.wish != AsyncWish::kRescan) env_.log.Info(Who() + message.text);
  switch (message.wish) {
    case AsyncWish::kNothing:
      break;
    case AsyncWish::kRescan:  // C-099
      FollowLuns(message.text);
      break;
    case AsyncWish::kLogout:  // C-100
      Step(ConnEvent::kAsyncLogoutRequest);
      relogin_ = {message.within};
      break;
    case AsyncWish::kRelogin:  // C-042, C-102
      relogin_ = {message.within};
      break;
    case AsyncWish::kConnectionDropped:  // C-101
      if (message.cid == conn_handle_->cid)
        OnDropped(ConnEvent::kAsyncDropConnection, message);
      break;
    case AsyncWish::kSessionDropped:
      OnDropped(ConnEvent::kAsyncDropAll, message);
      break;
  }
  changed_.NotifyAll();
}

void Session::OnDropped(ConnEvent event, const AsyncMessage& message) {
  const KernelResult<void> stopped =
      env_.kernel.StopConn(*conn_handle_, ISI_FAIL_STOPPED);
  if (!stopped) env_.log.Warning(Who() + stopped.error().Text());
  LoseConnection(event, message.text);
  not_before_ = env_.clock.Now() + message.time2wait;  // C-114
}

void Session::OnScanned(const ScannedEvent& event) {
  // The connection was lost under it; the next one begins with a scan.
  if (event.error_number == -ENOTCONN) return;
  scan_pending_ = false;
  scan_error_ = event.error_number;
  ++scans_;
  if (scan_error_ != 0) {
    env_.log.Warning(Who() + "the scan for logical units failed: " +
                     std::strerror(-scan_error_));
  }
  changed_.NotifyAll();
}

// C-099
void Session::OnLunsChanged(const LunsChangedEvent& event) {
  FollowLuns(std::string(DescribeChange(event.change)) + " (says LUN " +
             std::to_string(event.lun) + ")");
}

void Session::OnUnbound() {
  unbound_ = true;
  changed_.NotifyAll();
}

void Session::OnGone() {
  if (!leaving_) env_.log.Warning(Who() + "removed by somebody else");
  gone_ = true;
  conn_handle_.reset();
  if (attempt_ != nullptr) attempt_->Cancel();
  changed_.NotifyAll();
}

void Session::OnDump(const SessionDump& dump) {
  OnState(dump.state);
  if (dump.state == ISI_SESSION_REMOVING) leaving_ = forced_ = true;
  CompareConns(dump);
  if ((dump.flags & ISI_SESSION_F_UNBOUND) != 0) unbound_ = true;
  // Done, but its event was lost: ask again, and get another. Or the event is
  // lost that would have had us ask.
  const bool changed = (dump.flags & ISI_SESSION_F_CHANGED) != 0 &&
                       stanza_.scan == config::Scan::kAuto;
  if ((scan_pending_ || changed) && (dump.flags & ISI_SESSION_F_SCANNING) == 0)
    ScanAgain(changed ? Vanished::kRemove : scan_asked_);
  changed_.NotifyAll();
}

void Session::CompareConns(const SessionDump& dump) {
  const auto ours = [this](const ConnDump& conn) {
    return live() && conn.generation == conn_handle_->generation;
  };
  bool still_live = false;
  for (const ConnDump& conn : dump.conns) {
    if (conn.state != ISI_CONN_LIVE) continue;
    if (!ours(conn)) {
      // Logged out, or nobody was told that it was added; it is in the way.
      const KernelResult<void> stopped = env_.kernel.StopConn(
          {*handle_, conn.cid, conn.generation}, ISI_FAIL_LOGIN_LOST);
      if (!stopped) env_.log.Warning(Who() + stopped.error().Text());
      continue;
    }
    still_live = true;
    // The Logout Response may be among what was lost: 0, Time2Wait 0.
    if (logout_itt_ && !logout_response_ && IsLoggedOut(conn))
      logout_response_.emplace();
  }
  if (!live() || still_live) return;
  const auto last = std::find_if(dump.conns.begin(), dump.conns.end(), ours);
  const ConnDump known = last != dump.conns.end() ? *last : ConnDump{};
  LoseConnection(EventOfConnFailure(known.fail_reason, known.fail_errno),
                 DescribeConnFailure(known.fail_reason, known.fail_errno));
}

void Session::Step(ConnEvent event) {
  const ConnRow* row = LoggedStep(conn_, event, env_.log, Who());
  // C-119: what the RFC's diagram does not have ends this connection.
  if (row == nullptr && event != ConnEvent::kConnectionAborted)
    LoggedStep(conn_, ConnEvent::kConnectionAborted, env_.log, Who());
}

void Session::Step(SessionEvent event) {
  LoggedStep(session_, event, env_.log, Who());
}

void Session::Step(CleanupEvent event) {
  if (cleanup_) LoggedStep(*cleanup_, event, env_.log, Who());
}

void Session::Note(const Failure& failure) {
  failure_ = failure;
  NoteText(failure.Message());
}

void Session::NoteText(const std::string& why) {
  last_failure_ = {why, env_.clock.WallSeconds()};
  ++failures_;
}

bool Session::LeadsTo(const Portal& portal) const {
  const auto same = [&](const Portal& other) {
    return other.host == portal.host && other.port == portal.port;
  };
  return same(owner_.portal) ||
         std::any_of(owner_.addresses.begin(), owner_.addresses.end(), same);
}

// "session 3 (nickname): ", or "nickname: " before the module knows it.
std::string Session::Who() const {
  const std::string name = stanza_.nickname.empty()
                               ? Printable(stanza_.target_name)
                               : stanza_.nickname;
  if (!handle_) return name + ": ";
  return "session " + std::to_string(handle_->id) + " (" + name + "): ";
}

}  // namespace iscsid
