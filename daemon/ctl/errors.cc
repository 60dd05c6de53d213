// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ctl/errors.h"

#include <cstring>
#include <utility>

#include "daemon/ctl/reflect.h"
#include "daemon/ctl/service.h"

namespace iscsid::ctl {
namespace {

Reply Fail(const char* name, Json members, std::string message) {
  members["message"] = std::move(message);
  return {.parameters = std::move(members),
          .error = std::string(kInterface) + "." + name};
}

std::string Join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += ", ";
    joined += word;
  }
  return joined;
}

// "session 3", "target iqn.… at 192.0.2.1:3260".
std::string Describe(const Selector& selector) {
  if (selector.session) return "session " + std::to_string(*selector.session);
  if (selector.nickname) return "nickname " + *selector.nickname;
  std::string text = "target " + selector.target.value_or("");
  if (selector.portal) text += " at " + ToString(*selector.portal);
  return text;
}

// What to do when a step does not end.
const char* Advice(Step step) {
  switch (step) {
    case Step::kResolve:
      return "the name server did not answer; try a numeric address";
    case Step::kConnect:
      return "the portal does not answer; check its address, the network and "
             "firewalls on the way";
    case Step::kLogin:
    case Step::kDiscovery:
      return "the portal accepts connections but does not finish the login; "
             "check the target, or raise LoginTimeout";
    case Step::kScan:
      return "the session is up, but the target does not say which logical "
             "units it has; try 'iscsictl rescan' later";
    case Step::kDevices:
      return "the session is up, but not all device nodes are there; see "
             "'iscsictl show' and the kernel log";
    case Step::kRemoval:
      return "the devices still have data to write; try again, or use --force "
             "and lose it";
    case Step::kLogout:
      return "the target does not answer the logout; use --force to end the "
             "session without it";
  }
  return "";
}

}  // namespace

Reply UnknownNickname(const std::string& nickname,
                      const std::vector<std::string>& known) {
  return Fail(
      "UnknownNickname", {{"nickname", nickname}, {"known", known}},
      "no stanza " + nickname + " in the configuration; " +
          (known.empty() ? "it has none at all" : "there is " + Join(known)) +
          "; add it to /etc/iscsi/iscsi.conf and run 'systemctl reload "
          "iscsid'");
}

Reply UnknownSession(const Selector& selector) {
  return Fail("UnknownSession", {{"selector", ToJson(selector)}},
              "no session for " + Describe(selector) +
                  "; 'iscsictl list' shows those there are");
}

Reply AmbiguousSelector(const Selector& selector,
                        const std::vector<uint32_t>& sessions) {
  return Fail("AmbiguousSelector",
              {{"selector", ToJson(selector)}, {"sessions", sessions}},
              "several sessions for " + Describe(selector) +
                  "; give the session's id instead, see 'iscsictl list'");
}

Reply AlreadyLoggedIn(uint32_t session) {
  return Fail("AlreadyLoggedIn", {{"session", session}},
              "already logged in, as session " + std::to_string(session));
}

Reply Busy(std::string_view what_is_going_on) {
  return Fail("Busy", Json::object(),
              std::string(what_is_going_on) + "; try again when it is done");
}

Reply HostNotFound(const std::string& host, std::string_view why) {
  return Fail("HostNotFound", {{"host", host}},
              "cannot resolve " + host + ": " + std::string(why) +
                  "; check the spelling, or use a numeric address");
}

Reply TargetUnreachable(const Portal& portal, int error_number) {
  return Fail("TargetUnreachable",
              {{"portal", ToJson(portal)}, {"errno", error_number}},
              "cannot reach " + ToString(portal) + ": " +
                  std::strerror(error_number) +
                  "; check the address, the route and firewalls on the way");
}

Reply ConnectionRefused(const Portal& portal) {
  return Fail("ConnectionRefused", {{"portal", ToJson(portal)}},
              ToString(portal) +
                  " refuses connections; is the target running, "
                  "and is that its port?");
}

Reply ConnectionLost(const Portal& portal, std::string_view why) {
  return Fail("ConnectionLost", {{"portal", ToJson(portal)}},
              "the connection to " + ToString(portal) +
                  " broke during login: " + std::string(why) +
                  "; the target's log may say why it closed it");
}

Reply TargetNotFound(const std::string& target, const Portal& portal) {
  return Fail(
      "TargetNotFound", {{"target", target}, {"portal", ToJson(portal)}},
      ToString(portal) + " has no target " + target + "; 'iscsictl discover " +
          ToString(portal) + "' shows those it has");
}

Reply LoginRefused(const std::string& target, uint8_t status_class,
                   uint8_t status_detail, const std::string& text) {
  return Fail("LoginRefused",
              {{"target", target},
               {"status_class", status_class},
               {"status_detail", status_detail},
               {"text", text}},
              target + " refuses the login: " + text +
                  "; its configuration or its log says why (is InitiatorName "
                  "in its access list?)");
}

Reply AuthenticationRequired(const std::optional<std::string>& target,
                             const Portal& portal, std::string_view why) {
  Json members = {{"portal", ToJson(portal)}};
  if (target) members["target"] = *target;
  const std::string who =
      target.value_or("discovery") + " at " + ToString(portal);
  if (!why.empty()) {
    return Fail("AuthenticationRequired", std::move(members),
                who + ": " + std::string(why));
  }
  return Fail("AuthenticationRequired", std::move(members),
              who +
                  " refuses this initiator; set chapIName and chapSecret in "
                  "its stanza, or give InitiatorName access at the target");
}

Reply NegotiationFailed(const std::string& key,
                        const std::optional<std::string>& offered,
                        const std::optional<std::string>& answered,
                        std::string_view why) {
  Json members = {{"key", key}};
  if (offered) members["offered"] = *offered;
  if (answered) members["answered"] = *answered;
  return Fail("NegotiationFailed", std::move(members),
              "no agreement on " + key + ": " + std::string(why) + "; change " +
                  key + " in the stanza or at the target");
}

Reply ProtocolError(const Portal& portal, std::string_view why) {
  return Fail("ProtocolError", {{"portal", ToJson(portal)}},
              ToString(portal) + " does not follow the iSCSI protocol: " +
                  std::string(why) + "; is it an iSCSI target at all?");
}

Reply TimedOut(Step step, std::optional<uint32_t> session) {
  Json members = {{"step", ToJson(step)}};
  if (session) members["session"] = *session;
  return Fail("Timeout", std::move(members),
              "time ran out during " + ToJson(step).get<std::string>() + ": " +
                  Advice(step));
}

Reply InUse(const std::vector<Holder>& holders) {
  std::vector<std::string> described;
  for (const Holder& holder : holders) {
    described.push_back(holder.device + " by " +
                        ToJson(holder.kind).get<std::string>() + " " +
                        holder.name);
  }
  return Fail("InUse", {{"holders", ToJson(holders)}},
              "in use: " + Join(described) +
                  "; release it, or use --force and lose what is not written");
}

Reply PermissionDenied(std::string_view what_is_needed) {
  return Fail("PermissionDenied", Json::object(),
              "not allowed: " + std::string(what_is_needed));
}

Reply ModuleNotLoaded() {
  return Fail("ModuleNotLoaded", Json::object(),
              "the kernel module is not loaded; run 'modprobe "
              "iscsi_initiator', and see the kernel log if that fails");
}

Reply KernelError(const std::string& operation, int error_number,
                  std::string_view extack) {
  std::string why = std::strerror(error_number);
  if (!extack.empty()) why += " (" + std::string(extack) + ")";
  return Fail("KernelError",
              {{"operation", operation}, {"errno", error_number}},
              "the kernel refuses " + operation + ": " + why +
                  "; the kernel log may say more");
}

Reply ConfigError(const std::string& file, size_t line, size_t column,
                  const std::string& what) {
  return Fail(
      "ConfigError", {{"file", file}, {"line", line}, {"column", column}},
      what + "; 'iscsictl config check' shows everything that is wrong");
}

Reply InvalidValue(const std::string& parameter, const std::string& value,
                   std::string_view why) {
  return Fail("InvalidValue", {{"parameter", parameter}, {"value", value}},
              parameter + ": " + std::string(why));
}

}  // namespace iscsid::ctl
