// SPDX-License-Identifier: GPL-2.0-or-later
//
// The transport port over TCP sockets; names are resolved by the helper
// thread.
#ifndef ISCSID_IO_TCP_H_
#define ISCSID_IO_TCP_H_

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "daemon/io/asio_clock.h"
#include "daemon/io/worker.h"
#include "daemon/ports/transport.h"

namespace iscsid {

class TcpTransport : public Transport {
 public:
  TcpTransport(asio::any_io_executor executor, Clock& clock, Worker& worker)
      : executor_(std::move(executor)), clock_(clock), worker_(worker) {}

  asio::awaitable<TransportResult<std::vector<Portal>>> Resolve(
      const Portal& portal, TimePoint deadline) override;
  std::unique_ptr<Stream> NewStream() override;

  // Ends everything under way, and all that is begun later.
  void Close();

 private:
  class TcpStream;

  asio::any_io_executor executor_;
  Clock& clock_;
  Worker& worker_;
  bool closed_ = false;
  std::set<TcpStream*> streams_;
};

}  // namespace iscsid

#endif  // ISCSID_IO_TCP_H_
