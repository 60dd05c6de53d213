// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/run_discovery.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/core/link_local.h"
#include "daemon/core/logged_step.h"
#include "daemon/core/pdu_channel.h"

namespace iscsid {
namespace {

// C-113: a target that has told us all is not waited for much longer.
constexpr Duration kLogoutTimeout{2000};

constexpr std::string_view kAll = "All";

// The text exchange and the logout on a connection in full feature phase.
class Conversation {
 public:
  Conversation(Environment& env, const LoggedIn& logged_in, Portal connected,
               TimePoint deadline, std::function<void(ConnEvent)> on_event)
      : env_(env),
        channel_(
            *logged_in.stream, connected,
            {.data_bytes =
                 logged_in.result.connection.max_recv_data_segment_length}),
        discovery_(logged_in.result, connected),
        deadline_(deadline),
        on_event_(std::move(on_event)) {}

  asio::awaitable<Outcome<DiscoveryResult>> Run(const std::string& which) {
    Bytes bytes = discovery_.Start(which);
    std::optional<DiscoveryResult> result;
    for (;;) {
      const Outcome<DiscoveryEvent> event = co_await Exchange(std::move(bytes));
      // Once we have the list, how the connection ends does not matter.
      if (!event && !result) co_return event.error();
      if (!event) break;
      if (const auto* send = std::get_if<DiscoverySend>(&*event)) {
        bytes = send->bytes;
      } else if (const auto* found = std::get_if<DiscoveryResult>(&*event)) {
        result = *found;
        bytes = StartLogout();
      } else {
        on_event_(ConnEvent::kLogoutSucceeded);
        break;
      }
    }
    for (const std::string& skipped : result->skipped)
      env_.log.Warning("discovery: skipped " + skipped);
    co_return std::move(*result);
  }

  // Only the logout.
  asio::awaitable<Outcome<void>> Leave() {
    Bytes bytes = StartLogout();
    for (;;) {
      const Outcome<DiscoveryEvent> event = co_await Exchange(std::move(bytes));
      if (!event) co_return event.error();
      if (std::holds_alternative<DiscoveryLoggedOut>(*event))
        co_return Outcome<void>();
      bytes.clear();  // news of the window; nothing to say
    }
  }

 private:
  Bytes StartLogout() {
    on_event_(ConnEvent::kLogoutStarted);
    deadline_ = std::min(deadline_, env_.clock.Now() + kLogoutTimeout);
    return discovery_.StartLogout();
  }

  // Any event but DiscoveryFailure.
  asio::awaitable<Outcome<DiscoveryEvent>> Exchange(Bytes bytes) {
    if (!bytes.empty()) {
      const Outcome<void> sent =
          co_await channel_.Send(bytes, deadline_, ctl::Step::kDiscovery);
      if (!sent) co_return Fail(sent.error());
    }
    const Outcome<Pdu> pdu =
        co_await channel_.Receive(deadline_, ctl::Step::kDiscovery);
    if (!pdu) co_return Fail(pdu.error());
    DiscoveryEvent event = discovery_.OnPdu(*pdu);
    if (const auto* failure = std::get_if<DiscoveryFailure>(&event)) {
      on_event_(ConnEvent::kConnectionAborted);
      co_return FromProtocol(failure->error, connected());
    }
    co_return event;
  }

  Failure Fail(Failure failure) {
    const ConnEvent event = channel_.failure_event();
    on_event_(event == ConnEvent::kLoginTimeout ? ConnEvent::kTransportTimeout
                                                : event);
    return failure;
  }

  [[nodiscard]] const Portal& connected() const { return channel_.portal(); }

  Environment& env_;
  PduChannel channel_;
  Discovery discovery_;
  TimePoint deadline_;
  std::function<void(ConnEvent)> on_event_;
};

}  // namespace

asio::awaitable<Outcome<Discovered>> RunDiscovery(Environment& env,
                                                  ConnectLimiter& limiter,
                                                  LoginOrder order,
                                                  std::string which) {
  ConnFsm fsm;
  const std::string who = "discovery at " + ToString(order.portal) + ": ";
  const auto on_event = [&](ConnEvent event) {
    LoggedStep(fsm, event, env.log, who);
  };
  const TimePoint deadline = order.deadline;
  LoginAttempt attempt(env, limiter, std::move(order), on_event);
  const Outcome<LoggedIn> logged_in = co_await attempt.Run();
  if (!logged_in) co_return logged_in.error();
  Conversation conversation(env, *logged_in, attempt.portal(), deadline,
                            on_event);
  Outcome<DiscoveryResult> result = co_await conversation.Run(which);
  if (!result) co_return result.error();
  if (which != kAll)
    std::erase_if(result->targets,
                  [&](const auto& target) { return target.name != which; });
  for (DiscoveredTarget& target : result->targets) {
    for (Portal& portal : target.portals)
      portal = OnLinkOf(attempt.address(), std::move(portal));
  }
  co_return Discovered{std::move(result->targets), std::move(result->skipped),
                       logged_in->result};
}

asio::awaitable<Outcome<void>> RunLogout(Environment& env,
                                         const LoggedIn& logged_in,
                                         Portal connected, TimePoint deadline) {
  Conversation conversation(env, logged_in, std::move(connected), deadline,
                            [](ConnEvent) {});
  const Outcome<void> left = co_await conversation.Leave();
  co_return left;
}

config::Stanza StanzaOfFound(config::Stanza discovery, std::string target_name,
                             Portal target_address) {
  discovery.session_type = SessionType::kNormal;
  discovery.target_name = std::move(target_name);
  discovery.target_address = std::move(target_address);
  return discovery;
}

}  // namespace iscsid
