// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/keys.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "daemon/config/value.h"
#include "daemon/proto/address.h"
#include "daemon/proto/keys.h"
#include "daemon/proto/name.h"

namespace iscsid::config {
namespace {

using Names = std::array<std::string_view, 2>;

// In the order of their enums.
constexpr Names kSessionTypes = {"Normal", "Discovery"};
constexpr Names kScans = {"Auto", "Manual"};
constexpr Names kDigests = {"None", "CRC32C"};
constexpr Names kAuthMethods = {"None", "CHAP"};
constexpr std::array<std::string_view, 4> kChapDigests = {
    kChapAlgorithms[0].name, kChapAlgorithms[1].name, kChapAlgorithms[2].name,
    kChapAlgorithms[3].name};

Error Expected(std::string what) {
  return {Errc::kInvalidArgument, "expected " + std::move(what)};
}

// The member of the stanza, or of its offers, that a row is about.
template <auto Member>
auto& In(Draft& draft) {
  if constexpr (requires { draft.stanza.*Member; }) {
    return draft.stanza.*Member;
  } else {
    return draft.stanza.offers.*Member;
  }
}

// The type of a member, or of what it holds when it is optional.
template <class T>
T Inside(const T&);
template <class T>
T Inside(const std::optional<T>&);
template <auto Member>
using Plain = decltype(Inside(In<Member>(std::declval<Draft&>())));

template <auto Member>
Result<void> SetBool(Draft& draft, const ConfigKey&, RawValue value) {
  const Result<bool> parsed = ParseBool(value.text);
  if (!parsed) return parsed.error();
  In<Member>(draft) = *parsed;
  return {};
}

Range RangeOf(const ConfigKey& key) {
  if (key.range.max != 0) return key.range;
  const KeyRow* row = FindKey(key.name);
  return row ? Range{row->min, row->max} : Range{};
}

template <auto Member>
Result<void> SetNumber(Draft& draft, const ConfigKey& key, RawValue value) {
  const auto [min, max] = RangeOf(key);
  const Result<uint64_t> parsed = ParseInteger(value.text, min, max);
  if (!parsed) return parsed.error();
  In<Member>(draft) = static_cast<Plain<Member>>(*parsed);
  return {};
}

template <auto Member>
Result<void> SetSize(Draft& draft, const ConfigKey& key, RawValue value) {
  const auto [min, max] = RangeOf(key);
  const Result<uint64_t> parsed = ParseSize(value.text, min, max);
  if (!parsed) return parsed.error();
  In<Member>(draft) = static_cast<uint32_t>(*parsed);
  return {};
}

Result<void> SetReplacementTimeout(Draft& draft, const ConfigKey& key,
                                   RawValue value) {
  if (EqualIgnoringCase(value.text, "Off") || value.text == "-1") {
    draft.stanza.replacement_timeout = kForever;
    return {};
  }
  const Result<uint64_t> parsed =
      ParseInteger(value.text, key.range.min, key.range.max);
  if (!parsed)
    return Error{parsed.error().code, parsed.error().what + ", or Off"};
  draft.stanza.replacement_timeout = static_cast<int64_t>(*parsed);
  return {};
}

template <auto Member, const auto& kNames>
Result<void> SetChoice(Draft& draft, const ConfigKey&, RawValue value) {
  const Result<size_t> parsed = ParseChoice(value.text, kNames);
  if (!parsed) return parsed.error();
  In<Member>(draft) = static_cast<Plain<Member>>(*parsed);
  return {};
}

template <auto Member, const auto& kNames>
Result<void> SetChoices(Draft& draft, const ConfigKey&, RawValue value) {
  const Result<std::vector<size_t>> parsed = ParseChoices(value.text, kNames);
  if (!parsed) return parsed.error();
  auto& list = In<Member>(draft);
  list.clear();
  for (const size_t index : *parsed) {
    if constexpr (std::is_enum_v<typename Plain<Member>::value_type>) {
      list.push_back(static_cast<typename Plain<Member>::value_type>(index));
    } else {
      list.emplace_back(kNames[index]);
    }
  }
  return {};
}

Result<void> SetChapDigest(Draft& draft, const ConfigKey&, RawValue value) {
  const Result<std::vector<size_t>> parsed =
      ParseChoices(value.text, kChapDigests);
  if (!parsed) return parsed.error();
  draft.stanza.chap_digest.clear();
  for (const size_t index : *parsed)
    draft.stanza.chap_digest.push_back(kChapAlgorithms[index].algorithm);
  return {};
}

template <auto Member>
Result<void> SetText(Draft& draft, const ConfigKey&, RawValue value) {
  if (value.text.empty() || value.text.size() > 255) {
    return Expected("1 to 255 bytes of text");
  }
  In<Member>(draft) = value.text;
  return {};
}

template <auto Member, auto Normalize>
Result<void> SetName(Draft& draft, const ConfigKey&, RawValue value) {
  Result<std::string> name = Normalize(value.text);
  if (!name) return Expected("an iSCSI name: " + name.error().what);
  In<Member>(draft) = *std::move(name);
  return {};
}

// Whether host[:port][,tpgt] names a port; ParsePortal has accepted it.
bool NamesPort(std::string_view address) {
  const size_t host_end = address.starts_with('[') ? address.find(']') : 0;
  return address.find(':', host_end) != std::string_view::npos;
}

Result<void> SetTargetAddress(Draft& draft, const ConfigKey&, RawValue value) {
  Result<Portal> portal = ParsePortal(value.text);
  if (!portal) {
    return Expected("host[:port][,tag], an IPv6 host in brackets: " +
                    portal.error().what);
  }
  draft.stanza.target_address = *std::move(portal);
  draft.address_has_port = NamesPort(value.text);
  return {};
}

Result<void> SetPort(Draft& draft, const ConfigKey& key, RawValue value) {
  const Result<uint64_t> parsed =
      ParseInteger(value.text, key.range.min, key.range.max);
  if (!parsed) return parsed.error();
  draft.port = static_cast<uint16_t>(*parsed);
  return {};
}

Result<void> SetInitiatorAddress(Draft& draft, const ConfigKey&,
                                 RawValue value) {
  const std::string text(value.text);
  const std::string host = text.substr(0, text.find('%'));
  in6_addr address;
  if (inet_pton(AF_INET, text.c_str(), &address) != 1 &&
      inet_pton(AF_INET6, host.c_str(), &address) != 1) {
    return Expected("a numeric address of this machine");
  }
  draft.stanza.initiator_address = text;
  return {};
}

Result<void> SetDscp(Draft& draft, const ConfigKey&, RawValue value) {
  const Result<uint8_t> parsed = ParseDscp(value.text);
  if (!parsed) return parsed.error();
  draft.stanza.dscp = *parsed;
  return {};
}

Result<void> CheckProtocol(Draft&, const ConfigKey&, RawValue value) {
  if (EqualIgnoringCase(value.text, "iSCSI")) return {};
  return Expected("iSCSI; iSER is not supported");
}

template <auto Member>
Result<void> SetSecret(Draft& draft, const ConfigKey&, RawValue value) {
  Result<Secret> secret = ParseSecret(value.text, value.quoted);
  if (!secret) return secret.error();
  In<Member>(draft) = {SecretSource::From::kText, *std::move(secret), {}};
  return {};
}

template <auto Member>
Result<void> SetSecretFile(Draft& draft, const ConfigKey&, RawValue value) {
  if (!value.text.starts_with('/')) return Expected("an absolute path");
  In<Member>(draft) = {SecretSource::From::kFile, {}, std::string(value.text)};
  return {};
}

template <auto Member>
Result<void> SetSecretCredential(Draft& draft, const ConfigKey&,
                                 RawValue value) {
  if (value.text.empty() || value.text.find('/') != std::string_view::npos) {
    return Expected("the name of a systemd credential");
  }
  In<Member>(draft) = {
      SecretSource::From::kCredential, {}, std::string(value.text)};
  return {};
}

constexpr uint64_t kMaxSeconds = 86400;

// The keys of RFC 7143 first, then those of the FreeBSD initiators, then ours.
constexpr ConfigKey kKeys[] = {
    {.name = "AuthMethod",
     .set = SetChoices<&Offers::auth_method, kAuthMethods>},
    {.name = "HeaderDigest",
     .set = SetChoices<&Offers::header_digest, kDigests>},
    {.name = "DataDigest", .set = SetChoices<&Offers::data_digest, kDigests>},
    {.name = "MaxConnections", .set = SetNumber<&Offers::max_connections>},
    {.name = "TargetName",
     .set = SetName<&Stanza::target_name, NormalizeTargetName>},
    {.name = "InitiatorName",
     .set = SetName<&Stanza::initiator_name, NormalizeIscsiName>},
    {.name = "InitiatorAlias", .set = SetText<&Stanza::initiator_alias>},
    {.name = "TargetAddress", .set = SetTargetAddress},
    {.name = "TargetPortalGroupTag",
     .set = SetNumber<&Stanza::target_portal_group_tag>},
    {.name = "InitialR2T", .set = SetBool<&Offers::initial_r2t>},
    {.name = "ImmediateData", .set = SetBool<&Offers::immediate_data>},
    {.name = "MaxRecvDataSegmentLength",
     .set = SetSize<&Offers::max_recv_data_segment_length>},
    {.name = "MaxBurstLength", .set = SetSize<&Offers::max_burst_length>},
    {.name = "FirstBurstLength", .set = SetSize<&Offers::first_burst_length>},
    {.name = "DefaultTime2Wait", .set = SetNumber<&Offers::default_time2wait>},
    {.name = "DefaultTime2Retain",
     .set = SetNumber<&Offers::default_time2retain>},
    {.name = "MaxOutstandingR2T",
     .set = SetNumber<&Offers::max_outstanding_r2t>},
    {.name = "DataPDUInOrder", .set = SetBool<&Offers::data_pdu_in_order>},
    {.name = "DataSequenceInOrder",
     .set = SetBool<&Offers::data_sequence_in_order>},
    {.name = "ErrorRecoveryLevel",
     .set = SetNumber<&Offers::error_recovery_level>},
    {.name = "SessionType",
     .set = SetChoice<&Stanza::session_type, kSessionTypes>},

    {.name = "port", .set = SetPort, .range = {1, 65535}},
    {.name = "tags",
     .set = SetNumber<&Stanza::queue_depth>,
     .range = {1, 65535},
     .same_as = "QueueDepth"},
    {.name = "InitiatorAddress", .set = SetInitiatorAddress},
    {.name = "Enable", .set = SetBool<&Stanza::enable>},
    {.name = "Protocol", .set = CheckProtocol},
    {.name = "dscp", .set = SetDscp},
    {.name = "pcp", .set = SetNumber<&Stanza::pcp>, .range = {0, 7}},
    {.name = "chapIName", .set = SetText<&Stanza::chap_iname>},
    {.name = "chapSecret",
     .set = SetSecret<&Stanza::chap_secret>,
     .secret = true},
    {.name = "chapDigest", .set = SetChapDigest},
    {.name = "tgtChapName", .set = SetText<&Stanza::tgt_chap_name>},
    {.name = "tgtChapSecret",
     .set = SetSecret<&Stanza::tgt_chap_secret>,
     .secret = true},
    {.name = "LoginTimeout",
     .set = SetNumber<&Stanza::login_timeout>,
     .range = {1, kMaxSeconds}},
    {.name = "PingTimeout",
     .set = SetNumber<&Stanza::ping_timeout>,
     .range = {1, kMaxSeconds}},

    {.name = "chapSecretFile",
     .set = SetSecretFile<&Stanza::chap_secret>,
     .same_as = "chapSecret"},
    {.name = "chapSecretCredential",
     .set = SetSecretCredential<&Stanza::chap_secret>,
     .same_as = "chapSecret"},
    {.name = "tgtChapSecretFile",
     .set = SetSecretFile<&Stanza::tgt_chap_secret>,
     .same_as = "tgtChapSecret"},
    {.name = "tgtChapSecretCredential",
     .set = SetSecretCredential<&Stanza::tgt_chap_secret>,
     .same_as = "tgtChapSecret"},
    {.name = "IPsec", .set = SetBool<&Stanza::ipsec>},
    {.name = "QueueDepth",
     .set = SetNumber<&Stanza::queue_depth>,
     .range = {1, 65535}},
    {.name = "LUNQueueDepth",
     .set = SetNumber<&Stanza::lun_queue_depth>,
     .range = {1, 65535}},
    {.name = "PingInterval",
     .set = SetNumber<&Stanza::ping_interval>,
     .range = {0, kMaxSeconds}},
    {.name = "ReplacementTimeout",
     .set = SetReplacementTimeout,
     .range = {0, kMaxSeconds}},
    {.name = "Scan", .set = SetChoice<&Stanza::scan, kScans>},

    {.name = "iqn", .advice = "give the whole InitiatorName"},
    {.name = "TargetAlias", .advice = "the target says its alias itself"},
    {.name = "maxluns", .advice = "there is no limit"},
    {.name = "sockbufsize", .advice = "TCP sizes its buffers itself"},
    {.name = "tgtChallengeLen", .advice = "the digest decides"},
    {.name = "MaxXmitDataSegmentLength",
     .advice = "the target says what it takes"},
    {.name = "Offload", .advice = "there is no offload to choose"},
};

// Levenshtein's distance, row by row.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same =
          EqualIgnoringCase(a.substr(i - 1, 1), b.substr(j - 1, 1));
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::span<const ConfigKey> ConfigKeys() { return kKeys; }

const ConfigKey* FindConfigKey(std::string_view name) {
  const auto found = std::ranges::find_if(kKeys, [name](const ConfigKey& key) {
    return EqualIgnoringCase(key.name, name);
  });
  return found == std::end(kKeys) ? nullptr : found;
}

bool IsSecretKey(std::string_view name) {
  const ConfigKey* key = FindConfigKey(name);
  return key != nullptr && key->secret;
}

std::string_view NearestKey(std::string_view name) {
  constexpr size_t kMaxNameBytes = 64;
  std::string_view nearest;
  size_t best = name.size() / 3 + 1;  // one wrong letter in three
  if (name.size() > kMaxNameBytes) return nearest;
  for (const ConfigKey& key : kKeys) {
    const size_t distance = Distance(name, key.name);
    if (distance > best || (distance == best && !nearest.empty())) continue;
    best = distance;
    nearest = key.name;
  }
  return nearest;
}

}  // namespace iscsid::config
