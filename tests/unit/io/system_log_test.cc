// SPDX-License-Identifier: GPL-2.0-or-later
//
// The log on a stderr that is a file, and on one that nobody reads.
#include "daemon/io/system_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "daemon/io/file.h"
#include "tests/unit/temporary_directory.h"

namespace iscsid {
namespace {

// Gives the process another stderr for a while.
class Stderr {
 public:
  explicit Stderr(int fd) : old_(::dup(STDERR_FILENO)) {
    EXPECT_GE(::dup2(fd, STDERR_FILENO), 0);
  }
  ~Stderr() { EXPECT_GE(::dup2(old_.get(), STDERR_FILENO), 0); }

 private:
  UniqueFd old_;
};

std::string Drain(int fd) {
  std::string all;
  char buffer[4096];
  while (const ssize_t count = ::read(fd, buffer, sizeof(buffer))) {
    if (count < 0) break;
    all.append(buffer, static_cast<size_t>(count));
  }
  return all;
}

TEST(SystemLogTest, LeavesEveryLineInAFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT, 0600));
  std::string expected;
  {
    const Stderr changed(file.get());
    SystemLog log(LogLevel::kWarning, true);
    log.Info("not this one");
    for (int i = 0; i < 100; ++i) {
      log.Error("line " + std::to_string(i) + "\nof 100");
      expected += "iscsid: error: line " + std::to_string(i) + " of 100\n";
    }
    log.Close();
  }
  EXPECT_EQ(**ReadFile(path), expected);
}

// As when the file is in the swap: the thread waits, its pipe fills.
TEST(SpoolTest, NeverWaits) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const std::string line(1000, 'x');
  size_t taken = 0;
  size_t refused = 0;
  {
    Result<Spool> spool = Spool::Start(writer.get());
    ASSERT_TRUE(spool.ok());
    for (int i = 0; i < 1000; ++i) {
      const ssize_t count = ::write(spool->fd(), line.data(), line.size());
      if (count < 0) {
        ++refused;
      } else {
        taken += static_cast<size_t>(count);
      }
    }
    EXPECT_GT(refused, 0U);
    EXPECT_EQ(taken % line.size(), 0U);
    // Left behind after a second: nobody reads.
  }
  ASSERT_EQ(::fcntl(reader.get(), F_SETFL, O_NONBLOCK), 0);
  size_t seen = 0;
  while (seen < taken) seen += Drain(reader.get()).size();
  EXPECT_EQ(seen, taken);
}

TEST(SystemLogTest, SaysHowManyLinesWereLost) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const Stderr changed(writer.get());
  SystemLog log(LogLevel::kInfo, true);
  // A line longer than what is written at once is cut.
  for (int i = 0; i < 100; ++i) log.Info(std::string(10000, 'x'));
  std::string all = Drain(reader.get());
  EXPECT_EQ(all.size() % PIPE_BUF, 0U);
  const size_t lost = 100 - all.size() / PIPE_BUF;
  EXPECT_GT(lost, 0U);
  log.Info("ready");
  all = Drain(reader.get());
  EXPECT_EQ(all, "iscsid: warning: " + std::to_string(lost) +
                     " messages were lost, the log was not ready\n"
                     "iscsid: ready\n");
}

}  // namespace
}  // namespace iscsid
