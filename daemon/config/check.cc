// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/check.h"

#include <algorithm>

#include "daemon/proto/chap.h"

namespace iscsid::config {
namespace {

bool WantsChap(const Stanza& stanza) {
  return std::ranges::count(stanza.offers.auth_method, "CHAP") > 0;
}

// Of a secret that is known already; those from files are checked when they
// are read.
bool IsShort(const Stanza& stanza, const SecretSource& source) {
  return WantsChap(stanza) && !stanza.ipsec && !source.secret.empty() &&
         source.secret.size() < kMinChapSecretBytes;
}

struct Rule {
  std::string_view key;
  bool (*broken)(const Stanza& stanza);
  std::string_view message;
};

constexpr Rule kRules[] = {
    {"TargetAddress",
     [](const Stanza& s) { return s.target_address.host.empty(); },
     "expected a TargetAddress in the stanza"},
    {"TargetName",
     [](const Stanza& s) {
       return s.session_type == SessionType::kNormal && s.target_name.empty();
     },
     "expected a TargetName in the stanza, or SessionType = Discovery"},
    {"TargetName",
     [](const Stanza& s) {
       return s.session_type == SessionType::kDiscovery &&
              !s.target_name.empty();
     },
     "expected no TargetName with SessionType = Discovery"},
    // RFC 7143 §13.14.
    {"FirstBurstLength",
     [](const Stanza& s) {
       return s.offers.first_burst_length > s.offers.max_burst_length;
     },
     "expected a FirstBurstLength that is not above MaxBurstLength"},
    {"AuthMethod",
     [](const Stanza& s) { return WantsChap(s) && !s.chap_secret; },
     "expected a chapSecret with AuthMethod = CHAP"},
    {"chapIName",
     [](const Stanza& s) { return !s.chap_iname.empty() && !s.chap_secret; },
     "expected a chapSecret with chapIName"},
    {"tgtChapName",
     [](const Stanza& s) {
       return !s.tgt_chap_name.empty() && !s.tgt_chap_secret;
     },
     "expected a tgtChapSecret with tgtChapName"},
    {"tgtChapSecret",
     [](const Stanza& s) {
       return s.tgt_chap_secret && s.tgt_chap_name.empty();
     },
     "expected a tgtChapName with tgtChapSecret"},
    {"tgtChapSecret",
     [](const Stanza& s) { return s.tgt_chap_secret && !s.chap_secret; },
     "expected a chapSecret too: a target proves itself only to an initiator "
     "that does (RFC 7143, 12.1.3)"},
    {"tgtChapSecret",
     [](const Stanza& s) {
       return s.chap_secret && s.tgt_chap_secret && !WantsChap(s);
     },
     "expected CHAP in AuthMethod with tgtChapSecret"},
    // A target that may choose None need not prove itself (C-043).
    {"tgtChapSecret",
     [](const Stanza& s) {
       return s.chap_secret && s.tgt_chap_secret &&
              s.offers.auth_method.size() > 1;
     },
     "expected AuthMethod = CHAP alone with tgtChapSecret: with None the "
     "target "
     "would not prove itself"},
    // C-053
    {"chapSecret", [](const Stanza& s) { return IsShort(s, s.chap_secret); },
     "expected a chapSecret of at least 12 bytes (96 bits, RFC 7143, 9.2.1), "
     "or IPsec = Yes where IPsec protects the connection"},
    {"tgtChapSecret",
     [](const Stanza& s) { return IsShort(s, s.tgt_chap_secret); },
     "expected a tgtChapSecret of at least 12 bytes (96 bits, RFC 7143, "
     "9.2.1), or IPsec = Yes where IPsec protects the connection"},
    // C-052
    {"tgtChapSecret",
     [](const Stanza& s) {
       return !s.chap_secret.secret.empty() &&
              std::ranges::equal(s.chap_secret.secret.bytes(),
                                 s.tgt_chap_secret.secret.bytes());
     },
     "expected a tgtChapSecret that is not the chapSecret (RFC 7143, 9.2.1)"},
};

}  // namespace

std::vector<Problem> Check(const Stanza& stanza) {
  std::vector<Problem> problems;
  for (const Rule& rule : kRules) {
    if (!rule.broken(stanza)) continue;
    problems.push_back({rule.key, std::string(rule.message)});
  }
  return problems;
}

}  // namespace iscsid::config
