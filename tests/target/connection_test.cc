// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/connection.h"

#include <gtest/gtest.h>

#include <deque>

namespace target {
namespace {

using namespace field;

constexpr const char* kTarget = "iqn.2026-01.com.example:disk";

// An initiator without a socket.
class Peer {
 public:
  explicit Peer(Server& server, uint16_t cid = 0) : cid_(cid) {
    connection = Connection::Make(
        server, {.send = [this](Pdu& pdu, Digests) { received.push_back(pdu); },
                 .close = [this] { closed = true; },
                 .address = "192.0.2.1:3260",
                 .label = {}});
  }

  // The first answer; an empty PDU when there is none.
  Pdu Ask(const Pdu& pdu) {
    received.clear();
    Decoded decoded;
    decoded.pdu = pdu;
    connection->Receive(decoded);
    return received.empty() ? Pdu{} : received.front();
  }

  Pdu Login(KeyList keys, uint8_t csg = 1, uint16_t tsih = 0) const {
    Pdu pdu = Request(opcode::kLogin, 1);
    pdu.Set(kTransit).Set(kCsg, csg).Set(kNsg, csg ? 3 : 1);
    pdu.Set(kImmediate).Set(kIsid, 5).Set(kTsih, tsih).Set(kCid, cid_);
    pdu.data = EncodeKeys(keys);
    return pdu;
  }

  static KeyList Identity(const char* type = "Normal") {
    KeyList keys{{"InitiatorName", "iqn.x:me"}, {"SessionType", type}};
    if (std::string_view(type) == "Normal")
      keys.emplace_back("TargetName", kTarget);
    return keys;
  }

  Pdu LogIn(KeyList more = {}, uint16_t tsih = 0) {
    KeyList keys = Identity();
    keys.insert(keys.end(), more.begin(), more.end());
    return Ask(Login(keys, 1, tsih));
  }

  Pdu Request(uint8_t code, uint32_t itt) const {
    Pdu pdu;
    return pdu.Set(kOpcode, code).Set(kItt, itt).Set(kCmdSn, cmdsn);
  }

  // WRITE(10) or READ(10) of whole blocks from 0.
  Pdu Command(uint32_t itt, bool write, uint16_t blocks) {
    Pdu pdu = Request(opcode::kScsiCommand, itt);
    ++cmdsn;
    pdu.Set(kFinal).Set(write ? kWrite : kRead).Set(kEdtl, blocks * 512u);
    pdu.bhs[32] = write ? 0x2a : 0x28;
    PutBe(pdu.bhs, 39, 2, blocks);
    return pdu;
  }

  Pdu Data(const Pdu& r2t, uint32_t length, bool last = true) const {
    Pdu pdu;
    pdu.Set(kOpcode, opcode::kDataOut).Set(kFinal, last);
    pdu.Set(kItt, r2t.itt()).Set(kTtt, r2t.Get(kTtt));
    pdu.Set(kOffset, r2t.Get(kOffset));
    pdu.data.assign(length, 0x5a);
    return pdu;
  }

  std::shared_ptr<Connection> connection;
  std::deque<Pdu> received;
  bool closed = false;
  uint32_t cmdsn = 7;

 private:
  uint16_t cid_;
};

Config With(KeyList keys) {
  Config config;
  config.size = 1 << 20;
  config.keys = std::move(keys);
  return config;
}

TEST(Login, RefusesWhatTheRfcRefuses) {
  const auto status = [](const Pdu& request, const Config& config = {}) {
    Server server(config);
    Peer peer(server);
    const uint64_t got = peer.Ask(request).Get(kLoginStatus);
    EXPECT_EQ(peer.closed, got != 0);
    return got;
  };
  Server server({});
  const Peer peer(server);
  const auto named = [&](const char* name, const char* value) {
    KeyList keys = Peer::Identity();
    SetKey(keys, name, value);
    return peer.Login(keys);
  };
  EXPECT_EQ(status(peer.Login(Peer::Identity())), 0u);
  EXPECT_EQ(status(named("TargetName", "iqn.x:no")), 0x0203u);
  EXPECT_EQ(status(peer.Login({{"InitiatorName", "iqn.x:me"}})), 0x0207u);
  EXPECT_EQ(status(peer.Login({{"TargetName", kTarget}})), 0x0207u);
  EXPECT_EQ(status(peer.Login(Peer::Identity(), 1, 9)), 0x020au);
  EXPECT_EQ(status(peer.Login(Peer::Identity()).Set(kVersionMin)), 0x0205u);
  EXPECT_EQ(status(peer.Login(Peer::Identity()).Set(kCsg, 2)), 0x0200u);
  EXPECT_EQ(status(peer.Login(Peer::Identity()).Set(kContinue)), 0x0200u);
  EXPECT_EQ(status(peer.Login(Peer::Identity()).Set(kImmediate, 0)), 0x0200u);
  KeyList twice = Peer::Identity();
  twice.emplace_back("SessionType", "Normal");
  EXPECT_EQ(status(peer.Login(twice)), 0x0200u);
  Config secured;
  secured.auth.initiator = {"me", "secret"};
  EXPECT_EQ(status(peer.Login(Peer::Identity()), secured), 0x0201u);
  EXPECT_EQ(status(peer.Login(Peer::Identity(), 0), secured), 0x0201u);
  KeyList none = Peer::Identity();
  none.emplace_back("AuthMethod", "None");
  EXPECT_EQ(status(peer.Login(none, 0), secured), 0x0201u);
}

TEST(Login, CollectsContinuedText) {
  Server server(With({}));
  Peer peer(server);
  Pdu request = peer.Login(Peer::Identity());
  const Bytes text = request.data;
  Pdu piece = request;
  piece.Set(kTransit, 0).Set(kNsg, 0).Set(kContinue);
  piece.data.assign(text.begin(), text.begin() + 9);
  const Pdu empty = peer.Ask(piece);
  EXPECT_TRUE(empty.data.empty() && !empty.Is(kTransit));
  request.data.assign(text.begin() + 9, text.end());
  EXPECT_EQ(peer.Ask(request).Get(kNsg), 3u);
  EXPECT_TRUE(peer.connection->full_feature());
}

TEST(Login, ContinuesItsOwnText) {
  Server server(With({{"X-long", std::string(9000, 'x')}}));
  Peer peer(server);
  const Pdu first = peer.LogIn();
  EXPECT_TRUE(first.Is(kContinue) && !first.Is(kTransit));
  EXPECT_EQ(first.data.size(), 8192u);
  const Pdu second = peer.Ask(peer.Login({}));
  EXPECT_TRUE(second.Is(kTransit) && !second.Is(kContinue));
  Bytes text = first.data;
  text.insert(text.end(), second.data.begin(), second.data.end());
  EXPECT_EQ(FindKey(ParseKeys(text), "X-long")->size(), 9000u);
}

TEST(Discovery, TellsThousandsOfTargetsPageByPage) {
  Config config = With({});
  config.targets = 10000;
  config.portals = {"192.0.2.7:3260,1", "[2001:db8::1]:3260,2"};
  Server server(config);
  Peer peer(server);
  peer.Ask(peer.Login(Peer::Identity("Discovery")));
  Pdu request = peer.Request(opcode::kText, 2);
  request.Set(kImmediate).Set(kFinal).Set(kTtt, kNoTag);
  request.data = EncodeKeys({{"SendTargets", "All"}});
  Bytes text;
  for (unsigned pages = 0; pages < 1000; ++pages) {
    const Pdu page = peer.Ask(request);
    text.insert(text.end(), page.data.begin(), page.data.end());
    EXPECT_EQ(page.Is(kFinal), !page.Is(kContinue));
    EXPECT_EQ(page.Get(kTtt) == kNoTag, page.Is(kFinal));
    if (page.Is(kFinal)) break;
    EXPECT_EQ(page.data.size(), 8192u);
    request.data.clear();
    request.Set(kTtt, page.Get(kTtt));
  }
  const KeyList keys = ParseKeys(text);
  EXPECT_EQ(keys.size(), 30000u);
  EXPECT_EQ(keys[29997].second, std::string(kTarget) + "-10000");
  EXPECT_EQ(keys[29999].second, "[2001:db8::1]:3260,2");
}

TEST(Write, AsksForDataInBursts) {
  Server server(With({{"InitialR2T", "Yes"},
                      {"MaxBurstLength", "1024"},
                      {"MaxOutstandingR2T", "2"}}));
  Peer peer(server);
  peer.LogIn({{"MaxBurstLength", "4096"}, {"MaxOutstandingR2T", "8"}});
  peer.Ask(peer.Command(1, true, 5));
  ASSERT_EQ(peer.received.size(), 2u);
  const Pdu first = peer.received[0], second = peer.received[1];
  EXPECT_EQ(second.Get(kOffset), 1024u);
  EXPECT_EQ(second.Get(kR2tSn), 1u);
  EXPECT_EQ(second.Get(kStatSn), first.Get(kStatSn));
  const Pdu third = peer.Ask(peer.Data(first, 1024));
  EXPECT_EQ(third.Get(kDesired), 512u);
  peer.Ask(peer.Data(second, 1024));
  EXPECT_TRUE(peer.received.empty());
  const Pdu response = peer.Ask(peer.Data(third, 512));
  EXPECT_EQ(response.opcode(), opcode::kScsiResponse);
  EXPECT_EQ(response.Get(kExpDataSn), 3u);
  EXPECT_EQ(server.UnitsOf(kTarget).disk(0).contents()[2559], 0x5a);
  EXPECT_EQ(server.UnitsOf(kTarget).disk(0).contents()[2560], 0);
  EXPECT_TRUE(server.violations().empty());
}

TEST(Write, TakesImmediateAndUnsolicitedData) {
  Server server(With({{"FirstBurstLength", "1024"}}));
  Peer peer(server);
  peer.LogIn({{"InitialR2T", "No"}, {"FirstBurstLength", "65536"}});
  Pdu command = peer.Command(1, true, 3);
  command.Set(kFinal, 0);
  command.data.assign(512, 1);
  peer.Ask(command);
  EXPECT_TRUE(peer.received.empty());
  Pdu rest = peer.Data(command, 512);
  rest.Set(kTtt, kNoTag).Set(kOffset, 512);
  const Pdu r2t = peer.Ask(rest);
  EXPECT_EQ(r2t.Get(kOffset), 1024u);
  EXPECT_EQ(peer.Ask(peer.Data(r2t, 512)).Get(kStatus), 0u);
  EXPECT_TRUE(server.violations().empty());
}

// Each way to get data wrong ends the connection and is told.
TEST(Write, SeesWhatTheInitiatorGetsWrong) {
  using Spoil = void (*)(Pdu&);
  const std::pair<const char*, Spoil> cases[] = {
      {"DataSN out of order", [](Pdu& pdu) { pdu.Set(kDataSn, 1); }},
      {"Buffer Offset out of order", [](Pdu& pdu) { pdu.Set(kOffset, 512); }},
      {"more data than asked for", [](Pdu& pdu) { pdu.data.resize(1024); }},
      {"F where the sequence", [](Pdu& pdu) { pdu.Set(kFinal, 0); }},
      {"data nobody asked for", [](Pdu& pdu) { pdu.Set(kTtt, 99); }},
  };
  for (const auto& [why, spoil] : cases) {
    Server server(With({{"InitialR2T", "Yes"}}));
    Peer peer(server);
    peer.LogIn();
    Pdu data = peer.Data(peer.Ask(peer.Command(1, true, 1)), 512);
    spoil(data);
    peer.Ask(data);
    EXPECT_TRUE(peer.closed) << why;
    ASSERT_EQ(server.violations().size(), 1u) << why;
    EXPECT_EQ(server.violations()[0].rfind(why, 0), 0u)
        << server.violations()[0];
  }
}

TEST(Read, SendsPdusBurstsAndStatus) {
  Server server(With({{"MaxBurstLength", "1024"}}));
  Peer peer(server);
  peer.LogIn({{"MaxBurstLength", "1024"}, {"MaxRecvDataSegmentLength", "512"}});
  Pdu command = peer.Command(1, false, 5);
  command.Set(kEdtl, 3000);
  peer.Ask(command);
  ASSERT_EQ(peer.received.size(), 5u);
  std::string finals;
  for (const Pdu& pdu : peer.received) finals += pdu.Is(kFinal) ? 'F' : '-';
  EXPECT_EQ(finals, "-F-FF");
  EXPECT_TRUE(peer.received[4].Is(kHasStatus));
  EXPECT_TRUE(peer.received[4].Is(kUnderflow));
  EXPECT_EQ(peer.received[4].Get(kResidual), 440u);
  EXPECT_EQ(peer.received[4].Get(kDataSn), 4u);
}

TEST(Read, TakesA32ByteCdbFromItsAhs) {
  Server server(With({}));
  Peer peer(server);
  peer.LogIn();
  Pdu command = peer.Command(1, false, 2);
  std::fill(command.bhs.begin() + 32, command.bhs.end(), uint8_t{0});
  command.bhs[32] = 0x7f;
  command.bhs[39] = 0x18;
  command.bhs[41] = 0x09;  // READ(32)
  command.ahs = Bytes(20);
  command.ahs[1] = 17;  // the rest of the CDB and a reserved byte
  command.ahs[2] = 1;
  command.ahs[19] = 2;  // blocks
  EXPECT_EQ(peer.Ask(command).data.size(), 1024u);
}

TEST(Numbering, HoldsACommandUntilItsTurn) {
  Server server(With({}));
  Peer peer(server);
  peer.LogIn();
  const Pdu first = peer.Command(1, false, 1);
  const Pdu second = peer.Command(2, false, 1);
  peer.Ask(second);
  EXPECT_TRUE(peer.received.empty());
  peer.Ask(first);
  ASSERT_EQ(peer.received.size(), 2u);
  EXPECT_EQ(peer.received[0].itt(), 1u);
  EXPECT_EQ(peer.received[1].Get(kExpCmdSn), 9u);
  peer.Ask(first);
  EXPECT_TRUE(peer.closed);
}

TEST(Session, IsSharedByItsConnections) {
  Server server(With({}));
  Peer leading(server, 0), second(server, 1), again(server, 1);
  const Pdu response = leading.LogIn({{"MaxConnections", "2"}});
  const auto tsih = static_cast<uint16_t>(response.Get(kTsih));
  EXPECT_EQ(second.LogIn({}, tsih).Get(kTsih), tsih);
  EXPECT_EQ(server.sessions(), 1u);
  // Commands come in the order of their CmdSN, whichever way they take.
  const Pdu first = leading.Command(1, false, 1);
  second.cmdsn = leading.cmdsn;
  second.Ask(second.Command(2, false, 1));
  EXPECT_TRUE(second.received.empty());
  leading.Ask(first);
  EXPECT_EQ(second.received.size(), 1u);
  // The same CID again takes the connection's place; a third is too many.
  again.LogIn({}, tsih);
  EXPECT_TRUE(second.closed && !leading.closed);
  Peer third(server, 2);
  EXPECT_EQ(third.LogIn({}, tsih).Get(kLoginStatus), 0x0206u);
  // The same initiator with TSIH 0 takes the session's place.
  Peer anew(server);
  EXPECT_NE(anew.LogIn().Get(kTsih), tsih);
  EXPECT_TRUE(leading.closed && again.closed);
  EXPECT_EQ(server.sessions(), 1u);
}

TEST(TaskManagement, EndsTasksThatWaitForData) {
  Server server(With({{"InitialR2T", "Yes"}}));
  Peer peer(server);
  peer.LogIn();
  const Pdu r2t = peer.Ask(peer.Command(1, true, 1));
  Pdu abort = peer.Request(opcode::kTaskManagement, 2);
  abort.Set(kImmediate).Set(kFunction, 1).Set(kRtt, 1);
  EXPECT_EQ(peer.Ask(abort).Get(kResponse), 0u);
  EXPECT_EQ(peer.Ask(abort).Get(kResponse), 1u);  // it is gone
  peer.Ask(peer.Data(r2t, 512));
  EXPECT_TRUE(peer.received.empty() && !peer.closed);
  peer.Ask(peer.Command(3, true, 1));
  abort.Set(kFunction, 5);
  EXPECT_EQ(peer.Ask(abort).Get(kResponse), 0u);
  abort.Set(kFunction, 8);
  EXPECT_EQ(peer.Ask(abort).Get(kResponse), 5u);
}

TEST(Nop, AnswersAndAsks) {
  Server server(With({}));
  Peer peer(server);
  peer.LogIn();
  Pdu ping = peer.Request(opcode::kNopOut, 4);
  ping.Set(kImmediate).Set(kTtt, kNoTag);
  ping.data = BytesOf("echo");
  EXPECT_EQ(peer.Ask(ping).data, ping.data);
  peer.received.clear();
  peer.connection->Ping();
  const Pdu asked = peer.received.at(0);
  EXPECT_NE(asked.Get(kTtt), kNoTag);
  EXPECT_EQ(asked.Get(kStatSn), peer.connection->statsn());
  peer.Ask(peer.Request(opcode::kNopOut, kNoTag).Set(kImmediate));
  EXPECT_TRUE(peer.received.empty() && !peer.closed);
}

TEST(Logout, ClosesTheConnectionOrTheSession) {
  Server server(With({}));
  Peer leading(server, 0), second(server, 1);
  const auto tsih = static_cast<uint16_t>(
      leading.LogIn({{"MaxConnections", "2"}}).Get(kTsih));
  second.LogIn({}, tsih);
  Pdu logout = leading.Request(opcode::kLogout, 1);
  logout.Set(kImmediate).Set(kLogoutReason, 1).Set(kCid, 5);
  EXPECT_EQ(leading.Ask(logout).Get(kResponse), 1u);
  logout.Set(kCid, 1);
  EXPECT_EQ(leading.Ask(logout).Get(kResponse), 0u);
  EXPECT_TRUE(second.closed && !leading.closed);
  logout.Set(kLogoutReason, 0);
  EXPECT_EQ(leading.Ask(logout).Get(kTime2Wait), 2u);
  EXPECT_TRUE(leading.closed);
  EXPECT_EQ(server.sessions(), 0u);
}

TEST(Faults, AreRejectedAndTold) {
  Server server(With({}));
  Peer peer(server);
  peer.LogIn();
  Decoded broken;
  broken.pdu = peer.Command(1, false, 1);
  broken.pdu.data = {1};
  broken.data_digest_ok = false;
  peer.received.clear();
  peer.connection->Receive(broken);
  EXPECT_EQ(peer.received.at(0).opcode(), opcode::kReject);
  EXPECT_EQ(peer.received.at(0).Get(kRejectReason), 2u);
  EXPECT_EQ(peer.received.at(0).data.size(), kBhsLength);
  EXPECT_TRUE(peer.closed);
}

}  // namespace
}  // namespace target
