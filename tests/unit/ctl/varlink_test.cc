// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ctl/varlink.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace iscsid::ctl {
namespace {

using namespace std::string_literals;

Result<void> Feed(Framer& framer, std::string_view text) {
  return framer.Feed(std::as_bytes(std::span(text)));
}

std::vector<std::string> Drain(Framer& framer) {
  std::vector<std::string> messages;
  while (auto message = framer.Next()) messages.push_back(*std::move(message));
  return messages;
}

TEST(FramerTest, SplitAtEachByteGivesTheSame) {
  const std::string stream = "{\"a\":1}\0{}\0\0{\"b\":2}\0"s;
  const std::vector<std::string> expected = {"{\"a\":1}", "{}", "",
                                             "{\"b\":2}"};
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    Framer framer(stream.size());
    ASSERT_TRUE(Feed(framer, stream.substr(0, cut)));
    std::vector<std::string> messages = Drain(framer);
    ASSERT_TRUE(Feed(framer, stream.substr(cut)));
    for (std::string& message : Drain(framer)) messages.push_back(message);
    EXPECT_EQ(messages, expected) << cut;
    EXPECT_TRUE(framer.Empty());
  }
}

TEST(FramerTest, ByteForByte) {
  Framer framer(8);
  std::vector<std::string> messages;
  for (const char c : "ab\0cdef\0g"s) {
    ASSERT_TRUE(Feed(framer, std::string_view(&c, 1)));
    for (std::string& message : Drain(framer)) messages.push_back(message);
  }
  EXPECT_EQ(messages, (std::vector<std::string>{"ab", "cdef"}));
  EXPECT_FALSE(framer.Empty());
}

TEST(FramerTest, IsBounded) {
  Framer framer(8);
  ASSERT_TRUE(Feed(framer, "1234567\0"s));
  EXPECT_EQ(Drain(framer).size(), 1U);
  ASSERT_TRUE(Feed(framer, "12345678"));
  EXPECT_FALSE(framer.Next());
  const Result<void> fed = Feed(framer, "9");
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Errc::kLimit);
  // Nor can small messages pile up.
  Framer flooded(8);
  EXPECT_FALSE(Feed(flooded, "1\0002\0003\0004\0005"s));
}

TEST(DecodeCallTest, AllMembers) {
  const Result<Call> call =
      DecodeCall(R"({"method":"a.b.C","parameters":{"x":[1]},"oneway":true,)"
                 R"("more":true,"upgrade":true})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "a.b.C");
  EXPECT_EQ(call->parameters, Json::parse(R"({"x":[1]})"));
  EXPECT_TRUE(call->oneway);
  EXPECT_TRUE(call->more);
  EXPECT_TRUE(call->upgrade);
}

TEST(DecodeCallTest, OnlyTheMethodIsNeeded) {
  for (const char* text :
       {R"({"method":"a.b.C"})", R"({"method":"a.b.C","parameters":null})",
        R"({"method":"a.b.C","parameters":{},"more":false})"}) {
    const Result<Call> call = DecodeCall(text);
    ASSERT_TRUE(call) << text;
    EXPECT_EQ(call->parameters, Json::object());
    EXPECT_FALSE(call->oneway || call->more || call->upgrade);
  }
}

TEST(DecodeCallTest, RefusesEverythingElse) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "null"s,
                                  "[]"s,
                                  "1"s,
                                  "\"x\""s,
                                  "{"s,
                                  "{}"s,
                                  "{}{}"s,
                                  R"({"method":""})"s,
                                  R"({"method":1})"s,
                                  R"({"method":null})"s,
                                  R"({"method":"a.B","parameters":[]})"s,
                                  R"({"method":"a.B","parameters":"x"})"s,
                                  R"({"method":"a.B","oneway":1})"s,
                                  R"({"method":"a.B","more":"yes"})"s,
                                  R"({"method":"a.B","parameter":{}})"s,
                                  R"({"method":"a.B","error":"x"})"s,
                                  "{\"method\":\"\xff\"}"s,
                                  "{\"method\":\"a\nB\"}"s,
                                  R"({"method":"a.B",})"s,
                                  R"({"method":"a.B"} x)"s,
                                  R"({'method':'a.B'})"s}) {
    const Result<Call> call = DecodeCall(text);
    ASSERT_FALSE(call) << text;
    EXPECT_EQ(call.error().code, Errc::kProtocol);
  }
}

TEST(DecodeCallTest, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return R"({"method":"a.B","parameters":{"x":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}}";
  };
  EXPECT_TRUE(DecodeCall(nested(kMaxDepth - 2)));
  EXPECT_FALSE(DecodeCall(nested(kMaxDepth - 1)));
  EXPECT_FALSE(DecodeCall(std::string(1000000, '[')));
  // Brackets in strings do not count, nor does a quote that is escaped.
  EXPECT_TRUE(DecodeCall(R"({"method":"a.B","parameters":{"x":"\")" +
                         std::string(100, '[') + "\"}}"));
}

TEST(DecodeReplyTest, MembersAndStrictness) {
  const Result<Reply> reply =
      DecodeReply(R"({"parameters":{"x":1},"continues":true,"error":"a.b.C"})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->parameters["x"], 1);
  EXPECT_TRUE(reply->continues);
  EXPECT_EQ(reply->error, "a.b.C");
  EXPECT_TRUE(DecodeReply("{}"));
  for (const char* text : {"", "[]", R"({"error":1})", R"({"method":"a.B"})",
                           R"({"continues":0})", R"({"parameters":3})"}) {
    EXPECT_FALSE(DecodeReply(text)) << text;
  }
}

TEST(EncodeTest, RoundTripsAndEndsInNul) {
  const Call call = {"a.b.C", {{"x", 1}}, true, false, true};
  const std::string text = EncodeCall(call);
  ASSERT_EQ(text.find('\0'), text.size() - 1);
  const Result<Call> decoded = DecodeCall(text.substr(0, text.size() - 1));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->method, call.method);
  EXPECT_EQ(decoded->parameters, call.parameters);
  EXPECT_TRUE(decoded->oneway);
  EXPECT_FALSE(decoded->more);
  EXPECT_TRUE(decoded->upgrade);
  EXPECT_EQ(EncodeReply({{{"y", "z"}}, true, "a.E"}),
            R"({"continues":true,"error":"a.E","parameters":{"y":"z"}})"
            "\0"s);
}

TEST(EncodeTest, BytesThatAreNotUtf8CannotBreakIt) {
  const std::string text =
      EncodeReply({{{"name", "a\xff\0b\x1b"s}}, false, ""});
  ASSERT_EQ(text.find('\0'), text.size() - 1);
  const Result<Reply> reply = DecodeReply(text.substr(0, text.size() - 1));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->parameters["name"], "a\xef\xbf\xbd\0b\x1b"s);
}

}  // namespace
}  // namespace iscsid::ctl
