// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/initiator.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <cerrno>
#include <exception>
#include <utility>

#include "daemon/core/adoption.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

// Events that were lost without a trace are made up for after this long.
constexpr Duration kAuditInterval{30000};

// A coroutine that throws is a bug; the loop passes it on to main().
void Rethrow(std::exception_ptr exception) {
  if (exception) std::rethrow_exception(exception);
}

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace

Initiator::Initiator(Environment& env)
    : env_(env), changed_(env), limiter_(env), identity_(env) {}

void Initiator::Start(const std::string& machine_hash) {
  identity_.Load(machine_hash);
  env_.kernel.OnEvent([this](const KernelEvent& event) {
    if (!stopping_) OnKernelEvent(event);
  });
  env_.devices.OnChange([this] {
    for (const auto& session : sessions_) session->OnDevicesChanged();
  });
  Resync();
  auditing_ = true;
  asio::co_spawn(env_.executor, Audit(), Rethrow);
}

asio::awaitable<void> Initiator::Stop() {
  stopping_ = true;
  changed_.NotifyAll();
  const auto sessions = sessions_;
  for (const auto& session : sessions) session->Stop();
  co_await changed_.Wait([this] { return sessions_.empty() && !auditing_; },
                         kNever);
}

asio::awaitable<void> Initiator::Audit() {
  while (!co_await changed_.Wait([this] { return stopping_; },
                                 env_.clock.Now() + kAuditInterval)) {
    Resync();
  }
  auditing_ = false;
  changed_.NotifyAll();
}

std::shared_ptr<Session> Initiator::LogIn(
    config::Stanza stanza, std::map<std::string, std::string> settings,
    TimePoint deadline) {
  const std::string name = NameFor(stanza);
  const std::string path = name + " " + stanza.target_name + " " +
                           ToString(stanza.target_address) + " " +
                           stanza.nickname;
  const Isid isid = identity_.IsidFor(path, [this](const Isid& other) {
    return std::any_of(
        sessions_.begin(), sessions_.end(),
        [&](const auto& session) { return session->port().isid == other; });
  });
  auto session = std::make_shared<Session>(env_, limiter_, std::move(stanza),
                                           std::move(settings),
                                           InitiatorPort{name, isid}, deadline);
  Supervise(session);
  return session;
}

InitiatorPort Initiator::DiscoveryPort(const config::Stanza& stanza) {
  constexpr uint16_t kDiscovery = 0;  // sessions count from 1
  return {NameFor(stanza), RandomIsid(env_.random(), kDiscovery)};
}

const std::string& Initiator::NameFor(const config::Stanza& stanza) const {
  return stanza.initiator_name.empty() ? identity_.initiator_name()
                                       : stanza.initiator_name;
}

void Initiator::Supervise(std::shared_ptr<Session> session) {
  sessions_.push_back(session);
  auto ended = [this, session = session.get()] {
    std::erase_if(sessions_,
                  [&](const auto& entry) { return entry.get() == session; });
    changed_.NotifyAll();
  };
  asio::co_spawn(env_.executor, session->Run(std::move(ended)), Rethrow);
}

Session* Initiator::FindById(uint32_t id) {
  for (const auto& session : sessions_) {
    if (session->handle() && session->handle()->id == id) return session.get();
  }
  return nullptr;
}

Session* Initiator::FindByHandle(SessionHandle handle) {
  Session* session = FindById(handle.id);
  return session != nullptr && *session->handle() == handle ? session : nullptr;
}

// An event for a session we do not know is another namespace's, or late.
void Initiator::OnKernelEvent(const KernelEvent& event) {
  std::visit(
      Overloaded{
          [this](const SessionStateEvent& e) {
            if (Session* session = FindByHandle(e.session))
              session->OnState(e.state);
          },
          [this](const ConnFailedEvent& e) {
            if (Session* session = FindByHandle(e.conn.session))
              session->OnConnFailed(e);
          },
          [this](const PduEvent& e) {
            if (Session* session = FindByHandle(e.conn.session))
              session->OnPdu(e);
          },
          [this](const ScannedEvent& e) {
            if (Session* session = FindByHandle(e.session))
              session->OnScanned(e);
          },
          [this](const UnboundEvent& e) {
            if (Session* session = FindByHandle(e.session))
              session->OnUnbound();
          },
          [this](const GoneEvent& e) {
            if (Session* session = FindByHandle(e.session)) session->OnGone();
          },
          [this](const LunsChangedEvent& e) {
            if (Session* session = FindByHandle(e.session))
              session->OnLunsChanged(e);
          },
          [this](const EventsLost&) {
            env_.log.Info("events of the kernel were lost; reading its state");
            Resync();
          },
          [this](const ModuleAppeared&) {
            env_.log.Info("the kernel module is there");
            Resync();
          },
          [this](const ModuleGone&) { Resync(); },
      },
      event);
}

void Initiator::Resync() {
  const KernelResult<std::vector<SessionDump>> dumps = env_.kernel.Sessions();
  if (!dumps) {
    const bool missing = dumps.error().error_number == ENODEV;
    if (!missing || !module_missing_)
      env_.log.Warning(
          missing ? ctl::ModuleNotLoaded().parameters.value("message", "")
                  : dumps.error().Text());
    module_missing_ = missing;
    // No module, no sessions; any other error says nothing about them.
    if (!missing) return;
  } else {
    module_missing_ = false;
  }
  const std::vector<SessionDump> present =
      dumps ? *dumps : std::vector<SessionDump>();
  const auto known = sessions_;
  for (const auto& session : known) {
    if (!session->handle()) continue;
    const bool there = std::any_of(present.begin(), present.end(),
                                   [&](const SessionDump& dump) {
                                     return dump.handle == *session->handle();
                                   });
    if (!there) session->OnGone();
  }
  for (const SessionDump& dump : present) {
    if (Session* session = FindByHandle(dump.handle)) {
      session->OnDump(dump);
    } else if (dump.state == ISI_SESSION_NEW) {
      Drop(dump);
    } else {
      Adopt(dump);
    }
  }
}

// A daemon died between making the session and giving it its connection. Its
// caller has been told that the login failed.
void Initiator::Drop(const SessionDump& dump) {
  env_.log.Info("session " + std::to_string(dump.handle.id) +
                ": removed, its first login was never finished");
  const KernelResult<void> deleted = env_.kernel.DelSession(dump.handle);
  if (!deleted) env_.log.Warning(deleted.error().Text());
}

void Initiator::Adopt(const SessionDump& dump) {
  const Owner owner = DecodeOwner(dump.spec.owner).value_or(Owner{});
  auto session = std::make_shared<Session>(
      env_, limiter_, StanzaFor(dump, owner, config_), owner, dump);
  env_.log.Info("session " + std::to_string(dump.handle.id) + " (" +
                (owner.nickname.empty() ? Printable(dump.spec.target_name)
                                        : owner.nickname) +
                "): taken over, " +
                (session->live() ? "connected" : "to be recovered"));
  Supervise(session);
  session->OnDump(dump);
  // The daemon before us may have died between login and scan.
  if (session->live() && !session->leaving() &&
      session->stanza().scan == config::Scan::kAuto &&
      env_.devices.Luns(dump.host).empty()) {
    session->ScanAgain();
  }
}

}  // namespace iscsid
