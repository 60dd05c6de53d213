// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/kernel_genl.h"

#include <linux/genetlink.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace iscsid {
namespace {

constexpr const char* kControlGroup = "notify";

}  // namespace

KernelGenl::KernelGenl(const asio::any_io_executor& executor)
    : readable_(executor) {}

Status KernelGenl::Open() {
  struct stat netns {};
  if (::stat("/proc/self/ns/net", &netns) != 0) {
    return {Errc::kSystem,
            std::string("/proc/self/ns/net: ") + std::strerror(errno)};
  }
  netns_ = static_cast<uint32_t>(netns.st_ino);
  if (Status opened = events_.Open(); !opened) return opened;
  const KernelResult<GenlFamily> control = FindFamily(requests_, "nlctrl");
  if (!control) return {Errc::kSystem, control.error().Text()};
  const auto group = control->groups.find(kControlGroup);
  if (group != control->groups.end()) {
    if (Status joined = events_.Join(group->second); !joined) return joined;
  }
  readable_.assign(events_.fd());
  WaitForEvents();
  return {};
}

void KernelGenl::Close() {
  if (readable_.is_open()) readable_.release();  // events_ closes it
  listener_ = nullptr;
}

KernelResult<uint16_t> KernelGenl::Family() {
  if (family_) return *family_;
  if (absent_) return KernelError{"GETFAMILY", ENODEV, {}};
  const KernelResult<GenlFamily> found = FindFamily(requests_, ISI_GENL_NAME);
  if (!found) {
    absent_ = found.error().error_number == ENODEV;
    return found.error();
  }
  const auto group = found->groups.find(ISI_GENL_MCGRP_EVENTS);
  if (group == found->groups.end())
    return KernelError{"GETFAMILY", EPROTO, "no group of events"};
  // Before anybody dumps, so that nothing falls between the two.
  const Status joined = events_.Join(group->second);
  if (!joined) return KernelError{"GETFAMILY", EIO, joined.error().what};
  family_ = found->id;
  last_event_seq_.reset();
  return *family_;
}

template <typename Encode>
KernelResult<void> KernelGenl::Ask(const std::string& operation, Encode encode,
                                   const GenlRequests::OnReply& on_reply,
                                   bool dump) {
  const KernelResult<uint16_t> family = Family();
  if (!family) return family.error();
  return requests_.Do(operation, encode(*family), dump, on_reply);
}

template <typename T, typename Encode, typename Decode>
KernelResult<T> KernelGenl::AskFor(const std::string& operation, Encode encode,
                                   Decode decode) {
  std::optional<T> answer;
  const KernelResult<void> done =
      Ask(operation, encode, [&](const nlmsghdr* header) {
        if (auto decoded = decode(header)) answer = std::move(decoded);
      });
  if (!done) return done.error();
  if (!answer)
    return KernelError{operation, EPROTO, "the answer is not understood"};
  return *std::move(answer);
}

KernelResult<KernelInfo> KernelGenl::Info() {
  return AskFor<KernelInfo>("INFO_GET", EncodeInfoGet, DecodeInfo);
}

KernelResult<AddedSession> KernelGenl::AddSession(const SessionSpec& spec) {
  return AskFor<AddedSession>(
      "SESSION_ADD",
      [&](uint16_t family) { return EncodeSessionAdd(family, spec); },
      DecodeAddedSession);
}

KernelResult<void> KernelGenl::SetSession(SessionHandle session,
                                          const SessionChange& change) {
  return Ask("SESSION_SET", [&](uint16_t family) {
    return EncodeSessionSet(family, session, change);
  });
}

KernelResult<void> KernelGenl::Scan(SessionHandle session, Vanished vanished) {
  return Ask("SESSION_SCAN", [&](uint16_t family) {
    return EncodeSessionScan(family, session, vanished);
  });
}

KernelResult<void> KernelGenl::Unbind(SessionHandle session) {
  return Ask("SESSION_UNBIND", [&](uint16_t family) {
    return EncodeSessionCommand(family, ISI_CMD_SESSION_UNBIND, session);
  });
}

KernelResult<void> KernelGenl::DelSession(SessionHandle session) {
  return Ask("SESSION_DEL", [&](uint16_t family) {
    return EncodeSessionCommand(family, ISI_CMD_SESSION_DEL, session);
  });
}

KernelResult<ConnHandle> KernelGenl::AddConn(SessionHandle session,
                                             const ConnSpec& spec) {
  const KernelResult<uint32_t> generation = AskFor<uint32_t>(
      "CONN_ADD",
      [&](uint16_t family) { return EncodeConnAdd(family, session, spec); },
      DecodeConnGeneration);
  if (!generation) return generation.error();
  return ConnHandle{session, spec.cid, *generation};
}

KernelResult<void> KernelGenl::StopConn(ConnHandle conn, isi_fail reason) {
  return Ask("CONN_STOP", [&](uint16_t family) {
    return EncodeConnStop(family, conn, reason);
  });
}

KernelResult<void> KernelGenl::DelConn(ConnHandle conn) {
  return Ask("CONN_DEL",
             [&](uint16_t family) { return EncodeConnDel(family, conn); });
}

KernelResult<uint32_t> KernelGenl::SendPdu(ConnHandle conn, const Pdu& pdu) {
  return AskFor<uint32_t>(
      "PDU_SEND",
      [&](uint16_t family) { return EncodePduSend(family, conn, pdu); },
      DecodeItt);
}

KernelResult<std::vector<SessionDump>> KernelGenl::Sessions() {
  std::map<uint32_t, SessionDump> sessions;  // a repeated dump replaces
  const KernelResult<void> done = Ask(
      "SESSION_GET",
      [](uint16_t family) {
        return EncodeGet(family, ISI_CMD_SESSION_GET, std::nullopt);
      },
      [&](const nlmsghdr* header) {
        std::optional<SessionDump> dump = DecodeSession(header);
        // The initial namespace is shown the sessions of all.
        if (dump && dump->netns == netns_)
          sessions[dump->handle.id] = *std::move(dump);
      },
      true);
  if (!done) return done.error();
  std::vector<SessionDump> list;
  for (auto& [id, dump] : sessions) list.push_back(std::move(dump));
  return list;
}

KernelResult<SessionDump> KernelGenl::GetSession(uint32_t id) {
  return AskFor<SessionDump>(
      "SESSION_GET",
      [&](uint16_t family) {
        return EncodeGet(family, ISI_CMD_SESSION_GET, id);
      },
      DecodeSession);
}

KernelResult<SessionStats> KernelGenl::Stats(uint32_t id) {
  std::optional<SessionStats> stats;
  const KernelResult<void> done = Ask(
      "STATS_GET",
      [&](uint16_t family) { return EncodeGet(family, ISI_CMD_STATS_GET, id); },
      [&](const nlmsghdr* header) {
        if (auto decoded = DecodeStats(header)) stats = std::move(decoded);
      },
      true);
  if (!done) return done.error();
  if (!stats) return KernelError{"STATS_GET", ENOENT, {}};
  return *stats;
}

void KernelGenl::WaitForEvents() {
  readable_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this](const asio::error_code& error) {
                         if (error) return;
                         ReadEvents();
                         if (readable_.is_open()) WaitForEvents();
                       });
}

void KernelGenl::ReadEvents() {
  bool complete = true;
  complete &= events_.Read([&](const nlmsghdr* header) {
    if (header->nlmsg_type == GENL_ID_CTRL) {
      OnControlEvent(header);
    } else if (family_ && header->nlmsg_type == *family_) {
      OnModuleEvent(header, complete);
    }
  });
  if (complete) return;
  absent_ = false;
  Tell(EventsLost{});
}

// The module counts its events; a gap is a loss.
void KernelGenl::OnModuleEvent(const nlmsghdr* header, bool& complete) {
  if (const std::optional<uint32_t> seq = DecodeEventSeq(header)) {
    if (last_event_seq_ && *seq != *last_event_seq_ + 1) complete = false;
    last_event_seq_ = seq;
  }
  if (const std::optional<KernelEvent> event = DecodeEvent(header))
    Tell(*event);
}

void KernelGenl::OnControlEvent(const nlmsghdr* header) {
  const std::optional<uint8_t> command = GenlCommand(header);
  if (command != CTRL_CMD_NEWFAMILY && command != CTRL_CMD_DELFAMILY) return;
  std::string name;
  for (const nlattr* attribute : TopLevel(header)) {
    if (nla_type(attribute) == CTRL_ATTR_FAMILY_NAME)
      name = static_cast<const char*>(nla_data(attribute));
  }
  if (name != ISI_GENL_NAME) return;
  family_.reset();
  absent_ = command == CTRL_CMD_DELFAMILY;
  if (command == CTRL_CMD_NEWFAMILY) {
    Tell(ModuleAppeared{});
  } else {
    Tell(ModuleGone{});
  }
}

void KernelGenl::Tell(const KernelEvent& event) {
  if (listener_) listener_(event);
}

}  // namespace iscsid
