// SPDX-License-Identifier: GPL-2.0-or-later
//
// Streams over the loopback interface.
#include "daemon/io/tcp.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <sstream>

#include "daemon/io/file.h"
#include "daemon/proto/pdu.h"
#include "tests/unit/io/loop_fixture.h"

namespace iscsid {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Tcp : public LoopFixture {
 protected:
  Tcp() { acceptor.listen(); }

  [[nodiscard]] Portal Here() const {
    return {"127.0.0.1", acceptor.local_endpoint().port(), {}};
  }

  // A connected stream; the other end is `peer`.
  std::unique_ptr<Stream> Connected(const SocketOptions& options = {}) {
    std::unique_ptr<Stream> stream = transport.NewStream();
    const TransportResult<void> connected =
        Await(stream->Connect(Here(), options, In(seconds(10))));
    EXPECT_TRUE(connected.ok());
    peer = acceptor.accept();
    return stream;
  }

  TcpTransport transport{loop.get_executor(), clock, worker};
  tcp::acceptor acceptor{loop,
                         tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  tcp::socket peer{loop};
};

TEST_F(Tcp, CarriesBytesBothWays) {
  const auto stream = Connected();
  const Bytes sent(100, std::byte{7});
  ASSERT_TRUE(Await(stream->Write(sent, In(seconds(10)))).ok());
  Bytes received(100);
  asio::read(peer, asio::buffer(received));
  EXPECT_EQ(received, sent);
  asio::write(peer, asio::buffer(sent));
  const auto count = Await(stream->Read(received, In(seconds(10))));
  ASSERT_TRUE(count);
  EXPECT_GE(*count, 1u);
}

// What is beyond the PDU stays in the socket, for the module.
TEST_F(Tcp, ReadsNoMoreThanItIsAsked) {
  auto stream = Connected();
  asio::write(peer, asio::buffer(std::string("abcdef")));
  Bytes three(3);
  const auto count = Await(stream->Read(three, In(seconds(10))));
  ASSERT_TRUE(count);
  const UniqueFd fd = stream->Release();
  char rest[8];
  const ssize_t left = ::recv(fd.get(), rest, sizeof(rest), MSG_DONTWAIT);
  EXPECT_EQ(*count + static_cast<size_t>(left), 6u);
}

TEST_F(Tcp, TellsHowAConnectFails) {
  const Portal here = Here();
  acceptor.close();
  std::unique_ptr<Stream> stream = transport.NewStream();
  auto done = Await(stream->Connect(here, {}, In(seconds(10))));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, TransportFailure::kRefused);

  stream = transport.NewStream();
  SocketOptions elsewhere;
  elsewhere.source_address = "192.0.2.77";  // not ours
  done = Await(stream->Connect(here, elsewhere, In(seconds(10))));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, TransportFailure::kUnreachable);
  EXPECT_EQ(done.error().error_number, EADDRNOTAVAIL);
}

TEST_F(Tcp, EndsAReadAtItsDeadline) {
  const auto stream = Connected();
  Bytes buffer(1);
  const auto count = Await(stream->Read(buffer, In(milliseconds(20))));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().failure, TransportFailure::kTimeout);
  // Only this read is over.
  asio::write(peer, asio::buffer(std::string("x")));
  EXPECT_TRUE(Await(stream->Read(buffer, In(seconds(10)))).ok());
}

TEST_F(Tcp, EndsAWriteAtItsDeadline) {
  const auto stream = Connected();
  const Bytes much(64 << 20);  // more than the buffers of both ends
  const auto done = Await(stream->Write(much, In(milliseconds(50))));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, TransportFailure::kTimeout);
}

TEST_F(Tcp, TellsACloseFromAReset) {
  auto stream = Connected();
  Bytes buffer(1);
  peer.close();
  auto count = Await(stream->Read(buffer, In(seconds(10))));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().failure, TransportFailure::kClosed);

  stream = Connected();
  peer.set_option(asio::socket_base::linger(true, 0));
  peer.close();
  count = Await(stream->Read(buffer, In(seconds(10))));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().failure, TransportFailure::kReset);
}

TEST_F(Tcp, CloseEndsWhatIsPending) {
  const auto stream = Connected();
  const auto alarm = clock.At(In(milliseconds(10)), [&] { stream->Close(); });
  Bytes buffer(1);
  const auto count = Await(stream->Read(buffer, In(seconds(10))));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().failure, TransportFailure::kCancelled);
}

TEST_F(Tcp, ClosingTheTransportEndsEverything) {
  const auto stream = Connected();
  const auto alarm = clock.At(In(milliseconds(10)), [&] { transport.Close(); });
  Bytes buffer(1);
  EXPECT_FALSE(Await(stream->Read(buffer, In(seconds(10)))).ok());
  const auto next = transport.NewStream();
  const auto done = Await(next->Connect(Here(), {}, In(seconds(10))));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, TransportFailure::kCancelled);
}

// proc(5): the fdinfo of an epoll descriptor lists what it watches.
bool IsInEpollSet(int fd) {
  for (const std::string& entry : ListDirectory("/proc/self/fdinfo")) {
    const auto info = ReadFile("/proc/self/fdinfo/" + entry);
    if (!info || !*info) continue;
    std::istringstream in(**info);
    std::string word;
    int watched = -1;
    while (in >> word) {
      if (word == "tfd:" && in >> watched && watched == fd) return true;
    }
  }
  return false;
}

// The hand-over: connected, not shut down, and out of the loop's epoll set,
// where it would otherwise live on behind the module's reference.
TEST_F(Tcp, ReleasesTheSocketConnected) {
  auto stream = Connected();
  UniqueFd fd = stream->Release();
  stream.reset();
  ASSERT_TRUE(fd);
  EXPECT_TRUE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC);
  EXPECT_FALSE(IsInEpollSet(fd.get()));
  EXPECT_TRUE(IsInEpollSet(peer.native_handle()));  // the check can fail
  const UniqueFd kept(::dup(fd.get()));             // the module's reference
  fd.Reset();
  asio::write(peer, asio::buffer(std::string("x")));
  char byte;
  EXPECT_EQ(::recv(kept.get(), &byte, 1, MSG_DONTWAIT), 1);
  EXPECT_EQ(::send(kept.get(), "y", 1, MSG_NOSIGNAL), 1);
}

int OptionOf(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof(value);
  ::getsockopt(fd, level, name, &value, &length);
  return value;
}

TEST_F(Tcp, SetsTheOptions) {
  SocketOptions options;
  options.source_address = "127.0.0.9";
  options.dscp = 46;
  options.pcp = 3;
  options.keepalive_idle = seconds(5);
  options.user_timeout = seconds(10);
  auto stream = Connected(options);
  EXPECT_EQ(peer.remote_endpoint().address().to_string(), "127.0.0.9");
  const UniqueFd fd = stream->Release();
  EXPECT_EQ(OptionOf(fd.get(), IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(OptionOf(fd.get(), IPPROTO_IP, IP_TOS), 46 << 2);
  EXPECT_EQ(OptionOf(fd.get(), SOL_SOCKET, SO_PRIORITY), 3);
  EXPECT_EQ(OptionOf(fd.get(), SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(OptionOf(fd.get(), IPPROTO_TCP, TCP_KEEPIDLE), 5);
  EXPECT_EQ(OptionOf(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT), 10000);
}

TEST_F(Tcp, ResolvesNumbersWithoutTheHelper) {
  worker.Close();
  for (const char* host : {"192.0.2.1", "2001:db8::1", "fe80::1%lo"}) {
    const auto found =
        Await(transport.Resolve({host, 3260, 7}, In(seconds(10))));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ((*found)[0], (Portal{host, 3260, {}}));
  }
  const auto name = Await(transport.Resolve({"localhost", 1, {}}, kNever));
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().failure, TransportFailure::kCancelled);
}

TEST_F(Tcp, ResolvesNames) {
  const auto found =
      Await(transport.Resolve({"localhost", 3260, {}}, In(seconds(30))));
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[0].port, 3260);
}

}  // namespace
}  // namespace iscsid
