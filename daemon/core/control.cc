// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/control.h"

#include <algorithm>
#include <utility>

#include "daemon/config/parse.h"
#include "daemon/core/luns.h"
#include "daemon/core/run_discovery.h"
#include "daemon/ctl/errors.h"
#include "daemon/ctl/service.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

constexpr Duration kDevicesTimeout{30000};  // after the login, with wait
constexpr Duration kLogoutTimeout{60000};
constexpr Duration kRescanTimeout{30000};
constexpr Duration kGrace{1000};

std::optional<uint32_t> IdOf(const Session& session) {
  if (!session.handle()) return std::nullopt;
  return session.handle()->id;
}

Duration LoginTimeout(const config::Stanza& stanza) {
  return std::chrono::seconds(stanza.login_timeout);
}

ctl::Reply SessionEnded() {
  return ctl::Busy("the session has been ended by another call");
}

// What SendTargets asks for (RFC 7143 appendix C).
Outcome<std::string> SendTargetsOf(const ctl::DiscoverCall& call) {
  if (!call.target) return std::string("All");
  Result<std::string> name = NormalizeTargetName(*call.target);
  if (name) return *std::move(name);
  return Failure{ctl::InvalidValue("target", *call.target, name.error().what)};
}

bool Matches(const Session& session, const ctl::Selector& selector) {
  if (selector.session) return IdOf(session) == selector.session;
  if (selector.nickname) return session.stanza().nickname == *selector.nickname;
  return session.stanza().target_name == *selector.target &&
         (!selector.portal || session.LeadsTo(*selector.portal));
}

}  // namespace

asio::awaitable<ctl::Reply> Control::Handle(ctl::AnyCall call) {
  co_return co_await std::visit(
      [this](auto& typed) { return On(std::move(typed)); }, call);
}

TimePoint Control::Deadline(const std::optional<uint32_t>& timeout_ms,
                            Duration otherwise) const {
  return env_.clock.Now() + (timeout_ms ? Duration(*timeout_ms) : otherwise);
}

std::vector<std::string> Control::DeviceNodes(const Session& session) {
  std::vector<std::string> nodes;
  for (const ctl::Lun& lun : env_.devices.Luns(session.host())) {
    if (lun.device) nodes.push_back(*lun.device);
  }
  return nodes;
}

asio::awaitable<ctl::Reply> Control::On(ctl::DiscoverCall call) {
  const Outcome<config::Stanza> stanza = StanzaFor(call);
  if (!stanza) co_return stanza.error().reply;
  const Outcome<std::string> which = SendTargetsOf(call);
  if (!which) co_return which.error().reply;
  LoginOrder order = OrderDiscovery(*stanza, initiator_.DiscoveryPort(*stanza));
  order.deadline = Deadline(call.timeout_ms, LoginTimeout(*stanza));
  const Outcome<Discovered> found = co_await RunDiscovery(
      env_, initiator_.limiter(), std::move(order), *which);
  if (!found) co_return found.error().reply;
  ctl::DiscoverReply reply;
  for (const DiscoveredTarget& target : found->targets)
    reply.targets.push_back({target.name, target.portals});
  co_return ctl::MakeReply(reply);
}

asio::awaitable<ctl::Reply> Control::On(ctl::LoginCall call) {
  const Outcome<config::Stanza> stanza = StanzaFor(call);
  if (!stanza) co_return stanza.error().reply;
  if (const SessionPtr same = FindSame(*stanza, !call.target)) {
    if (same->established() && !same->leaving())
      co_return ctl::AlreadyLoggedIn(*IdOf(*same));
    co_return ctl::Busy(same->leaving() ? "the session is being logged out"
                                        : "the session is being logged in");
  }
  const bool wait = call.wait.value_or(false);
  const Duration login_timeout = LoginTimeout(*stanza);
  const TimePoint deadline = Deadline(
      call.timeout_ms, login_timeout + (wait ? kDevicesTimeout : Duration(0)));
  const SessionPtr session =
      initiator_.LogIn(*stanza, call.settings.value_or(ctl::Keys{}),
                       std::min(deadline, env_.clock.Now() + login_timeout));
  // The attempt ends by itself, and says in which step it was.
  co_await session->changed().Wait(
      [&] { return session->ended() || session->established(); },
      deadline + kGrace);
  if (!session->established()) {
    if (session->failure()) co_return session->failure()->reply;
    co_return session->ended() ? SessionEnded()
                               : ctl::TimedOut(ctl::Step::kLogin, {});
  }
  if (wait && stanza->scan == config::Scan::kAuto) {
    const Outcome<void> scanned = co_await AwaitScan(session, 0, deadline);
    if (!scanned) co_return scanned.error().reply;
  }
  co_return ctl::MakeReply(
      ctl::LoginReply{*IdOf(*session), DeviceNodes(*session)});
}

// Until a scan after the first `scans_before` is done and every logical unit
// it found has its node.
asio::awaitable<Outcome<void>> Control::AwaitScan(SessionPtr session,
                                                  unsigned scans_before,
                                                  TimePoint deadline) {
  const bool scanned = co_await session->changed().Wait(
      [&] { return session->scans() != scans_before || session->ended(); },
      deadline);
  if (!scanned)
    co_return Failure{ctl::TimedOut(ctl::Step::kScan, IdOf(*session))};
  if (session->ended()) co_return Failure{SessionEnded()};
  if (session->scan_error() != 0)
    co_return FromKernel({"SESSION_SCAN", -session->scan_error(), {}});
  const bool complete = co_await session->changed().Wait(
      [&] {
        return session->ended() ||
               AllHaveNodes(env_.devices.Luns(session->host()));
      },
      deadline);
  if (!complete)
    co_return Failure{ctl::TimedOut(ctl::Step::kDevices, IdOf(*session))};
  if (session->ended()) co_return Failure{SessionEnded()};
  co_return Outcome<void>();
}

asio::awaitable<ctl::Reply> Control::On(ctl::LogoutCall call) {
  const Outcome<SessionPtr> selected = Select(call.selector);
  if (!selected) co_return selected.error().reply;
  const SessionPtr session = *selected;
  const TimePoint deadline = Deadline(call.timeout_ms, kLogoutTimeout);
  if (session->leaving())
    co_return ctl::Busy("the session is being logged out");
  if (!session->established())
    co_return ctl::Busy("the session is being logged in");
  const bool force = call.force.value_or(false);
  if (!force) {
    const Outcome<void> allowed = co_await MayLogOut(session, deadline);
    if (!allowed) co_return allowed.error().reply;
  }
  session->RequestLogout(force);
  const bool ended = co_await session->changed().Wait(
      [&] { return session->ended(); }, deadline);
  if (ended) co_return ctl::MakeReply(ctl::LogoutReply{});
  const bool removed = env_.devices.Luns(session->host()).empty();
  co_return ctl::TimedOut(removed ? ctl::Step::kLogout : ctl::Step::kRemoval,
                          IdOf(*session));
}

asio::awaitable<Outcome<void>> Control::MayLogOut(SessionPtr session,
                                                  TimePoint deadline) {
  if (!session->live()) {
    co_return Failure{
        ctl::Busy("the connection is lost and the session is being recovered "
                  "(--force ends it without the target)")};
  }
  const std::optional<std::vector<ctl::Holder>> holders =
      co_await env_.devices.Holders(session->host(), deadline);
  if (!holders)
    co_return Failure{ctl::TimedOut(ctl::Step::kRemoval, IdOf(*session))};
  if (!holders->empty()) co_return Failure{ctl::InUse(*holders)};
  // Meanwhile the world may have changed.
  if (session->ended() || session->leaving()) co_return Failure{SessionEnded()};
  co_return Outcome<void>();
}

asio::awaitable<ctl::Reply> Control::On(ctl::ListCall) {
  ctl::ListReply reply;
  for (const SessionPtr& session : initiator_.sessions())
    reply.sessions.push_back(session->Summary());
  std::sort(reply.sessions.begin(), reply.sessions.end(),
            [](const ctl::SessionSummary& a, const ctl::SessionSummary& b) {
              return a.session.value_or(UINT32_MAX) <
                     b.session.value_or(UINT32_MAX);
            });
  co_return ctl::MakeReply(reply);
}

asio::awaitable<ctl::Reply> Control::On(ctl::ShowCall call) {
  const Outcome<SessionPtr> session = Select(call.selector);
  if (!session) co_return session.error().reply;
  ctl::ShowReply reply;
  if (const std::optional<uint32_t> id = IdOf(**session)) {
    const KernelResult<SessionDump> dump = env_.kernel.GetSession(*id);
    if (!dump) co_return FromKernel(dump.error()).reply;
    const KernelResult<SessionStats> stats = env_.kernel.Stats(*id);
    if (!stats) co_return FromKernel(stats.error()).reply;
    reply.session = (*session)->Details(&*dump, &*stats);
  } else {
    reply.session = (*session)->Details(nullptr, nullptr);
  }
  co_return ctl::MakeReply(reply);
}

asio::awaitable<ctl::Reply> Control::On(ctl::RescanCall call) {
  const Outcome<SessionPtr> selected = Select(call.selector);
  if (!selected) co_return selected.error().reply;
  const SessionPtr session = *selected;
  if (!session->live())
    co_return ctl::Busy("the session has no connection at the moment");
  const unsigned before = session->scans();
  const KernelResult<void> started = session->Scan();
  if (!started) co_return FromKernel(started.error()).reply;
  const Outcome<void> scanned = co_await AwaitScan(
      session, before, Deadline(call.timeout_ms, kRescanTimeout));
  if (!scanned) co_return scanned.error().reply;
  co_return ctl::MakeReply(
      ctl::RescanReply{env_.devices.Luns(session->host())});
}

asio::awaitable<ctl::Reply> Control::On(ctl::NicknamesCall) {
  ctl::NicknamesReply reply;
  for (const config::Stanza& stanza : initiator_.config().stanzas) {
    ctl::Nickname entry;
    entry.nickname = stanza.nickname;
    if (!stanza.target_name.empty()) entry.target = stanza.target_name;
    entry.portal = stanza.target_address;
    entry.enable = stanza.enable;
    entry.discovery = stanza.session_type == SessionType::kDiscovery;
    for (const SessionPtr& session : initiator_.sessions()) {
      if (session->stanza().nickname == stanza.nickname)
        entry.session = IdOf(*session);
    }
    reply.nicknames.push_back(std::move(entry));
  }
  co_return ctl::MakeReply(reply);
}

asio::awaitable<ctl::Reply> Control::On(ctl::ProbeCall call) {
  Outcome<ProbeOrder> order = OrderFor(call);
  if (!order) co_return order.error().reply;
  order->deadline = Deadline(call.timeout_ms, 2 * LoginTimeout(order->stanza));
  // Not inside the co_await: see condition.h.
  const config::Stanza stanza = order->stanza;
  order->port = [this, stanza] { return initiator_.DiscoveryPort(stanza); };
  const ctl::ProbeReply reply =
      co_await RunProbe(env_, initiator_.limiter(), *std::move(order));
  co_return ctl::MakeReply(reply);
}

Outcome<Control::SessionPtr> Control::Select(
    const ctl::Selector& selector) const {
  const int given = selector.session.has_value() +
                    selector.nickname.has_value() + selector.target.has_value();
  if (given != 1) {
    return Failure{ctl::InvalidValue(
        "selector", "", "give one of session, nickname and target")};
  }
  std::vector<SessionPtr> matching;
  for (const SessionPtr& session : initiator_.sessions()) {
    if (Matches(*session, selector)) matching.push_back(session);
  }
  if (matching.empty()) return Failure{ctl::UnknownSession(selector)};
  if (matching.size() == 1) return matching.front();
  std::vector<uint32_t> ids;
  for (const SessionPtr& session : matching) {
    if (session->handle()) ids.push_back(session->handle()->id);
  }
  return Failure{ctl::AmbiguousSelector(selector, ids)};
}

}  // namespace iscsid
