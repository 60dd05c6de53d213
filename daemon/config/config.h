// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration, iscsi.conf(5), as values: what a stanza says once the
// defaults and the globals have been filled in. parse.h makes one from text,
// load.h from the files.
#ifndef ISCSID_CONFIG_CONFIG_H_
#define ISCSID_CONFIG_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/secret.h"
#include "daemon/proto/address.h"
#include "daemon/proto/chap_crypto.h"
#include "daemon/proto/negotiation.h"

namespace iscsid::config {

enum class Scan { kAuto, kManual };

// A timeout of this many seconds never ends.
inline constexpr int64_t kForever = -1;

// What one login needs to know.
struct Stanza {
  std::string nickname;  // empty: a login without a stanza

  std::string initiator_name;  // empty: none was configured anywhere
  std::string initiator_alias;
  std::string initiator_address;  // source address; empty: the kernel's choice
  SessionType session_type = SessionType::kNormal;
  std::string target_name;  // empty in a Discovery stanza
  Portal target_address;
  std::optional<uint16_t> target_portal_group_tag;  // refuse any other
  bool enable = true;  // false: `login --all` leaves it out

  // The keys of RFC 7143 §12 and §13. auth_method is {"CHAP"} when a secret
  // was given and nothing else was said.
  Offers offers;

  std::string chap_iname;
  SecretSource chap_secret;
  std::vector<ChapAlgorithm> chap_digest;  // in order; empty: all we have
  std::string tgt_chap_name;
  SecretSource tgt_chap_secret;
  bool ipsec = false;  // which makes up for a short secret

  uint32_t queue_depth = 128;         // commands in flight per session
  uint32_t lun_queue_depth = 32;      // and per logical unit
  uint32_t login_timeout = 30;        // seconds, connect included
  uint32_t ping_interval = 5;         // seconds of silence; 0: no pings
  uint32_t ping_timeout = 5;          // seconds
  int64_t replacement_timeout = 120;  // seconds, or kForever
  Scan scan = Scan::kAuto;
  std::optional<uint8_t> dscp;  // 0 to 63
  std::optional<uint8_t> pcp;   // 0 to 7

  // True when a secret stands in the file itself.
  bool HoldsSecret() const {
    return chap_secret.from == SecretSource::From::kText ||
           tgt_chap_secret.from == SecretSource::From::kText;
  }
};

struct Config {
  Stanza globals;  // the base of a login without a stanza
  std::vector<Stanza> stanzas;

  // Nicknames are compared as they are written. Null when there is none.
  const Stanza* Find(std::string_view nickname) const;
  std::vector<std::string> Nicknames() const;
};

}  // namespace iscsid::config

#endif  // ISCSID_CONFIG_CONFIG_H_
