// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/io/sysfs.h"

#include <gtest/gtest.h>

#include "daemon/core/luns.h"
#include "tests/unit/io/system_tree.h"

namespace iscsid {
namespace {

TEST(ReadLuns, ReadsADisk) {
  SystemTree tree;
  const std::string lun = tree.AddLun("3:0:0:1", 0);
  tree.AddDisk(lun, "sdb", "8:16");
  tree.Write(lun + "/scsi_generic/sg1/dev", "21:1\n");
  tree.Write(tree.roots.dev + "/sg1", "");
  const std::vector<ctl::Lun> luns = ReadLuns(tree.roots, 3);
  ASSERT_EQ(luns.size(), 1u);
  EXPECT_EQ(luns[0].lun, 1u);
  EXPECT_EQ(luns[0].device, tree.roots.dev + "/sdb");
  EXPECT_EQ(luns[0].generic, tree.roots.dev + "/sg1");
  EXPECT_EQ(luns[0].type, "disk");
  EXPECT_EQ(luns[0].vendor, "LIO-ORG");
  EXPECT_EQ(luns[0].model, "disk one");
  EXPECT_EQ(luns[0].size, 1048576u);
  EXPECT_EQ(luns[0].state, "running");
}

TEST(ReadLuns, SortsByLunAndLeavesOtherHostsOut) {
  SystemTree tree;
  for (const char* hctl :
       {"3:0:0:10", "3:0:0:2", "33:0:0:1", "3:1:0:1", "3:0:0:16640", "3:0:0:x"})
    tree.AddLun(hctl, 0);
  std::vector<uint64_t> numbers;
  for (const ctl::Lun& lun : ReadLuns(tree.roots, 3))
    numbers.push_back(lun.lun);
  EXPECT_EQ(numbers, (std::vector<uint64_t>{2, 10, 16640}));
}

TEST(ReadLuns, HasNoNodeBeforeThereIsOne) {
  SystemTree tree;
  const std::string lun = tree.AddLun("3:0:0:0", 0);
  EXPECT_FALSE(ReadLuns(tree.roots, 3)[0].device);
  EXPECT_FALSE(AllHaveNodes(ReadLuns(tree.roots, 3)));
  tree.AddDisk(lun, "sda", "8:0");
  std::filesystem::remove(tree.roots.dev + "/sda");
  EXPECT_FALSE(ReadLuns(tree.roots, 3)[0].device);
  tree.Write(tree.roots.dev + "/sda", "");
  EXPECT_TRUE(AllHaveNodes(ReadLuns(tree.roots, 3)));
}

TEST(ReadLuns, PicksTheMainNodeOfATape) {
  SystemTree tree;
  const std::string lun = tree.AddLun("3:0:0:0", 1);
  for (const char* name : {"nst0", "nst0a", "st0", "st0a", "st0l"}) {
    tree.Write(lun + "/scsi_tape/" + name + "/dev", "9:0\n");
    tree.Write(tree.roots.dev + "/" + name, "");
  }
  EXPECT_EQ(ReadLuns(tree.roots, 3)[0].device, tree.roots.dev + "/st0");
  EXPECT_EQ(ReadLuns(tree.roots, 3)[0].type, "tape");
}

// tgt's LUN 0 is a controller; no driver makes a node for it.
TEST(AllHaveNodes, DoesNotWaitForWhatNeverComes) {
  SystemTree tree;
  tree.AddLun("3:0:0:0", 12);
  tree.AddLun("3:0:0:1", 25);
  EXPECT_TRUE(AllHaveNodes(ReadLuns(tree.roots, 3)));
  EXPECT_TRUE(AllHaveNodes({}));
}

TEST(ReadBlockDevices, FindsPartitions) {
  SystemTree tree;
  const std::string disk =
      tree.AddDisk(tree.AddLun("3:0:0:0", 0), "sda", "8:0");
  tree.Write(disk + "/sda1/partition", "1\n");
  tree.Write(disk + "/sda1/dev", "8:1\n");
  tree.Write(disk + "/sda1/holders/dm-0/dev", "");
  tree.Write(disk + "/sdaqueue/dev", "");
  tree.AddLun("3:0:0:1", 1);
  const std::vector<BlockDevice> blocks = ReadBlockDevices(tree.roots, 3);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].name, "sda");
  EXPECT_EQ(blocks[1].name, "sda1");
  EXPECT_EQ(blocks[1].number, "8:1");
  EXPECT_EQ(blocks[1].holders, std::vector<std::string>{"dm-0"});
}

}  // namespace
}  // namespace iscsid
