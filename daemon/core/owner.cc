// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/owner.h"

#include <nlohmann/json.hpp>

#include "daemon/config/keys.h"
#include "daemon/config/value.h"
#include "daemon/ctl/reflect.h"
#include "include/uapi/linux/iscsi_initiator.h"

namespace iscsid {
namespace {

constexpr uint32_t kVersion = 1;

// The JSON form; names are short because room is.
struct Record {
  uint32_t version = kVersion;
  std::optional<std::string> nickname;
  std::optional<Portal> portal;
  std::vector<Portal> addresses;
  std::map<std::string, std::string> settings;
  std::optional<Portal> redirect;
  bool moved = false;
  int64_t since = 0;
  bool leaving = false;

  static void Fields(auto& self, auto&& visit) {
    visit("v", self.version);
    visit("nick", self.nickname);
    visit("portal", self.portal);
    visit("addr", self.addresses);
    visit("set", self.settings);
    visit("to", self.redirect);
    visit("moved", self.moved);
    visit("since", self.since);
    visit("leaving", self.leaving);
  }
};

std::string Dump(const Record& record) {
  return ctl::ToJson(record).dump(-1, ' ', false,
                                  ctl::Json::error_handler_t::replace);
}

}  // namespace

std::string Encode(const Owner& owner) {
  Record record;
  record.nickname = owner.nickname;
  if (!owner.portal.host.empty()) record.portal = owner.portal;
  record.addresses = owner.addresses;
  bool secret = false;
  bool says_how = false;
  for (const auto& [key, value] : owner.settings) {
    secret = secret || config::IsSecretKey(key);
    says_how = says_how || config::EqualIgnoringCase(key, "AuthMethod");
    if (!config::IsSecretKey(key)) record.settings[key] = value;
  }
  // C-056: what follows from a secret stays when the secret does not.
  if (secret && !says_how) record.settings["AuthMethod"] = "CHAP";
  record.redirect = owner.redirect;
  record.moved = owner.moved;
  record.since = owner.since;
  record.leaving = owner.leaving;

  std::string text = Dump(record);
  if (text.size() > ISI_OWNER_MAX && record.addresses.size() > 1) {
    record.addresses.resize(1);
    text = Dump(record);
  }
  if (text.size() > ISI_OWNER_MAX) {
    record.redirect.reset();
    record.settings.clear();
    text = Dump(record);
  }
  if (text.size() > ISI_OWNER_MAX) {
    Record least;
    least.leaving = owner.leaving;
    text = Dump(least);
  }
  return text;
}

std::optional<Owner> DecodeOwner(std::string_view text) {
  const ctl::Json json = ctl::Json::parse(text, nullptr, false);
  const Result<Record> record =
      ctl::FromJson<Record>(json, ctl::Unknown::kIgnore);
  if (!record || record->version != kVersion) return std::nullopt;
  Owner owner;
  owner.nickname = record->nickname.value_or("");
  owner.portal = record->portal.value_or(Portal{});
  owner.addresses = record->addresses;
  owner.settings = record->settings;
  owner.redirect = record->redirect;
  owner.moved = record->moved;
  owner.since = record->since;
  owner.leaving = record->leaving;
  return owner;
}

}  // namespace iscsid
