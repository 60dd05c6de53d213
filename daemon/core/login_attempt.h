// SPDX-License-Identifier: GPL-2.0-or-later
//
// One try to get a connection into full feature phase: resolve, connect, log
// in (RFC 7143 §6.3), following redirections (§11.13.5). Sessions and
// discovery both start here.
#ifndef ISCSID_CORE_LOGIN_ATTEMPT_H_
#define ISCSID_CORE_LOGIN_ATTEMPT_H_

#include <asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/core/chap_offer.h"
#include "daemon/core/connect_limiter.h"
#include "daemon/core/environment.h"
#include "daemon/core/failure.h"
#include "daemon/fsm/conn_fsm.h"
#include "daemon/proto/login.h"

namespace iscsid {

struct LoginOrder {
  Portal portal;                  // as configured
  std::vector<Portal> addresses;  // its numeric ones; empty: to be resolved
  SocketOptions socket;
  LoginConfig login;
  Duration connect_timeout;  // for each address
  TimePoint deadline;        // for everything
};

struct LoggedIn {
  std::unique_ptr<Stream> stream;  // read exactly to the last Login Response
  LoginResult result;
  // The numeric addresses to come back to, the one that answered first. A
  // temporary redirection does not change them, a permanent one does (C-059).
  std::vector<Portal> addresses;
  // The way it took, in order; empty: the portal itself answered.
  std::vector<LoginRedirect> redirects;
};

class LoginAttempt {
 public:
  // `on_event` takes what happens to the connection's state machine.
  LoginAttempt(Environment& env, ConnectLimiter& limiter, LoginOrder order,
               std::function<void(ConnEvent)> on_event);

  // Once; the attempt must live until it returns.
  asio::awaitable<Outcome<LoggedIn>> Run();

  // Where it leads: the configured portal, or the last redirection's.
  [[nodiscard]] const Portal& portal() const { return portal_; }
  // The numeric address that was tried last.
  [[nodiscard]] const Portal& address() const { return address_; }

  // Ends Run() early.
  void Cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }

 private:
  asio::awaitable<Outcome<void>> Resolve();
  asio::awaitable<Outcome<void>> Connect();
  asio::awaitable<TransportResult<void>> ConnectTo(Portal address,
                                                   size_t addresses_left);
  asio::awaitable<Outcome<LoginEvent>> Converse();
  bool TryOneAlgorithm();
  Outcome<void> Follow(LoginRedirect redirect);

  Environment& env_;
  ConnectLimiter& limiter_;
  LoginOrder order_;
  ChapOffer chap_;
  bool chap_list_refused_ = false;  // by the last Converse()
  std::function<void(ConnEvent)> on_event_;

  bool cancelled_ = false;
  std::unique_ptr<Stream> stream_;
  Portal portal_;                  // where we are going now
  std::vector<Portal> addresses_;  // its addresses
  Portal address_;                 // the one of them in use
  std::vector<Portal> home_;       // what LoggedIn::addresses will be
  bool home_is_here_ = true;
  std::vector<LoginRedirect> redirects_;
};

}  // namespace iscsid

#endif  // ISCSID_CORE_LOGIN_ATTEMPT_H_
