// SPDX-License-Identifier: GPL-2.0-or-later
//
// Logical units that change by themselves: who is asked for them, and when.
#include <gtest/gtest.h>

#include "tests/unit/core/disk_config.h"
#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

using std::chrono::seconds;

class Luns : public testing::Test {
 protected:
  void LogIn(const std::string& nickname) {
    world.StartDaemon(kDiskConfig);
    world.target.keys = {{"DefaultTime2Wait", "3"}};
    EXPECT_EQ(world.Login(nickname)->error(), "");
    world.Settle();
    world.kernel.calls.clear();
  }
  [[nodiscard]] int scans() const {
    return world.kernel.Count("SESSION_SCAN 1");
  }

  FakeWorld world;
};

TEST_F(Luns, C099_EveryChangeIsFollowed) {
  LogIn("disk");
  int expected = 0;
  for (const isi_change change : {ISI_CHANGE_LUNS, ISI_CHANGE_CAPACITY,
                                  ISI_CHANGE_INQUIRY, ISI_CHANGE_LUN_GONE}) {
    world.kernel.ChangeLuns(1, 3, change);
    world.Settle();
    EXPECT_EQ(scans(), ++expected);
  }
  EXPECT_EQ(world.kernel.keeping_scans, 0);
  EXPECT_TRUE(world.log.Has("a logical unit's size changed (says LUN 3)"));
  world.Advance(seconds(120));
  EXPECT_EQ(scans(), expected);
}

TEST_F(Luns, C099_ManualMeansAWordInTheLog) {
  LogIn("manual");
  world.kernel.ChangeLuns(1, 0, ISI_CHANGE_LUNS);
  world.Advance(seconds(120));
  EXPECT_EQ(scans(), 0);
  EXPECT_TRUE(world.log.Has("left to 'iscsictl rescan'"));
}

// The flag in the dump stands for the event.
TEST_F(Luns, C099_AnEventThatIsLostIsMadeUpFor) {
  LogIn("disk");
  world.kernel.silent = {"LUNS_CHANGED"};
  world.kernel.ChangeLuns(1, 0, ISI_CHANGE_LUNS);
  world.Settle();
  EXPECT_EQ(scans(), 0);
  world.kernel.LoseEvents();
  world.Settle();
  EXPECT_EQ(scans(), 1);
}

TEST_F(Luns, AChangeWhileNobodyListenedIsFollowedByTheNextDaemon) {
  LogIn("disk");
  world.devices.Add(11, 0, "/dev/sda");
  world.StopDaemon();
  world.kernel.silent = {"LUNS_CHANGED"};
  world.kernel.ChangeLuns(1, 0, ISI_CHANGE_CAPACITY);
  world.StartDaemon(kDiskConfig);
  EXPECT_EQ(scans(), 1);
}

// What changed while there was no connection, no status will tell.
TEST_F(Luns, EveryRecoveryEndsInAScanThatTakesNothingAway) {
  LogIn("disk");
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  EXPECT_EQ(scans(), 1);
  EXPECT_EQ(world.kernel.keeping_scans, 1);
}

// An old module would take away what is not back yet.
TEST_F(Luns, ARecoveryScansNothingWithAModuleThatCannotKeep) {
  LogIn("disk");
  world.kernel.info.minor = 0;
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
  EXPECT_EQ(scans(), 0);
}

TEST_F(Luns, ARecoveryScansNothingWhenManual) {
  LogIn("manual");
  world.kernel.FailConn(1);
  world.Advance(seconds(3));
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
  EXPECT_EQ(scans(), 0);
}

// A logout takes the disks away; nobody looks for more of them.
TEST_F(Luns, NothingIsLookedForOnTheWayOut) {
  LogIn("disk");
  world.kernel.silent = {"UNBOUND"};
  const auto logout = world.Logout("disk");
  world.kernel.ChangeLuns(1, 0, ISI_CHANGE_LUN_GONE);
  world.Settle();
  EXPECT_EQ(scans(), 0);
  world.kernel.FinishUnbind(1);
  world.Settle();
  EXPECT_EQ(logout->error(), "");
}

}  // namespace
}  // namespace iscsid
