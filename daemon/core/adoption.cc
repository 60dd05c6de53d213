// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/adoption.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/parse.h"
#include "daemon/config/secret_file.h"
#include "daemon/config/value.h"
#include "daemon/core/run_discovery.h"

namespace iscsid {
namespace {

Offers OffersOf(const SessionDump& dump) {
  const SessionParams& held = dump.params;
  Offers offers;
  offers.max_connections = dump.spec.max_connections;
  offers.initial_r2t = held.initial_r2t;
  offers.immediate_data = held.immediate_data;
  offers.max_burst_length = held.max_burst_length;
  offers.first_burst_length = held.first_burst_length;
  offers.default_time2wait = held.default_time2wait;
  offers.default_time2retain = held.default_time2retain;
  offers.max_outstanding_r2t = held.max_outstanding_r2t;
  offers.data_pdu_in_order = held.data_pdu_in_order;
  offers.data_sequence_in_order = held.data_sequence_in_order;
  offers.error_recovery_level = held.error_recovery_level;
  if (!dump.conns.empty()) {
    const ConnectionParams& conn = dump.conns.back().params;
    offers.header_digest = {conn.header_digest};
    offers.data_digest = {conn.data_digest};
    offers.max_recv_data_segment_length = conn.max_recv_data_segment_length;
  }
  return offers;
}

// The login call's settings over a stanza. A secret among them went with the
// daemon that was called. CHAP is demanded all the same (C-056): the next login
// says what it lacks.
config::Stanza WithSettings(config::Stanza stanza,
                            std::map<std::string, std::string> settings) {
  Result<config::Stanza> whole = config::Override(stanza, settings);
  if (whole) return *std::move(whole);
  bool chap = false;
  std::erase_if(settings, [&](const auto& setting) {
    const auto is = [&](std::string_view key) {
      return config::EqualIgnoringCase(setting.first, key);
    };
    chap = chap || (is("AuthMethod") &&
                    !config::EqualIgnoringCase(setting.second, "None"));
    return is("AuthMethod") || is("chapIName") || is("tgtChapName");
  });
  Result<config::Stanza> rest = config::Override(stanza, settings);
  if (rest) stanza = *std::move(rest);
  if (chap) stanza.offers.auth_method = {"CHAP"};
  return stanza;
}

config::Stanza Rebuild(const SessionDump& dump, const Owner& owner,
                       const config::Config& config) {
  config::Stanza stanza = config.globals;
  stanza.nickname = owner.nickname;
  stanza.session_type = SessionType::kNormal;
  stanza.target_name = dump.spec.target_name;
  stanza.target_address =
      owner.portal.host.empty() ? dump.spec.portal : owner.portal;
  stanza = WithSettings(std::move(stanza), owner.settings);
  // C-056: what the module knows of offers says nothing of authentication.
  std::vector<std::string> methods = std::move(stanza.offers.auth_method);
  stanza.offers = OffersOf(dump);
  stanza.offers.auth_method = std::move(methods);
  return stanza;
}

// What the configuration says about the session today, if it is about it.
std::optional<config::Stanza> Configured(const SessionDump& dump,
                                         const Owner& owner,
                                         const config::Config& config) {
  const config::Stanza* found =
      owner.nickname.empty() ? nullptr : config.Find(owner.nickname);
  if (found == nullptr) return std::nullopt;
  if (found->session_type == SessionType::kDiscovery) {
    return StanzaOfFound(
        *found, dump.spec.target_name,
        owner.portal.host.empty() ? dump.spec.portal : owner.portal);
  }
  if (found->target_name != dump.spec.target_name) return std::nullopt;
  return *found;
}

}  // namespace

config::Stanza StanzaFor(const SessionDump& dump, const Owner& owner,
                         const config::Config& config) {
  config::Stanza stanza = Rebuild(dump, owner, config);
  if (const auto configured = Configured(dump, owner, config))
    stanza = WithSettings(*configured, owner.settings);
  // A secret that cannot be read is told of by the login that needs it.
  (void)config::ReadSecrets(stanza);
  stanza.initiator_name = dump.spec.initiator_name;
  stanza.initiator_alias = dump.spec.initiator_alias;
  stanza.queue_depth = dump.spec.queue_depth;
  stanza.lun_queue_depth = dump.spec.lun_queue_depth;
  stanza.replacement_timeout = dump.spec.recovery_tmo;
  if (dump.spec.pings) {
    stanza.ping_interval = dump.spec.pings->IntervalSeconds();
    stanza.ping_timeout = dump.spec.pings->TimeoutSeconds();
  }
  return stanza;
}

}  // namespace iscsid
