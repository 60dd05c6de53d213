// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/rules.h"

#include <gtest/gtest.h>

#include "tests/target/interceptor.h"
#include "tests/target/text.h"

namespace target {
namespace {

using std::chrono::milliseconds;

std::string RuleError(const std::string& text) {
  const auto rule = ParseRule(text);
  return rule ? "" : rule.error().what;
}

TEST(Rule, SaysWhatIsWrong) {
  const auto told = [](const std::string& text, const std::string& why) {
    EXPECT_EQ(RuleError(text), "rule '" + text + "': " + why);
  };
  told("DATA_IN : drop", "a rule begins with on");
  told("on DATA_IN drop", "' : ' parts PDU and action");
  told("on 0 DATA_IN : drop", "a count is 1 or more");
  told("on every DATA_IN : drop", "a count is 1 or more");
  told("on DATA : drop", "'DATA' is no PDU");
  told("on R2T :", "an action is missing");
  told("on R2T : eat", "there is no action 'eat'");
  told("on R2T : drop it", "'it' is too much");
  told("on R2T : delay", "delay TIME, such as 200ms");
  told("on R2T : set", "set what?");
  told("on R2T : corrupt loudly", "corrupt BIT [quietly]");
  told("on R2T : inject ANY", "inject needs one PDU");
}

TEST(Rule, Counts) {
  const auto acts = [](const char* text) {
    std::string on;
    for (uint64_t count = 1; count <= 6; ++count)
      if (ActsOn(*ParseRule(text), count)) on += std::to_string(count);
    return on;
  };
  EXPECT_EQ(acts("on R2T : drop"), "123456");
  EXPECT_EQ(acts("on 3 R2T : drop"), "3");
  EXPECT_EQ(acts("on every 2 R2T : drop"), "246");
  EXPECT_EQ(acts("on from 4 R2T : drop"), "456");
}

// Passes PDUs by an interceptor and decodes what it would send.
class Passage {
 public:
  explicit Passage(std::vector<std::string> texts,
                   std::optional<RandomFaults> random = {})
      : faults_(Parse(texts), std::move(random)),
        interceptor_(faults_, [this](const std::string& what) {
          told.push_back(what);
        }) {
    for (Decoder& decoder : decoders_) decoder.set_digests({});
  }

  std::vector<Step> Steps(const Pdu& pdu) {
    Decoded decoded;
    decoded.pdu = pdu;
    return interceptor_.Take(SenderOf(pdu.opcode()), decoded, now);
  }

  // What was forwarded, and all of it to the side it is for.
  std::vector<Decoded> Pass(const Pdu& pdu) {
    const Digests digests = interceptor_.digests();
    std::vector<Decoded> passed;
    for (const Step& step : Steps(pdu)) {
      if (step.kind != Step::Kind::kForward) continue;
      Decoder& decoder = decoders_[step.to == Side::kTarget];
      decoder.set_digests(digests);
      decoder.Feed(step.bytes);
      while (auto decoded = decoder.Next()) {
        EXPECT_EQ(Other(SenderOf(decoded->pdu.opcode())), step.to);
        passed.push_back(std::move(*decoded));
      }
    }
    return passed;
  }

  void LogIn() {
    Pdu request;
    request.Set(field::kOpcode, opcode::kLogin);
    request.data =
        EncodeKeys({{"HeaderDigest", "CRC32C"}, {"DataDigest", "CRC32C,None"}});
    EXPECT_EQ(Pass(request).size(), 1u);
    Pdu response;
    response.Set(field::kOpcode, opcode::kLoginResponse)
        .Set(field::kTransit)
        .Set(field::kNsg, 3);
    response.data =
        EncodeKeys({{"HeaderDigest", "None"}, {"DataDigest", "CRC32C"}});
    EXPECT_EQ(Pass(response).size(), 1u);
  }

  Digests digests() const { return interceptor_.digests(); }

  milliseconds now{0};
  std::vector<std::string> told;

 private:
  static std::vector<Rule> Parse(const std::vector<std::string>& texts) {
    std::vector<Rule> rules;
    for (const std::string& text : texts) rules.push_back(*ParseRule(text));
    return rules;
  }

  Faults faults_;
  Interceptor interceptor_;
  Decoder decoders_[2];
};

Pdu DataIn(uint32_t datasn) {
  Pdu pdu;
  pdu.Set(field::kOpcode, opcode::kDataIn).Set(field::kDataSn, datasn);
  pdu.data = Bytes{1, 2, 3};
  return pdu;
}

Pdu Response(uint32_t statsn) {
  Pdu pdu;
  pdu.Set(field::kOpcode, opcode::kScsiResponse).Set(field::kStatSn, statsn);
  return pdu;
}

TEST(Interceptor, LearnsTheDigestsFromTheLogin) {
  Passage passage({});
  EXPECT_FALSE(passage.digests().header || passage.digests().data);
  passage.LogIn();
  EXPECT_FALSE(passage.digests().header);
  EXPECT_TRUE(passage.digests().data);
  const auto passed = passage.Pass(DataIn(0));
  ASSERT_EQ(passed.size(), 1u);
  EXPECT_TRUE(passed[0].data_digest_ok);
  EXPECT_EQ(passed[0].pdu.data, DataIn(0).data);
}

TEST(Interceptor, DropsDuplicatesAndSwaps) {
  Passage passage({"on DATA_IN datasn=0 : drop", "on DATA_IN datasn=1 : swap",
                   "on DATA_IN datasn=3 : duplicate"});
  std::string order;
  for (uint32_t datasn = 0; datasn < 5; ++datasn)
    for (const Decoded& each : passage.Pass(DataIn(datasn)))
      order += std::to_string(each.pdu.Get(field::kDataSn));
  EXPECT_EQ(order, "21334");
  EXPECT_EQ(passage.told.size(), 3u);
  EXPECT_EQ(passage.told[0].substr(0, 13), "drop: DATA_IN");
}

TEST(Interceptor, CorruptsBeforeOrAfterTheDigest) {
  Passage passage({"on 1 DATA_IN : corrupt 8",
                   "on 2 DATA_IN : corrupt 8 quietly",
                   "on 3 DATA_IN : set datasn=9 digest=data"});
  passage.LogIn();
  const Decoded after = passage.Pass(DataIn(0)).at(0);
  EXPECT_FALSE(after.data_digest_ok);
  EXPECT_EQ(after.pdu.data, (Bytes{1, 3, 3}));
  const Decoded before = passage.Pass(DataIn(0)).at(0);
  EXPECT_TRUE(before.data_digest_ok);
  EXPECT_EQ(before.pdu.data, (Bytes{1, 3, 3}));
  const Decoded rewritten = passage.Pass(DataIn(0)).at(0);
  EXPECT_FALSE(rewritten.data_digest_ok);
  EXPECT_EQ(rewritten.pdu.Get(field::kDataSn), 9u);
}

TEST(Interceptor, DelaysAndEnds) {
  Passage passage({"on 1 R2T : delay 3s", "on 2 ANY : reset",
                   "on 2 TARGET : close", "on INITIATOR : stall"});
  Pdu r2t;
  r2t.Set(field::kOpcode, opcode::kR2t);
  const auto first = passage.Steps(r2t);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].kind, Step::Kind::kDelay);
  EXPECT_EQ(first[0].time, milliseconds(3000));
  EXPECT_EQ(first[1].kind, Step::Kind::kForward);
  const auto second = passage.Steps(r2t);
  EXPECT_EQ(second.at(0).kind, Step::Kind::kReset);
  EXPECT_EQ(second.at(1).kind, Step::Kind::kClose);
  Pdu nop;
  nop.Set(field::kOpcode, opcode::kNopOut);
  EXPECT_EQ(passage.Steps(nop).at(0).kind, Step::Kind::kStall);
}

// An injected Async takes a StatSN: the target's go up, the initiator's
// ExpStatSN comes down again. An unsolicited NOP-In takes none.
TEST(Interceptor, InjectsWithoutAGapInStatSn) {
  Passage passage({"on 1 SCSI_RESPONSE : inject ASYNC event=1 p3=5",
                   "on 2 SCSI_RESPONSE : inject NOP_IN ttt=7"});
  const auto first = passage.Pass(Response(10));
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].pdu.Get(field::kStatSn), 10u);
  EXPECT_EQ(first[1].pdu.opcode(), opcode::kAsync);
  EXPECT_EQ(first[1].pdu.Get(field::kStatSn), 11u);
  EXPECT_EQ(first[1].pdu.Get(field::kParameter3), 5u);
  const auto second = passage.Pass(Response(11));
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[0].pdu.Get(field::kStatSn), 12u);
  EXPECT_EQ(second[1].pdu.Get(field::kStatSn), 13u);
  EXPECT_EQ(passage.Pass(Response(12)).at(0).pdu.Get(field::kStatSn), 13u);
  Pdu nop;
  nop.Set(field::kOpcode, opcode::kNopOut).Set(field::kExpStatSn, 14);
  EXPECT_EQ(passage.Pass(nop).at(0).pdu.Get(field::kExpStatSn), 13u);
}

// The same seed, the same faults; none before the full feature phase.
TEST(Interceptor, MakesRandomFaultsBySeed) {
  const auto faults = [](uint64_t seed) {
    RandomFaults random{seed, milliseconds(1000), {}};
    for (const char* text : {"on ANY : drop", "on ANY : duplicate"})
      random.rules.push_back(*ParseRule(text));
    Passage passage({}, random);
    passage.now = milliseconds(100000);
    passage.LogIn();
    EXPECT_TRUE(passage.told.empty());
    std::string got;
    for (int i = 0; i < 1000; ++i) {
      passage.now += milliseconds(100);
      got += std::to_string(passage.Pass(DataIn(0)).size());
    }
    EXPECT_GT(passage.told.size(), 60u);
    EXPECT_LT(passage.told.size(), 160u);
    return got;
  };
  EXPECT_EQ(faults(1), faults(1));
  EXPECT_NE(faults(1), faults(2));
}

TEST(Interceptor, KeepsARandomFaultForItsPdu) {
  Passage passage(
      {}, RandomFaults{1, milliseconds(100), {*ParseRule("on R2T : drop")}});
  passage.LogIn();
  for (int i = 0; i < 100; ++i) {
    passage.now += milliseconds(100);
    EXPECT_EQ(passage.Pass(DataIn(0)).size(), 1u);
  }
  Pdu r2t;
  r2t.Set(field::kOpcode, opcode::kR2t);
  EXPECT_EQ(passage.Pass(r2t).size(), 0u);
  EXPECT_EQ(passage.Pass(r2t).size(), 1u);
}

}  // namespace
}  // namespace target
