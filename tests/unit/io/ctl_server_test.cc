// SPDX-License-Identifier: GPL-2.0-or-later
//
// The control socket with real clients on it.
#include "daemon/io/ctl_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/io/loop_fixture.h"
#include "tests/unit/io/system_tree.h"

namespace iscsid {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CtlServerTest : public LoopFixture {
 protected:
  CtlServerTest() { EXPECT_TRUE(server.Listen(path).ok()); }
  ~CtlServerTest() override {
    server.Close();
    RunUntil([this] { return server.idle(); });
  }

  template <typename Done>
  void RunUntil(Done done) {
    const TimePoint bound = clock.Now() + seconds(60);
    loop.restart();
    bool reached = false;
    while (!(reached = done()) && clock.Now() < bound)
      loop.run_one_for(milliseconds(100));
    EXPECT_TRUE(reached);
  }

  UniqueFd Connect() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                        sizeof(address)),
              0);
    return fd;
  }

  static void Send(const UniqueFd& fd, std::string_view bytes) {
    EXPECT_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  // The next message, empty at the end of the connection.
  std::string Receive(const UniqueFd& fd) {
    std::string message;
    bool ended = false;
    RunUntil([&] {
      char c;
      ssize_t count;
      while ((count = ::recv(fd.get(), &c, 1, MSG_DONTWAIT)) == 1) {
        if (c == '\0') return true;
        message += c;
      }
      ended = count == 0 || (count < 0 && errno != EAGAIN);
      return ended;
    });
    return ended ? std::string() : message;
  }

  static std::string Call(const std::string& method,
                          const std::string& parameters = "{}") {
    std::string text = R"({"method":"io.iscsi.Initiator.)" + method +
                       R"(","parameters":)" + parameters + "}";
    text.push_back('\0');
    return text;
  }

  asio::awaitable<ctl::Reply> Handle(ctl::AnyCall call) {
    ++calls;
    if (std::holds_alternative<ctl::LoginCall>(call)) {
      asio::steady_timer timer(loop, milliseconds(50));
      co_await timer.async_wait(asio::use_awaitable);
      co_return ctl::MakeReply(ctl::LoginReply{7, {}});
    }
    co_return ctl::MakeReply(ctl::ListReply{});
  }

  TemporaryDirectory directory;
  std::string path = directory.path() + "/run/io.iscsi.Initiator";
  ListLog log;
  int calls = 0;
  CtlServer server{loop.get_executor(), clock, log, "1.2.3",
                   [this](ctl::AnyCall call) { return Handle(call); }};
};

TEST_F(CtlServerTest, AnswersCalls) {
  const UniqueFd client = Connect();
  Send(client, Call("List"));
  EXPECT_EQ(Receive(client), R"({"parameters":{"sessions":[]}})");
  // Another on the same connection, in pieces.
  const std::string call = Call("List");
  Send(client, call.substr(0, 20));
  Send(client, call.substr(20));
  EXPECT_EQ(Receive(client), R"({"parameters":{"sessions":[]}})");
  EXPECT_EQ(calls, 2);
}

TEST_F(CtlServerTest, IsForRootAndAGroup) {
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0660u);
}

TEST_F(CtlServerTest, AnswersInOrder) {
  const UniqueFd client = Connect();
  Send(client, Call("Login", R"({"nickname":"a"})") + Call("List"));
  EXPECT_EQ(Receive(client), R"({"parameters":{"devices":[],"session":7}})");
  EXPECT_EQ(Receive(client), R"({"parameters":{"sessions":[]}})");
}

TEST_F(CtlServerTest, ServesClientsSideBySide) {
  const UniqueFd slow = Connect();
  const UniqueFd quick = Connect();
  Send(slow, Call("Login", R"({"nickname":"a"})"));
  Send(quick, Call("List"));
  EXPECT_NE(Receive(quick), "");
  char byte;
  EXPECT_EQ(::recv(slow.get(), &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_NE(Receive(slow), "");
}

TEST_F(CtlServerTest, IntrospectsItself) {
  const UniqueFd client = Connect();
  Send(client,
       std::string(R"({"method":"org.varlink.service.GetInfo"})") + '\0');
  EXPECT_NE(Receive(client).find("1.2.3"), std::string::npos);
  EXPECT_EQ(calls, 0);
}

TEST_F(CtlServerTest, RepliesNothingToAOneWayCall) {
  const UniqueFd client = Connect();
  Send(client, std::string(R"({"method":"io.iscsi.Initiator.List",)"
                           R"("oneway":true})") +
                   '\0' + Call("Nicknames"));
  EXPECT_NE(Receive(client), "");
  EXPECT_EQ(calls, 2);
  char byte;
  EXPECT_EQ(::recv(client.get(), &byte, 1, MSG_DONTWAIT), -1);
}

TEST_F(CtlServerTest, ClosesOnNonsense) {
  for (const std::string& bytes :
       {std::string("hello") + '\0', std::string("{}") + '\0',
        std::string(1, '\0'), std::string(200000, 'x')}) {
    const UniqueFd client = Connect();
    // The server may have hung up on the longest before all is sent.
    (void)::send(client.get(), bytes.data(), bytes.size(),
                 MSG_NOSIGNAL | MSG_DONTWAIT);
    EXPECT_EQ(Receive(client), "");
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(CtlServerTest, BoundsItsClients) {
  std::vector<UniqueFd> clients;
  for (size_t i = 0; i < CtlServer::kMaxClients; ++i) {
    clients.push_back(Connect());
    Send(clients.back(), Call("List"));
    EXPECT_NE(Receive(clients.back()), "");
  }
  const UniqueFd refused = Connect();
  EXPECT_EQ(Receive(refused), "");
  clients.pop_back();
  const UniqueFd admitted = Connect();
  Send(admitted, Call("List"));
  EXPECT_NE(Receive(admitted), "");
}

TEST_F(CtlServerTest, LeavesALivingDaemonAlone) {
  CtlServer second(loop.get_executor(), clock, log, "", nullptr);
  const Status listening = second.Listen(path);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, Errc::kExists);
}

TEST_F(CtlServerTest, ReplacesTheSocketOfADeadOne) {
  server.Close();
  RunUntil([this] { return server.idle(); });
  ASSERT_EQ(::access(path.c_str(), F_OK), 0);  // left behind
  CtlServer next(loop.get_executor(), clock, log, "",
                 [this](ctl::AnyCall call) { return Handle(call); });
  ASSERT_TRUE(next.Listen(path).ok());
  {
    const UniqueFd client = Connect();
    Send(client, Call("List"));
    EXPECT_NE(Receive(client), "");
  }
  next.Close();
  RunUntil([&] { return next.idle(); });
}

TEST_F(CtlServerTest, SaysThatANameIsTooLong) {
  CtlServer other(loop.get_executor(), clock, log, "", nullptr);
  EXPECT_FALSE(other.Listen(directory.path() + "/" + std::string(200, 'x')));
}

TEST(Peer, RootChangesTheGroupReads) {
  constexpr uid_t kDaemon = 0;
  constexpr gid_t kOwner = 44;
  const Peer root{0, {0}};
  EXPECT_TRUE(root.MayChange(kDaemon));
  EXPECT_TRUE(root.MayRead(kDaemon, kOwner));
  const Peer member{1000, {1000, 20, 44}};
  EXPECT_FALSE(member.MayChange(kDaemon));
  EXPECT_TRUE(member.MayRead(kDaemon, kOwner));
  const Peer stranger{1001, {1001}};
  EXPECT_FALSE(stranger.MayRead(kDaemon, kOwner));
  // A daemon that somebody runs for themselves.
  EXPECT_TRUE(stranger.MayChange(1001));
}

TEST(Peer, IsWhoConnected) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd one(ends[0]);
  const UniqueFd two(ends[1]);
  const Result<Peer> peer = ReadPeer(one.get());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, ::getuid());
  EXPECT_EQ(peer->groups.at(0), ::getgid());
  EXPECT_FALSE(ReadPeer(STDIN_FILENO + 1000).ok());
}

}  // namespace
}  // namespace iscsid
