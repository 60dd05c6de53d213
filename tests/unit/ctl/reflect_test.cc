// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ctl/reflect.h"

#include <gtest/gtest.h>

#include "daemon/ctl/calls.h"

namespace iscsid::ctl {
namespace {

// The path of the member that does not fit, or "fits".
template <class T>
std::string BadIn(const char* text, Unknown unknown = Unknown::kRefuse) {
  const Result<T> read = FromJson<T>(Json::parse(text), unknown);
  return read ? "fits" : read.error().what;
}

TEST(ReflectTest, RoundTrip) {
  LoginCall call;
  call.portal = Portal{"fe80::1%eth0", 3261, 1};
  call.target = "iqn.2005-01.a:b";
  call.settings = Keys{{"InitialR2T", "Yes"}};
  call.wait = true;
  call.timeout_ms = 4294967295U;
  const Json json = ToJson(call);
  EXPECT_EQ(json, Json::parse(R"({
    "portal": {"host": "fe80::1%eth0", "port": 3261, "tpgt": 1},
    "target": "iqn.2005-01.a:b", "settings": {"InitialR2T": "Yes"},
    "wait": true, "timeout_ms": 4294967295})"));
  const Result<LoginCall> read = FromJson<LoginCall>(json, Unknown::kRefuse);
  ASSERT_TRUE(read);
  EXPECT_EQ(ToJson(*read), json);
}

TEST(ReflectTest, SessionRoundTrip) {
  ShowReply reply;
  Session& s = reply.session;
  s.target = "iqn.2005-01.a:b";
  s.portal.host = "h";
  s.state = SessionState::kFailed;
  s.replacement_timeout = -1;
  s.counters["TxPdus"] = 18446744073709551615U;
  s.connections.push_back({.cid = 7,
                           .state = ConnectionState::kCleanupWait,
                           .local = {},
                           .remote = {},
                           .max_recv_data_segment_length = {},
                           .keys = {{"HeaderDigest", "None"}}});
  s.luns.emplace_back().lun = 18446744073709551615U;
  s.failure = Failure{"connection reset", 1};
  const Json json = ToJson(reply);
  EXPECT_EQ(json["session"]["connections"][0]["state"], "CLEANUP_WAIT");
  EXPECT_EQ(json["session"]["state"], "FAILED");
  EXPECT_FALSE(json["session"].contains("nickname"));
  const Result<ShowReply> read = FromJson<ShowReply>(json, Unknown::kRefuse);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(ToJson(*read), json);
}

TEST(ReflectTest, ThePortDefaults) {
  const Result<Portal> portal =
      FromJson<Portal>(Json::parse(R"({"host":"h"})"), Unknown::kRefuse);
  ASSERT_TRUE(portal);
  EXPECT_EQ(*portal, (Portal{"h", 3260, std::nullopt}));
}

TEST(ReflectTest, NullIsAbsent) {
  EXPECT_EQ(BadIn<DiscoverCall>(R"({"portal":null,"timeout_ms":null})"),
            "fits");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":null})"), "selector");
}

TEST(ReflectTest, NamesTheMemberThatDoesNotFit) {
  EXPECT_EQ(BadIn<LogoutCall>("{}"), "selector");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":[]})"), "selector");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{},"Force":true})"), "Force");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{},"force":1})"), "force");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{"session":-1}})"),
            "selector.session");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{"session":4294967296}})"),
            "selector.session");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{"session":1.0}})"),
            "selector.session");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{"session":"1"}})"),
            "selector.session");
  EXPECT_EQ(BadIn<LogoutCall>(R"({"selector":{"portal":{"host":""}}})"),
            "selector.portal.host");
  for (const char* host : {"", "a b", "[::1]", "h:1", "h,1", "../x", "a\\u0000",
                           "fe80::1%", "\\u001b[2J"}) {
    const std::string text =
        R"({"portal":{"host":")" + std::string(host) + R"("}})";
    EXPECT_EQ(BadIn<DiscoverCall>(text.c_str()), "portal.host") << host;
  }
  EXPECT_EQ(BadIn<DiscoverCall>(R"({"portal":{"port":1}})"), "portal.host");
  EXPECT_EQ(BadIn<DiscoverCall>(R"({"portal":{"host":"h","port":65536}})"),
            "portal.port");
  EXPECT_EQ(BadIn<DiscoverCall>(R"({"portal":{"host":"h","port":0}})"),
            "portal.port");
  EXPECT_EQ(BadIn<DiscoverCall>(R"({"portal":{"host":"h","x":0}})"),
            "portal.x");
  EXPECT_EQ(BadIn<LoginCall>(R"({"settings":{"a":1}})"), "settings.a");
  EXPECT_EQ(BadIn<LoginReply>(R"({"session":1,"devices":["a",2]})"),
            "devices.1");
  EXPECT_EQ(BadIn<Holder>(R"({"device":"sda","kind":"lock","name":"x"})"),
            "kind");
  EXPECT_EQ(BadIn<ListCall>(R"({"all":true})"), "all");
}

TEST(ReflectTest, AClientIgnoresWhatItDoesNotKnow) {
  EXPECT_EQ(BadIn<LoginReply>(R"({"session":1,"devices":[],"new":{}})",
                              Unknown::kIgnore),
            "fits");
  EXPECT_EQ(BadIn<LoginReply>(R"({"devices":[]})", Unknown::kIgnore),
            "session");
}

}  // namespace
}  // namespace iscsid::ctl
