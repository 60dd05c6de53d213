// SPDX-License-Identifier: GPL-2.0-or-later
//
// CHAP within the login phase: every way it should go, every way a target may
// cheat or err. The digests are a fake's; io/libcrypto_test.cc has the real.
#include "daemon/proto/chap.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/proto/chap_script.h"

namespace iscsid {
namespace {

bool Authenticates(const ChapScript& script) {
  return script.failure() != nullptr &&
         script.failure()->error.code == Errc::kAuthentication &&
         script.failure()->action == LoginAction::kGiveUp;
}

TEST(Chap, OneWayReachesFullFeaturePhase) {
  ChapScript script;
  script.Challenge();
  EXPECT_EQ(script.said("CHAP_N"), "me");
  EXPECT_EQ(script.said("CHAP_R"),
            script.ResponseTo("9", kOurSecret, "0x000102030405"));
  EXPECT_EQ(script.said("CHAP_I"), "(silent)");
  EXPECT_EQ(script.said("CHAP_C"), "(silent)");
  EXPECT_TRUE(script.transit());
  script.Send(LeaveSecurity());
  EXPECT_EQ(script.stage(), 1u);
  script.Send(OperationalDone());
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_EQ(script.result()->connection.auth_method, "CHAP");
}

TEST(Chap, MutualReachesFullFeaturePhase) {
  ChapScript script(Mutual());
  script.Challenge();
  EXPECT_TRUE(script.transit());
  script.Send(
      LeaveSecurity({"CHAP_N=it", "CHAP_R=" + script.TargetResponse()}));
  ASSERT_TRUE(script.going_on()) << script.complaint();
  script.Send(OperationalDone());
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

// The target may also stay once more, and the text of its proof may come in
// pieces.
TEST(Chap, C021_MutualInSmallSteps) {
  ChapScript script(Mutual());
  script.Choose();
  script.Send({.stage = 0,
               .transit = false,
               .more = true,
               .text = {"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x0001\\"}});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_EQ(script.text(), "");
  EXPECT_FALSE(script.transit());
  script.Send(Security({"02030405"}));
  const std::string proof = script.TargetResponse();
  EXPECT_EQ(script.said("CHAP_R"),
            script.ResponseTo("9", kOurSecret, "0x000102030405"));
  script.Send(Security({}));
  EXPECT_EQ(script.text(), "");
  EXPECT_TRUE(script.transit());
  script.Send(Security({"CHAP_N=it", "CHAP_R=" + proof}));
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_TRUE(script.transit());
  script.Send(LeaveSecurity());
  EXPECT_EQ(script.stage(), 1u);
}

// C-043
TEST(Chap, C043_OffersExactlyWhatIsConfigured) {
  ChapScript only;
  only.Start();
  EXPECT_EQ(only.said("AuthMethod"), "CHAP");
  EXPECT_FALSE(only.transit());  // nothing is done yet
  ChapScript both(OneWay(), {"CHAP", "None"});
  both.Start();
  EXPECT_EQ(both.said("AuthMethod"), "CHAP,None");
  EXPECT_TRUE(both.transit());
}

// C-043: whatever a target does to get around CHAP.
TEST(Chap, C043_RefusesADowngrade) {
  const Response downgrades[] = {
      LeaveSecurity({"AuthMethod=None"}),
      LeaveSecurity(),
      Security({"AuthMethod=None"}),
      Security({"AuthMethod=Reject"}),
      Security({"AuthMethod=Irrelevant"}),
      Security({"AuthMethod=NotUnderstood"}),
      {.stage = 1, .next = 3},
      {.stage = 0, .next = 3},
  };
  for (const Response& downgrade : downgrades) {
    ChapScript script;
    script.Start();
    script.Send(downgrade);
    EXPECT_NE(script.failure(), nullptr)
        << (downgrade.text.empty() ? "" : downgrade.text[0]);
  }
}

// C-043: offered with None, it may be left out, but not once it is chosen.
TEST(Chap, C043_NoneWhereNoneWasOffered) {
  ChapScript allowed(OneWay(), {"CHAP", "None"});
  allowed.Start();
  allowed.Send(LeaveSecurity({"AuthMethod=None"}));
  EXPECT_TRUE(allowed.going_on()) << allowed.complaint();

  ChapScript chosen(OneWay(), {"CHAP", "None"});
  chosen.Start();
  chosen.Send(LeaveSecurity({"AuthMethod=CHAP"}));
  EXPECT_TRUE(Authenticates(chosen)) << chosen.complaint();
}

// C-043: it never answers, and it never leaves the stage.
TEST(Chap, C043_SilenceAboutAuthMethodLeadsNowhere) {
  ChapScript script;
  script.Start();
  for (int i = 0; i < 1000 && script.going_on(); ++i) {
    EXPECT_FALSE(script.transit());
    script.Send(Security({}));
  }
  ASSERT_NE(script.failure(), nullptr);
}

// C-044: in the RFC's order, our side of it.
TEST(Chap, C044_SaysOneThingAfterTheOther) {
  ChapScript script(Mutual());
  script.Start();
  EXPECT_EQ(script.said("CHAP_A"), "(silent)");
  script.Send(Security({"AuthMethod=CHAP"}));
  EXPECT_EQ(script.said("CHAP_A"), "7,5");
  EXPECT_EQ(script.said("CHAP_N"), "(silent)");
  EXPECT_FALSE(script.transit());
  script.Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00"}));
  EXPECT_EQ(script.said("CHAP_A"), "(silent)");
  for (const char* key : {"CHAP_N", "CHAP_R", "CHAP_I", "CHAP_C"})
    EXPECT_NE(script.said(key), "(silent)") << key;
}

// C-044: what is missing, doubled, early, late or not a key of CHAP.
TEST(Chap, C044_RefusesAnotherOrderOfTheTarget) {
  const std::vector<std::string> bad_challenges[] = {
      {"CHAP_I=9", "CHAP_C=0x00"},
      {"CHAP_A=7", "CHAP_C=0x00"},
      {"CHAP_A=7", "CHAP_I=9"},
      {"CHAP_A=7"},
      {"CHAP_A=7", "CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00"},
      {"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00", "CHAP_N=it"},
      {"CHAP_N=it", "CHAP_R=0x00"},
      {"CHAP_X=1"},
  };
  for (const auto& text : bad_challenges) {
    ChapScript script(Mutual());
    script.Choose();
    script.Send(Security(text));
    EXPECT_TRUE(Authenticates(script)) << text[0] << script.complaint();
  }
  const std::vector<std::string> bad_proofs[] = {
      {"CHAP_N=it"},
      {"CHAP_R=0x00"},
      {"CHAP_N=it", "CHAP_N=it", "CHAP_R=0x00"},
      {"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00"},
  };
  for (const auto& text : bad_proofs) {
    ChapScript script(Mutual());
    script.Challenge();
    script.Send(Security(text));
    EXPECT_TRUE(Authenticates(script)) << text[0] << script.complaint();
  }
}

// C-044
TEST(Chap, C044_SaysWhatIsMissing) {
  ChapScript script;
  script.Choose();
  script.Send(Security({"CHAP_A=7", "CHAP_C=0x00"}));
  EXPECT_EQ(script.complaint(),
            "AuthMethod: CHAP: the target does not say CHAP_I");
}

// C-044: before CHAP is agreed on, and after it is through.
TEST(Chap, C044_RefusesChapKeysOutsideOfChap) {
  ChapScript early;
  early.Start();
  early.Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00"}));
  EXPECT_NE(early.failure(), nullptr);

  ChapScript unasked;  // one-way: the target has nothing to prove
  unasked.Challenge();
  unasked.Send(Security({"CHAP_N=it", "CHAP_R=0x00"}));
  EXPECT_TRUE(Authenticates(unasked)) << unasked.complaint();

  ChapScript late;
  late.Challenge();
  late.Send(LeaveSecurity());
  late.Send({.transit = false, .text = {"CHAP_N=it", "CHAP_R=0x00"}});
  EXPECT_NE(late.failure(), nullptr);
}

// C-045
TEST(Chap, C045_TheAlgorithmMustBeOneOfOurs) {
  for (const char* algorithm :
       {"0", "6", "8", "257", "263", "abc", "", "-7", "7,5", "Reject", "07x"}) {
    ChapScript script;
    script.Choose();
    script.Send(Security({"CHAP_A=" + std::string(algorithm), "CHAP_I=9",
                          "CHAP_C=0x000102030405"}));
    EXPECT_TRUE(Authenticates(script)) << algorithm;
  }
}

// C-045: MD5 is any target's, the list in the configured order.
TEST(Chap, C045_OffersInTheConfiguredOrder) {
  ChapConfig chap = OneWay();
  chap.algorithms = {ChapAlgorithm::kMd5, ChapAlgorithm::kSha3_256,
                     ChapAlgorithm::kSha256, ChapAlgorithm::kSha1};
  ChapScript script(chap);
  script.Choose();
  EXPECT_EQ(script.said("CHAP_A"), "5,8,7,6");
}

// C-045: what is known of a target that chokes on a list.
TEST(Chap, C045_TellsThatTheListWasRefused) {
  ChapScript constant;
  constant.Choose();
  constant.Send(Security({"CHAP_A=Reject"}));
  ASSERT_TRUE(Authenticates(constant)) << constant.complaint();
  EXPECT_TRUE(constant.failure()->chap_list_refused);

  ChapScript status;
  status.Choose();
  status.Send({.stage = 0, .status = 0x0201});
  ASSERT_NE(status.failure(), nullptr);
  EXPECT_TRUE(status.failure()->chap_list_refused);

  ChapScript later;  // then it is not the list
  later.Challenge();
  later.Send({.stage = 0, .status = 0x0201});
  ASSERT_NE(later.failure(), nullptr);
  EXPECT_FALSE(later.failure()->chap_list_refused);

  // tgt takes 7 for SHA-1 and cannot read our response.
  ChapScript mistaken;
  mistaken.Challenge();
  mistaken.Send({.stage = 0, .status = 0x0200});
  ASSERT_NE(mistaken.failure(), nullptr);
  EXPECT_TRUE(mistaken.failure()->chap_list_refused);

  ChapScript through;  // CHAP is over
  through.Challenge();
  through.Send(LeaveSecurity());
  through.Send({.status = 0x0200});
  ASSERT_NE(through.failure(), nullptr);
  EXPECT_FALSE(through.failure()->chap_list_refused);

  ChapScript wrong;  // an answer, but a wrong one
  wrong.Choose();
  wrong.Send(Security({"CHAP_A=6", "CHAP_I=9", "CHAP_C=0x00"}));
  ASSERT_NE(wrong.failure(), nullptr);
  EXPECT_FALSE(wrong.failure()->chap_list_refused);
}

// C-046
TEST(Chap, C046_TheIdentifierIsOneOctet) {
  for (const char* identifier : {"0", "255", "0x00", "0xFF", "0Xff"}) {
    ChapScript script;
    script.Choose();
    script.Send(Security({"CHAP_A=7", "CHAP_I=" + std::string(identifier),
                          "CHAP_C=0x000102030405"}));
    EXPECT_EQ(script.said("CHAP_R"),
              script.ResponseTo(identifier, kOurSecret, "0x000102030405"));
  }
  for (const char* identifier : {"256", "-1", "", "0x100", "x", " 1", "0x"}) {
    ChapScript script;
    script.Choose();
    script.Send(Security({"CHAP_A=7", "CHAP_I=" + std::string(identifier),
                          "CHAP_C=0x000102030405"}));
    EXPECT_TRUE(Authenticates(script)) << identifier;
  }
}

// C-047
TEST(Chap, C047_TheChallengeHas1To1024Bytes) {
  for (const size_t bytes : {1, 2, 16, 255, 1023, 1024}) {
    ChapScript script;
    script.Choose();
    const std::string challenge = "0x" + std::string(bytes * 2, '7');
    script.Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=" + challenge}));
    ASSERT_TRUE(script.going_on()) << script.complaint();
    EXPECT_EQ(script.said("CHAP_R"),
              script.ResponseTo("9", kOurSecret, challenge));
  }
  const std::string bad[] = {"",
                             "0x",
                             "0b",
                             "0x" + std::string(2050, '7'),
                             "0b" + std::string(1372, 'A'),
                             "12",
                             "0b===="};
  for (const std::string& challenge : bad) {
    ChapScript script;
    script.Choose();
    script.Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=" + challenge}));
    EXPECT_TRUE(Authenticates(script)) << challenge;
  }
}

// C-048: hex and base64 are the same challenge.
TEST(Chap, C048_ReadsBothNotations) {
  for (const char* challenge :
       {"0x000102030405", "0bAAECAwQF", "0X102030405", "0BAAECAwQF"}) {
    ChapScript script;
    script.Choose();
    script.Send(
        Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=" + std::string(challenge)}));
    if (std::string_view(challenge) == "0X102030405") continue;  // 5 bytes
    EXPECT_EQ(script.said("CHAP_R"),
              script.ResponseTo("9", kOurSecret, "0x000102030405"))
        << challenge;
  }
}

// C-049, C-050: nearly right is wrong.
TEST(Chap, C049_C050_TheProofMustBeExact) {
  ChapScript probe(Mutual());
  probe.Challenge();
  const std::string right = probe.TargetResponse();
  std::string flipped = right;
  flipped.back() = flipped.back() == '0' ? '1' : '0';
  const std::string wrong[] = {
      flipped,         right.substr(0, right.size() - 2),
      right + "00",    "0x",
      "0x00",          "",
      right.substr(2), "0x" + std::string(2 * 2000, '0'),
      "0x" + right,    probe.ResponseTo("0", "another secret", "0x00")};
  for (const std::string& response : wrong) {
    ChapScript script(Mutual());
    script.Challenge();
    script.Send(LeaveSecurity({"CHAP_N=it", "CHAP_R=" + response}));
    EXPECT_TRUE(Authenticates(script)) << response;
  }
}

// C-050: the early T bit.
TEST(Chap, C050_TheTargetMayNotLeaveWithoutProof) {
  ChapScript early(Mutual());
  early.Challenge();
  early.Send(LeaveSecurity());
  ASSERT_TRUE(Authenticates(early)) << early.complaint();
  EXPECT_NE(early.complaint().find("without proving itself"),
            std::string::npos);

  ChapScript before(Mutual());  // before we said anything of CHAP
  before.Choose();
  before.Send(LeaveSecurity({"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00"}));
  EXPECT_NE(before.failure(), nullptr);
}

// C-050, C-054
TEST(Chap, C050_C054_TheTargetsNameMustBeRight) {
  for (const char* name : {"It", "it ", "", "me", "0x6974", "0baXQ="}) {
    ChapScript script(Mutual());
    script.Challenge();
    script.Send(LeaveSecurity(
        {"CHAP_N=" + std::string(name), "CHAP_R=" + script.TargetResponse()}));
    EXPECT_TRUE(Authenticates(script)) << name;
  }
}

// C-054: names are text, even if they look like binary values or contain '='.
TEST(Chap, C054_NamesAreText) {
  for (const char* name : {"0x1234", "0bQUJD", "a=b", "\xc3\xa4\xe2\x82\xac",
                           "iqn.2005-01.com.example:host"}) {
    ChapConfig chap = Mutual();
    chap.name = name;
    chap.target_name = name;
    ChapScript script(chap);
    script.Challenge();
    EXPECT_EQ(script.said("CHAP_N"), name);
    script.Send(LeaveSecurity(
        {"CHAP_N=" + std::string(name), "CHAP_R=" + script.TargetResponse()}));
    EXPECT_TRUE(script.going_on()) << script.complaint();
  }
}

// C-051: our own response, given back.
TEST(Chap, C051_RefusesItsOwnResponse) {
  ChapScript script(Mutual());
  script.Challenge();
  const std::string ours = script.said("CHAP_R");
  script.Send(LeaveSecurity({"CHAP_N=it", "CHAP_R=" + ours}));
  ASSERT_TRUE(Authenticates(script));
  EXPECT_NE(script.complaint().find("repeats our response"), std::string::npos);
}

// C-051: a challenge of ours, on the next or on a parallel connection.
TEST(Chap, C051_RefusesItsOwnChallenge) {
  const auto library = std::make_shared<FakeChapCrypto>();
  ChapScript first(Mutual(), {"CHAP"}, library);
  first.Challenge();
  const std::string ours = first.said("CHAP_C");
  ChapScript second(Mutual(), {"CHAP"}, library);
  second.Choose();
  second.Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=" + ours}));
  ASSERT_TRUE(Authenticates(second));
  EXPECT_NE(second.complaint().find("is one of ours"), std::string::npos);
}

// C-051
TEST(Chap, C051_ChallengesAreFreshAndLong) {
  const auto library = std::make_shared<FakeChapCrypto>();
  std::set<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    ChapScript script(Mutual(), {"CHAP"}, library);
    script.Challenge();
    EXPECT_EQ(script.said("CHAP_C").size(), 2u + 2 * 16);
    EXPECT_TRUE(seen.insert(script.said("CHAP_C")).second);
  }
}

// C-051: the memory is bounded.
TEST(Chap, C051_RemembersTheLatestChallenges) {
  FakeChapCrypto library;
  const Bytes first = *library.NewChallenge();
  EXPECT_TRUE(library.IsOurs(first));
  EXPECT_FALSE(library.IsOurs(std::span(first).first(15)));
  Bytes last;
  for (int i = 0; i < 5000; ++i) last = *library.NewChallenge();
  EXPECT_TRUE(library.IsOurs(last));
}

// C-052
TEST(Chap, C052_OneSecretForBothDirectionsIsRefused) {
  ChapConfig chap = Mutual();
  EXPECT_TRUE(CheckChap(chap));
  chap.target_secret = chap.secret;
  const Status checked = CheckChap(chap);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().what.find(kOurSecret), std::string::npos);
}

// C-053
TEST(Chap, C053_ShortSecretsAreRefused) {
  ChapConfig chap = Mutual();
  chap.secret = SecretOf("elevenbytes");
  EXPECT_FALSE(CheckChap(chap));
  chap.short_secrets = true;
  EXPECT_TRUE(CheckChap(chap));
  chap.secret = Secret();
  EXPECT_FALSE(CheckChap(chap));
  chap.secret = SecretOf("twelve bytes");
  chap.short_secrets = false;
  EXPECT_TRUE(CheckChap(chap));
  chap.target_secret = SecretOf("elevenbyteS");
  EXPECT_FALSE(CheckChap(chap));
}

// C-050: a secret that could not be read does not make mutual CHAP one-way.
TEST(Chap, C050_AMissingTargetSecretIsRefused) {
  ChapConfig chap = Mutual();
  chap.target_secret = Secret();
  const Status checked = CheckChap(chap);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().what.find("tgtChapSecret"), std::string::npos);
}

// C-055: no message of a failed login has a secret in it.
TEST(Chap, C055_FailuresDoNotTell) {
  ChapScript script(Mutual());
  script.Challenge();
  EXPECT_EQ(script.text().find(kOurSecret), std::string::npos);
  script.Send(LeaveSecurity({"CHAP_N=it", "CHAP_R=0x00"}));
  EXPECT_EQ(script.complaint().find(kOurSecret), std::string::npos);
  EXPECT_EQ(script.complaint().find(kTargetSecret), std::string::npos);
}

// C-056: a later connection, or a reinstatement, authenticates the same way.
TEST(Chap, C056_EveryConnectionAuthenticates) {
  FakeChapCrypto library;
  LoginConfig config = NormalLogin();
  config.tsih = 0x1234;
  config.offers.auth_method = {"CHAP"};
  config.chap = Mutual();
  config.crypto = &library;
  LoginScript script(config);
  script.Start();
  EXPECT_EQ(script.said("AuthMethod"), "CHAP");
  script.Send(LeaveSecurity({"AuthMethod=None"}));
  EXPECT_NE(script.failure(), nullptr);
}

// A library that fails in the middle ends the login with its reason.
TEST(Chap, ARefusalOfTheLibraryIsTold) {
  const auto library = std::make_shared<FakeChapCrypto>();
  ChapScript script(OneWay(), {"CHAP"}, library);
  script.Choose();
  library->refused = {ChapAlgorithm::kSha256};
  script.Send(Security({"CHAP_A=7", "CHAP_I=9", "CHAP_C=0x00"}));
  EXPECT_EQ(script.complaint(), "libcrypto refuses SHA256");
}

}  // namespace
}  // namespace iscsid
