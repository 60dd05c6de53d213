// SPDX-License-Identifier: GPL-2.0-or-later
//
// What Probe replies: see the .varlink file.
#ifndef ISCSID_CTL_PROBE_H_
#define ISCSID_CTL_PROBE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ctl/messages.h"

namespace iscsid::ctl {

enum class ProbeSessionType { kDiscovery, kNormal };
constexpr auto EnumNames(ProbeSessionType) {
  return std::to_array<std::string_view>({"Discovery", "Normal"});
}

struct ProbeStep {
  std::string what;
  std::optional<uint64_t> round_trip_us;
  std::string text;

  static void Fields(auto& self, auto&& visit) {
    visit("what", self.what);
    visit("round_trip_us", self.round_trip_us);
    visit("text", self.text);
  }
};

struct ProbeKey {
  std::string key;
  std::optional<std::string> ours;
  std::optional<std::string> theirs;
  std::optional<std::string> outcome;

  static void Fields(auto& self, auto&& visit) {
    visit("key", self.key);
    visit("ours", self.ours);
    visit("theirs", self.theirs);
    visit("outcome", self.outcome);
  }
};

struct ProbeFailure {
  std::string error;
  std::string message;

  static void Fields(auto& self, auto&& visit) {
    visit("error", self.error);
    visit("message", self.message);
  }
};

struct ProbeSession {
  ProbeSessionType session_type = ProbeSessionType::kDiscovery;
  Portal portal;
  std::optional<std::string> target;
  std::vector<ProbeStep> steps;
  std::vector<Redirection> redirections;
  std::vector<ProbeKey> keys;
  std::vector<std::string> deviations;
  std::optional<ProbeFailure> failure;

  static void Fields(auto& self, auto&& visit) {
    visit("session_type", self.session_type);
    visit("portal", self.portal);
    visit("target", self.target);
    visit("steps", self.steps);
    visit("redirections", self.redirections);
    visit("keys", self.keys);
    visit("deviations", self.deviations);
    visit("failure", self.failure);
  }
};

}  // namespace iscsid::ctl

#endif  // ISCSID_CTL_PROBE_H_
