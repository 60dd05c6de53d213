// SPDX-License-Identifier: GPL-2.0-or-later
//
// The .varlink file and the C++ structs say the same: every declaration is
// rebuilt from Fields() and compared as text, and none is left over. Every
// error carries the members that its declaration has.
#include <gtest/gtest.h>

#include <cctype>
#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/ctl/errors.h"
#include "daemon/ctl/service.h"

namespace iscsid::ctl {
namespace {

// The words and signs of the interface without its comments.
std::vector<std::string> Tokens() {
  std::vector<std::string> tokens;
  bool in_comment = false;
  bool in_word = false;
  for (const char c : kInterfaceDescription) {
    if (c == '#') in_comment = true;
    if (c == '\n') in_comment = false;
    const bool word = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    if (!in_comment && !std::isspace(static_cast<unsigned char>(c))) {
      if (word && in_word) {
        tokens.back() += c;
      } else {
        tokens.emplace_back(1, c);
      }
    }
    in_word = word && !in_comment;
  }
  return tokens;
}

// "type Portal" -> "host:string,port:?int,tpgt:?int". A method has its reply
// behind ")->(".
std::map<std::string, std::string> Declarations() {
  const std::set<std::string> keywords = {"type", "method", "error"};
  const std::vector<std::string> tokens = Tokens();
  std::map<std::string, std::string> declarations;
  std::string* body = nullptr;
  int depth = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (depth == 0 && keywords.contains(tokens[i])) {
      body = &declarations[tokens[i] + " " + tokens[i + 1]];
      ++i;
    } else if (body != nullptr) {
      if (tokens[i] == "(") ++depth;
      if (tokens[i] == ")") --depth;
      *body += tokens[i];
    }
  }
  for (auto& [name, text] : declarations) {
    text = text.substr(1, text.size() - 2);
  }
  return declarations;
}

const std::map<std::string, std::string>& Declared() {
  static const auto kDeclared = Declarations();
  return kDeclared;
}

template <class T>
std::string Enumerators() {
  std::string list;
  for (const std::string_view name : EnumNames(T{})) {
    list += (list.empty() ? "" : ",") + std::string(name);
  }
  return list;
}

// The Varlink type of a member.
std::string TypeOf(const std::string*) { return "string"; }
std::string TypeOf(const bool*) { return "bool"; }
std::string TypeOf(const std::integral auto*) { return "int"; }
std::string TypeOf(const Portal*) { return "Portal"; }
std::string TypeOf(const Target*) { return "Target"; }
std::string TypeOf(const Selector*) { return "Selector"; }
std::string TypeOf(const SessionState*) { return "SessionState"; }
std::string TypeOf(const ConnectionState*) { return "ConnectionState"; }
std::string TypeOf(const Lun*) { return "Lun"; }
std::string TypeOf(const Failure*) { return "Failure"; }
std::string TypeOf(const Redirection*) { return "Redirection"; }
std::string TypeOf(const Connection*) { return "Connection"; }
std::string TypeOf(const SessionSummary*) { return "SessionSummary"; }
std::string TypeOf(const Session*) { return "Session"; }
std::string TypeOf(const Nickname*) { return "Nickname"; }
std::string TypeOf(const ProbeStep*) { return "ProbeStep"; }
std::string TypeOf(const ProbeKey*) { return "ProbeKey"; }
std::string TypeOf(const ProbeFailure*) { return "ProbeFailure"; }
std::string TypeOf(const ProbeSession*) { return "ProbeSession"; }
std::string TypeOf(const ProbeSessionType*) {
  return "(" + Enumerators<ProbeSessionType>() + ")";
}
std::string TypeOf(const HolderKind*) {
  return "(" + Enumerators<HolderKind>() + ")";
}
template <class T>
std::string TypeOf(const std::vector<T>*) {
  return "[]" + TypeOf(static_cast<T*>(nullptr));
}
template <class T>
std::string TypeOf(const std::map<std::string, T>*) {
  return "[string]" + TypeOf(static_cast<T*>(nullptr));
}
template <class T>
std::string TypeOf(const std::optional<T>*) {
  return "?" + TypeOf(static_cast<T*>(nullptr));
}

template <class T>
std::string Members() {
  std::string members;
  T value{};
  T::Fields(value, [&members](const char* name, auto& member) {
    members += (members.empty() ? "" : ",") + std::string(name) + ":" +
               TypeOf(&member);
  });
  return members;
}

template <class... T>
std::map<std::string, std::string> Methods(const std::variant<T...>*) {
  return {{std::string("method ") + T::kMethod,
           Members<T>() + ")->(" + Members<typename T::Reply>()}...};
}

TEST(InterfaceTest, TheStructsAreTheDeclarations) {
  std::map<std::string, std::string> ours =
      Methods(static_cast<AnyCall*>(nullptr));
  ours["type Portal"] = Members<reflect::WirePortal>();
  ours["type Target"] = Members<Target>();
  ours["type Selector"] = Members<Selector>();
  ours["type SessionState"] = Enumerators<SessionState>();
  ours["type ConnectionState"] = Enumerators<ConnectionState>();
  ours["type Lun"] = Members<Lun>();
  ours["type Failure"] = Members<Failure>();
  ours["type Redirection"] = Members<Redirection>();
  ours["type Connection"] = Members<Connection>();
  ours["type SessionSummary"] = Members<SessionSummary>();
  ours["type Session"] = Members<Session>();
  ours["type Nickname"] = Members<Nickname>();
  ours["type Holder"] = Members<Holder>();
  ours["type ProbeStep"] = Members<ProbeStep>();
  ours["type ProbeKey"] = Members<ProbeKey>();
  ours["type ProbeFailure"] = Members<ProbeFailure>();
  ours["type ProbeSession"] = Members<ProbeSession>();

  std::map<std::string, std::string> declared = Declared();
  std::erase_if(declared, [](const auto& item) {
    return item.first.starts_with("error");
  });
  EXPECT_EQ(ours, declared);
}

// The names of an error's members; optional ones have a '?' behind.
std::set<std::string> ErrorMembers(const std::string& error) {
  std::set<std::string> members;
  const std::string& body = Declared().at("error " + error);
  for (size_t colon = body.find(':'); colon != std::string::npos;
       colon = body.find(':', colon + 1)) {
    const size_t start = body.rfind(',', colon) + 1;
    const bool optional = body[colon + 1] == '?';
    members.insert(body.substr(start, colon - start) + (optional ? "?" : ""));
  }
  return members;
}

TEST(InterfaceTest, EveryErrorHasItsMembers) {
  const Portal portal{"192.0.2.1", 3260, 1};
  Selector selector;
  selector.target = "iqn.2005-01.a:b";
  selector.portal = portal;
  const std::vector<Reply> replies = {
      UnknownNickname("n", {"a", "b"}),
      UnknownSession(selector),
      AmbiguousSelector(selector, {1, 2}),
      AlreadyLoggedIn(1),
      Busy("session 1 is being logged out"),
      HostNotFound("host", "Name or service not known"),
      TargetUnreachable(portal, EHOSTUNREACH),
      ConnectionRefused(portal),
      ConnectionLost(portal, "reset"),
      TargetNotFound("t", portal),
      LoginRefused("t", 2, 2, "Authorization Failure"),
      AuthenticationRequired("t", portal),
      NegotiationFailed("DataDigest", "None", "CRC32C", "not what we offered"),
      ProtocolError(portal, "Login Response with another ITT"),
      TimedOut(Step::kScan, 1),
      InUse({{"/dev/sda", HolderKind::kMount, "/mnt"}}),
      PermissionDenied("changing sessions is for root"),
      ModuleNotLoaded(),
      KernelError("SESSION_ADD", EEXIST, "exists"),
      ConfigError("/etc/iscsi/iscsi.conf", 1, 2, "expected a key"),
      InvalidValue("tags", "0", "expected a number"),
  };
  std::set<std::string> covered;
  for (const Reply& reply : replies) {
    const std::string prefix = std::string(kInterface) + ".";
    ASSERT_TRUE(reply.error.starts_with(prefix));
    const std::string name = reply.error.substr(prefix.size());
    covered.insert("error " + name);
    ASSERT_TRUE(Declared().contains("error " + name)) << name;
    const std::set<std::string> members = ErrorMembers(name);
    EXPECT_EQ(reply.parameters.size(), members.size()) << name;
    for (const std::string& member : members) {
      EXPECT_TRUE(reply.parameters.contains(member.substr(0, member.find('?'))))
          << name << ": " << member;
    }
    EXPECT_GT(reply.parameters.at("message").get<std::string>().size(), 10U);
  }
  std::set<std::string> declared;
  for (const auto& [name, body] : Declared()) {
    if (name.starts_with("error")) declared.insert(name);
  }
  EXPECT_EQ(covered, declared);
}

TEST(InterfaceTest, OptionalErrorMembersAreLeftOut) {
  const Portal portal{"h", 3260, std::nullopt};
  EXPECT_FALSE(
      AuthenticationRequired({}, portal).parameters.contains("target"));
  EXPECT_FALSE(TimedOut(Step::kConnect, {}).parameters.contains("session"));
  const Reply failed = NegotiationFailed("k", {}, {}, "no answer");
  EXPECT_FALSE(failed.parameters.contains("offered"));
  EXPECT_FALSE(failed.parameters.contains("answered"));
}

TEST(InterfaceTest, EveryStepIsDeclaredAndHasAdvice) {
  const std::string& body = Declared().at("error Timeout");
  EXPECT_NE(body.find("(" + Enumerators<Step>() + ")"), std::string::npos);
  for (size_t i = 0; i < EnumNames(Step{}).size(); ++i) {
    const auto step = static_cast<Step>(i);
    const auto message =
        TimedOut(step, {}).parameters["message"].get<std::string>();
    EXPECT_FALSE(message.ends_with(": ")) << message;
  }
}

TEST(InterfaceTest, MessagesSayWhatToDo) {
  const auto message = [](const Reply& reply) {
    return reply.parameters["message"].get<std::string>();
  };
  EXPECT_EQ(message(UnknownNickname("disk1", {"a", "b"})),
            "no stanza disk1 in the configuration; there is a, b; add it to "
            "/etc/iscsi/iscsi.conf and run 'systemctl reload iscsid'");
  EXPECT_EQ(message(UnknownNickname("x", {})),
            "no stanza x in the configuration; it has none at all; add it to "
            "/etc/iscsi/iscsi.conf and run 'systemctl reload iscsid'");
  EXPECT_EQ(message(ConnectionRefused({"::1", 3260, std::nullopt})),
            "[::1]:3260 refuses connections; is the target running, and is "
            "that its port?");
  EXPECT_EQ(message(InUse({{"/dev/sda1", HolderKind::kMount, "/mnt"},
                           {"/dev/sdb", HolderKind::kSwap, "swap"}})),
            "in use: /dev/sda1 by mount /mnt, /dev/sdb by swap swap; release "
            "it, or use --force and lose what is not written");
  EXPECT_EQ(message(KernelError("CONN_ADD", EBUSY, "socket taken")),
            "the kernel refuses CONN_ADD: Device or resource busy (socket "
            "taken); the kernel log may say more");
}

}  // namespace
}  // namespace iscsid::ctl
