// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/identity.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/ctl/reflect.h"
#include "daemon/proto/name.h"

namespace iscsid {
namespace {

constexpr std::string_view kNamePrefix = "iqn.2026-11.io.iscsi.initiator:";
constexpr std::string_view kNameKey = "InitiatorName=";
constexpr const char* kNameFile = "initiatorname.iscsi";
constexpr const char* kIsidFile = "isids.json";

struct IsidRecord {
  uint32_t version = 1;
  uint32_t base = 0;
  uint16_t last = 0;
  std::map<std::string, uint16_t> paths;

  static void Fields(auto& self, auto&& visit) {
    visit("version", self.version);
    visit("base", self.base);
    visit("last", self.last);
    visit("paths", self.paths);
  }
};

// The name in a file of the form of /etc/iscsi/initiatorname.iscsi.
std::optional<std::string> NameIn(std::string_view text) {
  const size_t start = text.find(kNameKey);
  if (start == std::string_view::npos) return std::nullopt;
  text.remove_prefix(start + kNameKey.size());
  Result<std::string> name =
      NormalizeIscsiName(text.substr(0, text.find_first_of(" \t\r\n")));
  if (!name) return std::nullopt;
  return *std::move(name);
}

std::string Hex(uint32_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4)
    text += kDigits[(number >> shift) & 0xf];
  return text;
}

}  // namespace

void Identity::Load(const std::string& machine_hash) {
  LoadName(machine_hash);
  LoadIsids();
}

// A kept name wins, so that access lists at targets go on to fit. When it is
// not this machine's, the disk was probably cloned, and two machines with one
// name throw each other out of their sessions.
void Identity::LoadName(const std::string& machine_hash) {
  const std::string derived = std::string(kNamePrefix) + machine_hash;
  const Result<std::optional<std::string>> kept = env_.store.Load(kNameFile);
  if (!kept) env_.log.Warning(kept.error().what);
  if (kept && *kept) {
    if (std::optional<std::string> name = NameIn(**kept)) {
      initiator_name_ = *std::move(name);
      if (!machine_hash.empty() && initiator_name_ != derived) {
        env_.log.Warning("the kept InitiatorName " + initiator_name_ +
                         " is not the one of this machine; if its disk was "
                         "cloned, remove " +
                         kNameFile + " from the state directory for " +
                         derived);
      }
      return;
    }
    env_.log.Warning(std::string(kNameFile) +
                     " in the state directory has no valid InitiatorName; "
                     "making a new one");
  }
  initiator_name_ =
      machine_hash.empty()
          ? std::string(kNamePrefix) + Hex(env_.random()) + Hex(env_.random())
          : derived;
  Save(kNameFile, std::string(kNameKey) + initiator_name_ + "\n");
}

void Identity::LoadIsids() {
  base_ = env_.random() & 0xffffff;
  const Result<std::optional<std::string>> kept = env_.store.Load(kIsidFile);
  if (!kept) env_.log.Warning(kept.error().what);
  if (!kept || !*kept) return;
  const Result<IsidRecord> record = ctl::FromJson<IsidRecord>(
      ctl::Json::parse(**kept, nullptr, false), ctl::Unknown::kIgnore);
  if (!record || record->version != 1) {
    env_.log.Warning(std::string(kIsidFile) +
                     " in the state directory is not readable; sessions get "
                     "new ISIDs, and targets see a new initiator port");
    return;
  }
  base_ = record->base & 0xffffff;
  last_qualifier_ = record->last;
  qualifiers_ = record->paths;
}

Isid Identity::IsidFor(const std::string& path,
                       const std::function<bool(const Isid&)>& in_use) {
  const auto found = qualifiers_.find(path);
  if (found != qualifiers_.end()) {
    const Isid isid = RandomIsid(base_, found->second);
    if (!in_use(isid)) return isid;  // C-057
    qualifiers_.erase(found);
  }
  const auto taken = [&](uint16_t qualifier) {
    return in_use(RandomIsid(base_, qualifier)) ||
           std::any_of(
               qualifiers_.begin(), qualifiers_.end(),
               [&](const auto& entry) { return entry.second == qualifier; });
  };
  // Ends: fewer paths than qualifiers are kept.
  do {
    ++last_qualifier_;
  } while (taken(last_qualifier_));
  if (qualifiers_.size() >= kMaxPaths) ForgetOldest();
  qualifiers_[path] = last_qualifier_;
  SaveIsids();
  return RandomIsid(base_, last_qualifier_);
}

// Qualifiers are given out in turn, so the oldest is the furthest behind.
void Identity::ForgetOldest() {
  qualifiers_.erase(std::max_element(
      qualifiers_.begin(), qualifiers_.end(),
      [this](const auto& a, const auto& b) {
        return static_cast<uint16_t>(last_qualifier_ - a.second) <
               static_cast<uint16_t>(last_qualifier_ - b.second);
      }));
}

void Identity::SaveIsids() {
  IsidRecord record;
  record.base = base_;
  record.last = last_qualifier_;
  record.paths = qualifiers_;
  Save(kIsidFile, ctl::ToJson(record).dump(
                      1, ' ', false, ctl::Json::error_handler_t::replace) +
                      "\n");
}

void Identity::Save(std::string name, std::string text) {
  asio::co_spawn(
      env_.executor,
      [](Environment& env, std::string file,
         std::string content) -> asio::awaitable<void> {
        const Status saved = co_await env.store.Save(file, std::move(content));
        if (!saved) {
          env.log.Warning("cannot keep " + file +
                          ", the next start will not "
                          "know it: " +
                          saved.error().what);
        }
      }(env_, std::move(name), std::move(text)),
      asio::detached);
}

}  // namespace iscsid
