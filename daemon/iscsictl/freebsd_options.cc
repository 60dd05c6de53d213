// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/iscsictl/freebsd_options.h"

#include <set>
#include <string_view>
#include <utility>

#include "daemon/iscsictl/arguments.h"

namespace iscsid::cli {
namespace {

constexpr std::string_view kVerbs = "ARLM";
constexpr std::string_view kTakeValue = "inopt";

bool IsCluster(const std::string& argument) {
  return argument.size() > 1 && argument[0] == '-' && argument[1] != '-';
}

// Sorts a cluster of short options: verbs into seen, the others into rest
// ("-An" leaves "-n"). -d's value becomes an operand. True when the value of
// the last one is the next argument.
bool Sort(const std::string& cluster, std::set<char>& seen,
          std::vector<std::string>& rest) {
  std::string kept = "-";
  std::string operand;
  bool value_follows = false;
  for (size_t i = 1; i < cluster.size(); ++i) {
    const std::string behind = cluster.substr(i + 1);
    if (kVerbs.find(cluster[i]) != std::string_view::npos) {
      seen.insert(cluster[i]);
    } else if (cluster[i] == 'd') {
      seen.insert('d');
      operand = behind;
      break;
    } else if (kTakeValue.find(cluster[i]) != std::string_view::npos) {
      kept += cluster[i] + behind;
      value_follows = behind.empty();
      break;
    } else {
      kept += cluster[i];
    }
  }
  if (kept.size() > 1) rest.push_back(kept);
  if (!operand.empty()) rest.push_back(operand);
  return value_follows;
}

// The command that a set of verbs means; empty when there is none.
Result<std::vector<std::string>, Failure> CommandOf(
    const std::set<char>& seen) {
  using Words = std::vector<std::string>;
  const bool discovery = seen.contains('d');
  int verbs = 0;
  for (const char verb : kVerbs) verbs += seen.contains(verb) ? 1 : 0;
  if (verbs > 1) return Usage("only one of -A, -R, -L and -M can be given");
  if (seen.contains('M')) {
    return Usage(
        "-M is not supported; change the stanza in iscsi.conf, then "
        "-R and -A it");
  }
  if (seen.contains('A')) {
    return discovery ? Words{"discover", "--login"} : Words{"login"};
  }
  if (seen.contains('R')) return Words{"logout"};
  if (seen.contains('L')) return Words{"list"};
  if (discovery) return Words{"discover"};
  return Words{};
}

}  // namespace

Result<std::vector<std::string>, Failure> FromFreeBsd(
    std::vector<std::string> arguments) {
  if (arguments.empty()) return std::vector<std::string>{"list"};
  std::set<char> seen;
  std::vector<std::string> rest;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!IsCluster(arguments[i])) {
      rest.push_back(arguments[i]);
    } else if (Sort(arguments[i], seen, rest) && i + 1 < arguments.size()) {
      rest.push_back(arguments[++i]);
    }
  }
  Result<std::vector<std::string>, Failure> words = CommandOf(seen);
  if (!words) return words.error();
  if (words->empty()) return arguments;
  words->insert(words->end(), rest.begin(), rest.end());
  return words;
}

}  // namespace iscsid::cli
