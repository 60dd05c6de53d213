// SPDX-License-Identifier: GPL-2.0-or-later
//
// The messages of include/uapi/linux/iscsi_initiator.h: C++ values to
// attributes and back. Pure; the sockets are in genl_socket.h.
#ifndef ISCSID_IO_GENL_CODEC_H_
#define ISCSID_IO_GENL_CODEC_H_

#include <linux/netlink.h>

#include <cstdint>
#include <optional>

#include "daemon/io/genl_message.h"
#include "daemon/ports/kernel.h"

namespace iscsid {

// Requests. `family` is the family's number of this boot.
GenlWriter EncodeInfoGet(uint16_t family);
GenlWriter EncodeSessionAdd(uint16_t family, const SessionSpec& spec);
GenlWriter EncodeSessionSet(uint16_t family, SessionHandle session,
                            const SessionChange& change);
GenlWriter EncodeSessionScan(uint16_t family, SessionHandle session,
                             Vanished vanished);
// SESSION_UNBIND, SESSION_DEL.
GenlWriter EncodeSessionCommand(uint16_t family, isi_cmd command,
                                SessionHandle session);
GenlWriter EncodeConnAdd(uint16_t family, SessionHandle session,
                         const ConnSpec& spec);
GenlWriter EncodeConnStop(uint16_t family, ConnHandle conn, isi_fail reason);
GenlWriter EncodeConnDel(uint16_t family, ConnHandle conn);
GenlWriter EncodePduSend(uint16_t family, ConnHandle conn, const Pdu& pdu);
// SESSION_GET, STATS_GET; without id: all.
GenlWriter EncodeGet(uint16_t family, isi_cmd command,
                     std::optional<uint32_t> id);

// Replies; nothing when the message is not what it should be.
std::optional<KernelInfo> DecodeInfo(const nlmsghdr* header);
std::optional<AddedSession> DecodeAddedSession(const nlmsghdr* header);
// The generation of the connection that was added.
std::optional<uint32_t> DecodeConnGeneration(const nlmsghdr* header);
std::optional<uint32_t> DecodeItt(const nlmsghdr* header);  // host byte order
std::optional<SessionDump> DecodeSession(const nlmsghdr* header);
std::optional<SessionStats> DecodeStats(const nlmsghdr* header);

// One of the module's events; nothing for one of a newer module.
std::optional<KernelEvent> DecodeEvent(const nlmsghdr* header);
std::optional<uint32_t> DecodeEventSeq(const nlmsghdr* header);

}  // namespace iscsid

#endif  // ISCSID_IO_GENL_CODEC_H_
