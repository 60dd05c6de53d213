// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/parse.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/config/check.h"
#include "daemon/config/keys.h"
#include "daemon/config/syntax.h"
#include "daemon/proto/name.h"

namespace iscsid::config {
namespace {

// What one key is known by, whichever of its names was used.
std::string_view Identity(const ConfigKey& key) {
  return key.same_as.empty() ? key.name : key.same_as;
}

// A draft with the places where its keys were set, for the messages.
struct Layer {
  Draft draft;
  std::map<std::string_view, Place> places;  // by Identity

  bool Has(std::string_view key) const { return places.contains(key); }
};

// The draft as a stanza: what follows from several keys at once.
Stanza Finish(const Layer& layer) {
  const Draft& draft = layer.draft;
  Stanza stanza = draft.stanza;
  if (draft.port && !draft.address_has_port) {
    stanza.target_address.port = *draft.port;
  }
  if (layer.Has("chapSecret") && !layer.Has("AuthMethod")) {
    stanza.offers.auth_method = {"CHAP"};
  }
  stanza.lun_queue_depth = std::min(stanza.lun_queue_depth, stanza.queue_depth);
  return stanza;
}

class Evaluator {
 public:
  explicit Evaluator(const Stanza& defaults) {
    shared_.draft.stanza = defaults;
  }

  void Take(const Source& source) {
    file_ = source.file;
    Document document = ParseSyntax(source.file, source.text);
    Layer globals = shared_;
    Apply(document.globals, globals);
    for (const Block& block : document.blocks) TakeBlock(block, globals);
    if (document.error) diagnostics_.push_back(*std::move(document.error));
    if (source.shared) shared_ = std::move(globals);
  }

  Parsed Finished() && {
    const bool failed = std::ranges::any_of(diagnostics_, [](const auto& d) {
      return d.severity == Severity::kError;
    });
    Parsed parsed;
    parsed.diagnostics = std::move(diagnostics_);
    parsed.files_with_secrets = std::move(files_with_secrets_);
    if (failed) return parsed;
    config_.globals = Finish(shared_);
    parsed.config = std::move(config_);
    return parsed;
  }

 private:
  void TakeBlock(const Block& block, const Layer& globals) {
    const std::string nickname(block.nickname.text);
    const auto [known, is_new] =
        nicknames_.emplace(nickname, block.nickname.place);
    if (!is_new) {
      Fail(block.nickname.place, "expected another nickname: '" + nickname +
                                     "' is already at " + known->second.Text());
    }
    Layer layer = globals;
    const size_t before = diagnostics_.size();
    Apply(block.settings, layer);
    Stanza stanza = Finish(layer);
    stanza.nickname = nickname;
    // A key that did not parse would be reported as missing too.
    if (diagnostics_.size() == before) CheckStanza(stanza, layer, block);
    config_.stanzas.push_back(std::move(stanza));
  }

  void CheckStanza(const Stanza& stanza, const Layer& layer,
                   const Block& block) {
    for (const Problem& problem : Check(stanza)) {
      const auto place = layer.places.find(problem.key);
      Fail(place == layer.places.end() ? block.nickname.place : place->second,
           problem.message + " (in '" + stanza.nickname + "')");
    }
  }

  // Lays the settings of one scope over what `layer` has from outer ones.
  void Apply(const std::vector<Setting>& settings, Layer& layer) {
    std::map<std::string_view, Place> here;
    bool after_secret = false;
    for (const Setting& setting : settings) {
      const ConfigKey* key = FindConfigKey(setting.key.text);
      if (key == nullptr) {
        FailUnknown(setting.key, after_secret);
      } else if (const auto [first, is_new] =
                     here.emplace(Identity(*key), setting.key.place);
                 !is_new) {
        Fail(setting.key.place,
             "expected another key: " + std::string(Identity(*key)) +
                 " is already set at " + first->second.Text());
      } else {
        Set(*key, setting, layer);
      }
      after_secret = key != nullptr && key->secret;
      if (after_secret) files_with_secrets_.insert(file_);
    }
  }

  void Set(const ConfigKey& key, const Setting& setting, Layer& layer) {
    if (key.set == nullptr) {
      diagnostics_.push_back({Severity::kWarning, setting.key.place,
                              std::string(key.name) + " has no effect: " +
                                  std::string(key.advice)});
      return;
    }
    const RawValue value = {setting.value.text, setting.value.quoted};
    if (Result<void> set = key.set(layer.draft, key, value); !set) {
      Fail(setting.value.place,
           std::string(key.name) + ": " + set.error().what +
               (key.secret ? "" : ", found '" + Printable(value.text) + "'"));
      return;
    }
    layer.places[Identity(key)] = setting.key.place;
  }

  void FailUnknown(const Word& key, bool after_secret) {
    // It may be the rest of a secret with spaces in it.
    if (after_secret) {
      Fail(key.place, "expected a key; quote a value with spaces");
      return;
    }
    const std::string_view nearest = NearestKey(key.text);
    Fail(key.place,
         "expected a key, found '" + Printable(key.text) + "'; " +
             (nearest.empty() ? "iscsi.conf(5) lists the keys"
                              : "did you mean " + std::string(nearest) + "?"));
  }

  void Fail(const Place& place, std::string message) {
    Diagnostic diagnostic{Severity::kError, place, std::move(message)};
    diagnostics_.push_back(std::move(diagnostic));
  }

  Layer shared_;
  Config config_;
  Diagnostics diagnostics_;
  std::string file_;  // the one being taken
  std::set<std::string> files_with_secrets_;
  std::map<std::string, Place> nicknames_;
};

}  // namespace

Parsed Parse(std::span<const Source> sources, const Stanza& defaults) {
  Evaluator evaluator(defaults);
  for (const Source& source : sources) evaluator.Take(source);
  return std::move(evaluator).Finished();
}

Result<Stanza> Override(Stanza stanza,
                        const std::map<std::string, std::string>& settings) {
  Layer layer;
  layer.draft.stanza = std::move(stanza);
  for (const auto& [name, text] : settings) {
    const ConfigKey* key = FindConfigKey(name);
    if (key == nullptr || key->set == nullptr) {
      const std::string_view nearest = NearestKey(name);
      return Error{Errc::kInvalidArgument,
                   Printable(name) + ": no such key" +
                       (nearest.empty() || key != nullptr
                            ? ""
                            : "; did you mean " + std::string(nearest) + "?")};
    }
    if (layer.Has(Identity(*key))) {
      return Error{Errc::kInvalidArgument,
                   std::string(Identity(*key)) + ": given twice"};
    }
    Result<void> set = key->set(layer.draft, *key, {text, false});
    if (!set) return set.error().In(key->name);
    layer.places[Identity(*key)] = {};
  }
  stanza = Finish(layer);
  for (const Problem& problem : Check(stanza)) {
    return Error{Errc::kInvalidArgument, problem.message};
  }
  return stanza;
}

Result<Stanza> Transient(const Config& config,
                         const std::optional<std::string>& target_name,
                         const Portal& target_address,
                         const std::map<std::string, std::string>& settings) {
  Stanza stanza = config.globals;
  stanza.target_address = target_address;
  stanza.target_name.clear();
  stanza.session_type = SessionType::kDiscovery;
  if (target_name) {
    Result<std::string> name = NormalizeTargetName(*target_name);
    if (!name) return name.error().In("TargetName");
    stanza.target_name = *std::move(name);
    stanza.session_type = SessionType::kNormal;
  }
  return Override(std::move(stanza), settings);
}

}  // namespace iscsid::config
