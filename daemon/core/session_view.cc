// SPDX-License-Identifier: GPL-2.0-or-later
//
// A session in the terms of io.iscsi.Initiator, for List and Show.
#include <algorithm>
#include <string>
#include <string_view>

#include "daemon/core/params_view.h"
#include "daemon/core/session.h"

namespace iscsid {
namespace {

ctl::SessionState View(SessionState state) {
  switch (state) {
    case SessionState::kFree:
      return ctl::SessionState::kFree;
    case SessionState::kLoggedIn:
      return ctl::SessionState::kLoggedIn;
    case SessionState::kFailed:
      return ctl::SessionState::kFailed;
  }
  return ctl::SessionState::kFree;
}

ctl::ConnectionState View(ConnState state) {
  switch (state) {
    case ConnState::kFree:
      return ctl::ConnectionState::kFree;
    case ConnState::kXptWait:
      return ctl::ConnectionState::kXptWait;
    case ConnState::kInLogin:
      return ctl::ConnectionState::kInLogin;
    case ConnState::kLoggedIn:
      return ctl::ConnectionState::kLoggedIn;
    case ConnState::kInLogout:
      return ctl::ConnectionState::kInLogout;
    case ConnState::kLogoutRequested:
      return ctl::ConnectionState::kLogoutRequested;
    case ConnState::kCleanupWait:
      return ctl::ConnectionState::kCleanupWait;
  }
  return ctl::ConnectionState::kFree;
}

ctl::Connection View(const ConnDump& conn, ConnState state) {
  ctl::Connection view;
  view.cid = conn.cid;
  view.state = View(state);
  view.local = conn.local;
  view.remote = conn.peer;
  const ConnectionParams& params = conn.params;
  view.max_recv_data_segment_length = params.max_recv_data_segment_length;
  view.keys = KeysOf(params);
  return view;
}

// In the order of enum isi_stat.
constexpr std::string_view kCounterNames[] = {
    "",
    "tx_pdus",
    "tx_data_bytes",
    "tx_commands",
    "tx_data_out_unsolicited",
    "tx_data_out_solicited",
    "tx_immediate_bytes",
    "tx_direct",
    "tx_thread",
    "tx_full",
    "rx_pdus",
    "rx_data_bytes",
    "rx_responses",
    "rx_data_in",
    "rx_data_in_status",
    "rx_r2t",
    "rx_nop_in",
    "rx_async",
    "rx_reject",
    "rx_late",
    "r2t_outstanding_max",
    "window_closed",
    "conn_failures",
    "recoveries",
    "rx_out_of_order",
    "tx_pings",
    "rx_pongs",
};
static_assert(std::size(kCounterNames) == ISI_STAT_MAX + 1);

ctl::Counters View(const SessionStats& stats) {
  ctl::Counters counters;
  for (size_t i = 1; i < stats.size(); ++i)
    counters[std::string(kCounterNames[i])] = stats[i];
  return counters;
}

}  // namespace

ctl::SessionSummary Session::Summary() const {
  ctl::SessionSummary summary;
  if (handle_) summary.session = handle_->id;
  if (!stanza_.nickname.empty()) summary.nickname = stanza_.nickname;
  summary.target = stanza_.target_name;
  summary.portal = stanza_.target_address;
  summary.state = View(session_.state());
  if (handle_) {
    summary.host = host_;
    for (const ctl::Lun& lun : env_.devices.Luns(host_)) {
      if (lun.device) summary.devices.push_back(*lun.device);
    }
  }
  summary.failure = last_failure_;
  return summary;
}

ctl::Session Session::Details(const SessionDump* dump,
                              const SessionStats* stats) const {
  ctl::Session view;
  const ctl::SessionSummary summary = Summary();
  view.session = summary.session;
  view.nickname = summary.nickname;
  view.initiator = port_.name;
  if (!stanza_.initiator_alias.empty())
    view.initiator_alias = stanza_.initiator_alias;
  view.target = summary.target;
  if (!target_alias_.empty()) view.target_alias = target_alias_;
  view.portal = summary.portal;
  if (owner_.redirect)
    view.redirection = ctl::Redirection{*owner_.redirect, owner_.moved};
  view.isid = ToString(port_.isid);
  if (handle_) view.tsih = tsih_;
  view.tpgt = tpgt_;
  view.state = summary.state;
  view.host = summary.host;
  view.queue_depth = stanza_.queue_depth;
  view.replacement_timeout = stanza_.replacement_timeout;
  view.ping_interval = stanza_.ping_interval;
  view.ping_timeout = stanza_.ping_timeout;
  view.failure = summary.failure;
  view.failures = failures_;
  if (handle_) view.luns = env_.devices.Luns(host_);
  if (owner_.since != 0) {
    const int64_t up = env_.clock.WallSeconds() - owner_.since;
    view.uptime_ms = static_cast<uint64_t>(std::max<int64_t>(up, 0)) * 1000;
  }
  if (next_retry_) {
    const auto left = std::chrono::duration_cast<Duration>(
        std::max(*next_retry_, env_.clock.Now()) - env_.clock.Now());
    view.next_retry_ms = static_cast<uint64_t>(left.count());
  }
  if (stats != nullptr) view.counters = View(*stats);
  if (dump == nullptr) return view;

  view.queue_depth = dump->spec.queue_depth;
  view.replacement_timeout = dump->spec.recovery_tmo;
  const Pings pings = dump->spec.pings.value_or(Pings{});
  view.ping_interval = pings.IntervalSeconds();
  view.ping_timeout = pings.TimeoutSeconds();
  if (dump->state != ISI_SESSION_NEW) view.keys = KeysOf(dump->params);
  for (const ConnDump& conn : dump->conns)
    view.connections.push_back(View(conn, conn_.state()));
  return view;
}

}  // namespace iscsid
