// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/login_order.h"

#include <algorithm>
#include <utility>

#include "daemon/proto/keys.h"

namespace iscsid {
namespace {

Outcome<void> LimitDigests(Key key, std::vector<Digest>& digests,
                           const KernelInfo& info) {
  std::erase_if(digests, [&](Digest digest) { return !info.Has(digest); });
  if (!digests.empty()) return {};
  const std::string name(NameOf(key));
  return Failure{
      ctl::InvalidValue(name, "CRC32C",
                        "the loaded kernel module has no digests; allow None"),
      LoginAction::kGiveUp};
}

// Nothing when CHAP is not among what is offered.
std::optional<ChapConfig> ChapFor(const config::Stanza& stanza,
                                  const InitiatorPort& port) {
  const auto& methods = stanza.offers.auth_method;
  if (std::ranges::count(methods, "CHAP") == 0) return std::nullopt;
  ChapConfig chap;
  chap.name = stanza.chap_iname.empty() ? port.name : stanza.chap_iname;
  chap.secret = stanza.chap_secret.secret;
  chap.algorithms = stanza.chap_digest;
  if (chap.algorithms.empty()) {  // all, the strongest first
    for (const ChapAlgorithmRow& row : kChapAlgorithms)
      chap.algorithms.insert(chap.algorithms.begin(), row.algorithm);
  }
  chap.mutual = static_cast<bool>(stanza.tgt_chap_secret);
  chap.target_name = stanza.tgt_chap_name;
  chap.target_secret = stanza.tgt_chap_secret.secret;
  chap.short_secrets = stanza.ipsec;
  return chap;
}

LoginConfig LoginConfigFor(const config::Stanza& stanza,
                           const InitiatorPort& port) {
  LoginConfig login;
  login.initiator_name = port.name;
  login.initiator_alias = stanza.initiator_alias;
  login.target_name = stanza.target_name;
  login.isid = port.isid;
  login.tpgt = stanza.target_portal_group_tag;
  login.offers = stanza.offers;
  login.chap = ChapFor(stanza, port);  // C-056
  return login;
}

LoginOrder OrderFor(const config::Stanza& stanza, LoginConfig login) {
  LoginOrder order;
  order.portal = stanza.target_address;
  order.socket = SocketOptionsFor(stanza);
  order.login = std::move(login);
  order.connect_timeout = std::chrono::seconds(stanza.login_timeout);
  order.deadline = kNever;
  return order;
}

}  // namespace

Outcome<Offers> LimitOffers(Offers offers, const KernelInfo& info) {
  const auto limit = [](uint32_t& value, uint32_t most) {
    value = std::min(value, most);
  };
  limit(offers.max_connections, info.max_connections);
  limit(offers.max_recv_data_segment_length, info.max_recv_dsl);
  limit(offers.max_outstanding_r2t, info.max_outstanding_r2t);
  limit(offers.error_recovery_level, info.max_erl);
  if (Outcome<void> header =
          LimitDigests(Key::kHeaderDigest, offers.header_digest, info);
      !header)
    return header.error();
  if (Outcome<void> data =
          LimitDigests(Key::kDataDigest, offers.data_digest, info);
      !data)
    return data.error();
  return offers;
}

SocketOptions SocketOptionsFor(const config::Stanza& stanza) {
  SocketOptions options;
  options.source_address = stanza.initiator_address;
  options.dscp = stanza.dscp;
  options.pcp = stanza.pcp;
  if (stanza.ping_interval != 0) {
    options.keepalive_idle = std::chrono::seconds(stanza.ping_interval);
    options.user_timeout =
        std::chrono::seconds(stanza.ping_interval + stanza.ping_timeout);
  }
  return options;
}

Outcome<LoginOrder> OrderLogin(const config::Stanza& stanza,
                               const InitiatorPort& port,
                               const KernelInfo& info) {
  LoginConfig login = LoginConfigFor(stanza, port);
  Outcome<Offers> offers = LimitOffers(std::move(login.offers), info);
  if (!offers) return offers.error();
  login.offers = *std::move(offers);
  return OrderFor(stanza, std::move(login));
}

LoginOrder OrderDiscovery(const config::Stanza& stanza,
                          const InitiatorPort& port) {
  LoginConfig login = LoginConfigFor(stanza, port);
  login.session_type = SessionType::kDiscovery;
  login.target_name.clear();
  login.tpgt.reset();
  return OrderFor(stanza, std::move(login));
}

}  // namespace iscsid
