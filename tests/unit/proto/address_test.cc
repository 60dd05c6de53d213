// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/address.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

TEST(Portal, ReadsEveryForm) {
  EXPECT_EQ(*ParsePortal("10.0.0.1"), (Portal{"10.0.0.1", 3260, {}}));
  EXPECT_EQ(*ParsePortal("10.0.0.1:5003,1"), (Portal{"10.0.0.1", 5003, 1}));
  EXPECT_EQ(*ParsePortal("disk.example.com,23"),
            (Portal{"disk.example.com", 3260, 23}));
  EXPECT_EQ(*ParsePortal("[1080::8:800:200c:417a],65535"),
            (Portal{"1080::8:800:200c:417a", 3260, 65535}));
  EXPECT_EQ(*ParsePortal("[1080:0:0:0:8:800:200C:417A]:5003,1"),
            (Portal{"1080:0:0:0:8:800:200C:417A", 5003, 1}));
  EXPECT_EQ(*ParsePortal("[fe80::1%eth0]:860"),
            (Portal{"fe80::1%eth0", 860, {}}));
  EXPECT_EQ(*ParsePortal("iscsi1:1"), (Portal{"iscsi1", 1, {}}));
  EXPECT_EQ(*ParsePortal("h:65535"), (Portal{"h", 65535, {}}));
}

TEST(Portal, PrintsWhatItReads) {
  for (const char* text : {"10.0.0.1:3260", "10.0.0.1:5003,1", "host:3260,0",
                           "[fe80::1%eth0]:3260,7", "[::1]:860"}) {
    EXPECT_EQ(ToString(*ParsePortal(text)), text);
  }
  EXPECT_EQ(ToString(*ParsePortal("host")), "host:3260");
}

// C-064
TEST(Portal, C064_RefusesWhatIsNoAddress) {
  for (const char* text : {"",
                           ":",
                           ",",
                           ":3260",
                           ",1",
                           "host:",
                           "host:0",
                           "host:65536",
                           "host:-1",
                           "host:32 60",
                           "host:3260x",
                           "host,",
                           "host,65536",
                           "host,x",
                           "host,1,2",
                           "fe80::1",
                           "fe80::1:3260",
                           "[fe80::1",
                           "fe80::1]",
                           "[fe80::1]3260",
                           "[fe80::1]x",
                           "[fe80::g]",
                           "[host]",
                           "[10.0.0.1]",
                           "[]",
                           "[]:3260",
                           "[fe80::1%]",
                           "[fe80::1%a b]",
                           "[fe80::1%interfacenamex16]",
                           "ho st",
                           "host/x",
                           "-host",
                           "h\x01",
                           "h\xc3\xa4",
                           "iqn.x=y"}) {
    EXPECT_FALSE(ParsePortal(text)) << text;
  }
  EXPECT_FALSE(ParsePortal(std::string(256, 'a')));
  EXPECT_FALSE(ParsePortal(std::string_view("a\0b", 3)));
  EXPECT_FALSE(ParsePortal(std::string_view("[::1\0]", 6)));
}

TEST(Portal, SaysWhatIsExpected) {
  const auto refused = ParsePortal("fe80::1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "address \"fe80::1\": an IPv6 address needs brackets around it; "
            "expected host[:port][,tpgt] or [v6-address][:port][,tpgt]");
}

TEST(Portal, KnowsIpv6) {
  EXPECT_TRUE(ParsePortal("[::1]")->IsIpv6());
  EXPECT_FALSE(ParsePortal("127.0.0.1")->IsIpv6());
}

}  // namespace
}  // namespace iscsid
