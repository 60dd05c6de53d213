// SPDX-License-Identifier: GPL-2.0-or-later
//
// From the command line to the call, and from the reply to the text.
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/iscsictl/fake_daemon.h"

namespace iscsid::cli {
namespace {

using ctl::Json;
using Arguments = std::vector<std::string>;

constexpr const char* kDisk = "iqn.2005-01.il.ac.huji.cs:disk";
const Portal kPortal{"192.0.2.1", 3260, 1};

ctl::ListReply TwoSessions() {
  ctl::ListReply reply;
  ctl::SessionSummary up;
  up.session = 1;
  up.nickname = "disk";
  up.target = kDisk;
  up.portal = kPortal;
  up.state = ctl::SessionState::kLoggedIn;
  up.devices = {"/dev/sda", "/dev/sdb"};
  ctl::SessionSummary down;
  down.nickname = "tape";
  down.target = "iqn.2005-01.il.ac.huji.cs:t";
  down.portal = {"fe80::1%eth0", 3261, std::nullopt};
  down.failure = ctl::Failure{"connection refused", 0};
  reply.sessions = {up, down};
  return reply;
}

TEST(ListTest, AlignsAndNamesTheFailure) {
  const Outcome outcome = RunWith({"list"}, [](const ctl::Call& call) {
    EXPECT_EQ(call.method, "io.iscsi.Initiator.List");
    return Replied(TwoSessions());
  });
  EXPECT_EQ(outcome.code, ExitCode::kSuccess);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(
      outcome.out,
      "SESSION  NICKNAME  TARGET                          PORTAL"
      "               STATE      DEVICES\n"
      "1        disk      iqn.2005-01.il.ac.huji.cs:disk  192.0.2.1:3260,1"
      "     LOGGED_IN  /dev/sda /dev/sdb\n"
      "-        tape      iqn.2005-01.il.ac.huji.cs:t     [fe80::1%eth0]:3261"
      "  FREE       (connection refused)\n");
}

TEST(ListTest, NoSessionIsNoError) {
  const Outcome outcome = RunWith(
      {"list"}, [](const ctl::Call&) { return Replied(ctl::ListReply{}); });
  EXPECT_EQ(outcome.code, ExitCode::kSuccess);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "iscsictl: no sessions\n");
}

TEST(ListTest, JsonIsTheReplyOnOneLine) {
  for (const Arguments& arguments :
       {Arguments{"list", "--json"}, Arguments{"--json", "list"},
        Arguments{"-j", "list"}, Arguments{"-Lj"}}) {
    const Outcome outcome = RunWith(
        arguments, [](const ctl::Call&) { return Replied(TwoSessions()); });
    EXPECT_EQ(outcome.code, ExitCode::kSuccess);
    ASSERT_EQ(outcome.out.find('\n'), outcome.out.size() - 1);
    EXPECT_EQ(Json::parse(outcome.out), ctl::ToJson(TwoSessions()));
  }
}

TEST(OutputTest, NothingFromATargetDrivesTheTerminal) {
  const auto evil = [](const ctl::Call&) {
    ctl::ListReply reply = TwoSessions();
    reply.sessions[1].target = "iqn.x\x1b[2J\n\xc3\xa9\\";
    reply.sessions[1].failure->reason = "\r\x9b\x7f";
    return Replied(reply);
  };
  const Outcome text = RunWith({"list"}, evil);
  EXPECT_NE(text.out.find("iqn.x\\x1b[2J\\x0a\\xc3\\xa9\\x5c"),
            std::string::npos);
  for (const std::string& out : {text.out, RunWith({"-j", "list"}, evil).out}) {
    for (const char c : out) {
      EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\n') << static_cast<int>(c);
    }
  }
}

ctl::DiscoverReply OneTarget() {
  ctl::DiscoverReply reply;
  reply.targets = {{kDisk, {kPortal, {"::1", 3260, 2}}}};
  return reply;
}

TEST(DiscoverTest, ByPortal) {
  for (const Arguments& arguments :
       {Arguments{"discover", "192.0.2.1"}, Arguments{"-d", "192.0.2.1"},
        Arguments{"-d192.0.2.1"}, Arguments{"discover", "-p", "192.0.2.1"}}) {
    const Outcome outcome = RunWith(arguments, [](const ctl::Call& call) {
      EXPECT_EQ(call.method, "io.iscsi.Initiator.Discover");
      return Replied(OneTarget());
    });
    EXPECT_EQ(outcome.code, ExitCode::kSuccess) << outcome.err;
    EXPECT_EQ(outcome.Parameters(),
              Json::parse(R"({"portal":{"host":"192.0.2.1","port":3260}})"));
    EXPECT_EQ(outcome.out,
              "PORTAL            TARGET\n"
              "192.0.2.1:3260,1  iqn.2005-01.il.ac.huji.cs:disk\n"
              "[::1]:3260,2      iqn.2005-01.il.ac.huji.cs:disk\n");
  }
}

TEST(DiscoverTest, ByNicknameWithSettings) {
  const Outcome outcome =
      RunWith({"discover", "-n", "farm", "-o", "LoginTimeout=5", "--option",
               "InitiatorAlias=a=b c", "--timeout", "7"},
              [](const ctl::Call&) { return Replied(ctl::DiscoverReply{}); });
  EXPECT_EQ(outcome.code, ExitCode::kSuccess);
  EXPECT_EQ(outcome.Parameters(), Json::parse(R"({"nickname":"farm",
      "settings":{"LoginTimeout":"5","InitiatorAlias":"a=b c"},
      "timeout_ms":7000})"));
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("no target"), std::string::npos);
}

TEST(DiscoverTest, LoginToEveryPortalGoesOnAfterAFailure) {
  for (const Arguments& arguments :
       {Arguments{"discover", "--login", "192.0.2.1"},
        Arguments{"-A", "-d", "192.0.2.1"}, Arguments{"-Ad", "192.0.2.1"}}) {
    const Outcome outcome = RunWith(arguments, [](const ctl::Call& call) {
      if (call.method.ends_with("Discover")) return Replied(OneTarget());
      if (call.parameters["portal"]["host"] == "192.0.2.1") {
        return ctl::EncodeReply(ctl::ConnectionRefused(kPortal));
      }
      return Replied(ctl::LoginReply{7, {}});
    });
    EXPECT_EQ(outcome.code, ExitCode::kUnreachable);
    const std::vector<Json> logins = outcome.ParametersOf("Login");
    ASSERT_EQ(logins.size(), 2U);
    EXPECT_EQ(logins[1],
              Json::parse(R"({"portal":{"host":"::1","port":3260,"tpgt":2},
                  "target":"iqn.2005-01.il.ac.huji.cs:disk"})"));
    EXPECT_TRUE(outcome.out.ends_with(
        "session 7: iqn.2005-01.il.ac.huji.cs:disk at [::1]:3260,2\n"));
    EXPECT_EQ(outcome.err,
              "iscsictl: iqn.2005-01.il.ac.huji.cs:disk at 192.0.2.1:3260,1: "
              "192.0.2.1:3260,1 refuses connections; is the target running, "
              "and is that its port?\n");
  }
}

TEST(LoginTest, ByNickname) {
  for (const Arguments& arguments :
       {Arguments{"login", "disk"}, Arguments{"login", "-n", "disk"},
        Arguments{"-A", "-n", "disk"}, Arguments{"-An", "disk"},
        Arguments{"-Andisk"}}) {
    const Outcome outcome = RunWith(arguments, [](const ctl::Call& call) {
      if (call.method.ends_with("Nicknames"))
        return Replied(ctl::NicknamesReply{});
      return Replied(ctl::LoginReply{3, {}});
    });
    EXPECT_EQ(outcome.code, ExitCode::kSuccess) << outcome.err;
    EXPECT_EQ(outcome.ParametersOf("Login"),
              std::vector{Json::parse(R"({"nickname":"disk"})")});
    EXPECT_EQ(outcome.out, "session 3: disk\n");
  }
}

TEST(LoginTest, WaitPrintsTheDevicesAndNothingElse) {
  const Outcome outcome =
      RunWith({"login", "--wait", "disk"}, [](const ctl::Call& call) {
        if (call.method.ends_with("Nicknames"))
          return Replied(ctl::NicknamesReply{});
        return Replied(ctl::LoginReply{3, {"/dev/sda", "/dev/sdb"}});
      });
  EXPECT_EQ(outcome.ParametersOf("Login"),
            std::vector{Json::parse(R"({"nickname":"disk","wait":true})")});
  EXPECT_EQ(outcome.out, "/dev/sda\n/dev/sdb\n");
  EXPECT_EQ(outcome.err, "");

  const Outcome none =
      RunWith({"login", "-w", "-p", "h", "-t", "t"}, [](const ctl::Call&) {
        return Replied(ctl::LoginReply{3, {}});
      });
  EXPECT_EQ(none.code, ExitCode::kSuccess);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, "iscsictl: session 3 has no devices\n");
}

TEST(LoginTest, ByTargetAndPortal) {
  for (const Arguments& arguments :
       {Arguments{"login", "-p", "[::1]:3261,4", "-t", kDisk, "-o",
                  "InitialR2T=Yes"},
        Arguments{"-A", "-p", "[::1]:3261,4", "-t", kDisk, "-o",
                  "InitialR2T=Yes"}}) {
    const Outcome outcome = RunWith(arguments, [](const ctl::Call&) {
      return Replied(ctl::LoginReply{3, {}});
    });
    EXPECT_EQ(outcome.code, ExitCode::kSuccess) << outcome.err;
    EXPECT_EQ(outcome.Parameters(),
              Json::parse(R"({"portal":{"host":"::1","port":3261,"tpgt":4},
                  "target":"iqn.2005-01.il.ac.huji.cs:disk",
                  "settings":{"InitialR2T":"Yes"}})"));
  }
}

TEST(LoginTest, AllTakesWhatIsEnabledAndNotThereYet) {
  for (const Arguments& arguments :
       {Arguments{"login", "--all"}, Arguments{"-A", "-a"}, Arguments{"-Aa"}}) {
    const Outcome outcome = RunWith(arguments, [](const ctl::Call& call) {
      if (call.method == "io.iscsi.Initiator.Nicknames") {
        ctl::NicknamesReply reply;
        for (const char* name : {"a", "off", "up", "z"}) {
          reply.nicknames.push_back(
              {name, kDisk, kPortal, true, false, std::nullopt});
        }
        reply.nicknames[1].enable = false;
        reply.nicknames[2].session = 9;
        return Replied(reply);
      }
      if (call.parameters["nickname"] == "a") {
        return ctl::EncodeReply(ctl::TimedOut(ctl::Step::kConnect, {}));
      }
      return Replied(ctl::LoginReply{3, {}});
    });
    EXPECT_EQ(outcome.code, ExitCode::kTimeout);
    EXPECT_EQ(outcome.ParametersOf("Login"),
              (std::vector{Json::parse(R"({"nickname":"a"})"),
                           Json::parse(R"({"nickname":"z"})")}));
    EXPECT_EQ(outcome.out, "session 3: z\n");
    EXPECT_TRUE(
        outcome.err.starts_with("iscsictl: a: time ran out during "
                                "connect: "))
        << outcome.err;
  }
}

// As FreeBSD's does; what is logged in already is left alone.
TEST(LoginTest, ADiscoveryStanzaIsAllThatItFinds) {
  for (const Arguments& arguments :
       {Arguments{"login", "farm"}, Arguments{"login", "--all"}}) {
    const Outcome outcome = RunWith(arguments, [](const ctl::Call& call) {
      if (call.method.ends_with("Nicknames")) {
        ctl::NicknamesReply reply;
        reply.nicknames.push_back(
            {"farm", std::nullopt, kPortal, true, true, std::nullopt});
        return Replied(reply);
      }
      if (call.method.ends_with("Discover")) {
        EXPECT_EQ(call.parameters, Json::parse(R"({"nickname":"farm"})"));
        return Replied(OneTarget());
      }
      if (call.parameters["portal"]["host"] == "192.0.2.1")
        return ctl::EncodeReply(ctl::AlreadyLoggedIn(5));
      return Replied(ctl::LoginReply{7, {}});
    });
    EXPECT_EQ(outcome.code, ExitCode::kSuccess) << outcome.err;
    EXPECT_EQ(outcome.out,
              "session 7: iqn.2005-01.il.ac.huji.cs:disk at [::1]:3260,2\n");
    const std::vector<Json> logins = outcome.ParametersOf("Login");
    ASSERT_EQ(logins.size(), 2U);
    EXPECT_EQ(logins[0]["nickname"], "farm");
    EXPECT_EQ(logins[0]["portal"]["host"], "192.0.2.1");
    EXPECT_EQ(logins[1]["target"], kDisk);
  }
}

TEST(LoginTest, ManyGoSideBySide) {
  constexpr size_t kStanzas = 200;
  std::set<std::string> seen;
  const Outcome outcome =
      RunWith({"login", "--all"}, [&](const ctl::Call& call) {
        if (call.method.ends_with("Login")) {
          seen.insert(call.parameters["nickname"]);
          return Replied(ctl::LoginReply{3, {}});
        }
        ctl::NicknamesReply reply;
        for (size_t i = 0; i < kStanzas; ++i) {
          reply.nicknames.push_back({"n" + std::to_string(i), kDisk, kPortal,
                                     true, false, std::nullopt});
        }
        return Replied(reply);
      });
  EXPECT_EQ(outcome.code, ExitCode::kSuccess) << outcome.err;
  EXPECT_EQ(seen.size(), kStanzas);
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), kStanzas);
  EXPECT_EQ(outcome.connections, 1 + kCallsAtATime);
}

// One daemon that goes away fails every login, and no more than that.
TEST(LoginTest, SaysWhenTheDaemonGoesAwayUnderManyLogins) {
  const Outcome outcome =
      RunWith({"login", "--all"}, [](const ctl::Call& call) {
        if (call.method.ends_with("Login")) return std::string();
        ctl::NicknamesReply reply;
        for (size_t i = 0; i < 40; ++i) {
          reply.nicknames.push_back({"n" + std::to_string(i), kDisk, kPortal,
                                     true, false, std::nullopt});
        }
        return Replied(reply);
      });
  EXPECT_EQ(outcome.code, ExitCode::kNoDaemon);
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 40);
}

struct SelectorCase {
  Arguments arguments;
  const char* selector;
};

ctl::ProbeReply AProbe() {
  ctl::ProbeSession session;
  session.session_type = ctl::ProbeSessionType::kNormal;
  session.portal = kPortal;
  session.target = kDisk;
  session.steps = {{"connect", 1234, "192.0.2.1:3260"},
                   {"login", 60, "0x0102 (the target has moved for good)"}};
  session.redirections = {{Portal{"::1", 3261, std::nullopt}, true}};
  session.keys = {{"CHAP_A", "8,7,6,5", "5", std::nullopt},
                  {"HeaderDigest", "None", "\x1b[2J", "None"}};
  session.deviations = {"X\x1b: strange"};
  session.failure = {"io.iscsi.Initiator.ProtocolError", "it \x1b broke"};
  return {{session}, {{kDisk, {kPortal}}}};
}

TEST(ProbeTest, PrintsStepByStepAndKeyByKey) {
  const Outcome outcome =
      RunWith({"probe", "192.0.2.1", kDisk, "--timeout", "9"},
              [](const ctl::Call& call) {
                EXPECT_EQ(call.method, "io.iscsi.Initiator.Probe");
                return Replied(AProbe());
              });
  EXPECT_EQ(outcome.Parameters(),
            Json::parse(R"({"portal":{"host":"192.0.2.1","port":3260},
                "target":"iqn.2005-01.il.ac.huji.cs:disk",
                "timeout_ms":9000})"));
  EXPECT_EQ(outcome.out,
            "Normal session at 192.0.2.1:3260,1 to "
            "iqn.2005-01.il.ac.huji.cs:disk\n"
            "  STEP     TIME     WHAT\n"
            "  connect  1.23 ms  192.0.2.1:3260\n"
            "  login    0.06 ms  0x0102 (the target has moved for good)\n"
            "  redirected to [::1]:3261, for good\n"
            "\n"
            "  KEY           OURS     THEIRS   OUTCOME\n"
            "  CHAP_A        8,7,6,5  5        -\n"
            "  HeaderDigest  None     \\x1b[2J  None\n"
            "\n"
            "  Deviations from RFC 7143\n"
            "    X\\x1b: strange\n"
            "\n"
            "PORTAL            TARGET\n"
            "192.0.2.1:3260,1  iqn.2005-01.il.ac.huji.cs:disk\n");
  EXPECT_EQ(outcome.err, "iscsictl: it \\x1b broke\n");
  EXPECT_EQ(outcome.code, ExitCode::kProtocol);

  const Outcome json =
      RunWith({"--json", "probe", "-n", "disk"},
              [](const ctl::Call&) { return Replied(AProbe()); });
  EXPECT_EQ(json.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(Json::parse(json.out)["sessions"][0]["keys"][0]["theirs"], "5");
}

TEST(SelectorTest, WordsAndOptions) {
  const std::vector<SelectorCase> cases = {
      {{"7"}, R"({"session":7})"},
      {{"disk"}, R"({"nickname":"disk"})"},
      {{kDisk}, R"({"target":"iqn.2005-01.il.ac.huji.cs:disk"})"},
      {{"eui.0123456789abcdef"}, R"({"target":"eui.0123456789abcdef"})"},
      {{"-n", "7"}, R"({"nickname":"7"})"},
      {{"-i", "7"}, R"({"session":7})"},
      {{"-t", "x"}, R"({"target":"x"})"},
      {{"99999999999"}, R"({"nickname":"99999999999"})"},
      {{kDisk, "-p", "h:1"},
       R"({"target":"iqn.2005-01.il.ac.huji.cs:disk",
           "portal":{"host":"h","port":1}})"},
  };
  for (const SelectorCase& c : cases) {
    Arguments arguments = {"rescan"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    const Outcome outcome = RunWith(arguments, [](const ctl::Call& call) {
      EXPECT_EQ(call.method, "io.iscsi.Initiator.Rescan");
      return Replied(ctl::RescanReply{});
    });
    EXPECT_EQ(outcome.code, ExitCode::kSuccess) << outcome.err;
    EXPECT_EQ(outcome.Parameters()["selector"], Json::parse(c.selector));
  }
}

TEST(LogoutTest, OneSession) {
  const auto done = [](const ctl::Call& call) {
    EXPECT_EQ(call.method, "io.iscsi.Initiator.Logout");
    return Replied(ctl::LogoutReply{});
  };
  const Outcome plain = RunWith({"logout", "7"}, done);
  EXPECT_EQ(plain.Parameters(), Json::parse(R"({"selector":{"session":7}})"));
  EXPECT_EQ(plain.out + plain.err, "");
  const Outcome forced =
      RunWith({"logout", "-i", "7", "--force", "--timeout", "90"}, done);
  EXPECT_EQ(forced.Parameters(), Json::parse(R"({"selector":
      {"session":7},"force":true,"timeout_ms":90000})"));
  const Outcome freebsd = RunWith({"-R", "-t", kDisk}, done);
  EXPECT_EQ(freebsd.Parameters()["selector"]["target"], kDisk);
}

TEST(LogoutTest, ANicknameIsEverySessionOfItsStanza) {
  const auto handler = [](const ctl::Call& call) {
    if (call.method != "io.iscsi.Initiator.List")
      return Replied(ctl::LogoutReply{});
    ctl::ListReply reply;
    for (const uint32_t id : {1U, 2U, 3U}) {
      ctl::SessionSummary session;
      session.session = id;
      session.nickname = id == 2 ? "disk" : "farm";
      session.target = kDisk;
      session.portal = kPortal;
      reply.sessions.push_back(session);
    }
    return Replied(reply);
  };
  EXPECT_EQ(RunWith({"logout", "farm"}, handler).ParametersOf("Logout"),
            (std::vector{Json::parse(R"({"selector":{"session":1}})"),
                         Json::parse(R"({"selector":{"session":3}})")}));
  EXPECT_EQ(RunWith({"logout", "disk"}, handler).ParametersOf("Logout"),
            std::vector{Json::parse(R"({"selector":{"nickname":"disk"}})")});
}

TEST(LogoutTest, AllGoesOnAfterAFailure) {
  const auto busy = [](const ctl::Call& call) {
    if (call.method == "io.iscsi.Initiator.List") return Replied(TwoSessions());
    if (call.parameters["selector"].contains("session")) {
      return ctl::EncodeReply(
          ctl::InUse({{"/dev/sda", ctl::HolderKind::kMount, "/mnt"}}));
    }
    return Replied(ctl::LogoutReply{});
  };
  for (const Arguments& arguments :
       {Arguments{"logout", "--all"}, Arguments{"-Ra"}}) {
    const Outcome outcome = RunWith(arguments, busy);
    EXPECT_EQ(outcome.code, ExitCode::kBusy);
    ASSERT_EQ(outcome.calls.size(), 3U);
    EXPECT_EQ(outcome.calls[1].parameters["selector"],
              Json::parse(R"({"session":1})"));
    EXPECT_EQ(outcome.calls[2].parameters["selector"],
              Json::parse(R"({"nickname":"tape"})"));
    EXPECT_EQ(outcome.err,
              "iscsictl: disk: in use: /dev/sda by mount /mnt; release it, or "
              "use --force and lose what is not written\n");
  }
}

TEST(RescanTest, PrintsTheUnits) {
  const Outcome outcome = RunWith({"rescan", "disk"}, [](const ctl::Call&) {
    ctl::RescanReply reply;
    ctl::Lun& lun = reply.luns.emplace_back();
    lun.device = "/dev/sda";
    lun.generic = "/dev/sg0";
    lun.type = "disk";
    lun.size = 21474836480U;
    lun.vendor = "LIO-ORG";
    lun.model = "ram disk";
    lun.state = "running";
    reply.luns.emplace_back().lun = 49409;
    return Replied(reply);
  });
  EXPECT_EQ(
      outcome.out,
      "LUN    DEVICE    GENERIC   TYPE  SIZE      VENDOR   MODEL     STATE\n"
      "0      /dev/sda  /dev/sg0  disk  20.0 GiB  LIO-ORG  ram disk  running\n"
      "49409  -         -         -     -         -        -         -\n");
}

ctl::ShowReply OneSession() {
  ctl::ShowReply reply;
  ctl::Session& s = reply.session;
  s.session = 1;
  s.nickname = "disk";
  s.initiator = "iqn.2005-01.il.ac.huji.cs:me";
  s.target = kDisk;
  s.portal = kPortal;
  s.isid = "80c0ffee0001";
  s.tsih = 5;
  s.state = ctl::SessionState::kFailed;
  s.host = 3;
  s.queue_depth = 128;
  s.replacement_timeout = -1;
  s.ping_interval = 5;
  s.ping_timeout = 7;
  s.keys = {{"InitialR2T", "No"}, {"MaxBurstLength", "262144"}};
  s.counters = {{"tx_pdus", 42}};
  ctl::Connection& c = s.connections.emplace_back();
  c.state = ctl::ConnectionState::kCleanupWait;
  c.remote = kPortal;
  c.max_recv_data_segment_length = 262144;
  c.keys = {{"HeaderDigest", "None"}};
  s.luns.emplace_back().device = "/dev/sda";
  s.failure = ctl::Failure{"connection reset", 1};
  s.failures = 2;
  s.next_retry_ms = 2500;
  return reply;
}

TEST(ShowTest, InFull) {
  const Outcome outcome = RunWith({"show", "1"}, [](const ctl::Call& call) {
    EXPECT_EQ(call.method, "io.iscsi.Initiator.Show");
    return Replied(OneSession());
  });
  EXPECT_EQ(outcome.code, ExitCode::kSuccess);
  EXPECT_EQ(outcome.out, R"(Session 1 (disk)
  target               iqn.2005-01.il.ac.huji.cs:disk
  portal               192.0.2.1:3260,1
  initiator            iqn.2005-01.il.ac.huji.cs:me
  isid                 80c0ffee0001
  tsih                 5
  state                FAILED, next try in 2.5 s
  last failure         connection reset (1970-01-01 00:00:01 UTC, 2 in all)
  SCSI host            host3
  queue depth          128
  replacement timeout  off
  ping interval        5 s
  ping timeout         7 s
Connection 0
  state                            CLEANUP_WAIT
  remote                           192.0.2.1:3260,1
  MaxRecvDataSegmentLength (ours)  262144
  HeaderDigest                     None
Keys
  InitialR2T      No
  MaxBurstLength  262144
Counters
  tx_pdus  42
Logical units
  LUN  DEVICE    GENERIC  TYPE  SIZE  VENDOR  MODEL  STATE
  0    /dev/sda  -        -     -     -       -      -
)");
}

TEST(ShowTest, WithoutAnArgumentEachSession) {
  const Outcome outcome = RunWith({"--json", "show"}, [](const ctl::Call& c) {
    return c.method.ends_with("List") ? Replied(TwoSessions())
                                      : Replied(OneSession());
  });
  ASSERT_EQ(outcome.calls.size(), 3U);
  EXPECT_EQ(outcome.calls[2].parameters["selector"],
            Json::parse(R"({"nickname":"tape"})"));
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 2);
}

}  // namespace
}  // namespace iscsid::cli
