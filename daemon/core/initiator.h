// SPDX-License-Identifier: GPL-2.0-or-later
//
// The initiator: its sessions, who it is, and how it keeps in step with the
// module.
//
//   Initiator ──owns──▶ Session ──▶ (module: session N) ──▶ target
//       ▲                  ▲
//    Control            kernel events, by session id
//
// The module is the truth about which sessions exist. They are read from it at
// start, when events were lost, when the module appears, and every so often;
// what is new is adopted, what is missing has ended.
#ifndef ISCSID_CORE_INITIATOR_H_
#define ISCSID_CORE_INITIATOR_H_

#include <asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/core/condition.h"
#include "daemon/core/connect_limiter.h"
#include "daemon/core/environment.h"
#include "daemon/core/identity.h"
#include "daemon/core/session.h"

namespace iscsid {

class Initiator {
 public:
  // The environment outlives the initiator, and both every coroutine: see
  // Stop().
  explicit Initiator(Environment& env);

  // Who we are (see Identity::Load) and what the module has. After this all
  // sessions are supervised again.
  void Start(const std::string& machine_hash);

  // Lets go of all sessions, without a logout, and returns when no coroutine
  // of ours is left.
  asio::awaitable<void> Stop();

  // For new logins, and for recovery after the next start.
  void SetConfig(config::Config config) { config_ = std::move(config); }
  [[nodiscard]] const config::Config& config() const { return config_; }

  // In no particular order.
  [[nodiscard]] const std::vector<std::shared_ptr<Session>>& sessions() const {
    return sessions_;
  }

  // Starts to log in; see Session.
  std::shared_ptr<Session> LogIn(config::Stanza stanza,
                                 std::map<std::string, std::string> settings,
                                 TimePoint deadline);

  // The initiator port for a discovery session: never the same twice.
  InitiatorPort DiscoveryPort(const config::Stanza& stanza);

  ConnectLimiter& limiter() { return limiter_; }

 private:
  void Supervise(std::shared_ptr<Session> session);
  void OnKernelEvent(const KernelEvent& event);
  void Resync();
  void Adopt(const SessionDump& dump);
  void Drop(const SessionDump& dump);
  Session* FindById(uint32_t id);
  Session* FindByHandle(SessionHandle handle);
  asio::awaitable<void> Audit();
  [[nodiscard]] const std::string& NameFor(const config::Stanza& stanza) const;

  Environment& env_;
  Condition changed_;
  ConnectLimiter limiter_;
  Identity identity_;
  config::Config config_;
  std::vector<std::shared_ptr<Session>> sessions_;
  bool module_missing_ = false;
  bool stopping_ = false;
  bool auditing_ = false;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_INITIATOR_H_
