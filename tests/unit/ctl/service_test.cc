// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ctl/service.h"

#include <gtest/gtest.h>

namespace iscsid::ctl {
namespace {

Reply RefusalOf(const char* method, const char* parameters = "{}") {
  const Call call = {.method = method, .parameters = Json::parse(parameters)};
  std::variant<AnyCall, Reply> dispatched = Dispatch(call, "1.2");
  const Reply* reply = std::get_if<Reply>(&dispatched);
  return reply ? *reply : Reply{{}, false, "none"};
}

TEST(DispatchTest, DecodesEachMethod) {
  const auto index = [](const char* name, const char* parameters) {
    const Call call = {.method = "io.iscsi.Initiator." + std::string(name),
                       .parameters = Json::parse(parameters)};
    const std::variant<AnyCall, Reply> dispatched = Dispatch(call, "1.2");
    const AnyCall* decoded = std::get_if<AnyCall>(&dispatched);
    return decoded ? static_cast<int>(decoded->index()) : -1;
  };
  EXPECT_EQ(index("Discover", R"({"portal":{"host":"h"}})"), 0);
  EXPECT_EQ(index("Login", R"({"nickname":"n"})"), 1);
  EXPECT_EQ(index("Logout", R"({"selector":{"session":1}})"), 2);
  EXPECT_EQ(index("List", "{}"), 3);
  EXPECT_EQ(index("Show", R"({"selector":{"nickname":"n"}})"), 4);
  EXPECT_EQ(index("Rescan", R"({"selector":{"target":"t"}})"), 5);
  EXPECT_EQ(index("Nicknames", "{}"), 6);
}

TEST(DispatchTest, RefusesWhatIsNotThere) {
  EXPECT_EQ(RefusalOf("io.iscsi.Initiator.Format").error,
            "org.varlink.service.MethodNotFound");
  EXPECT_EQ(RefusalOf("io.iscsi.Initiator.Format").parameters,
            Json::parse(R"({"method":"io.iscsi.Initiator.Format"})"));
  for (const char* method : {"Login", ".", "x.Login", "io.iscsi.Initiator",
                             "io.iscsi.InitiatorX.Login"}) {
    EXPECT_EQ(RefusalOf(method).error, "org.varlink.service.InterfaceNotFound")
        << method;
  }
  const Reply bad = RefusalOf("io.iscsi.Initiator.Login", R"({"wait":"yes"})");
  EXPECT_EQ(bad.error, "org.varlink.service.InvalidParameter");
  EXPECT_EQ(bad.parameters, Json::parse(R"({"parameter":"wait"})"));
}

TEST(DispatchTest, NothingCanBeUpgraded) {
  const Call call = {.method = "io.iscsi.Initiator.List",
                     .parameters = Json::object(),
                     .upgrade = true};
  const std::variant<AnyCall, Reply> dispatched = Dispatch(call, "1.2");
  ASSERT_TRUE(std::holds_alternative<Reply>(dispatched));
  EXPECT_EQ(std::get<Reply>(dispatched).error,
            "org.varlink.service.MethodNotImplemented");
}

TEST(DispatchTest, TellsAboutItself) {
  const Reply info = RefusalOf("org.varlink.service.GetInfo");
  EXPECT_EQ(info.error, "");
  EXPECT_EQ(info.parameters["product"], "iscsid");
  EXPECT_EQ(info.parameters["version"], "1.2");
  EXPECT_EQ(info.parameters["interfaces"],
            Json::parse(R"(["org.varlink.service","io.iscsi.Initiator"])"));

  constexpr const char* kDescribe =
      "org.varlink.service.GetInterfaceDescription";
  for (const std::string interface :
       {"org.varlink.service", "io.iscsi.Initiator"}) {
    const Json parameters = {{"interface", interface}};
    const Reply reply = RefusalOf(kDescribe, parameters.dump().c_str());
    EXPECT_EQ(reply.error, "");
    const auto text = reply.parameters["description"].get<std::string>();
    EXPECT_NE(text.find("\ninterface " + interface + "\n"), std::string::npos);
  }
  EXPECT_EQ(RefusalOf(kDescribe, R"({"interface":"x.y"})").error,
            "org.varlink.service.InterfaceNotFound");
  EXPECT_EQ(RefusalOf(kDescribe).error, "org.varlink.service.InvalidParameter");
}

TEST(MakeCallTest, IsWhatDispatchDecodes) {
  RescanCall rescan;
  rescan.selector.session = 7;
  const std::variant<AnyCall, Reply> dispatched =
      Dispatch(MakeCall(rescan), "1.2");
  ASSERT_TRUE(std::holds_alternative<AnyCall>(dispatched));
  const auto& any = std::get<AnyCall>(dispatched);
  ASSERT_TRUE(std::holds_alternative<RescanCall>(any));
  EXPECT_EQ(std::get<RescanCall>(any).selector.session, 7U);
}

}  // namespace
}  // namespace iscsid::ctl
