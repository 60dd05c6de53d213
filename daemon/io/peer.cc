// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/peer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace iscsid {

bool Peer::MayRead(uid_t daemon, gid_t owner) const {
  return MayChange(daemon) ||
         std::find(groups.begin(), groups.end(), owner) != groups.end();
}

Result<Peer> ReadPeer(int socket) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) !=
      0) {
    return {Errc::kSystem, std::string("SO_PEERCRED: ") + std::strerror(errno)};
  }
  Peer peer{credentials.uid, {credentials.gid}};
  // Asks for the size first; a peer has as many groups as it likes.
  std::vector<gid_t> groups;
  length = 0;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &length) != 0 &&
      errno == ERANGE) {
    groups.resize(length / sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(),
                     &length) != 0)
      groups.clear();
  }
  peer.groups.insert(peer.groups.end(), groups.begin(), groups.end());
  return peer;
}

}  // namespace iscsid
