// SPDX-License-Identifier: GPL-2.0-or-later
//
// SendTargets over a connection of its own (RFC 7143 §4.3): log in with
// SessionType=Discovery, ask, log out. Never enters the module.
#ifndef ISCSID_CORE_RUN_DISCOVERY_H_
#define ISCSID_CORE_RUN_DISCOVERY_H_

#include <asio/awaitable.hpp>

#include "daemon/config/config.h"
#include "daemon/core/login_attempt.h"
#include "daemon/proto/discovery.h"

namespace iscsid {

struct Discovered {
  std::vector<DiscoveredTarget> targets;
  std::vector<std::string> skipped;  // as in DiscoveryResult; logged, too
  LoginResult login;
};

// order.login.session_type is kDiscovery. `which`: "All", or a target's name;
// of others nothing is told then.
asio::awaitable<Outcome<Discovered>> RunDiscovery(Environment& env,
                                                  ConnectLimiter& limiter,
                                                  LoginOrder order,
                                                  std::string which = "All");

// Ends a session of either type that never entered the module and has no
// digests: says Logout and waits for the answer, not for long.
asio::awaitable<Outcome<void>> RunLogout(Environment& env,
                                         const LoggedIn& logged_in,
                                         Portal connected, TimePoint deadline);

// The stanza for a target that the discovery of this stanza found: all that it
// says, credentials included, holds for the target.
[[nodiscard]] config::Stanza StanzaOfFound(config::Stanza discovery,
                                           std::string target_name,
                                           Portal target_address);

}  // namespace iscsid

#endif  // ISCSID_CORE_RUN_DISCOVERY_H_
