// SPDX-License-Identifier: GPL-2.0-or-later
//
// Wrong command lines, daemons that are not there, and daemons that say no:
// the exit code and a message that says what to do.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/unit/iscsictl/fake_daemon.h"
#include "tests/unit/temporary_directory.h"

namespace iscsid::cli {
namespace {

using namespace std::string_literals;
using ctl::Json;
using Arguments = std::vector<std::string>;

TEST(UsageTest, IsExitCodeOneAndCallsNobody) {
  for (const Arguments& arguments :
       std::vector<Arguments>{{"frobnicate"},
                              {"list", "x"},
                              {"--frobnicate"},
                              {"discover"},
                              {"discover", "h", "-n", "n"},
                              {"discover", "h", "--timeout", "0"},
                              {"discover", "h", "--timeout", "x"},
                              {"discover", "h:70000"},
                              {"discover", "fe80::1"},
                              {"login"},
                              {"login", "-p", "h"},
                              {"login", "-t", "iqn.2005-01.a:b"},
                              {"login", "disk", "-a"},
                              {"login", "disk", "-n", "disk"},
                              {"login", "disk", "-p", "h", "-t", "t"},
                              {"login", "disk", "-o", "InitialR2T"},
                              {"login", "disk", "-o", "=Yes"},
                              {"logout"},
                              {"logout", "7", "-a"},
                              {"logout", "7", "-n", "x"},
                              {"logout", "-p", "h"},
                              {"logout", "-i", "x"},
                              {"show", "a", "b"},
                              {"rescan"},
                              {"config"},
                              {"-A"},
                              {"-AR"},
                              {"-A", "-R", "-n", "x"},
                              {"-M", "-i", "1", "-n", "x"},
                              {"-L", "-z"}}) {
    const Outcome outcome = RunAlone(arguments);
    EXPECT_EQ(outcome.code, ExitCode::kUsage) << arguments.back();
    EXPECT_NE(outcome.err, "") << arguments.back();
    EXPECT_EQ(outcome.out, "") << arguments.back();
  }
}

// C-055
TEST(UsageTest, C055_ASecretIsNotTakenFromTheCommandLine) {
  for (const char* setting :
       {"chapSecret=abcdefghijkl", "TGTCHAPSECRET=abcdefghijkl"}) {
    const Outcome outcome = RunAlone({"login", "disk", "-o", setting});
    EXPECT_EQ(outcome.code, ExitCode::kUsage);
    EXPECT_NE(outcome.err.find("File=PATH"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("abcdef"), std::string::npos) << outcome.err;
  }
}

TEST(UsageTest, HelpIsNoError) {
  const Outcome outcome = RunAlone({"--help"});
  EXPECT_EQ(outcome.code, ExitCode::kSuccess);
  for (const char* command : {"discover", "login", "logout", "list", "show",
                              "rescan", "probe", "config"}) {
    EXPECT_NE(outcome.out.find(command), std::string::npos) << command;
  }
  EXPECT_EQ(RunAlone({"login", "--help"}).code, ExitCode::kSuccess);
}

Failure ConnectFailure(const std::string& path) {
  const Result<UniqueFd, Failure> socket = Connect(path);
  return socket ? Failure{} : socket.error();
}

TEST(ConnectTest, SaysThatTheDaemonDoesNotRun) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/nobody.sock";
  const Failure missing = ConnectFailure(path);
  EXPECT_EQ(missing.code, ExitCode::kNoDaemon);
  EXPECT_EQ(missing.message, "iscsid is not running (nothing listens on " +
                                 path +
                                 "); start it with 'systemctl start iscsid'");
  std::ofstream(path) << "no socket";
  EXPECT_EQ(ConnectFailure(path).code, ExitCode::kNoDaemon);
  EXPECT_EQ(ConnectFailure(std::string(200, 'x')).code, ExitCode::kUsage);
}

TEST(DaemonTest, GoesAwayWithoutAnAnswer) {
  const Outcome outcome =
      RunWith({"list"}, [](const ctl::Call&) { return ""s; });
  EXPECT_EQ(outcome.code, ExitCode::kNoDaemon);
  EXPECT_EQ(outcome.err,
            "iscsictl: iscsid went away before it answered; see 'journalctl -u "
            "iscsid'\n");
}

TEST(DaemonTest, AnswersNonsense) {
  for (const std::string& reply :
       {"garbage\0"s, "\0"s, "{\"parameters\":[]}\0"s, "{\"parameters\":{}}\0"s,
        "{\"parameters\":{\"sessions\":1}}\0"s}) {
    const Outcome outcome =
        RunWith({"list"}, [&reply](const ctl::Call&) { return reply; });
    EXPECT_EQ(outcome.code, ExitCode::kOther) << reply;
    EXPECT_TRUE(
        outcome.err.starts_with("iscsictl: cannot read iscsid's answer ("))
        << outcome.err;
  }
}

TEST(DaemonTest, HasAnErrorWeDoNotKnow) {
  const Outcome outcome = RunWith({"list"}, [](const ctl::Call&) {
    return ctl::EncodeReply({{{"x", 1}}, false, "a.b.New"});
  });
  EXPECT_EQ(outcome.code, ExitCode::kOther);
  EXPECT_EQ(outcome.err,
            "iscsictl: iscsid answers a.b.New {\"x\":1}; are iscsictl and "
            "iscsid of the same version?\n");
}

TEST(DaemonTest, ErrorsAreJsonTooAndStayReadable) {
  const Outcome outcome = RunWith({"show", "x", "--json"}, [](const auto&) {
    ctl::Selector selector;
    selector.nickname = "x";
    return ctl::EncodeReply(ctl::UnknownSession(selector));
  });
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["error"], "io.iscsi.Initiator.UnknownSession");
  EXPECT_EQ(json["exit_code"], 5);
  EXPECT_EQ(json["parameters"]["selector"]["nickname"], "x");
  EXPECT_EQ(outcome.err,
            "iscsictl: no session for nickname x; 'iscsictl list' shows those "
            "there are\n");
}

TEST(ExitCodeTest, EveryErrorOfTheInterfaceHasOne) {
  const std::string text(ctl::kInterfaceDescription);
  size_t count = 0;
  for (size_t at = text.find("\nerror "); at != std::string::npos;
       at = text.find("\nerror ", at + 1)) {
    const size_t start = at + 7;
    const std::string name = text.substr(start, text.find(' ', start) - start);
    EXPECT_NE(ExitCodeOf("io.iscsi.Initiator." + name), ExitCode::kOther)
        << name;
    ++count;
  }
  EXPECT_EQ(count, 21U);
  EXPECT_EQ(ExitCodeOf("io.iscsi.Initiator.New"), ExitCode::kOther);
}

TEST(ExitCodeTest, TheManualListsThem) {
  const auto root = std::filesystem::path(__FILE__)
                        .parent_path()
                        .parent_path()
                        .parent_path()
                        .parent_path();
  std::ifstream manual(root / "config/man/iscsictl.8");
  std::set<std::string> listed;
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with(".It ") && std::isdigit(line.at(4))) {
      listed.insert(line.substr(4));
    }
  }
  std::set<std::string> codes;
  for (int code = 0; code <= static_cast<int>(ExitCode::kOther); ++code) {
    codes.insert(std::to_string(code));
  }
  EXPECT_EQ(listed, codes);
}

class ConfigCheckTest : public testing::Test {
 protected:
  Outcome Check(const std::string& text, Arguments more = {}) {
    std::ofstream(path_) << text;
    Arguments arguments = {"config", "check", path_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunAlone(arguments);
  }
  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/iscsi.conf";
};

TEST_F(ConfigCheckTest, NeedsNoDaemon) {
  const Outcome good = Check("n { TargetAddress=h SessionType=Discovery }");
  EXPECT_EQ(good.code, ExitCode::kSuccess);
  EXPECT_EQ(good.out, "ok, 1 stanza(s)\n");
  const Outcome bad = Check("maxluns = 1\nprot = 1");
  EXPECT_EQ(bad.code, ExitCode::kConfig);
  EXPECT_EQ(bad.out,
            path_ +
                ":1:1: warning: maxluns has no effect: there is no limit\n" +
                path_ +
                ":2:1: error: expected a key, found 'prot'; did you "
                "mean port?\n");
}

TEST_F(ConfigCheckTest, Json) {
  const Outcome good =
      Check("n { TargetAddress=h SessionType=Discovery }", {"--json"});
  EXPECT_EQ(
      Json::parse(good.out),
      Json::parse(R"({"valid":true,"diagnostics":[],"nicknames":["n"]})"));
  const Outcome bad = Check("}", {"--json"});
  EXPECT_EQ(bad.code, ExitCode::kConfig);
  const Json json = Json::parse(bad.out);
  EXPECT_EQ(json["valid"], false);
  EXPECT_EQ(json["diagnostics"][0]["line"], 1);
  EXPECT_EQ(json["diagnostics"][0]["severity"], "error");
}

}  // namespace
}  // namespace iscsid::cli
