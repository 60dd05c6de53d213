// SPDX-License-Identifier: GPL-2.0-or-later
//
// The methods of io.iscsi.Initiator: what each takes and replies. kMethod is
// the name without the interface's; kChanges is true when only root may call
// it. What they do is said in the .varlink file.
#ifndef ISCSID_CTL_CALLS_H_
#define ISCSID_CTL_CALLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/ctl/messages.h"
#include "daemon/ctl/probe.h"

namespace iscsid::ctl {

// To a portal, or to that of a stanza.
struct PortalQuestion {
  std::optional<Portal> portal;
  std::optional<std::string> nickname;
  std::optional<std::string> target;
  std::optional<Keys> settings;
  std::optional<uint32_t> timeout_ms;

  static void Fields(auto& self, auto&& visit) {
    visit("portal", self.portal);
    visit("nickname", self.nickname);
    visit("target", self.target);
    visit("settings", self.settings);
    visit("timeout_ms", self.timeout_ms);
  }
};

struct DiscoverReply {
  std::vector<Target> targets;

  static void Fields(auto& self, auto&& visit) {
    visit("targets", self.targets);
  }
};

struct DiscoverCall : PortalQuestion {
  static constexpr const char* kMethod = "Discover";
  static constexpr bool kChanges = false;
  using Reply = DiscoverReply;
};

struct LoginReply {
  uint32_t session = 0;
  std::vector<std::string> devices;

  static void Fields(auto& self, auto&& visit) {
    visit("session", self.session);
    visit("devices", self.devices);
  }
};

struct LoginCall {
  static constexpr const char* kMethod = "Login";
  static constexpr bool kChanges = true;
  using Reply = LoginReply;
  std::optional<std::string> nickname;
  std::optional<Portal> portal;
  std::optional<std::string> target;
  std::optional<Keys> settings;
  std::optional<bool> wait;
  std::optional<uint32_t> timeout_ms;

  static void Fields(auto& self, auto&& visit) {
    visit("nickname", self.nickname);
    visit("portal", self.portal);
    visit("target", self.target);
    visit("settings", self.settings);
    visit("wait", self.wait);
    visit("timeout_ms", self.timeout_ms);
  }
};

struct LogoutReply {
  static void Fields(auto&, auto&&) {}
};

struct LogoutCall {
  static constexpr const char* kMethod = "Logout";
  static constexpr bool kChanges = true;
  using Reply = LogoutReply;
  Selector selector;
  std::optional<bool> force;
  std::optional<uint32_t> timeout_ms;

  static void Fields(auto& self, auto&& visit) {
    visit("selector", self.selector);
    visit("force", self.force);
    visit("timeout_ms", self.timeout_ms);
  }
};

struct ListReply {
  std::vector<SessionSummary> sessions;

  static void Fields(auto& self, auto&& visit) {
    visit("sessions", self.sessions);
  }
};

struct ListCall {
  static constexpr const char* kMethod = "List";
  static constexpr bool kChanges = false;
  using Reply = ListReply;

  static void Fields(auto&, auto&&) {}
};

struct ShowReply {
  Session session;

  static void Fields(auto& self, auto&& visit) {
    visit("session", self.session);
  }
};

struct ShowCall {
  static constexpr const char* kMethod = "Show";
  static constexpr bool kChanges = false;
  using Reply = ShowReply;
  Selector selector;

  static void Fields(auto& self, auto&& visit) {
    visit("selector", self.selector);
  }
};

struct RescanReply {
  std::vector<Lun> luns;

  static void Fields(auto& self, auto&& visit) { visit("luns", self.luns); }
};

struct RescanCall {
  static constexpr const char* kMethod = "Rescan";
  static constexpr bool kChanges = true;
  using Reply = RescanReply;
  Selector selector;
  std::optional<uint32_t> timeout_ms;

  static void Fields(auto& self, auto&& visit) {
    visit("selector", self.selector);
    visit("timeout_ms", self.timeout_ms);
  }
};

struct NicknamesReply {
  std::vector<Nickname> nicknames;

  static void Fields(auto& self, auto&& visit) {
    visit("nicknames", self.nicknames);
  }
};

struct NicknamesCall {
  static constexpr const char* kMethod = "Nicknames";
  static constexpr bool kChanges = false;
  using Reply = NicknamesReply;

  static void Fields(auto&, auto&&) {}
};

struct ProbeReply {
  std::vector<ProbeSession> sessions;
  std::vector<Target> targets;

  static void Fields(auto& self, auto&& visit) {
    visit("sessions", self.sessions);
    visit("targets", self.targets);
  }
};

struct ProbeCall : PortalQuestion {
  static constexpr const char* kMethod = "Probe";
  static constexpr bool kChanges = true;
  using Reply = ProbeReply;
};

// A decoded call; std::visit over it and the compiler says what is missing.
using AnyCall = std::variant<DiscoverCall, LoginCall, LogoutCall, ListCall,
                             ShowCall, RescanCall, NicknamesCall, ProbeCall>;

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_CALLS_H_
