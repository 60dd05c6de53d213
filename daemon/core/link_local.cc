// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/link_local.h"

#include <arpa/inet.h>

#include <string>

namespace iscsid {

Portal OnLinkOf(const Portal& connected, Portal told) {
  const size_t zone = connected.host.find('%');
  in6_addr address;
  // With a zone in it, it is no address to inet_pton().
  if (zone != std::string::npos &&
      inet_pton(AF_INET6, told.host.c_str(), &address) == 1 &&
      IN6_IS_ADDR_LINKLOCAL(&address)) {
    told.host += connected.host.substr(zone);
  }
  return told;
}

}  // namespace iscsid
