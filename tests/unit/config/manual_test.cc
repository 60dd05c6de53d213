// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsi.conf(5) and the file that is installed as an example stay true: every
// key is in the manual with its range and default, no other is, and the
// example parses, also with its comment signs taken away.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "daemon/config/keys.h"
#include "daemon/config/parse.h"
#include "daemon/proto/keys.h"

namespace iscsid::config {
namespace {

std::string ReadFromTree(const std::string& name) {
  const auto root = std::filesystem::path(__FILE__)
                        .parent_path()
                        .parent_path()
                        .parent_path()
                        .parent_path();
  std::ifstream file(root / name);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What the manual says of each key; keys listed one under the other share it.
std::map<std::string, std::string> Manual() {
  std::map<std::string, std::string> entries;
  std::vector<std::string> open;
  bool in_text = false;
  std::istringstream lines(ReadFromTree("config/man/iscsi.conf.5"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(".It Cm ")) {
      if (in_text) open.clear();
      in_text = false;
      open.push_back(line.substr(7));
      EXPECT_TRUE(entries.emplace(open.back(), "").second) << line;
    } else if (line.starts_with(".El") || line.starts_with(".Sh")) {
      open.clear();
    } else {
      in_text = true;
      for (const std::string& key : open) entries[key] += line + "\n";
    }
  }
  return entries;
}

TEST(ManualTest, HasEveryKeyAndNoOther) {
  std::map<std::string, std::string> manual = Manual();
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_EQ(manual.erase(std::string(key.name)), 1U) << key.name;
  }
  for (const auto& [name, text] : manual) ADD_FAILURE() << name;
}

TEST(ManualTest, SaysEveryRange) {
  const std::map<std::string, std::string> manual = Manual();
  for (const ConfigKey& key : ConfigKeys()) {
    const KeyRow* row = FindKey(key.name);
    Range range = key.range;
    if (range.max == 0 && row != nullptr) range = {row->min, row->max};
    // Without one, or defined by reference to another key.
    if (range.max == 0 || key.name == "port" || !key.same_as.empty()) continue;
    const std::string said =
        std::to_string(range.min) + " to " + std::to_string(range.max);
    EXPECT_NE(manual.at(std::string(key.name)).find(said), std::string::npos)
        << key.name << " " << said;
  }
}

TEST(ManualTest, SaysEveryDefault) {
  const Stanza stanza;
  const Offers& offers = stanza.offers;
  const auto number = [](auto value) { return std::to_string(value); };
  const auto boolean = [](bool value) { return value ? "Yes" : "No"; };
  const std::map<std::string, std::string> defaults = {
      {"port", number(Portal{}.port)},
      {"Enable", boolean(stanza.enable)},
      {"LoginTimeout", number(stanza.login_timeout)},
      {"ReplacementTimeout", number(stanza.replacement_timeout)},
      {"PingInterval", number(stanza.ping_interval)},
      {"PingTimeout", number(stanza.ping_timeout)},
      {"QueueDepth", number(stanza.queue_depth)},
      {"LUNQueueDepth", number(stanza.lun_queue_depth)},
      {"MaxConnections", number(offers.max_connections)},
      {"InitialR2T", boolean(offers.initial_r2t)},
      {"ImmediateData", boolean(offers.immediate_data)},
      {"MaxRecvDataSegmentLength", number(offers.max_recv_data_segment_length)},
      {"MaxBurstLength", number(offers.max_burst_length)},
      {"FirstBurstLength", number(offers.first_burst_length)},
      {"DefaultTime2Wait", number(offers.default_time2wait)},
      {"DefaultTime2Retain", number(offers.default_time2retain)},
      {"MaxOutstandingR2T", number(offers.max_outstanding_r2t)},
      {"DataPDUInOrder", boolean(offers.data_pdu_in_order)},
      {"DataSequenceInOrder", boolean(offers.data_sequence_in_order)},
      {"ErrorRecoveryLevel", number(offers.error_recovery_level)},
  };
  const std::map<std::string, std::string> manual = Manual();
  for (const auto& [key, value] : defaults) {
    EXPECT_NE(manual.at(key).find("Default: " + value + ".\n"),
              std::string::npos)
        << key << " " << value;
  }
}

TEST(ExampleTest, Parses) {
  const std::string text = ReadFromTree("config/iscsi.conf");
  const Parsed parsed = Parse(std::vector<Source>{{"example", text, true}});
  EXPECT_TRUE(parsed.diagnostics.empty());
  ASSERT_TRUE(parsed.config);
  EXPECT_TRUE(parsed.config->stanzas.empty());
}

// Prose has a space behind its '#', settings have not.
TEST(ExampleTest, ParsesWithItsSettingsOn) {
  std::istringstream lines(ReadFromTree("config/iscsi.conf"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += line.substr(setting ? 1 : 0) + "\n";
  }
  const Parsed parsed = Parse(std::vector<Source>{{"example", text, true}});
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    ADD_FAILURE() << diagnostic.Text();
  }
  ASSERT_TRUE(parsed.config);
  EXPECT_EQ(parsed.config->Nicknames(),
            (std::vector<std::string>{"disk1", "disk2", "disk3", "farm"}));
}

TEST(ExampleTest, InitiatorName) {
  const std::string text = ReadFromTree("config/initiatorname.iscsi.example");
  const Parsed parsed = Parse(std::vector<Source>{{"example", text, true}});
  ASSERT_TRUE(parsed.config);
  EXPECT_EQ(parsed.config->globals.initiator_name,
            "iqn.2005-01.org.example:change-me");
}

}  // namespace
}  // namespace iscsid::config
