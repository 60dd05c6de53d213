// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/options.h"

#include <functional>
#include <limits>

namespace target {
namespace {

// Sets one option from its text; false: the text is no value for it.
using Setter = std::function<bool(Options&, const std::string&)>;

struct Option {
  std::string name;
  std::string value;  // what to write for it; empty: a flag
  std::string help;
  Setter set;
};

std::optional<Credential> ParseCredential(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || !colon) return std::nullopt;
  return Credential{text.substr(0, colon), text.substr(colon + 1)};
}

template <typename T>
bool SetNumber(T& number, std::optional<uint64_t> value) {
  if (!value || *value > std::numeric_limits<T>::max()) return false;
  number = static_cast<T>(*value);
  return true;
}

bool SetCredential(std::optional<Credential>& credential,
                   const std::string& text) {
  credential = ParseCredential(text);
  return credential.has_value();
}

Auth& DiscoveryAuth(Options& options) {
  if (!options.config.discovery_auth) options.config.discovery_auth.emplace();
  return *options.config.discovery_auth;
}

bool SetAlgorithms(Options& options, const std::string& text) {
  options.config.chap_algorithms.clear();
  for (const std::string& each : SplitList(text, ',')) {
    unsigned number = 0;
    if (!SetNumber(number, ParseNumber(each))) return false;
    options.config.chap_algorithms.push_back(number);
  }
  return true;
}

bool SetOwnKey(Options& options, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || !equals) return false;
  SetKey(options.config.keys, text.substr(0, equals), text.substr(equals + 1));
  return true;
}

Setter KeyNamed(const char* name) {
  return [name](Options& options, const std::string& text) {
    SetKey(options.config.keys, name, text);
    return true;
  };
}

template <typename T>
Setter NumberIn(T Config::*member) {
  return [member](Options& options, const std::string& text) {
    return SetNumber(options.config.*member, ParseSize(text));
  };
}

const std::vector<Option>& AllOptions() {
  static const std::vector<Option> options = {
      {"--listen", "ADDRESS:PORT[,...]", "default 127.0.0.1:3260; 0: any port",
       [](Options& to, const std::string& text) {
         to.listen = SplitList(text, ',');
         return true;
       }},
      {"--name", "NAME", "of the target; others are NAME-2, NAME-3...",
       [](Options& to, const std::string& text) {
         to.config.name = text;
         return !text.empty();
       }},
      {"--targets", "N", "how many (1)", NumberIn(&Config::targets)},
      {"--luns", "N", "of each target (1)", NumberIn(&Config::luns)},
      {"--size", "BYTES", "of each LUN; K, M, G (64M)",
       NumberIn(&Config::size)},
      {"--block-size", "BYTES", "of each LUN (512)",
       NumberIn(&Config::block_size)},
      {"--tpgt", "N", "TargetPortalGroupTag (1)", NumberIn(&Config::tpgt)},
      {"--portal", "ADDRESS:PORT,TPGT", "for SendTargets; may be repeated",
       [](Options& to, const std::string& text) {
         to.config.portals.push_back(text);
         return true;
       }},
      {"--chap", "USER:SECRET", "the initiator must prove to know",
       [](Options& to, const std::string& text) {
         return SetCredential(to.config.auth.initiator, text);
       }},
      {"--mutual", "USER:SECRET", "the target proves to know when asked",
       [](Options& to, const std::string& text) {
         return SetCredential(to.config.auth.target, text);
       }},
      {"--discovery-chap", "USER:SECRET|none", "in discovery (as --chap)",
       [](Options& to, const std::string& text) {
         Auth& auth = DiscoveryAuth(to);
         return text == "none" || SetCredential(auth.initiator, text);
       }},
      {"--discovery-mutual", "USER:SECRET", "in discovery (as --mutual)",
       [](Options& to, const std::string& text) {
         return SetCredential(DiscoveryAuth(to).target, text);
       }},
      {"--chap-algorithms", "N,N...", "the target knows (5,6,7,8)",
       SetAlgorithms},
      {"--header-digest", "LIST", "default CRC32C,None",
       KeyNamed("HeaderDigest")},
      {"--data-digest", "LIST", "default CRC32C,None", KeyNamed("DataDigest")},
      {"--key", "NAME=VALUE", "our side of any other key; may be repeated",
       SetOwnKey},
      {"--window", "N", "commands (128)", NumberIn(&Config::window)},
      {"--first-statsn", "N", "of a connection (1)",
       NumberIn(&Config::first_statsn)},
      {"--nop-interval", "MS", "between pings of the target (0: none)",
       [](Options& to, const std::string& text) {
         uint32_t ms = 0;
         const bool good = SetNumber(ms, ParseNumber(text));
         to.config.nop_interval = std::chrono::milliseconds(ms);
         return good;
       }},
      {"--cut-sent", "N", "reset each connection after sending N bytes",
       [](Options& to, const std::string& text) {
         return SetNumber(to.cut.sent.emplace(), ParseNumber(text));
       }},
      {"--cut-received", "N", "reset each connection after receiving N bytes",
       [](Options& to, const std::string& text) {
         return SetNumber(to.cut.received.emplace(), ParseNumber(text));
       }},
      {"--script", "FILE", "do as the script says, then exit",
       [](Options& to, const std::string& text) {
         to.script = text;
         return !text.empty();
       }},
      {"--patience", "SECONDS", "a script waits for what it expects (30)",
       [](Options& to, const std::string& text) {
         uint32_t seconds = 0;
         const bool good = SetNumber(seconds, ParseNumber(text)) && seconds;
         to.patience = std::chrono::seconds(seconds);
         return good;
       }},
      {"--proxy", "ADDRESS:PORT", "stand before the target there",
       [](Options& to, const std::string& text) {
         to.proxy = text;
         return !text.empty();
       }},
      {"--rule", "RULE", "of the proxy: 'on 3 DATA_IN : drop'; repeated",
       [](Options& to, const std::string& text) {
         to.rules.push_back(text);
         return true;
       }},
      {"--random-faults", "SEED:SECONDS", "of the proxy, one in so many",
       [](Options& to, const std::string& text) {
         to.random_faults = text;
         return text.find(':') != std::string::npos;
       }},
      {"--random-action", "ACTION|RULE", "one to choose from; repeated",
       [](Options& to, const std::string& text) {
         to.random_actions.push_back(text);
         return true;
       }},
      {"--lenient", "", "suffer an ExpStatSN that counts R2Ts, as libiscsi's",
       [](Options& to, const std::string&) {
         return to.config.lenient = true;
       }},
      {"--log", "", "print each PDU in a line",
       [](Options& to, const std::string&) { return to.config.log = true; }},
      {"--help", "", "print this",
       [](Options& to, const std::string&) { return to.help = true; }},
  };
  return options;
}

const Option* Find(const std::string& name) {
  for (const Option& option : AllOptions())
    if (option.name == name) return &option;
  return nullptr;
}

}  // namespace

std::optional<uint64_t> ParseSize(std::string text) {
  constexpr std::string_view kUnits = "KMGT";
  const size_t unit =
      text.empty() ? std::string_view::npos : kUnits.find(text.back());
  if (unit == std::string_view::npos) return ParseNumber(text);
  text.pop_back();
  const auto number = ParseNumber(text);
  if (!number) return std::nullopt;
  return *number << (unit + 1) * 10;
}

Result<Options> ParseOptions(const std::vector<std::string>& arguments,
                             Options options) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Option* option = Find(arguments[i]);
    if (!option) return Error{"unknown option '" + arguments[i] + "'"};
    std::string value;
    if (!option->value.empty()) {
      if (++i == arguments.size())
        return Error{option->name + " needs " + option->value};
      value = arguments[i];
    }
    if (!option->set(options, value))
      return Error{option->name + ": '" + value + "' is not " + option->value};
  }
  const Config& config = options.config;
  if (!config.targets || !config.luns || !config.window)
    return Error{"--targets, --luns and --window are at least 1"};
  if (!options.proxy.empty() && !options.script.empty())
    return Error{"--proxy and --script exclude each other"};
  if (options.proxy.empty() &&
      (!options.rules.empty() || !options.random_faults.empty()))
    return Error{"--rule and --random-faults need --proxy"};
  if (config.block_size < 512 || !config.size ||
      config.size % config.block_size)
    return Error{"--size must be a multiple of --block-size, at least 512"};
  return options;
}

std::string Usage() {
  std::string text = "usage: iscsi_target [OPTION...]\n";
  for (const Option& option : AllOptions()) {
    std::string left = "  " + option.name + " " + option.value;
    left.resize(std::max<size_t>(left.size() + 1, 38), ' ');
    text += left + option.help + "\n";
  }
  return text;
}

}  // namespace target
