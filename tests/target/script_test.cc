// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/script.h"

#include <gtest/gtest.h>

#include "tests/target/chap.h"
#include "tests/target/target_thread.h"
#include "tests/target/test_client.h"

namespace target {
namespace {

std::string ParseError(const std::string& text) {
  const auto script = ParseScript("f", text);
  return script ? "" : script.error().what;
}

TEST(Script, SaysWhereItIsWrong) {
  EXPECT_EQ(ParseError("\nexpekt LOGIN"),
            "f:2: there is no statement 'expekt'");
  EXPECT_EQ(ParseError("expect LOGON"), "f:1: 'LOGON' is no PDU");
  EXPECT_EQ(ParseError("expect LOGIN status=1"),
            "f:1: this PDU has no field 'status'");
  EXPECT_EQ(ParseError("expect LOGIN csg"), "f:1: field csg needs a value");
  EXPECT_EQ(ParseError("delay 5"),
            "f:1: one time is needed, such as 200ms or 5s");
  EXPECT_EQ(ParseError("send LOGIN_RESPONSE key A"),
            "f:1: key A needs a value");
  EXPECT_EQ(ParseError("send R2T itt!=1"),
            "f:1: 'itt!=1': != gives no value to send");
  EXPECT_EQ(ParseError("close now"), "f:1: 'now' is too much");
  EXPECT_EQ(ParseError("split 0"), "f:1: pieces have bytes");
  EXPECT_EQ(ParseError("resize"), "f:1: resize SIZE, such as 128M");
  EXPECT_EQ(ParseError("resize 0"), "f:1: resize SIZE, such as 128M");
  EXPECT_EQ(ParseError("let =1"), "f:1: let NAME=VALUE");
  EXPECT_EQ(ParseError("connection x:"),
            "f:1: connection NUMBER: or connection *:");
  EXPECT_EQ(ParseError("connection 2:\nconnection 2:"),
            "f:2: this connection was described above");
  EXPECT_EQ(ParseError("option --nonsense"),
            "f:1: unknown option '--nonsense'");
  EXPECT_EQ(ParseError("send LOGIN_RESPONSE text=\"a"), "f:1: a \" has no end");
  EXPECT_EQ(ParseError("# only this"), "f: nothing to do");
}

TEST(Script, SplitsWords) {
  const auto words = SplitWords(R"( a=b  "c d"e \x "\0\x41\"\n"# f # g)");
  ASSERT_TRUE(words);
  EXPECT_EQ(*words,
            (std::vector<std::string>{"a=b", "c de", "\\x",
                                      std::string("\0A\"\n#", 5), "f"}));
}

TEST(Variables, Expand) {
  Variables variables;
  variables.Set("mine", "m");
  Pdu pdu;
  pdu.Set(field::kOpcode, opcode::kLogin).Set(field::kItt, 9);
  pdu.data = EncodeKeys({{"CHAP_I", "97"}, {"X-a.b", "c"}});
  variables.SetLast(pdu);
  const auto expand = [&](const char* text) {
    const auto value = variables.Expand(text);
    return value ? *value : "error: " + value.error().what;
  };
  EXPECT_EQ(expand("a$mine-${mine}b"), "am-mb");
  EXPECT_EQ(expand("$itt,$CHAP_I,${X-a.b}"), "9,97,c");
  EXPECT_EQ(expand("$chap(5,$CHAP_I,b,0x63)"),
            "0x900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(expand("$add($itt,-10)"), "4294967295");
  EXPECT_EQ(expand("$repeat($repeat(a,2),3)"), "aaaaaa");
  EXPECT_EQ(expand("$random(2)").size(), 6u);
  EXPECT_EQ(expand("$none"), "error: there is no $none");
  EXPECT_EQ(expand("$add(1"), "error: $add( has no end");
  EXPECT_EQ(expand("$add(1)"), "error: $add takes 2 arguments");
}

TEST(Pattern, MatchesStarAndQuestionMark) {
  EXPECT_TRUE(MatchesPattern("iqn.a:b", "iqn.*"));
  EXPECT_TRUE(MatchesPattern("CRC32C,None", "*None"));
  EXPECT_TRUE(MatchesPattern("ab", "?b"));
  EXPECT_FALSE(MatchesPattern("ab", "a"));
  EXPECT_FALSE(MatchesPattern("", "?"));
}

// A login answered by hand, with a redirect; every field as told.
TEST(Play, SendsWhatIsWritten) {
  const auto target = TargetThread::Start(R"(
    expect LOGIN csg=1 nsg=3 T=1 key InitiatorName=iqn.* nokey AuthMethod
    send LOGIN_RESPONSE status=0101 statsn=77 key TargetAddress=$address
    close
  )");
  Client client(target->port());
  const Pdu response = client.LogIn();
  EXPECT_EQ(response.Get(field::kLoginStatus), 0x0101u);
  EXPECT_EQ(response.Get(field::kStatSn), 77u);
  EXPECT_EQ(response.Get(field::kItt), 7u);
  EXPECT_EQ(response.Get(field::kIsid), 0x800000000001u);
  EXPECT_EQ(response.data, EncodeKeys({{"TargetAddress", target->address()}}));
  EXPECT_FALSE(client.Read());
  EXPECT_FALSE(client.reset);
  EXPECT_EQ(target->Wait(), "");
}

TEST(Play, SaysWhichExpectationFailed) {
  const auto target = TargetThread::Start("\nexpect LOGIN csg=0\n");
  Client client(target->port());
  client.LogIn();
  const std::string failure = target->Wait();
  EXPECT_EQ(failure.substr(0, failure.find(": LOGIN")),
            "script:2: not as expected, csg is 1");
}

TEST(Play, SaysWhenNothingCame) {
  const auto target = TargetThread::Start("timeout 10ms\nexpect LOGIN");
  Client client(target->port());
  EXPECT_EQ(target->Wait(), "script:2: expected a PDU, but nothing came");
}

TEST(Play, SaysWhenNobodyConnected) {
  const auto target = TargetThread::Start("option --patience 1\nclose");
  EXPECT_EQ(target->Wait(), "script: connection 1 did not come");
}

// The well-behaved target answers, but for one field and one key.
TEST(Play, ChangesAnAnswer) {
  const auto target = TargetThread::Start(R"(
    expect LOGIN
    answer T=0 key MaxBurstLength=99999999 nokey TargetPortalGroupTag
    expect LOGIN length=0
    answer
    serve
  )");
  Client client(target->port());
  const Pdu first = client.LogIn({{"MaxBurstLength", "65536"}});
  EXPECT_FALSE(first.Is(field::kTransit));
  const KeyList keys = ParseKeys(first.data);
  EXPECT_EQ(*FindKey(keys, "MaxBurstLength"), "99999999");
  EXPECT_FALSE(FindKey(keys, "TargetPortalGroupTag"));
  client.Send(client.LoginRequest({}));
  const Pdu second = client.Read()->pdu;
  EXPECT_EQ(second.Get(field::kNsg), 3u);
  EXPECT_NE(second.Get(field::kTsih), 0u);
  EXPECT_EQ(second.Get(field::kStatSn), first.Get(field::kStatSn) + 1);
}

// CHAP by hand, in a login the script leads itself, then I/O with digests.
TEST(Play, LeadsALoginAndGoesOnWellBehaved) {
  const auto target = TargetThread::Start(R"(
    expect LOGIN csg=0 key AuthMethod=*CHAP*
    send LOGIN_RESPONSE key AuthMethod=CHAP TargetPortalGroupTag=1
    expect LOGIN key CHAP_A=*7*
    let c=$random(16)
    send LOGIN_RESPONSE key CHAP_A=7 CHAP_I=200 CHAP_C=$c
    expect LOGIN key CHAP_N=me CHAP_R=$chap(7,200,secret,$c)
    send LOGIN_RESPONSE T=1 nsg=1
    expect LOGIN csg=1 nsg=3 key DataDigest=CRC32C
    send LOGIN_RESPONSE T=1 tsih=5 key DataDigest=CRC32C HeaderDigest=CRC32C
    serve until SCSI_COMMAND cdb=0x00
    send SCSI_RESPONSE status=8
    serve
  )");
  Client client(target->port());
  KeyList identity = Client::Identity();
  identity.emplace_back("AuthMethod", "CHAP,None");
  client.Send(client.LoginRequest(identity, 0, 1));
  EXPECT_EQ(client.Read()->pdu.Get(field::kCsg), 0u);
  client.Send(client.LoginRequest({{"CHAP_A", "5,7"}}, 0, 1));
  const KeyList keys = ParseKeys(client.Read()->pdu.data);
  const auto response =
      ChapResponse(7, 200, "secret", *DecodeBinary(*FindKey(keys, "CHAP_C")));
  client.Send(client.LoginRequest(
      {{"CHAP_N", "me"}, {"CHAP_R", ToHex(*response)}}, 0, 1));
  EXPECT_TRUE(client.Read()->pdu.Is(field::kTransit));
  const Pdu last =
      client.LogIn({{"DataDigest", "CRC32C"}, {"HeaderDigest", "CRC32C"}});
  EXPECT_EQ(last.Get(field::kTsih), 5u);

  client.Send(client.Command(1, {0x25}, 8, false));  // READ CAPACITY
  const auto capacity = client.Read();
  EXPECT_TRUE(capacity->header_digest_ok && capacity->data_digest_ok);
  EXPECT_EQ(capacity->pdu.data.size(), 8u);
  client.Send(client.Command(2, {0x00}, 0, false));
  EXPECT_EQ(client.Read()->pdu.Get(field::kStatus), 8u);
  client.Send(client.Command(3, {0x25}, 8, false));
  EXPECT_EQ(client.Read()->pdu.Get(field::kExpCmdSn), 103u);
}

TEST(Play, GetsDigestsWrong) {
  const auto target = TargetThread::Start(R"(
    serve login
    expect SCSI_COMMAND
    answer DATA_IN digest=data
    expect SCSI_COMMAND
    answer digest=header
    expect SCSI_COMMAND
    answer flip=0 pad=1
  )");
  Client client(target->port());
  client.LogIn({{"DataDigest", "CRC32C"}, {"HeaderDigest", "CRC32C"}});
  for (uint32_t itt = 0; itt < 3; ++itt) {
    client.Send(client.Command(itt, {0x25}, 8, false));
    const auto got = client.Read();
    EXPECT_EQ(got->header_digest_ok, itt != 1);
    EXPECT_EQ(got->data_digest_ok, itt == 1);
  }
  EXPECT_EQ(target->Wait(), "");
}

// One PDU in two pieces and two in one, as far as TCP shows it.
TEST(Play, SplitsAndMerges) {
  const auto target = TargetThread::Start(R"(
    merge
    serve login
    delay 20ms
    send NOP_IN
    split at 10
    flush
    split off
    expect end
  )");
  Client client(target->port());
  const Pdu response = client.LogIn();
  EXPECT_EQ(response.Get(field::kNsg), 3u);
  EXPECT_EQ(client.Read()->pdu.opcode(), opcode::kNopIn);
}

// READ CAPACITY(10) before and after; what was written is there still.
TEST(Play, ResizesDisks) {
  const auto target = TargetThread::Start(R"(
    option --size 1M
    serve until SCSI_COMMAND cdb=0x28
    resize 2M
    serve
  )");
  Client client(target->port());
  client.LogIn();
  const auto capacity = [&](uint32_t itt) {
    client.Send(client.Command(itt, {0x25}, 8, false));
    return client.Read()->pdu.data;
  };
  EXPECT_EQ(capacity(0), (Bytes{0, 0, 7, 0xff, 0, 0, 2, 0}));
  Pdu write = client.Command(1, {0x2a, 0, 0, 0, 0, 0, 0, 0, 1}, 512, true);
  write.data = Bytes(512, 0x5a);
  client.Send(write);
  client.Read();
  client.Send(client.Command(2, {0x28, 0, 0, 0, 0, 0, 0, 0, 1}, 512, false));
  EXPECT_EQ(client.Read()->pdu.data, Bytes(512, 0x5a));
  EXPECT_EQ(capacity(3), (Bytes{0, 0, 0x0f, 0xff, 0, 0, 2, 0}));
}

// What is still being written when a read gives up is not lost.
TEST(Play, GoesOnWritingAfterSilence) {
  const auto target = TargetThread::Start(R"(
    expect LOGIN
    send LOGIN_RESPONSE data=0x$repeat(61,8000000)
    expect silence 1ms
    expect LOGOUT
  )");
  Client client(target->port());
  client.Send(client.LoginRequest(Client::Identity()));
  Pdu logout;
  logout.Set(field::kOpcode, opcode::kLogout);
  size_t length = 0;  // more than TCP takes at once
  while (length < kBhsLength + 8000000) length += client.Receive().size();
  client.Send(logout);
  EXPECT_EQ(target->Wait(), "");
}

TEST(Play, StallsWhateverComes) {
  const auto target = TargetThread::Start(R"(
    expect LOGIN
    stall
    connection 2:
    expect LOGIN
    answer
  )");
  {
    Client first(target->port());
    for (int i = 0; i < 20; i++)
      first.Send(first.LoginRequest(Client::Identity()));
    Client second(target->port());
    EXPECT_EQ(second.LogIn().Get(field::kNsg), 3u);
  }
  EXPECT_EQ(target->Wait(), "");
}

TEST(Play, TellsResetFromClose) {
  const auto target = TargetThread::Start(R"(
    cut sent 20
    expect LOGIN
    answer
  )");
  Client client(target->port());
  client.Send(client.LoginRequest(Client::Identity()));
  EXPECT_EQ(client.Receive().size(), 20u);
  EXPECT_TRUE(client.Receive().empty());
  EXPECT_TRUE(client.reset);
  EXPECT_EQ(target->Wait(), "");
}

TEST(Play, HasASectionForEachConnection) {
  const auto target = TargetThread::Start(R"(
    connection 1:
    expect LOGIN tsih=0
    let first=$isid
    answer
    expect end
    connection 2:
    expect LOGIN isid=$first
    send raw 0x010203
    connection *:
    reset
  )");
  {
    Client first(target->port());
    EXPECT_EQ(first.LogIn().Get(field::kNsg), 3u);
  }
  Client second(target->port());
  second.Send(second.LoginRequest(Client::Identity()));
  EXPECT_EQ(second.Receive(), (Bytes{1, 2, 3}));
  EXPECT_EQ(target->Wait(), "");
}

}  // namespace
}  // namespace target
