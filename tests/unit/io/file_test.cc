// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/io/system_tree.h"

namespace iscsid {
namespace {

TEST(ReplaceFile, ReplacesAsAWhole) {
  const TemporaryDirectory directory;
  const std::string state = directory.path() + "/state";
  ASSERT_TRUE(ReplaceFile(state, "a", "one").ok());
  ASSERT_TRUE(ReplaceFile(state, "a", "two").ok());
  EXPECT_EQ(**ReadFile(state + "/a"), "two");
  EXPECT_EQ(ListDirectory(state), std::vector<std::string>{"a"});
  struct stat status {};
  ASSERT_EQ(::stat((state + "/a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat(state.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(ReplaceFile, LeavesTheOldOneWhenItFails) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(ReplaceFile(directory.path(), "a", "one").ok());
  // The new one cannot be made.
  std::filesystem::create_directory(directory.path() + "/a.new");
  EXPECT_FALSE(ReplaceFile(directory.path(), "a", "two").ok());
  EXPECT_EQ(**ReadFile(directory.path() + "/a"), "one");
}

TEST(ReadFile, TellsMissingFromUnreadable) {
  const TemporaryDirectory directory;
  const auto missing = ReadFile(directory.path() + "/none");
  ASSERT_TRUE(missing);
  EXPECT_FALSE(*missing);
  EXPECT_FALSE(ReadFile(directory.path()).ok());
}

TEST(ReadLine, IsTheFirstLineWithoutBlanksBehind) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/a";
  std::ofstream(path) << "QEMU  \t\nnext\n";
  EXPECT_EQ(ReadLine(path), "QEMU");
  std::ofstream(path) << "   \n";
  EXPECT_EQ(ReadLine(path), "");
  EXPECT_EQ(ReadLine(directory.path() + "/none"), "");
}

}  // namespace
}  // namespace iscsid
