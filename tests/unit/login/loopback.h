// SPDX-License-Identifier: GPL-2.0-or-later
//
// A daemon whose kernel, disks and clock are fakes and whose network is real:
// over the loopback interface, through a relay, to the scripted target.
#ifndef ISCSID_TESTS_UNIT_LOGIN_LOOPBACK_H_
#define ISCSID_TESTS_UNIT_LOGIN_LOOPBACK_H_

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "daemon/config/parse.h"
#include "daemon/io/libcrypto.h"
#include "daemon/io/tcp.h"
#include "daemon/io/worker.h"
#include "tests/target/service.h"
#include "tests/unit/fakes/fake_world.h"
#include "tests/unit/login/relay.h"

namespace iscsid {

inline size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

class Loopback : public testing::Test {
 protected:
  explicit Loopback(target::Config target_config)
      : server_(std::move(target_config)),
        acceptor_(std::move(*target::Listen(loop_, "127.0.0.1:0"))),
        relay(loop_, acceptor_.local_endpoint()) {
    kernel.SetEnvironment(env_);
    asio::co_spawn(loop_, target::AcceptAll(acceptor_, server_, {}),
                   asio::detached);
  }

  ~Loopback() override {
    bool stopped = false;
    transport_.Close();
    asio::co_spawn(
        loop_,
        [](Initiator& initiator, bool& done) -> asio::awaitable<void> {
          co_await initiator.Stop();
          done = true;
        }(*initiator_, stopped),
        asio::detached);
    EXPECT_TRUE(Until([&] { return stopped; }));
    relay.Close();
    acceptor_.close();
    EXPECT_TRUE(Until([&] { return relay.open == 0; }));
    loop_.restart();
    loop_.poll();
  }

  void StartDaemon(const std::string& config) {
    const config::Source source{"test.conf", config, false};
    const config::Parsed parsed = config::Parse({&source, 1});
    ASSERT_TRUE(parsed.config) << parsed.diagnostics.at(0).Text();
    initiator_.emplace(env_);
    initiator_->SetConfig(*parsed.config);
    control_.emplace(env_, *initiator_);
    initiator_->Start("0123456789abcdef");
  }

  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(relay.port());
  }

  // Runs the loop until it is so. The bound is for what never comes.
  template <typename Condition>
  bool Until(Condition is_so) {
    const auto bound =
        std::chrono::steady_clock::now() + std::chrono::seconds(120);
    loop_.restart();
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > bound) return false;
      loop_.run_one_for(std::chrono::seconds(1));
    }
    return true;
  }
  void Advance(Duration step) {
    clock.Advance(step, [this] {
      loop_.restart();
      loop_.poll();
    });
  }

  // The reply's error, without the interface's name.
  std::shared_ptr<std::optional<std::string>> Login(std::string nickname) {
    auto error = std::make_shared<std::optional<std::string>>();
    ctl::LoginCall call;
    call.nickname = std::move(nickname);
    asio::co_spawn(
        loop_,
        [](Control& control, ctl::AnyCall what,
           std::shared_ptr<std::optional<std::string>> out)
            -> asio::awaitable<void> {
          const ctl::Reply reply = co_await control.Handle(std::move(what));
          *out = reply.error + reply.parameters.value("message", "");
        }(*control_, std::move(call), error),
        asio::detached);
    return error;
  }

  Initiator& initiator() { return *initiator_; }

 private:
  asio::io_context loop_;

 protected:
  FakeClock clock;
  FakeKernel kernel;
  FakeDevices devices;
  FakeStore store;
  FakeLog log;

 private:
  Libcrypto crypto_;
  Worker worker_{loop_.get_executor()};
  TcpTransport transport_{loop_.get_executor(), clock, worker_};
  uint32_t random_ = 1;
  Environment env_{loop_.get_executor(),
                   clock,
                   transport_,
                   kernel,
                   devices,
                   store,
                   log,
                   crypto_,
                   [this] { return random_ = random_ * 1664525 + 1013904223; }};
  target::Server server_;
  asio::ip::tcp::acceptor acceptor_;

 protected:
  Relay relay;

 private:
  std::optional<Initiator> initiator_;
  std::optional<Control> control_;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_LOGIN_LOOPBACK_H_
