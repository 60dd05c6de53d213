// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config/load.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace iscsid::config {
namespace {

class LoadTest : public testing::Test {
 protected:
  void SetUp() override {
    paths_ = {folder_ / "iscsi.conf", folder_ / "iscsi.conf.d",
              folder_ / "initiatorname.iscsi"};
    std::filesystem::create_directory(paths_.fragments);
    Write(paths_.main, "", 0600);
  }

  void Write(const std::string& path, const std::string& text, mode_t mode) {
    std::ofstream(path) << text;
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
  }

  static std::string Stanza(const std::string& nickname,
                            const std::string& settings = "") {
    return nickname + " { TargetAddress = host; SessionType = Discovery; " +
           settings + " }\n";
  }

  TemporaryDirectory directory_;
  const std::filesystem::path folder_ = directory_.path();
  Paths paths_;
};

TEST_F(LoadTest, ReadsAllFilesInOrder) {
  Write(paths_.initiator_name,
        "## a comment\nInitiatorName=iqn.2005-01.il.ac.huji.cs:me\n", 0644);
  Write(paths_.main, "tags = 5 " + Stanza("a"), 0644);
  Write(paths_.fragments + "/20.conf", Stanza("c"), 0644);
  Write(paths_.fragments + "/10.conf", Stanza("b"), 0644);
  Write(paths_.fragments + "/30.conf~", "garbage", 0644);
  const Parsed parsed = Load(paths_);
  EXPECT_TRUE(parsed.diagnostics.empty());
  ASSERT_TRUE(parsed.config);
  EXPECT_EQ(parsed.config->Nicknames(),
            (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(parsed.config->Find("c")->queue_depth, 5U);
  EXPECT_EQ(parsed.config->Find("c")->initiator_name,
            "iqn.2005-01.il.ac.huji.cs:me");
  EXPECT_EQ(parsed.config->globals.initiator_name,
            "iqn.2005-01.il.ac.huji.cs:me");
}

TEST_F(LoadTest, OnlyTheMainFileMustBeThere) {
  std::filesystem::remove(paths_.fragments);
  EXPECT_TRUE(Load(paths_).config);

  std::filesystem::remove(paths_.main);
  const Parsed parsed = Load(paths_);
  EXPECT_FALSE(parsed.config);
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(parsed.diagnostics[0].Text(),
            paths_.main + ": error: cannot read it: No such file or directory");
}

TEST_F(LoadTest, AnErrorInOneFileSpoilsAll) {
  Write(paths_.main, Stanza("a"), 0644);
  Write(paths_.fragments + "/x.conf", "}", 0644);
  const Parsed parsed = Load(paths_);
  EXPECT_FALSE(parsed.config);
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(parsed.diagnostics[0].place,
            (Place{paths_.fragments + "/x.conf", 1, 1}));
}

TEST_F(LoadTest, ANicknameIsUniqueOverAllFiles) {
  Write(paths_.main, Stanza("a"), 0644);
  Write(paths_.fragments + "/x.conf", Stanza("a"), 0644);
  const Parsed parsed = Load(paths_);
  EXPECT_FALSE(parsed.config);
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(
      parsed.diagnostics[0].message,
      "expected another nickname: 'a' is already at " + paths_.main + ":1:1");
}

TEST_F(LoadTest, ASecretOthersCanReadIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U}) {
    Write(paths_.main, Stanza("a", "chapSecret = hunter2-hunter2"), mode);
    const Parsed parsed = Load(paths_);
    EXPECT_FALSE(parsed.config) << mode;
    ASSERT_EQ(parsed.diagnostics.size(), 1U) << mode;
    EXPECT_EQ(parsed.diagnostics[0].Text(),
              paths_.main +
                  ": error: holds a secret, but others than its owner have "
                  "access; run 'chmod 600 " +
                  paths_.main + "'");
  }
  Write(paths_.main, Stanza("a", "chapSecret = hunter2-hunter2"), 0600);
  EXPECT_TRUE(Load(paths_).config);
  Write(paths_.main, Stanza("a", "chapSecret = hunter2-hunter2"), 0400);
  EXPECT_TRUE(Load(paths_).config);
}

TEST_F(LoadTest, TheFileWithTheSecretIsTheOneThatCounts) {
  Write(paths_.main, Stanza("a"), 0644);
  Write(paths_.fragments + "/s.conf",
        Stanza("b", "chapSecret = hunter2-hunter2"), 0600);
  EXPECT_TRUE(Load(paths_).config);
}

TEST_F(LoadTest, AReferenceIsNoSecret) {
  Write(paths_.main, Stanza("a", "chapSecretFile = /etc/iscsi/secret"), 0644);
  EXPECT_TRUE(Load(paths_).config);
}

TEST_F(LoadTest, WarnsOfAFileOthersCanWrite) {
  Write(paths_.main, Stanza("a"), 0664);
  const Parsed parsed = Load(paths_);
  EXPECT_TRUE(parsed.config);
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(parsed.diagnostics[0].severity, Severity::kWarning);
}

TEST_F(LoadTest, RefusesWhatIsNoFileOrTooLarge) {
  std::filesystem::remove(paths_.main);
  std::filesystem::create_directory(paths_.main);
  EXPECT_FALSE(Load(paths_).config);
  std::filesystem::remove(paths_.main);
  ASSERT_EQ(mkfifo(paths_.main.c_str(), 0600), 0);
  EXPECT_FALSE(Load(paths_).config);
  std::filesystem::remove(paths_.main);
  Write(paths_.main, std::string((1 << 20) + 1, ' '), 0600);
  EXPECT_FALSE(Load(paths_).config);
  Write(paths_.main, std::string(1 << 20, ' '), 0600);
  EXPECT_TRUE(Load(paths_).config);
}

}  // namespace
}  // namespace iscsid::config
