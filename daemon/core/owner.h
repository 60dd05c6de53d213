// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the daemon keeps about a session inside the module (the "owner"
// attribute), so that the next daemon can go on without reading a file: JSON,
// at most ISI_OWNER_MAX bytes, with a version. Pure.
#ifndef ISCSID_CORE_OWNER_H_
#define ISCSID_CORE_OWNER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/proto/address.h"

namespace iscsid {

struct Owner {
  std::string nickname;           // empty: a login without a stanza
  Portal portal;                  // as configured
  std::vector<Portal> addresses;  // its numeric ones, best first
  // What the login call gave in addition to the configuration. No secrets:
  // Encode leaves them out.
  std::map<std::string, std::string> settings;
  // Where the target sent the present connection's login, if anywhere. It
  // stands as long as logins go there: until the next one, or, when the target
  // has moved for good, until it moves again.
  std::optional<Portal> redirect;
  bool moved = false;    // for good, says the target
  int64_t since = 0;     // seconds since the epoch: the first login
  bool leaving = false;  // a logout is under way: finish it

  friend bool operator==(const Owner&, const Owner&) = default;
};

// What does not fit is left out: addresses but the first, then the redirection
// and settings, then all but `leaving`.
[[nodiscard]] std::string Encode(const Owner& owner);

// Nothing for what we did not write, or a later version did.
[[nodiscard]] std::optional<Owner> DecodeOwner(std::string_view text);

}  // namespace iscsid

#endif  // ISCSID_CORE_OWNER_H_
