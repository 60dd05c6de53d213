// SPDX-License-Identifier: GPL-2.0-or-later
//
// A look at a portal without a trace on this machine: discovery, then a login
// to a target and a logout, all of it recorded. Needs no module.
#ifndef ISCSID_CORE_RUN_PROBE_H_
#define ISCSID_CORE_RUN_PROBE_H_

#include <asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "daemon/config/config.h"
#include "daemon/core/connect_limiter.h"
#include "daemon/core/environment.h"
#include "daemon/core/login_order.h"
#include "daemon/ctl/calls.h"

namespace iscsid {

struct ProbeOrder {
  config::Stanza stanza;  // a Discovery stanza
  // Empty: the first that discovery finds; nothing if it finds none.
  std::optional<std::string> target;
  // A fresh one for each session: the probe reinstates nobody's.
  std::function<InitiatorPort()> port;
  TimePoint deadline;  // for everything
};

asio::awaitable<ctl::ProbeReply> RunProbe(Environment& env,
                                          ConnectLimiter& limiter,
                                          ProbeOrder order);

}  // namespace iscsid

#endif  // ISCSID_CORE_RUN_PROBE_H_
