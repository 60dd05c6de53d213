// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/proto/discovery.h"

#include <endian.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace iscsid {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint32_t kFirstStatSn = 0xfffffffe;  // wraps on the way

// A target's side of a Discovery session, told what to send.
class DiscoveryScript {
 public:
  DiscoveryScript() : discovery_(LoggedIn(), {"10.0.0.1", 3260, {}}) {}

  void Start() { Hear(discovery_.Start()); }
  void StartLogout() { Hear(discovery_.StartLogout()); }

  struct Text {
    std::vector<std::string> pairs = {};
    bool final = true;
    bool more = false;
    uint32_t ttt = ISCSI_TAG_NONE;
    uint32_t itt_change = 0;
    uint32_t statsn_change = 0;
  };

  const DiscoveryEvent& SendText(const Text& text) {
    iscsi_bhs_text_response header{};
    header.opcode = ISCSI_OPCODE_TEXT_RESPONSE;
    header.flags = static_cast<uint8_t>((text.final ? 0x80u : 0u) |
                                        (text.more ? 0x40u : 0u));
    header.lun[1] = 0x5a;
    header.itt = htobe32(itt_ + text.itt_change);
    header.ttt = htobe32(text.ttt);
    header.statsn = htobe32(statsn_++ + text.statsn_change);
    Pdu pdu;
    pdu.Set(header);
    for (const std::string& pair : text.pairs) {
      const auto bytes = std::as_bytes(std::span(pair));
      pdu.data.insert(pdu.data.end(), bytes.begin(), bytes.end());
      if (pair.ends_with('\\')) {  // goes on in the next PDU
        pdu.data.pop_back();
      } else {
        pdu.data.push_back(std::byte{0});
      }
    }
    return Send(pdu);
  }

  // Any other PDU, with StatSN and ITT as given.
  template <typename Header>
  const DiscoveryEvent& SendHeader(Header header, Bytes data = {}) {
    Pdu pdu;
    pdu.Set(header);
    pdu.data = std::move(data);
    return Send(pdu);
  }

  const DiscoveryEvent& SendNopIn(uint32_t ttt, Bytes data = {}) {
    iscsi_bhs_nop_in header{};
    header.opcode = ISCSI_OPCODE_NOP_IN;
    header.flags = ISCSI_BHS_FINAL;
    header.lun[1] = 9;
    header.itt = htobe32(ISCSI_TAG_NONE);
    header.ttt = htobe32(ttt);
    header.statsn = htobe32(statsn_);  // not consumed
    return SendHeader(header, std::move(data));
  }

  const DiscoveryEvent& SendLogoutResponse(uint8_t response,
                                           uint32_t itt_change = 0) {
    iscsi_bhs_logout_response header{};
    header.opcode = ISCSI_OPCODE_LOGOUT_RESPONSE;
    header.flags = ISCSI_BHS_FINAL;
    header.response = response;
    header.itt = htobe32(itt_ + itt_change);
    header.statsn = htobe32(statsn_++);
    return SendHeader(header);
  }

  // The last thing the initiator said.
  template <typename Header>
  Header heard() const {
    return heard_.As<Header>();
  }
  const Pdu& heard() const { return heard_; }
  size_t requests() const { return requests_; }

  bool going_on() const {
    return std::holds_alternative<DiscoverySend>(event_);
  }
  const DiscoveryResult* result() const {
    return std::get_if<DiscoveryResult>(&event_);
  }
  const DiscoveryFailure* failure() const {
    return std::get_if<DiscoveryFailure>(&event_);
  }
  std::string complaint() const {
    return failure() == nullptr ? "(none)" : failure()->error.what;
  }

 private:
  static LoginResult LoggedIn() {
    LoginResult login;
    login.cid = 3;
    login.cmdsn = 50;
    login.exp_statsn = kFirstStatSn;
    login.connection.max_xmit_data_segment_length = 8192;
    return login;
  }

  const DiscoveryEvent& Send(const Pdu& pdu) {
    event_ = discovery_.OnPdu(pdu);
    if (const auto* send = std::get_if<DiscoverySend>(&event_)) {
      if (!send->bytes.empty()) Hear(send->bytes);
    }
    return event_;
  }

  void Hear(const Bytes& bytes) {
    PduReader reader;
    std::span<const std::byte> rest(bytes);
    Result<std::optional<Pdu>> fed = reader.Feed(rest);
    ASSERT_TRUE(fed && *fed);
    heard_ = **fed;
    itt_ = heard_.itt() == ISCSI_TAG_NONE ? itt_ : heard_.itt();
    ++requests_;
  }

  Discovery discovery_;
  uint32_t statsn_ = kFirstStatSn;
  uint32_t itt_ = 0;
  Pdu heard_;
  size_t requests_ = 0;
  DiscoveryEvent event_;
};

// C-061
TEST(Discovery, C061_AsksForAllTargets) {
  DiscoveryScript script;
  script.Start();
  const auto request = script.heard<iscsi_bhs_text_request>();
  EXPECT_EQ(request.opcode, 0x44);  // I=1
  EXPECT_EQ(request.flags, 0x80);
  EXPECT_EQ(be32toh(request.ttt), ISCSI_TAG_NONE);
  EXPECT_EQ(be32toh(request.cmdsn), 50u);
  EXPECT_EQ(be32toh(request.exp_statsn), kFirstStatSn);
  EXPECT_EQ(script.heard().data, FormatText({{"SendTargets", "All"}}));
}

// C-061
TEST(Discovery, C061_YieldsTargetsInOrder) {
  DiscoveryScript script;
  script.Start();
  script.SendText({.pairs = {"TargetName=iqn.2005-01.com.example:b",
                             "TargetAddress=10.0.0.1:3260,1",
                             "TargetAddress=[fe80::1]:3261,2",
                             "TargetName=iqn.2005-01.com.example:a",
                             "TargetAddress=10.0.0.2,1"}});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_THAT(script.result()->targets,
              ElementsAre(DiscoveredTarget{"iqn.2005-01.com.example:b",
                                           {{"10.0.0.1", 3260, 1},
                                            {"fe80::1", 3261, 2}}},
                          DiscoveredTarget{"iqn.2005-01.com.example:a",
                                           {{"10.0.0.2", 3260, 1}}}));
  EXPECT_THAT(script.result()->skipped, IsEmpty());
}

// C-041: no second text exchange, whoever would begin it.
TEST(Discovery, C041_OneTextExchangeIsAll) {
  DiscoveryScript script;
  script.Start();
  script.SendText({});
  ASSERT_NE(script.result(), nullptr);
  script.SendText({.pairs = {"MaxRecvDataSegmentLength=512"}});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->error.code, Errc::kProtocol);
}

TEST(Discovery, ATargetMayHaveNothingToShow) {
  DiscoveryScript script;
  script.Start();
  script.SendText({});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_THAT(script.result()->targets, IsEmpty());
}

// C-061, C-062: pages by F=0, records cut by C=1; TTT and LUN come back.
TEST(Discovery, C061_C062_CollectsPages) {
  DiscoveryScript script;
  script.Start();
  const uint32_t itt = script.heard().itt();
  script.SendText({.pairs = {"TargetName=iqn.2005-01.com.example:a"},
                   .final = false,
                   .ttt = 0x77});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  const auto request = script.heard<iscsi_bhs_text_request>();
  EXPECT_EQ(be32toh(request.ttt), 0x77u);
  EXPECT_EQ(request.lun[1], 0x5a);
  EXPECT_EQ(be32toh(request.itt), itt);
  EXPECT_EQ(be32toh(request.exp_statsn), kFirstStatSn + 1);
  EXPECT_THAT(script.heard().data, IsEmpty());
  script.SendText({.pairs = {"TargetAddress=10.0\\"},
                   .final = false,
                   .more = true,
                   .ttt = 0x78});
  ASSERT_TRUE(script.going_on()) << script.complaint();
  EXPECT_EQ(be32toh(script.heard<iscsi_bhs_text_request>().ttt), 0x78u);
  script.SendText({.pairs = {".0.9:3260,1"}});
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_THAT(script.result()->targets,
              ElementsAre(DiscoveredTarget{"iqn.2005-01.com.example:a",
                                           {{"10.0.0.9", 3260, 1}}}));
}

// C-061
TEST(Discovery, C061_TakesTenThousandTargets) {
  DiscoveryScript script;
  script.Start();
  for (int page = 0; page < 100; ++page) {
    DiscoveryScript::Text text;
    for (int i = 0; i < 100; ++i) {
      text.pairs.push_back("TargetName=iqn.2005-01.com.example:disk-" +
                           std::to_string(page * 100 + i));
      text.pairs.push_back("TargetAddress=10.0.0.1:3260,1");
    }
    text.final = page == 99;
    if (!text.final) text.ttt = 1;
    script.SendText(text);
  }
  ASSERT_NE(script.result(), nullptr) << script.complaint();
  EXPECT_THAT(script.result()->targets, SizeIs(10000));
}

// C-061
TEST(Discovery, C061_AnEndlessListIsCutOff) {
  DiscoveryScript script;
  script.Start();
  const std::string filler = "X-filler=" + std::string(60000, 'x');
  for (int i = 0; i < 1000 && (i == 0 || script.going_on()); ++i)
    script.SendText({.pairs = {filler}, .final = false, .ttt = 1});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->error.code, Errc::kLimit);
}

// Pages without text must come to an end as well.
TEST(Discovery, C061_EndlessEmptyPagesAreCutOff) {
  DiscoveryScript script;
  script.Start();
  for (int i = 0; i < 200000 && (i == 0 || script.going_on()); ++i)
    script.SendText({.final = false, .ttt = 1});
  ASSERT_NE(script.failure(), nullptr);
  EXPECT_EQ(script.failure()->error.code, Errc::kLimit);
}

// C-062
TEST(Discovery, C062_FlagsAndTagMustAgree) {
  for (const DiscoveryScript::Text& text :
       {DiscoveryScript::Text{.final = true, .ttt = 5},
        DiscoveryScript::Text{.final = false, .ttt = ISCSI_TAG_NONE},
        DiscoveryScript::Text{.final = true, .more = true}}) {
    DiscoveryScript script;
    script.Start();
    script.SendText(text);
    EXPECT_EQ(script.complaint(), "Text Response: F, C and TTT disagree");
  }
}

TEST(Discovery, RefusesAnswersToOtherQuestions) {
  DiscoveryScript tag;
  tag.Start();
  tag.SendText({.itt_change = 1});
  EXPECT_EQ(tag.complaint(), "Text Response to nothing we asked");
  DiscoveryScript twice;
  twice.Start();
  twice.SendText({});
  twice.SendText({});
  EXPECT_EQ(twice.complaint(), "opcode 0x24 in a Discovery session");
}

// C-071
TEST(Discovery, C071_StatSnMustBeInOrder) {
  for (const uint32_t change : {1u, 0xffffffffu}) {
    DiscoveryScript script;
    script.Start();
    script.SendText({.statsn_change = change});
    ASSERT_NE(script.failure(), nullptr);
    EXPECT_EQ(script.failure()->error.code, Errc::kProtocol);
  }
}

// C-064
TEST(Discovery, C064_ATargetWithoutAddressIsWhereWeAre) {
  const DiscoveryResult result = TargetsFromText(
      {{"TargetName", "iqn.2005-01.com.example:a"}}, {"fe80::1", 3261, {}});
  EXPECT_THAT(result.targets,
              ElementsAre(DiscoveredTarget{"iqn.2005-01.com.example:a",
                                           {{"fe80::1", 3261, {}}}}));
}

// C-064: one bad record does not hide the others.
TEST(Discovery, C064_SkipsUnusableRecords) {
  const DiscoveryResult result =
      TargetsFromText({{"TargetName", "iqn.2005-01.com.example:a"},
                       {"TargetAddress", "bad address"},
                       {"TargetAddress", "10.0.0.1,1"},
                       {"TargetName", "no name\n"},
                       {"TargetAddress", "10.0.0.66,1"},
                       {"TargetName", "iqn.2005-01.com.example:c"},
                       {"TargetAddress", "10.0.0.3,1"}},
                      {"h", 3260, {}});
  EXPECT_THAT(result.targets,
              ElementsAre(DiscoveredTarget{"iqn.2005-01.com.example:a",
                                           {{"10.0.0.1", 3260, 1}}},
                          DiscoveredTarget{"iqn.2005-01.com.example:c",
                                           {{"10.0.0.3", 3260, 1}}}));
  ASSERT_THAT(result.skipped, SizeIs(2));
  EXPECT_THAT(result.skipped[0], testing::HasSubstr("bad address"));
  EXPECT_THAT(result.skipped[1], testing::HasSubstr("no name\\x0a"));
}

TEST(Discovery, AnAddressBelongsToSomeTarget) {
  const DiscoveryResult result =
      TargetsFromText({{"TargetAddress", "10.0.0.1,1"}}, {"h", 3260, {}});
  EXPECT_THAT(result.targets, IsEmpty());
}

TEST(Discovery, MergesWhatIsToldTwice) {
  const DiscoveryResult result =
      TargetsFromText({{"TargetName", "iqn.2005-01.com.example:a"},
                       {"TargetAddress", "10.0.0.1,1"},
                       {"TargetAddress", "10.0.0.1,1"},
                       {"TargetName", "iqn.2005-01.com.example:A"},
                       {"TargetAddress", "10.0.0.2,1"}},
                      {"h", 3260, {}});
  EXPECT_THAT(result.targets,
              ElementsAre(DiscoveredTarget{
                  "iqn.2005-01.com.example:a",
                  {{"10.0.0.1", 3260, 1}, {"10.0.0.2", 3260, 1}}}));
}

TEST(Discovery, ComplaintsAreBounded) {
  const TextPairs pairs(5000, {"TargetName", "?"});
  EXPECT_THAT(TargetsFromText(pairs, {"h", 3260, {}}).skipped, SizeIs(100));
}

// C-063
TEST(Discovery, C063_AnswersPings) {
  DiscoveryScript script;
  script.Start();
  const Bytes ping(5, std::byte{0xab});
  script.SendNopIn(0x42, ping);
  ASSERT_TRUE(script.going_on()) << script.complaint();
  const auto pong = script.heard<iscsi_bhs_nop_out>();
  EXPECT_EQ(pong.opcode, 0x40);  // I=1
  EXPECT_EQ(be32toh(pong.itt), ISCSI_TAG_NONE);
  EXPECT_EQ(be32toh(pong.ttt), 0x42u);
  EXPECT_EQ(pong.lun[1], 9);
  EXPECT_EQ(be32toh(pong.exp_statsn), kFirstStatSn);
  EXPECT_EQ(script.heard().data, ping);
  script.SendText({});
  EXPECT_NE(script.result(), nullptr) << script.complaint();
}

// C-004
TEST(Discovery, C004_EchoesNoMoreThanTheTargetTakes) {
  DiscoveryScript script;
  script.Start();
  script.SendNopIn(0x42, Bytes(9000, std::byte{1}));
  EXPECT_THAT(script.heard().data, SizeIs(8192));
}

// C-098
TEST(Discovery, C098_IsSilentToNews) {
  DiscoveryScript script;
  script.Start();
  script.SendNopIn(ISCSI_TAG_NONE);
  EXPECT_TRUE(script.going_on());
  EXPECT_EQ(script.requests(), 1u);
}

TEST(Discovery, RefusesAnAnswerToAPingItNeverSent) {
  DiscoveryScript script;
  script.Start();
  iscsi_bhs_nop_in header{};
  header.opcode = ISCSI_OPCODE_NOP_IN;
  header.itt = htobe32(17);
  script.SendHeader(header);
  EXPECT_EQ(script.complaint(), "NOP-In to a ping we did not send");
}

// C-063
TEST(Discovery, C063_EndsAtAsyncAndReject) {
  DiscoveryScript async_script;
  async_script.Start();
  iscsi_bhs_async async{};
  async.opcode = ISCSI_OPCODE_ASYNC;
  async.async_event = 1;
  async_script.SendHeader(async);
  EXPECT_EQ(async_script.complaint(),
            "the target ends the Discovery session (async event 1)");

  DiscoveryScript reject_script;
  reject_script.Start();
  iscsi_bhs_reject reject{};
  reject.opcode = ISCSI_OPCODE_REJECT;
  reject.reason = ISCSI_REJECT_NOT_SUPPORTED;
  reject_script.SendHeader(reject);
  EXPECT_EQ(reject_script.complaint(),
            "the target rejects our request (reason 0x05)");
}

// C-006, C-063
TEST(Discovery, C006_C063_OtherOpcodesEndTheSession) {
  for (unsigned opcode = 0; opcode < 64; ++opcode) {
    if (opcode == ISCSI_OPCODE_TEXT_RESPONSE || opcode == ISCSI_OPCODE_NOP_IN)
      continue;
    DiscoveryScript script;
    script.Start();
    iscsi_bhs header{};
    header.opcode = static_cast<uint8_t>(opcode);
    script.SendHeader(header);
    EXPECT_NE(script.failure(), nullptr) << opcode;
  }
}

TEST(Discovery, LogsOut) {
  DiscoveryScript script;
  script.Start();
  script.SendText({});
  script.StartLogout();
  const auto request = script.heard<iscsi_bhs_logout_request>();
  EXPECT_EQ(request.opcode, 0x46);
  EXPECT_EQ(request.flags, 0x80);  // reason 0: close the session
  EXPECT_EQ(be16toh(request.cid), 3);
  EXPECT_EQ(be32toh(request.cmdsn), 50u);
  EXPECT_EQ(be32toh(request.exp_statsn), kFirstStatSn + 1);
  const DiscoveryEvent& event = script.SendLogoutResponse(0);
  EXPECT_TRUE(std::holds_alternative<DiscoveryLoggedOut>(event));
}

// C-113
TEST(Discovery, C113_ReportsARefusedLogout) {
  DiscoveryScript script;
  script.Start();
  script.SendText({});
  script.StartLogout();
  script.SendLogoutResponse(3);
  EXPECT_EQ(script.complaint(), "the target refuses to log out (response 3)");
}

TEST(Discovery, RefusesAnotherLogoutsResponse) {
  DiscoveryScript script;
  script.Start();
  script.SendText({});
  script.StartLogout();
  script.SendLogoutResponse(0, 1);
  EXPECT_EQ(script.complaint(), "Logout Response to nothing we asked");
}

// C-112
TEST(Discovery, C112_SaysNothingAfterLogout) {
  DiscoveryScript script;
  script.Start();
  script.SendText({});
  script.StartLogout();
  script.SendNopIn(0x42);
  EXPECT_TRUE(script.going_on());
  EXPECT_EQ(script.requests(), 2u);
}

}  // namespace
}  // namespace iscsid
