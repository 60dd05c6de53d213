// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/secret_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "daemon/config/parse.h"
#include "tests/unit/temporary_directory.h"

namespace iscsid::config {
namespace {

class SecretFileTest : public testing::Test {
 protected:
  void SetUp() override { unsetenv("CREDENTIALS_DIRECTORY"); }

  std::string Write(const std::string& name, const std::string& text,
                    mode_t mode = 0600) {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  static Config ConfigOf(const std::string& settings) {
    const std::string text =
        "n { TargetAddress = h; SessionType = Discovery; " + settings + " }";
    const Source source{"f", text, false};
    Parsed parsed = Parse({&source, 1});
    EXPECT_TRUE(parsed.config) << parsed.diagnostics.at(0).Text();
    return *std::move(parsed.config);
  }

  // The secret of a stanza, or what ReadSecrets complains about.
  static std::string Read(const std::string& settings) {
    Config config = ConfigOf(settings);
    const Diagnostics diagnostics = ReadSecrets(config);
    if (!diagnostics.empty()) {
      EXPECT_EQ(diagnostics.size(), 1U);
      EXPECT_EQ(diagnostics[0].severity, Severity::kWarning);
      return diagnostics[0].Text();
    }
    const auto bytes = config.stanzas[0].chap_secret.secret.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  TemporaryDirectory directory_;
  const std::filesystem::path folder_ = directory_.path();
};

TEST_F(SecretFileTest, ReadsAFile) {
  EXPECT_EQ(Read("chapSecretFile = " + Write("a", "sixteen-bytes-16\n")),
            "sixteen-bytes-16");
  EXPECT_EQ(Read("chapSecretFile = " + Write("b", "two words, no end")),
            "two words, no end");
  EXPECT_EQ(
      Read("chapSecretFile = " + Write("c", "0x6162636465666768696a6b6c\n")),
      "abcdefghijkl");
}

TEST_F(SecretFileTest, ReadsACredential) {
  Write("iscsi.n", "sixteen-bytes-16", 0400);
  EXPECT_EQ(Read("chapSecretCredential = iscsi.n"),
            "n: warning: chapSecret: iscsi.n: systemd gave this process no "
            "credentials; set LoadCredential= in a drop-in for iscsid.service");
  setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(Read("chapSecretCredential = iscsi.n"), "sixteen-bytes-16");
  unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(SecretFileTest, SaysWhatIsWrongWithAFile) {
  const std::string missing = folder_ / "missing";
  EXPECT_EQ(Read("chapSecretFile = " + missing),
            "n: warning: chapSecret: " + missing +
                ": cannot read it: No such file or directory");
  const std::string open = Write("open", "sixteen-bytes-16", 0644);
  EXPECT_NE(Read("chapSecretFile = " + open).find("chmod 600"),
            std::string::npos);
  const std::string folder = folder_;
  EXPECT_EQ(Read("chapSecretFile = " + folder),
            "n: warning: chapSecret: " + folder + ": not a file");
  EXPECT_NE(Read("chapSecretFile = " + Write("e", "")).find("1 to 255"),
            std::string::npos);
  EXPECT_NE(Read("chapSecretFile = " + Write("l", std::string(2000, 'x')))
                .find("too long"),
            std::string::npos);
}

// C-053
TEST_F(SecretFileTest, C053_AShortSecretIsRefused) {
  const std::string path = Write("a", "elevenbytes");
  EXPECT_NE(Read("chapSecretFile = " + path).find("at least 12 bytes"),
            std::string::npos);
  EXPECT_EQ(Read("IPsec = Yes; chapSecretFile = " + path), "elevenbytes");
}

// C-052
TEST_F(SecretFileTest, C052_OneSecretForBothDirectionsIsRefused) {
  const std::string path = Write("a", "sixteen-bytes-16");
  const std::string said =
      Read("chapSecretFile = " + path +
           "; tgtChapName = t; tgtChapSecretFile = " + path);
  EXPECT_NE(said.find("is not the chapSecret"), std::string::npos) << said;
  // C-055
  EXPECT_EQ(said.find("sixteen"), std::string::npos);
}

// A failure leaves the stanza as it was: a login through it says so.
TEST_F(SecretFileTest, AFailureLeavesTheSourceUnread) {
  Config config = ConfigOf("chapSecretFile = " + Write("a", "sixteen-bytes") +
                           "; tgtChapName = t; tgtChapSecretFile = /missing");
  EXPECT_EQ(ReadSecrets(config).size(), 1U);
  EXPECT_TRUE(config.stanzas[0].chap_secret.secret.empty());
  EXPECT_TRUE(config.stanzas[0].chap_secret);
}

}  // namespace
}  // namespace iscsid::config
