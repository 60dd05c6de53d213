// SPDX-License-Identifier: GPL-2.0-or-later
//
// The kernel port over generic netlink. The module may be loaded later, go and
// come back: nlctrl says so, and commands answer ENODEV meanwhile.
#ifndef ISCSID_IO_KERNEL_GENL_H_
#define ISCSID_IO_KERNEL_GENL_H_

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/io/genl_codec.h"
#include "daemon/io/genl_socket.h"
#include "daemon/ports/kernel.h"

namespace iscsid {

class KernelGenl : public Kernel {
 public:
  explicit KernelGenl(const asio::any_io_executor& executor);
  ~KernelGenl() override { Close(); }

  // Once, before anything else.
  Status Open();
  // No events any more.
  void Close();

  KernelResult<KernelInfo> Info() override;
  KernelResult<AddedSession> AddSession(const SessionSpec& spec) override;
  KernelResult<void> SetSession(SessionHandle session,
                                const SessionChange& change) override;
  KernelResult<void> Scan(SessionHandle session, Vanished vanished) override;
  KernelResult<void> Unbind(SessionHandle session) override;
  KernelResult<void> DelSession(SessionHandle session) override;
  KernelResult<ConnHandle> AddConn(SessionHandle session,
                                   const ConnSpec& spec) override;
  KernelResult<void> StopConn(ConnHandle conn, isi_fail reason) override;
  KernelResult<void> DelConn(ConnHandle conn) override;
  KernelResult<uint32_t> SendPdu(ConnHandle conn, const Pdu& pdu) override;
  KernelResult<std::vector<SessionDump>> Sessions() override;
  KernelResult<SessionDump> GetSession(uint32_t id) override;
  KernelResult<SessionStats> Stats(uint32_t id) override;
  void OnEvent(std::function<void(const KernelEvent&)> listener) override {
    listener_ = std::move(listener);
  }

 private:
  // Finds the family and joins its events, unless that is done.
  KernelResult<uint16_t> Family();
  void WaitForEvents();
  void ReadEvents();
  void OnModuleEvent(const nlmsghdr* header, bool& complete);
  void OnControlEvent(const nlmsghdr* header);
  void Tell(const KernelEvent& event);

  // Encode(family) is sent; `on_reply` sees the answers.
  template <typename Encode>
  KernelResult<void> Ask(
      const std::string& operation, Encode encode,
      const GenlRequests::OnReply& on_reply = [](auto*) {}, bool dump = false);
  // The same with one answer that Decode reads.
  template <typename T, typename Encode, typename Decode>
  KernelResult<T> AskFor(const std::string& operation, Encode encode,
                         Decode decode);

  asio::posix::stream_descriptor readable_;
  GenlRequests requests_;
  GenlEvents events_;
  uint32_t netns_ = 0;
  std::optional<uint16_t> family_;
  bool absent_ = false;  // so nlctrl said; asking again would load it again
  std::optional<uint32_t> last_event_seq_;
  std::function<void(const KernelEvent&)> listener_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_KERNEL_GENL_H_
