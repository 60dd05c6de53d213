// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/run_probe.h"

#include <algorithm>
#include <utility>

#include "daemon/core/audit.h"
#include "daemon/core/run_discovery.h"
#include "daemon/core/tap.h"

namespace iscsid {
namespace {

// What is offered to a target when there is no module to ask.
KernelInfo AnyModule() {
  KernelInfo info;
  info.max_recv_dsl = 0xffffff;
  info.max_outstanding_r2t = UINT16_MAX;
  info.digests = 1 << ISI_DIGEST_NONE | 1 << ISI_DIGEST_CRC32C;
  return info;
}

bool HasDigests(const ConnectionParams& params) {
  return params.header_digest != Digest::kNone ||
         params.data_digest != Digest::kNone;
}

bool SamePlace(const Portal& a, const Portal& b) {
  return a.host == b.host && a.port == b.port;
}

class Probe {
 public:
  Probe(Environment& env, ConnectLimiter& limiter, ProbeOrder order)
      : env_(env), limiter_(limiter), order_(std::move(order)) {}

  asio::awaitable<ctl::ProbeReply> Run() {
    co_await Discover();
    std::optional<std::string> target = order_.target;
    if (!target && !reply_.targets.empty())
      target = reply_.targets.front().name;
    if (target) co_await LogIn(*target);
    co_return std::move(reply_);
  }

 private:
  Environment Tapped(Tap& tap) {
    return {env_.executor, env_.clock, tap,         env_.kernel, env_.devices,
            env_.store,    env_.log,   env_.crypto, env_.random};
  }

  void Fail(ctl::ProbeSession& session, const Failure& failure) {
    session.failure = {failure.reply.error, failure.Message()};
  }

  asio::awaitable<void> Discover() {
    Tap tap(env_.transport, env_.clock);
    Environment tapped = Tapped(tap);
    LoginOrder order = OrderDiscovery(order_.stanza, order_.port());
    order.deadline = order_.deadline;
    ctl::ProbeSession session;
    session.portal = order_.stanza.target_address;
    const Outcome<Discovered> found =
        co_await RunDiscovery(tapped, limiter_, std::move(order));
    Audit(tap.events(), found ? std::optional(found->login) : std::nullopt,
          session);
    if (found) {
      for (const DiscoveredTarget& target : found->targets)
        reply_.targets.push_back({target.name, target.portals});
      for (const std::string& skipped : found->skipped)
        session.deviations.push_back("SendTargets: " + skipped);
    } else {
      Fail(session, found.error());
    }
    reply_.sessions.push_back(std::move(session));
  }

  // At the portal that is probed, if the target listens there.
  Portal PortalOf(const std::string& name) const {
    const auto target =
        std::ranges::find(reply_.targets, name, &ctl::Target::name);
    if (target == reply_.targets.end()) return order_.stanza.target_address;
    for (const Portal& portal : target->portals) {
      if (SamePlace(portal, order_.stanza.target_address)) return portal;
    }
    return target->portals.front();
  }

  asio::awaitable<void> LogIn(const std::string& target) {
    Tap tap(env_.transport, env_.clock);
    Environment tapped = Tapped(tap);
    ctl::ProbeSession session;
    session.session_type = ctl::ProbeSessionType::kNormal;
    session.target = target;
    session.portal = PortalOf(target);
    const Outcome<LoginResult> result =
        co_await LogInAndOut(tapped, target, session.portal);
    Audit(tap.events(), result ? std::optional(*result) : std::nullopt,
          session);
    if (!result) Fail(session, result.error());
    if (result) CheckTpgt(*result, session);
    reply_.sessions.push_back(std::move(session));
  }

  asio::awaitable<Outcome<LoginResult>> LogInAndOut(Environment& env,
                                                    const std::string& target,
                                                    const Portal& portal) {
    const KernelResult<KernelInfo> info = env_.kernel.Info();
    Outcome<LoginOrder> order =
        OrderLogin(StanzaOfFound(order_.stanza, target, portal), order_.port(),
                   info ? *info : AnyModule());
    if (!order) co_return order.error();
    order->deadline = order_.deadline;
    LoginAttempt attempt(env, limiter_, *std::move(order), [](ConnEvent) {});
    const Outcome<LoggedIn> logged_in = co_await attempt.Run();
    if (!logged_in) co_return logged_in.error();
    // Digests are the module's; without it the connection is just closed.
    if (!HasDigests(logged_in->result.connection)) {
      const Outcome<void> done = co_await RunLogout(
          env, *logged_in, attempt.portal(), order_.deadline);
      if (!done) co_return done.error();
    }
    co_return logged_in->result;
  }

  // C-037, among the target's own words.
  void CheckTpgt(const LoginResult& result, ctl::ProbeSession& session) {
    if (!session.redirections.empty() || !session.portal.tpgt) return;
    if (!result.tpgt || *result.tpgt == *session.portal.tpgt) return;
    session.deviations.push_back(
        "TargetPortalGroupTag: " + std::to_string(*result.tpgt) +
        " in the login, " + std::to_string(*session.portal.tpgt) +
        " in discovery (13.9)");
  }

  Environment& env_;
  ConnectLimiter& limiter_;
  ProbeOrder order_;
  ctl::ProbeReply reply_;
};

}  // namespace

asio::awaitable<ctl::ProbeReply> RunProbe(Environment& env,
                                          ConnectLimiter& limiter,
                                          ProbeOrder order) {
  Probe probe(env, limiter, std::move(order));
  ctl::ProbeReply reply = co_await probe.Run();
  co_return reply;
}

}  // namespace iscsid
