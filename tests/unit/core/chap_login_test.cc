// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sessions that authenticate: what of CHAP is decided outside of one login
// phase. The conversation itself is in unit/proto/chap_test.cc.
#include <gtest/gtest.h>

#include "tests/unit/fakes/fake_world.h"

namespace iscsid {
namespace {

constexpr std::string_view kSecret = "sixteen-bytes-16";
constexpr const char* kConfig = R"(
disk {
  TargetName = iqn.2020-01.com.example:disk
  TargetAddress = 192.0.2.1
  chapIName = me; chapSecret = sixteen-bytes-16
}
few {
  TargetName = iqn.2020-01.com.example:few
  TargetAddress = 192.0.2.1
  chapIName = me; chapSecret = sixteen-bytes-16
  chapDigest = SHA256,MD5
}
unread {
  TargetName = iqn.2020-01.com.example:unread
  TargetAddress = 192.0.2.1
  chapSecretFile = /missing
}
)";

// Speaks the security stage of a target with CHAP; the rest is FakeTarget's.
class ChapTarget {
 public:
  explicit ChapTarget(FakeWorld& world) : world_(world) {
    world.target.hook = [this](FakeStream& stream, const Pdu& pdu) {
      const auto request = pdu.As<iscsi_bhs_login_request>();
      if (pdu.opcode() != ISCSI_OPCODE_LOGIN_REQUEST ||
          (request.flags >> 2 & 3) != ISCSI_STAGE_SECURITY)
        return false;
      OnSecurity(stream, request, *ParseText(pdu.data));
      return true;
    };
  }

  bool chokes_on_lists = false;
  bool hangs_up = false;             // instead of saying so
  bool mistakes_sha256 = false;      // for SHA-1, as tgt does
  std::vector<std::string> offered;  // every CHAP_A that came
  unsigned logins = 0;               // that proved themselves
  size_t bytes_left = SIZE_MAX;      // before it hangs up, in all it says

 private:
  static std::string Value(const TextPairs& pairs, std::string_view key) {
    for (const TextPair& pair : pairs)
      if (pair.key == key) return pair.value;
    return "";
  }

  void OnSecurity(FakeStream& stream, const iscsi_bhs_login_request& request,
                  const TextPairs& text) {
    if (const std::string list = Value(text, "CHAP_A"); !list.empty()) {
      offered.push_back(list);
      const bool choke = chokes_on_lists && list.find(',') != std::string::npos;
      if (choke && hangs_up) return stream.End(TransportFailure::kClosed);
      if (choke) return Say(stream, request, {}, false, 0x0201);
      algorithm_ = list.substr(0, list.find(','));
      return Say(stream, request,
                 {{"CHAP_A", algorithm_}, {"CHAP_I", "1"}, {"CHAP_C", "0x77"}},
                 false);
    }
    if (const std::string r = Value(text, "CHAP_R"); !r.empty()) {
      if (mistakes_sha256 && algorithm_ == "7")
        return Say(stream, request, {}, false, 0x0200);
      const std::byte identifier{1};
      const std::byte challenge{0x77};
      const Bytes expected = *world_.crypto.Digest(
          static_cast<ChapAlgorithm>(*ParseNumber(algorithm_)),
          {{&identifier, 1},
           std::as_bytes(std::span(kSecret)),
           {&challenge, 1}});
      const bool right =
          EncodeHex(expected) == r && Value(text, "CHAP_N") == "me";
      logins += right ? 1 : 0;
      return Say(stream, request, {}, right, right ? 0 : 0x0201);
    }
    statsn_ = 98;
    Say(stream, request, {{"AuthMethod", "CHAP"}}, false);
  }

  void Say(FakeStream& stream, const iscsi_bhs_login_request& request,
           const TextPairs& pairs, bool leave, uint16_t status = 0) {
    iscsi_bhs_login_response response{};
    response.opcode = ISCSI_OPCODE_LOGIN_RESPONSE;
    response.flags = leave ? ISCSI_LOGIN_TRANSIT | ISCSI_STAGE_OPERATIONAL : 0;
    std::copy(request.isid, request.isid + 6, response.isid);
    response.itt = request.itt;
    // FakeTarget goes on with 101.
    response.statsn = htobe32(leave ? 100 : statsn_++);
    response.status_class = static_cast<uint8_t>(status >> 8);
    response.status_detail = static_cast<uint8_t>(status);
    Pdu pdu;
    pdu.Set(response);
    pdu.data = FormatText(pairs);
    Bytes bytes = Encode(pdu);
    if (bytes.size() > bytes_left) {
      bytes.resize(bytes_left);
      stream.Push(bytes);
      stream.End(TransportFailure::kReset);
      return;
    }
    bytes_left -= bytes_left == SIZE_MAX ? 0 : bytes.size();
    stream.Push(bytes);
  }

  FakeWorld& world_;
  std::string algorithm_;
  uint32_t statsn_ = 0;
};

class ChapLogin : public testing::Test {
 protected:
  ChapLogin() : target(world) { world.StartDaemon(kConfig); }

  FakeWorld world;
  ChapTarget target;
};

TEST_F(ChapLogin, C045_OffersTheStrongestFirst) {
  EXPECT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(target.offered, std::vector<std::string>{"8,7,6,5"});
  EXPECT_EQ(target.logins, 1u);
}

// C-045: a target that chokes on a list gets MD5 alone.
TEST_F(ChapLogin, C045_FallsBackToOneAlgorithm) {
  for (const bool hangs_up : {false, true}) {
    target.chokes_on_lists = true;
    target.hangs_up = hangs_up;
    target.offered.clear();
    EXPECT_EQ(world.Login(hangs_up ? "disk" : "few")->error(), "");
    EXPECT_EQ(target.offered.size(), 2u);
    EXPECT_EQ(target.offered.back(), "5");
  }
  EXPECT_TRUE(world.log.Has("trying again with MD5 alone"));
}

// C-045: as Debian's tgt, 1.0.85.
TEST_F(ChapLogin, C045_FallsBackWhenTheTargetMistookOne) {
  target.mistakes_sha256 = true;
  EXPECT_EQ(world.Login("few")->error(), "");
  EXPECT_EQ(target.offered, (std::vector<std::string>{"7,5", "5"}));
}

// A secret that is wrong is no reason to try anything else.
TEST_F(ChapLogin, C045_AWrongSecretIsNotTriedTwice) {
  ctl::LoginCall call;
  call.nickname = "few";
  call.settings = ctl::Keys{{"chapSecret", "another-sixteen!"}};
  EXPECT_EQ(world.Call(call)->error(), "AuthenticationRequired");
  EXPECT_EQ(target.offered.size(), 1u);
}

// What libcrypto refuses is not offered; the rest is.
TEST_F(ChapLogin, OffersWhatTheLibraryDoes) {
  world.crypto.refused = {ChapAlgorithm::kMd5, ChapAlgorithm::kSha1};
  EXPECT_EQ(world.Login("disk")->error(), "");
  EXPECT_EQ(target.offered, std::vector<std::string>{"8,7"});
  EXPECT_EQ(target.logins, 1u);
}

TEST_F(ChapLogin, NamesTheAlgorithmsThatAreRefused) {
  world.crypto.refused = {ChapAlgorithm::kMd5, ChapAlgorithm::kSha256};
  const auto login = world.Login("few");
  EXPECT_EQ(login->error(), "AuthenticationRequired");
  const std::string message = login->reply->parameters["message"];
  EXPECT_NE(message.find("libcrypto refuses SHA256; libcrypto refuses MD5"),
            std::string::npos)
      << message;
  EXPECT_TRUE(world.transport.connects.empty());
}

TEST_F(ChapLogin, SaysThatTheSecretCouldNotBeRead) {
  const auto login = world.Login("unread");
  EXPECT_TRUE(login->done());
  const std::string message = login->reply->parameters["message"];
  EXPECT_NE(message.find("chapSecret"), std::string::npos) << message;
  EXPECT_TRUE(world.transport.connects.empty());
}

// C-056: the login after a failure authenticates as the first did.
TEST_F(ChapLogin, C056_ReinstatementAuthenticatesAgain) {
  EXPECT_EQ(world.Login("disk")->error(), "");
  world.kernel.FailConn(1);
  world.Advance(std::chrono::seconds(5));
  EXPECT_EQ(target.logins, 2u);
  EXPECT_EQ(world.kernel.sessions.at(1).state, ISI_SESSION_UP);
}

// C-023: cut at every byte the target says in the security stage: a failure,
// nothing left behind, and the next login works.
TEST_F(ChapLogin, C023_ACutAtAnyByteLeavesNothing) {
  unsigned cuts = 0;
  for (size_t bytes = 0;; ++bytes) {
    target.bytes_left = bytes;
    const auto login = world.Login("few");
    ASSERT_TRUE(login->done()) << bytes;
    if (login->error().empty()) break;
    EXPECT_EQ(login->error(), "ConnectionLost") << bytes;
    EXPECT_TRUE(world.transport.streams.empty()) << bytes;
    EXPECT_TRUE(world.initiator().sessions().empty()) << bytes;
    EXPECT_TRUE(world.kernel.sessions.empty()) << bytes;
    ++cuts;
  }
  EXPECT_GT(cuts, 3 * 48u);
}

// C-055: nothing that a caller or a log reader sees has the secret in it.
TEST_F(ChapLogin, C055_TheSecretIsNowhereToBeSeen) {
  ctl::ShowCall show;
  EXPECT_EQ(world.Login("disk")->error(), "");
  show.selector.nickname = "disk";
  EXPECT_EQ(world.Call(show)->reply->parameters.dump().find(kSecret),
            std::string::npos);
  EXPECT_FALSE(world.log.Has(kSecret));
  EXPECT_EQ(world.kernel.sessions.at(1).spec.owner.find(kSecret),
            std::string::npos);
}

}  // namespace
}  // namespace iscsid
