// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/holders.h"

#include <gtest/gtest.h>

#include "tests/unit/io/system_tree.h"

namespace iscsid {
namespace {

using ctl::Holder;
using ctl::HolderKind;

class Holders : public testing::Test {
 protected:
  Holders() {
    disk_ = tree.AddDisk(tree.AddLun("3:0:0:0", 0), "sda", "8:0");
    tree.Write(disk_ + "/sda1/partition", "1\n");
    tree.Write(disk_ + "/sda1/dev", "8:1\n");
    tree.Write(tree.roots.proc + "/1/mountinfo",
               "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n");
  }

  // A process that has `node` open.
  void AddProcess(const std::string& pid, const std::string& name,
                  const std::string& node) {
    const std::string process = tree.roots.proc + "/" + pid;
    tree.Write(process + "/comm", name + "\n");
    std::filesystem::create_directories(process + "/fd");
    std::filesystem::create_symlink("/dev/null", process + "/fd/0");
    std::filesystem::create_symlink(node, process + "/fd/3");
  }

  [[nodiscard]] std::string Node(const std::string& name) const {
    return tree.roots.dev + "/" + name;
  }
  std::vector<Holder> Find() { return FindHolders(tree.roots, 3); }

  SystemTree tree;
  std::string disk_;
};

TEST_F(Holders, NobodyHoldsAnIdleDisk) { EXPECT_TRUE(Find().empty()); }

TEST_F(Holders, AMountOfAPartition) {
  tree.Write(tree.roots.proc + "/1/mountinfo",
             "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
             "40 22 8:1 / /mnt/a\\040b rw shared:7 - ext4 /dev/x rw\n");
  const std::vector<Holder> holders = Find();
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(holders[0].device, Node("sda1"));
  EXPECT_EQ(holders[0].kind, HolderKind::kMount);
  EXPECT_EQ(holders[0].name, "/mnt/a b");
}

// btrfs has device numbers of its own.
TEST_F(Holders, AMountKnownByItsSource) {
  tree.Write(tree.roots.proc + "/1/mountinfo",
             "40 22 0:45 / /mnt rw - btrfs " + Node("sda") + " rw\n");
  ASSERT_EQ(Find().size(), 1u);
  EXPECT_EQ(Find()[0].device, Node("sda"));
}

TEST_F(Holders, MalformedMountinfoIsNobody) {
  const std::vector<BlockDevice> blocks = ReadBlockDevices(tree.roots, 3);
  for (const char* text :
       {"", "\n\n", "- - - - - - -", "1 2 8:0", "1 2 8:0 / /mnt rw -",
        "1 2 8:0 / /mnt rw - ext4", "a b c d e f g h i"})
    EXPECT_TRUE(MountsOf(blocks, tree.roots, text).empty()) << text;
}

TEST_F(Holders, ItsOwnViewOfMountsWhenInitsIsHidden) {
  std::filesystem::remove(tree.roots.proc + "/1/mountinfo");
  tree.Write(tree.roots.proc + "/self/mountinfo",
             "40 22 8:0 / /mnt rw - xfs /dev/sda rw\n");
  EXPECT_EQ(Find().size(), 1u);
}

TEST_F(Holders, Swap) {
  tree.Write(tree.roots.proc + "/swaps", "Filename Type Size Used Priority\n" +
                                             Node("sda1") +
                                             " partition 1048572 0 -2\n");
  const std::vector<Holder> holders = Find();
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(holders[0].kind, HolderKind::kSwap);
}

TEST_F(Holders, ADeviceBuiltOnIt) {
  tree.Write(disk_ + "/sda1/holders/dm-3/dev", "");
  tree.Write(tree.roots.sys + "/class/block/dm-3/dm/name", "vg0-root\n");
  const std::vector<Holder> holders = Find();
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(holders[0].kind, HolderKind::kDevice);
  EXPECT_EQ(holders[0].name, "dm-3 (vg0-root)");
}

TEST_F(Holders, AProcessThatHasItOpen) {
  AddProcess("4242", "fio", Node("sda"));
  const std::vector<Holder> holders = Find();
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(holders[0].kind, HolderKind::kProcess);
  EXPECT_EQ(holders[0].name, "fio (process 4242)");
}

// The node that does not rewind is the one that backups open.
TEST_F(Holders, AProcessAtAnyNodeOfATape) {
  const std::string tape = tree.AddLun("3:0:0:1", 1);
  for (const char* name : {"nst0", "st0"})
    tree.Write(tape + "/scsi_tape/" + name + "/dev", "9:0\n");
  AddProcess("70", "tar", Node("nst0"));
  const std::vector<Holder> holders = Find();
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(holders[0].device, Node("nst0"));
}

TEST_F(Holders, ThoseThatOnlyLookAtDisksAreNone) {
  AddProcess("50", "(udev-worker)", Node("sda"));
  AddProcess("51", "multipathd", Node("sda1"));
  AddProcess("52", "bash", "/home/sda");
  EXPECT_TRUE(Find().empty());
}

// udevd has scsi_id and blkid look at a disk after every close by a writer: a
// logout right after that is not refused.
TEST_F(Holders, NorAreTheProgramsTheyStart) {
  AddProcess("50", "(udev-worker)", "/dev/null");
  AddProcess("51", "scsi_id", Node("sda"));
  tree.Write(tree.roots.proc + "/51/status",
             "Name:\tscsi_id\nTgid:\t51\nPid:\t51\nPPid:\t50\n");
  EXPECT_TRUE(Find().empty());

  AddProcess("60", "bash", "/dev/null");
  AddProcess("61", "scsi_id", Node("sda"));
  tree.Write(tree.roots.proc + "/61/status", "Name:\tscsi_id\nPPid:\t60\n");
  const std::vector<Holder> holders = Find();
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(holders[0].name, "scsi_id (process 61)");
}

TEST_F(Holders, OtherHostsDoNotCount) {
  tree.AddDisk(tree.AddLun("4:0:0:0", 0), "sdb", "8:16");
  AddProcess("60", "dd", Node("sdb"));
  EXPECT_TRUE(Find().empty());
}

}  // namespace
}  // namespace iscsid
