// SPDX-License-Identifier: GPL-2.0-or-later
//
// From what the configuration says to what one login attempt does: the
// stanza's wishes cut down to what the module can do. Pure.
#ifndef ISCSID_CORE_LOGIN_ORDER_H_
#define ISCSID_CORE_LOGIN_ORDER_H_

#include <string>

#include "daemon/config/config.h"
#include "daemon/core/failure.h"
#include "daemon/core/login_attempt.h"

namespace iscsid {

// The initiator's side of a nexus (RFC 7143 §4.4.3).
struct InitiatorPort {
  std::string name;
  Isid isid;
};

// Fails when nothing would be left of a digest list.
Outcome<Offers> LimitOffers(Offers offers, const KernelInfo& info);

// What TCP is told about a stanza's connections.
SocketOptions SocketOptionsFor(const config::Stanza& stanza);

// For a session. Addresses, deadline and connect_timeout are the caller's.
Outcome<LoginOrder> OrderLogin(const config::Stanza& stanza,
                               const InitiatorPort& port,
                               const KernelInfo& info);

// For discovery at the stanza's address; the module has no say in it.
LoginOrder OrderDiscovery(const config::Stanza& stanza,
                          const InitiatorPort& port);

}  // namespace iscsid

#endif  // ISCSID_CORE_LOGIN_ORDER_H_
