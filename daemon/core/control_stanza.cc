// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which stanza a call means.
#include <utility>

#include "daemon/config/keys.h"
#include "daemon/config/parse.h"
#include "daemon/config/secret_file.h"
#include "daemon/core/control.h"
#include "daemon/core/run_discovery.h"
#include "daemon/ctl/errors.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

// config/ says "Key: why".
Failure BadSetting(const Error& error, const ctl::Keys& settings) {
  const size_t colon = error.what.find(": ");
  const std::string key = error.what.substr(0, colon);
  const auto given = settings.find(key);
  return {ctl::InvalidValue(colon == std::string::npos ? "settings" : key,
                            given == settings.end() || config::IsSecretKey(key)
                                ? ""
                                : given->second,
                            colon == std::string::npos
                                ? error.what
                                : error.what.substr(colon + 2)),
          LoginAction::kGiveUp};
}

Outcome<config::Stanza> Checked(Result<config::Stanza> stanza,
                                const ctl::Keys& settings) {
  if (!stanza) return BadSetting(stanza.error(), settings);
  // Of secrets only one that is new with this call is still to be read.
  if (Status read = config::ReadSecrets(*stanza); !read)
    return BadSetting(read.error(), settings);
  return *std::move(stanza);
}

Failure Misuse(const std::string& parameter, const std::string& value,
               std::string_view why) {
  return {ctl::InvalidValue(parameter, value, why), LoginAction::kGiveUp};
}

}  // namespace

Outcome<config::Stanza> Control::StanzaOf(const std::string& nickname) const {
  if (config_error_) {
    return Failure{
        ctl::ConfigError(config_error_->place.file, config_error_->place.line,
                         config_error_->place.column, config_error_->message)};
  }
  const config::Stanza* stanza = initiator_.config().Find(nickname);
  if (stanza == nullptr) {
    return Failure{
        ctl::UnknownNickname(nickname, initiator_.config().Nicknames())};
  }
  return *stanza;
}

Outcome<config::Stanza> Control::StanzaFor(const ctl::LoginCall& call) const {
  const ctl::Keys settings = call.settings.value_or(ctl::Keys{});
  if (call.nickname) {
    Outcome<config::Stanza> stanza = StanzaOfNickname(call);
    if (!stanza) return stanza;
    return Checked(config::Override(*std::move(stanza), settings), settings);
  }
  if (!call.portal || !call.target) {
    return Misuse(call.portal ? "target" : "portal", "",
                  "give a nickname, or a portal and a target");
  }
  return Checked(config::Transient(initiator_.config(), call.target,
                                   *call.portal, settings),
                 settings);
}

// A target and a portal go with a Discovery stanza, and with no other.
Outcome<config::Stanza> Control::StanzaOfNickname(
    const ctl::LoginCall& call) const {
  Outcome<config::Stanza> stanza = StanzaOf(*call.nickname);
  if (!stanza) return stanza;
  if (stanza->session_type != SessionType::kDiscovery) {
    if (!call.portal && !call.target) return stanza;
    return Misuse("nickname", *call.nickname,
                  "give either a nickname or a portal and a target");
  }
  if (!call.portal || !call.target) {
    return Misuse("nickname", *call.nickname,
                  "this stanza is for discovery; give portal and target of "
                  "one that it found, too");
  }
  Result<std::string> name = NormalizeTargetName(*call.target);
  if (!name) return Misuse("target", *call.target, name.error().what);
  return StanzaOfFound(*std::move(stanza), *std::move(name), *call.portal);
}

Outcome<config::Stanza> Control::StanzaFor(
    const ctl::DiscoverCall& call) const {
  const ctl::Keys settings = call.settings.value_or(ctl::Keys{});
  if (call.nickname.has_value() == call.portal.has_value()) {
    return Misuse("portal", "", "give either a portal or a nickname");
  }
  if (call.nickname) {
    Outcome<config::Stanza> stanza = StanzaOf(*call.nickname);
    if (!stanza) return stanza;
    if (stanza->session_type != SessionType::kDiscovery) {
      return Misuse("nickname", *call.nickname,
                    "this stanza is for a login; give the portal instead, or "
                    "set SessionType = Discovery");
    }
    return Checked(config::Override(*std::move(stanza), settings), settings);
  }
  return Checked(config::Transient(initiator_.config(), std::nullopt,
                                   *call.portal, settings),
                 settings);
}

// What it finds is logged in to as the stanza says, whatever its SessionType.
Outcome<ProbeOrder> Control::OrderFor(const ctl::ProbeCall& call) const {
  const ctl::Keys settings = call.settings.value_or(ctl::Keys{});
  if (call.nickname.has_value() == call.portal.has_value())
    return Misuse("portal", "", "give either a portal or a nickname");
  ProbeOrder order;
  if (call.target) {
    Result<std::string> name = NormalizeTargetName(*call.target);
    if (!name) return Misuse("target", *call.target, name.error().what);
    order.target = *std::move(name);
  }
  Outcome<config::Stanza> stanza =
      call.nickname ? StanzaOf(*call.nickname) : initiator_.config().globals;
  if (!stanza) return stanza.error();
  stanza = Checked(call.nickname
                       ? config::Override(*std::move(stanza), settings)
                       : config::Transient(initiator_.config(), std::nullopt,
                                           *call.portal, settings),
                   settings);
  if (!stanza) return stanza.error();
  order.stanza = *std::move(stanza);
  if (!order.target && !order.stanza.target_name.empty())
    order.target = order.stanza.target_name;
  return order;
}

// The session that this login would make a second time.
Control::SessionPtr Control::FindSame(const config::Stanza& stanza,
                                      bool by_nickname) const {
  for (const SessionPtr& session : initiator_.sessions()) {
    const config::Stanza& other = session->stanza();
    const bool same = stanza.nickname.empty() || !by_nickname
                          ? other.target_name == stanza.target_name &&
                                session->LeadsTo(stanza.target_address) &&
                                (stanza.initiator_name.empty() ||
                                 stanza.initiator_name == session->port().name)
                          : other.nickname == stanza.nickname;
    if (same) return session;
  }
  return nullptr;
}

}  // namespace iscsid
