// SPDX-License-Identifier: GPL-2.0-or-later
//
// The types of io.iscsi.Initiator.varlink as C++ values, member for member
// (tests/unit/ctl/interface_test.cc compares the two). Each struct lists its
// members once, in Fields(); reflect.h turns that list into JSON and back.
// What the members mean is said in the .varlink file. Portal is daemon/proto's;
// reflect.h knows it. An enum's EnumNames() are in the order of its values.
#ifndef ISCSID_CTL_MESSAGES_H_
#define ISCSID_CTL_MESSAGES_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/proto/address.h"

namespace iscsid::ctl {

struct Target {
  std::string name;
  std::vector<Portal> portals;

  static void Fields(auto& self, auto&& visit) {
    visit("name", self.name);
    visit("portals", self.portals);
  }
};

struct Selector {
  std::optional<std::string> nickname;
  std::optional<uint32_t> session;
  std::optional<std::string> target;
  std::optional<Portal> portal;

  static void Fields(auto& self, auto&& visit) {
    visit("nickname", self.nickname);
    visit("session", self.session);
    visit("target", self.target);
    visit("portal", self.portal);
  }
};

// RFC 7143 §8.3.
enum class SessionState { kFree, kLoggedIn, kFailed };
constexpr auto EnumNames(SessionState) {
  return std::to_array<std::string_view>({"FREE", "LOGGED_IN", "FAILED"});
}

// RFC 7143 §8.1.
enum class ConnectionState {
  kFree,
  kXptWait,
  kInLogin,
  kLoggedIn,
  kInLogout,
  kLogoutRequested,
  kCleanupWait,
};
constexpr auto EnumNames(ConnectionState) {
  return std::to_array<std::string_view>({"FREE", "XPT_WAIT", "IN_LOGIN",
                                          "LOGGED_IN", "IN_LOGOUT",
                                          "LOGOUT_REQUESTED", "CLEANUP_WAIT"});
}

struct Lun {
  uint64_t lun = 0;
  std::optional<std::string> device;
  std::optional<std::string> generic;
  std::optional<std::string> type;
  std::optional<std::string> vendor;
  std::optional<std::string> model;
  std::optional<uint64_t> size;
  std::optional<std::string> state;

  static void Fields(auto& self, auto&& visit) {
    visit("lun", self.lun);
    visit("device", self.device);
    visit("generic", self.generic);
    visit("type", self.type);
    visit("vendor", self.vendor);
    visit("model", self.model);
    visit("size", self.size);
    visit("state", self.state);
  }
};

struct Failure {
  std::string reason;
  int64_t when = 0;

  static void Fields(auto& self, auto&& visit) {
    visit("reason", self.reason);
    visit("when", self.when);
  }
};

using Keys = std::map<std::string, std::string>;
using Counters = std::map<std::string, uint64_t>;

struct Connection {
  uint16_t cid = 0;
  ConnectionState state = ConnectionState::kFree;
  std::optional<Portal> local;
  std::optional<Portal> remote;
  std::optional<uint32_t> max_recv_data_segment_length;
  Keys keys;

  static void Fields(auto& self, auto&& visit) {
    visit("cid", self.cid);
    visit("state", self.state);
    visit("local", self.local);
    visit("remote", self.remote);
    visit("max_recv_data_segment_length", self.max_recv_data_segment_length);
    visit("keys", self.keys);
  }
};

struct Redirection {
  Portal address;
  bool permanent = false;

  static void Fields(auto& self, auto&& visit) {
    visit("address", self.address);
    visit("permanent", self.permanent);
  }
};

struct SessionSummary {
  std::optional<uint32_t> session;
  std::optional<std::string> nickname;
  std::string target;
  Portal portal;
  SessionState state = SessionState::kFree;
  std::optional<uint32_t> host;
  std::vector<std::string> devices;
  std::optional<Failure> failure;

  static void Fields(auto& self, auto&& visit) {
    visit("session", self.session);
    visit("nickname", self.nickname);
    visit("target", self.target);
    visit("portal", self.portal);
    visit("state", self.state);
    visit("host", self.host);
    visit("devices", self.devices);
    visit("failure", self.failure);
  }
};

struct Session {
  std::optional<uint32_t> session;
  std::optional<std::string> nickname;
  std::string initiator;
  std::optional<std::string> initiator_alias;
  std::string target;
  std::optional<std::string> target_alias;
  Portal portal;
  std::optional<Redirection> redirection;
  std::string isid;  // twelve hexadecimal digits
  std::optional<uint16_t> tsih;
  std::optional<uint16_t> tpgt;
  SessionState state = SessionState::kFree;
  std::optional<uint32_t> host;
  std::optional<uint64_t> uptime_ms;
  uint32_t queue_depth = 0;
  int64_t replacement_timeout = 0;  // seconds; -1 is for ever
  uint32_t ping_interval = 0;       // seconds; 0: no pings
  uint32_t ping_timeout = 0;        // seconds
  Keys keys;
  Counters counters;
  std::vector<Connection> connections;
  std::vector<Lun> luns;
  std::optional<Failure> failure;
  uint64_t failures = 0;
  std::optional<uint64_t> next_retry_ms;

  static void Fields(auto& self, auto&& visit) {
    visit("session", self.session);
    visit("nickname", self.nickname);
    visit("initiator", self.initiator);
    visit("initiator_alias", self.initiator_alias);
    visit("target", self.target);
    visit("target_alias", self.target_alias);
    visit("portal", self.portal);
    visit("redirection", self.redirection);
    visit("isid", self.isid);
    visit("tsih", self.tsih);
    visit("tpgt", self.tpgt);
    visit("state", self.state);
    visit("host", self.host);
    visit("uptime_ms", self.uptime_ms);
    visit("queue_depth", self.queue_depth);
    visit("replacement_timeout", self.replacement_timeout);
    visit("ping_interval", self.ping_interval);
    visit("ping_timeout", self.ping_timeout);
    visit("keys", self.keys);
    visit("counters", self.counters);
    visit("connections", self.connections);
    visit("luns", self.luns);
    visit("failure", self.failure);
    visit("failures", self.failures);
    visit("next_retry_ms", self.next_retry_ms);
  }
};

struct Nickname {
  std::string nickname;
  std::optional<std::string> target;
  Portal portal;
  bool enable = true;
  bool discovery = false;
  std::optional<uint32_t> session;

  static void Fields(auto& self, auto&& visit) {
    visit("nickname", self.nickname);
    visit("target", self.target);
    visit("portal", self.portal);
    visit("enable", self.enable);
    visit("discovery", self.discovery);
    visit("session", self.session);
  }
};

enum class HolderKind { kMount, kSwap, kDevice, kProcess };
constexpr auto EnumNames(HolderKind) {
  return std::to_array<std::string_view>(
      {"mount", "swap", "device", "process"});
}

struct Holder {
  std::string device;
  HolderKind kind = HolderKind::kMount;
  std::string name;

  static void Fields(auto& self, auto&& visit) {
    visit("device", self.device);
    visit("kind", self.kind);
    visit("name", self.name);
  }
};

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_MESSAGES_H_
