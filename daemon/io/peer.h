// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who is at the other end of a Unix socket, by the kernel's word (unix(7)).
#ifndef ISCSID_IO_PEER_H_
#define ISCSID_IO_PEER_H_

#include <sys/types.h>

#include <vector>

#include "daemon/result.h"

namespace iscsid {

struct Peer {
  uid_t uid = 0;
  std::vector<gid_t> groups;  // the primary one first

  // Root, or who the daemon itself runs as.
  [[nodiscard]] bool MayChange(uid_t daemon) const {
    return uid == 0 || uid == daemon;
  }
  // The same, or a member of the group that owns the socket.
  [[nodiscard]] bool MayRead(uid_t daemon, gid_t owner) const;
};

Result<Peer> ReadPeer(int socket);

}  // namespace iscsid

#endif  // ISCSID_IO_PEER_H_
