// SPDX-License-Identifier: GPL-2.0-or-later
//
// Login Responses with a status: refusals and redirections.
#include <gtest/gtest.h>

#include "tests/unit/proto/login_script.h"

namespace iscsid {
namespace {

// What a status leads to in the first response.
LoginEvent Refused(unsigned status, std::vector<std::string> text = {}) {
  LoginScript script;
  script.Start();
  return script.Send({.stage = 0, .text = std::move(text), .status = status});
}

LoginFailure FailureOf(unsigned status) {
  const LoginEvent event = Refused(status);
  const auto* failure = std::get_if<LoginFailure>(&event);
  EXPECT_NE(failure, nullptr) << std::hex << status;
  return failure == nullptr ? LoginFailure{} : *failure;
}

// C-020
TEST(LoginRefusal, C020_CarriesTheStatusAndItsAction) {
  const LoginFailure authentication = FailureOf(0x0201);
  EXPECT_EQ(authentication.status_class, 2);
  EXPECT_EQ(authentication.status_detail, 1);
  EXPECT_EQ(authentication.action, LoginAction::kGiveUp);
  EXPECT_EQ(authentication.error.code, Errc::kAuthentication);
  EXPECT_EQ(FailureOf(0x0202).action, LoginAction::kGiveUp);
  EXPECT_EQ(FailureOf(0x0203).error.code, Errc::kNotFound);
  EXPECT_EQ(FailureOf(0x0205).action, LoginAction::kGiveUp);
  EXPECT_EQ(FailureOf(0x020a).action, LoginAction::kNewSession);
  EXPECT_EQ(FailureOf(0x0301).action, LoginAction::kRetry);
  EXPECT_EQ(FailureOf(0x0301).error.code, Errc::kRejected);
  EXPECT_EQ(FailureOf(0x03ff).action, LoginAction::kRetry);
  EXPECT_EQ(FailureOf(0x0702).action, LoginAction::kGiveUp);
}

// C-020
TEST(LoginRefusal, C020_SaysWhatToDo) {
  EXPECT_EQ(FailureOf(0x0203).error.what,
            "the target refused the login: 0x0203 (no such target at this "
            "address: check TargetName, or run a discovery)");
}

// C-020: the other fields may hold anything.
TEST(LoginRefusal, C020_OtherFieldsDoNotCount) {
  LoginScript script;
  script.Start();
  script.Send({.stage = 2,
               .next = 2,
               .more = true,
               .text = {"gar\\"},
               .status = 0x0302,
               .version_active = 9,
               .itt_change = 5,
               .isid_change = 3,
               .statsn_change = 99});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->status_class, 3);
  EXPECT_EQ(script.failure()->status_detail, 2);
}

// C-020: at the very end too.
TEST(LoginRefusal, C020_MayComeInTheLastStage) {
  LoginScript script;
  script.Start();
  script.Send(SecurityDone());
  script.Send({.status = 0x0300});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->action, LoginAction::kRetry);
}

// C-059
TEST(LoginRedirect, C059_CarriesTheAddress) {
  const std::pair<const char*, Portal> cases[] = {
      {"10.0.0.7", {"10.0.0.7", 3260, {}}},
      {"10.0.0.7:3261", {"10.0.0.7", 3261, {}}},
      {"[fe80::1]:3261,2", {"fe80::1", 3261, {}}},  // the tag is ignored
      {"disk.example.com", {"disk.example.com", 3260, {}}},
  };
  for (const auto& [address, portal] : cases) {
    const LoginEvent event =
        Refused(0x0101, {"TargetAddress=" + std::string(address)});
    const auto* redirect = std::get_if<LoginRedirect>(&event);
    ASSERT_NE(redirect, nullptr) << address;
    EXPECT_EQ(redirect->address, portal);
    EXPECT_FALSE(redirect->permanent);
  }
}

// C-059
TEST(LoginRedirect, C059_MayBeForGood) {
  const LoginEvent event = Refused(0x0102, {"TargetAddress=10.0.0.7"});
  const auto* redirect = std::get_if<LoginRedirect>(&event);
  ASSERT_NE(redirect, nullptr);
  EXPECT_TRUE(redirect->permanent);
}

// C-059
TEST(LoginRedirect, C059_FailsWithoutAUsableAddress) {
  for (const std::vector<std::string>& text : {std::vector<std::string>{},
                                               {"TargetAlias=x"},
                                               {"TargetAddress="},
                                               {"TargetAddress=a b"},
                                               {"TargetAddress"}}) {
    const LoginEvent event = Refused(0x0101, text);
    EXPECT_TRUE(std::holds_alternative<LoginFailure>(event));
  }
}

}  // namespace
}  // namespace iscsid
