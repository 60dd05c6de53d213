// SPDX-License-Identifier: GPL-2.0-or-later
//
// Carries out the calls of io.iscsi.Initiator (daemon/ctl). Calls run side by
// side; each ends by its own deadline, and what it started goes on as the
// interface says. Who may call what has been checked before.
#ifndef ISCSID_CORE_CONTROL_H_
#define ISCSID_CORE_CONTROL_H_

#include <asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "daemon/config/diagnostic.h"
#include "daemon/core/environment.h"
#include "daemon/core/failure.h"
#include "daemon/core/initiator.h"
#include "daemon/core/run_probe.h"
#include "daemon/ctl/calls.h"

namespace iscsid {

class Control {
 public:
  // Both outlive the calls.
  Control(Environment& env, Initiator& initiator)
      : env_(env), initiator_(initiator) {}

  asio::awaitable<ctl::Reply> Handle(ctl::AnyCall call);

  // The configuration could not be read at all: nicknames are refused with
  // this until one can.
  void SetConfigError(std::optional<config::Diagnostic> error) {
    config_error_ = std::move(error);
  }

 private:
  asio::awaitable<ctl::Reply> On(ctl::DiscoverCall call);
  asio::awaitable<ctl::Reply> On(ctl::LoginCall call);
  asio::awaitable<ctl::Reply> On(ctl::LogoutCall call);
  asio::awaitable<ctl::Reply> On(ctl::ListCall call);
  asio::awaitable<ctl::Reply> On(ctl::ShowCall call);
  asio::awaitable<ctl::Reply> On(ctl::RescanCall call);
  asio::awaitable<ctl::Reply> On(ctl::NicknamesCall call);
  asio::awaitable<ctl::Reply> On(ctl::ProbeCall call);

  using SessionPtr = std::shared_ptr<Session>;

  Outcome<config::Stanza> StanzaOf(const std::string& nickname) const;
  Outcome<config::Stanza> StanzaFor(const ctl::LoginCall& call) const;
  Outcome<config::Stanza> StanzaFor(const ctl::DiscoverCall& call) const;
  Outcome<ProbeOrder> OrderFor(const ctl::ProbeCall& call) const;
  Outcome<config::Stanza> StanzaOfNickname(const ctl::LoginCall& call) const;
  [[nodiscard]] SessionPtr FindSame(const config::Stanza& stanza,
                                    bool by_nickname) const;
  Outcome<SessionPtr> Select(const ctl::Selector& selector) const;

  asio::awaitable<Outcome<void>> AwaitScan(SessionPtr session,
                                           unsigned scans_before,
                                           TimePoint deadline);
  asio::awaitable<Outcome<void>> MayLogOut(SessionPtr session,
                                           TimePoint deadline);
  [[nodiscard]] TimePoint Deadline(const std::optional<uint32_t>& timeout_ms,
                                   Duration otherwise) const;
  std::vector<std::string> DeviceNodes(const Session& session);

  Environment& env_;
  Initiator& initiator_;
  std::optional<config::Diagnostic> config_error_;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_CONTROL_H_
