// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/genl_socket.h"

#include <linux/genetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

namespace iscsid {
namespace {

constexpr size_t kBufferBytes = 65536;  // the kernel's dumps use up to 32 KiB
constexpr int kEventBufferBytes = 4 << 20;
constexpr timeval kAnswerTimeout{10, 0};
constexpr int kDumpAttempts = 5;

KernelError ErrorFor(const std::string& operation, int error_number) {
  return {operation, error_number, {}};
}

UniqueFd NewSocket(int flags) {
  UniqueFd fd(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_GENERIC));
  if (!fd) return fd;
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&self), sizeof(self)) != 0)
    return {};
  return fd;
}

bool SetOption(int fd, int option, int value) {
  return ::setsockopt(fd, SOL_NETLINK, option, &value, sizeof(value)) == 0;
}

// One datagram, several messages. Messages of other senders than the kernel
// are not for us.
ssize_t Receive(int fd, std::vector<char>& buffer) {
  buffer.resize(kBufferBytes);
  sockaddr_nl from{};
  iovec piece{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof(from);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  for (;;) {
    const ssize_t count = ::recvmsg(fd, &message, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || from.nl_pid == 0) return count;
  }
}

// The text of the extended ack that follows an error.
std::string ExtendedAck(const nlmsghdr* header, size_t error_bytes) {
  if ((header->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  const size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(error_bytes);
  if (header->nlmsg_len <= skip) return {};
  const GenlAttributes attributes(
      reinterpret_cast<const nlattr*>(reinterpret_cast<const char*>(header) +
                                      skip),
      static_cast<int>(header->nlmsg_len - skip), NLMSGERR_ATTR_MAX);
  return attributes.String(NLMSGERR_ATTR_MSG);
}

// What NLMSG_ERROR or NLMSG_DONE says: nothing is success.
std::optional<KernelError> ErrorIn(const std::string& operation,
                                   const nlmsghdr* header) {
  int error_number = 0;
  if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(error_number)))
    std::memcpy(&error_number, NLMSG_DATA(header), sizeof(error_number));
  if (error_number == 0) return std::nullopt;
  // NETLINK_CAP_ACK: an error repeats the header of the request only.
  const size_t bytes = header->nlmsg_type == NLMSG_DONE ? sizeof(error_number)
                                                        : sizeof(nlmsgerr);
  return KernelError{operation, -error_number, ExtendedAck(header, bytes)};
}

}  // namespace

KernelResult<void> GenlRequests::Open() {
  if (fd_) return {};
  fd_ = NewSocket(0);
  if (!fd_) return ErrorFor("netlink socket", errno);
  if (!SetOption(fd_.get(), NETLINK_EXT_ACK, 1) ||
      !SetOption(fd_.get(), NETLINK_CAP_ACK, 1) ||
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kAnswerTimeout,
                   sizeof(kAnswerTimeout)) != 0) {
    return ErrorFor("netlink socket options", errno);
  }
  return {};
}

KernelResult<void> GenlRequests::Do(const std::string& operation,
                                    GenlWriter request, bool dump,
                                    const OnReply& on_reply) {
  if (KernelResult<void> opened = Open(); !opened) return opened;
  for (int attempt = 1;; ++attempt) {
    if (KernelResult<void> sent = Send(operation, request, dump); !sent)
      return sent;
    // A dump that was interrupted by a change may be inconsistent; its
    // answers come again then, and the caller keeps the newest.
    bool interrupted = false;
    KernelResult<void> done = ReadAnswers(operation, on_reply, interrupted);
    if (!done) {
      // What may still come belongs to nobody.
      if (done.error().error_number == ETIMEDOUT ||
          done.error().error_number == ENOBUFS)
        fd_.Reset();
      return done;
    }
    if (!interrupted || attempt == kDumpAttempts) return {};
  }
}

KernelResult<void> GenlRequests::Send(const std::string& operation,
                                      GenlWriter& request, bool dump) {
  nlmsghdr* header = request.header();
  if (header == nullptr) return ErrorFor(operation, EMSGSIZE);
  header->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK |
                                              (dump ? NLM_F_DUMP : 0));
  header->nlmsg_seq = ++seq_;
  header->nlmsg_pid = 0;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  ssize_t sent;
  do {
    sent = ::sendto(fd_.get(), header, header->nlmsg_len, 0,
                    reinterpret_cast<sockaddr*>(&kernel), sizeof(kernel));
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return ErrorFor(operation, errno);
  return {};
}

KernelResult<void> GenlRequests::ReadAnswers(const std::string& operation,
                                             const OnReply& on_reply,
                                             bool& interrupted) {
  for (;;) {
    const ssize_t count = Receive(fd_.get(), buffer_);
    if (count < 0)
      return ErrorFor(operation, errno == EAGAIN ? ETIMEDOUT : errno);
    int left = static_cast<int>(count);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data());
         nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
      if (header->nlmsg_seq != seq_) continue;
      if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted = true;
      if (header->nlmsg_type == NLMSG_ERROR ||
          header->nlmsg_type == NLMSG_DONE) {
        if (auto error = ErrorIn(operation, header)) return *std::move(error);
        return {};
      }
      on_reply(header);
    }
  }
}

KernelResult<GenlFamily> FindFamily(GenlRequests& requests,
                                    const std::string& name) {
  GenlWriter request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
  request.String(CTRL_ATTR_FAMILY_NAME, name);
  GenlFamily family;
  const auto read = [&](const nlmsghdr* header) {
    const int skip = static_cast<int>(NLMSG_LENGTH(GENL_HDRLEN));
    const GenlAttributes top(reinterpret_cast<const nlattr*>(
                                 reinterpret_cast<const char*>(header) + skip),
                             static_cast<int>(header->nlmsg_len) - skip,
                             CTRL_ATTR_MAX);
    family.id = top.U16(CTRL_ATTR_FAMILY_ID).value_or(0);
    const nlattr* groups = top.Find(CTRL_ATTR_MCAST_GROUPS);
    if (groups == nullptr) return;
    int left = nla_len(groups);
    for (auto* nest = static_cast<const nlattr*>(nla_data(groups));
         nla_ok(nest, left); nest = nla_next(nest, &left)) {
      const GenlAttributes group(nest, CTRL_ATTR_MCAST_GRP_MAX);
      family.groups[group.String(CTRL_ATTR_MCAST_GRP_NAME)] =
          group.U32(CTRL_ATTR_MCAST_GRP_ID).value_or(0);
    }
  };
  const KernelResult<void> done =
      requests.Do("GETFAMILY", std::move(request), false, read);
  if (!done && done.error().error_number == ENOENT)
    return ErrorFor("GETFAMILY", ENODEV);
  if (!done) return done.error();
  if (family.id == 0) return ErrorFor("GETFAMILY", EPROTO);
  return family;
}

Status GenlEvents::Open() {
  fd_ = NewSocket(SOCK_NONBLOCK);
  if (!fd_) {
    return {Errc::kSystem,
            std::string("netlink socket: ") + std::strerror(errno)};
  }
  // More events fit than 1000 sessions make at once; without the privilege
  // the default has to do, and a dump repairs what does not fit.
  if (::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kEventBufferBytes,
                   sizeof(kEventBufferBytes)) != 0 &&
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &kEventBufferBytes,
                   sizeof(kEventBufferBytes)) != 0) {
    return {Errc::kSystem, std::string("SO_RCVBUF: ") + std::strerror(errno)};
  }
  return {};
}

Status GenlEvents::Join(uint32_t group) {
  if (!SetOption(fd_.get(), NETLINK_ADD_MEMBERSHIP, static_cast<int>(group))) {
    return {Errc::kSystem,
            std::string("NETLINK_ADD_MEMBERSHIP: ") + std::strerror(errno)};
  }
  return {};
}

bool GenlEvents::Read(const GenlRequests::OnReply& on_event) {
  bool complete = true;
  for (;;) {
    const ssize_t count = Receive(fd_.get(), buffer_);
    if (count < 0) {
      if (errno == EAGAIN) return complete;
      // ENOBUFS: some were lost, what is queued can still be read.
      complete = false;
      if (errno != ENOBUFS) return complete;
      continue;
    }
    int left = static_cast<int>(count);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data());
         nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
      on_event(header);
    }
  }
}

}  // namespace iscsid
