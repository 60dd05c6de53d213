// SPDX-License-Identifier: GPL-2.0-or-later
//
// Everything core/ sees of the world, faked, and an initiator in it. Nothing
// happens but in Settle() and Advance().
#ifndef ISCSID_TESTS_UNIT_FAKES_FAKE_WORLD_H_
#define ISCSID_TESTS_UNIT_FAKES_FAKE_WORLD_H_

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config/parse.h"
#include "daemon/core/control.h"
#include "daemon/core/environment.h"
#include "daemon/core/initiator.h"
#include "daemon/ctl/reflect.h"
#include "tests/unit/fakes/fake_chap_crypto.h"
#include "tests/unit/fakes/fake_clock.h"
#include "tests/unit/fakes/fake_kernel.h"
#include "tests/unit/fakes/fake_target.h"
#include "tests/unit/fakes/fake_transport.h"

namespace iscsid {

class FakeLog : public Log {
 public:
  std::vector<std::string> lines;

  void Write(LogLevel, std::string_view message) override {
    lines.emplace_back(message);
  }
  [[nodiscard]] bool Has(std::string_view part) const {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.find(part) != std::string::npos;
    });
  }
};

class FakeDevices : public Devices {
 public:
  std::map<uint32_t, std::vector<ctl::Lun>> luns;  // by host
  std::optional<std::vector<ctl::Holder>> holders = std::vector<ctl::Holder>();

  std::vector<ctl::Lun> Luns(uint32_t host) override { return luns[host]; }
  asio::awaitable<std::optional<std::vector<ctl::Holder>>> Holders(
      uint32_t, TimePoint) override {
    co_return holders;
  }
  void OnChange(std::function<void()> changed) override {
    changed_ = std::move(changed);
  }

  // A disk as sysfs shows it; without a node at first if `device` is empty.
  void Add(uint32_t host, uint64_t lun, const std::string& device) {
    ctl::Lun entry;
    entry.lun = lun;
    entry.type = "disk";
    if (!device.empty()) entry.device = device;
    luns[host].push_back(entry);
    if (changed_) changed_();
  }
  void Change() { changed_(); }

 private:
  std::function<void()> changed_;
};

class FakeStore : public Store {
 public:
  std::map<std::string, std::string> files;
  bool broken = false;

  Result<std::optional<std::string>> Load(const std::string& name) override {
    if (broken) return Error{Errc::kSystem, name + ": Input/output error"};
    const auto found = files.find(name);
    if (found == files.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  asio::awaitable<Status> Save(std::string name, std::string text) override {
    if (broken) co_return Status(Errc::kSystem, name + ": no space");
    files[name] = text;
    co_return Status();
  }
};

class FakeWorld {
 public:
  FakeWorld()
      : env_{loop_.get_executor(),
             clock,
             transport,
             kernel,
             devices,
             store,
             log,
             crypto,
             [this] { return Random(); }},
        target(transport) {
    transport.SetEnvironment(env_);
    kernel.SetEnvironment(env_);
  }

  ~FakeWorld() { StopDaemon(); }

  // --- the daemon: Start, and kill or stop, as often as a test likes

  void StartDaemon(const std::string& config = "") {
    initiator_.emplace(env_);
    control_.emplace(env_, *initiator_);
    const config::Source source{"test.conf", config, false};
    const config::Parsed parsed = config::Parse({&source, 1});
    if (parsed.config) initiator_->SetConfig(*parsed.config);
    initiator_->Start("0123456789abcdef");
    Settle();
  }

  // As SIGTERM does. Afterwards no coroutine is left.
  void StopDaemon() {
    if (!initiator_) return;
    for (FakeStream* stream : transport.streams) stream->Close();
    bool stopped = false;
    asio::co_spawn(
        loop_,
        [](Initiator& initiator, bool& done) -> asio::awaitable<void> {
          co_await initiator.Stop();
          done = true;
        }(*initiator_, stopped),
        asio::detached);
    Settle();
    if (!stopped) std::abort();
    kernel.OnEvent(nullptr);
    Settle();
    control_.reset();
    initiator_.reset();
  }

  Initiator& initiator() { return *initiator_; }
  Environment& env() { return env_; }

  // --- time

  void Settle() {
    loop_.restart();
    loop_.poll();
  }
  void Advance(Duration step) {
    clock.Advance(step, [this] { Settle(); });
  }

  // --- calls

  struct Pending {
    std::optional<ctl::Reply> reply;
    [[nodiscard]] bool done() const { return reply.has_value(); }
    [[nodiscard]] std::string error() const {
      if (!reply) return "(none yet)";
      const size_t dot = reply->error.rfind('.');
      return reply->error.substr(dot + 1);
    }
  };
  std::shared_ptr<Pending> Call(ctl::AnyCall call) {
    auto pending = std::make_shared<Pending>();
    asio::co_spawn(
        loop_,
        [](Control& control, ctl::AnyCall what,
           std::shared_ptr<Pending> out) -> asio::awaitable<void> {
          out->reply = co_await control.Handle(std::move(what));
        }(*control_, std::move(call), pending),
        asio::detached);
    Settle();
    return pending;
  }
  std::shared_ptr<Pending> Login(const std::string& nickname,
                                 bool wait = false) {
    ctl::LoginCall call;
    call.nickname = nickname;
    call.wait = wait;
    return Call(call);
  }
  std::shared_ptr<Pending> Logout(const std::string& nickname,
                                  bool force = false) {
    ctl::LogoutCall call;
    call.selector.nickname = nickname;
    call.force = force;
    return Call(call);
  }
  ctl::Session Show(const std::string& nickname) {
    ctl::ShowCall call;
    call.selector.nickname = nickname;
    const auto pending = Call(call);
    const auto reply = ctl::FromJson<ctl::ShowReply>(pending->reply->parameters,
                                                     ctl::Unknown::kIgnore);
    return reply ? reply->session : ctl::Session();
  }

 private:
  // Reproducible; the high half is what backoff looks at.
  uint32_t Random() { return random_ = random_ * 1664525 + 1013904223; }

  asio::io_context loop_;
  uint32_t random_ = 1;

 public:
  FakeClock clock;
  FakeTransport transport;
  FakeKernel kernel;
  FakeDevices devices;
  FakeStore store;
  FakeLog log;
  FakeChapCrypto crypto;

 private:
  Environment env_;

 public:
  FakeTarget target;

 private:
  std::optional<Initiator> initiator_;
  std::optional<Control> control_;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_FAKES_FAKE_WORLD_H_
