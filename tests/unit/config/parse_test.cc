// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a configuration means: defaults, globals, overriding, and every way in
// which a file that follows the grammar can still be wrong.
#include "daemon/config/parse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace iscsid::config {
namespace {

constexpr const char* kName = "iqn.2005-01.il.ac.huji.cs:disk";

// A stanza that lacks nothing, with more settings in it.
std::string With(const std::string& settings) {
  return "n { TargetAddress = host; TargetName = " + std::string(kName) + "\n" +
         settings + " }";
}

Parsed ParseText(std::string_view text) {
  return Parse(std::vector<Source>{{"f", text, true}});
}

Stanza StanzaOf(const std::string& settings) {
  const Parsed parsed = ParseText(With(settings));
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    ADD_FAILURE() << diagnostic.Text();
  }
  return parsed.config ? parsed.config->stanzas.at(0) : Stanza{};
}

std::vector<std::string> DiagnosticsOf(std::string_view text) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : ParseText(text).diagnostics) {
    texts.push_back(diagnostic.Text());
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(ParseTest, DefaultsAreTheOffers) {
  const Stanza stanza = StanzaOf("");
  EXPECT_EQ(stanza.nickname, "n");
  EXPECT_EQ(stanza.offers.max_burst_length, Offers{}.max_burst_length);
  EXPECT_EQ(stanza.target_address, (Portal{"host", 3260, std::nullopt}));
  EXPECT_EQ(stanza.session_type, SessionType::kNormal);
  EXPECT_EQ(stanza.replacement_timeout, 120);
  EXPECT_TRUE(stanza.enable);
}

TEST(ParseTest, EveryKeyArrives) {
  const Stanza s = StanzaOf(R"(
    AuthMethod = CHAP
    headerdigest = CRC32C,None
    DATADIGEST = crc32c
    MaxConnections = 4
    InitiatorName = IQN.2005-01.il.ac.huji.cs:me
    InitiatorAlias = "my host"
    TargetPortalGroupTag = 65535
    InitialR2T = Yes
    ImmediateData = false
    MaxRecvDataSegmentLength = 512
    MaxBurstLength = 16777215
    FirstBurstLength = 4k
    DefaultTime2Wait = 3600
    DefaultTime2Retain = 0
    MaxOutstandingR2T = 65535
    DataPDUInOrder = 0
    DataSequenceInOrder = off
    ErrorRecoveryLevel = 2
    SessionType = normal
    port = 3261
    QueueDepth = 64
    LUNQueueDepth = 16
    InitiatorAddress = fe80::1%eth0
    Enable = Off
    Protocol = iSCSI
    dscp = ef
    pcp = 7
    chapIName = me
    chapSecret = hush-hush-hush
    chapDigest = SHA3-256,SHA256,SHA1,MD5
    tgtChapName = you
    tgtChapSecretFile = /etc/iscsi/secret
    LoginTimeout = 10
    PingTimeout = 7
    PingInterval = 0
    ReplacementTimeout = Off
    IPsec = Yes
    Scan = Manual)");
  using List = std::vector<std::string>;
  EXPECT_EQ(s.offers.auth_method, List{"CHAP"});
  EXPECT_EQ(s.offers.header_digest,
            (std::vector{Digest::kCrc32c, Digest::kNone}));
  EXPECT_EQ(s.offers.data_digest, (std::vector{Digest::kCrc32c}));
  EXPECT_EQ(s.offers.max_connections, 4U);
  EXPECT_EQ(s.initiator_name, "iqn.2005-01.il.ac.huji.cs:me");
  EXPECT_EQ(s.initiator_alias, "my host");
  EXPECT_EQ(s.target_portal_group_tag, 65535);
  EXPECT_TRUE(s.offers.initial_r2t);
  EXPECT_FALSE(s.offers.immediate_data);
  EXPECT_EQ(s.offers.max_recv_data_segment_length, 512U);
  EXPECT_EQ(s.offers.max_burst_length, 16777215U);
  EXPECT_EQ(s.offers.first_burst_length, 4096U);
  EXPECT_EQ(s.offers.default_time2wait, 3600U);
  EXPECT_EQ(s.offers.default_time2retain, 0U);
  EXPECT_EQ(s.offers.max_outstanding_r2t, 65535U);
  EXPECT_FALSE(s.offers.data_pdu_in_order);
  EXPECT_FALSE(s.offers.data_sequence_in_order);
  EXPECT_EQ(s.offers.error_recovery_level, 2U);
  EXPECT_EQ(s.target_address.port, 3261);
  EXPECT_EQ(s.queue_depth, 64U);
  EXPECT_EQ(s.lun_queue_depth, 16U);
  EXPECT_EQ(s.initiator_address, "fe80::1%eth0");
  EXPECT_FALSE(s.enable);
  EXPECT_EQ(s.dscp, 46);
  EXPECT_EQ(s.pcp, 7);
  EXPECT_EQ(s.chap_iname, "me");
  EXPECT_EQ(s.chap_secret.from, SecretSource::From::kText);
  EXPECT_EQ(s.chap_digest,
            (std::vector{ChapAlgorithm::kSha3_256, ChapAlgorithm::kSha256,
                         ChapAlgorithm::kSha1, ChapAlgorithm::kMd5}));
  EXPECT_EQ(s.tgt_chap_name, "you");
  EXPECT_EQ(s.tgt_chap_secret.from, SecretSource::From::kFile);
  EXPECT_EQ(s.tgt_chap_secret.name, "/etc/iscsi/secret");
  EXPECT_EQ(s.login_timeout, 10U);
  EXPECT_EQ(s.ping_timeout, 7U);
  EXPECT_EQ(s.ping_interval, 0U);
  EXPECT_EQ(s.replacement_timeout, kForever);
  EXPECT_TRUE(s.ipsec);
  EXPECT_EQ(s.scan, Scan::kManual);
}

// C-043: the order and the choice are the user's.
TEST(ParseTest, C043_AuthMethodIsAList) {
  const Stanza s =
      StanzaOf("AuthMethod = None,CHAP; chapSecret = sixteen-bytes-16");
  EXPECT_EQ(s.offers.auth_method, (std::vector<std::string>{"None", "CHAP"}));
}

// C-043
TEST(ParseTest, C043_AMutualStanzaMayNotOfferNone) {
  EXPECT_FALSE(ParseText("n { TargetAddress = h; SessionType = Discovery; "
                         "AuthMethod = CHAP,None; tgtChapName = b; "
                         "chapSecret = sixteen-bytes-16; "
                         "tgtChapSecret = another-sixteen! }")
                   .config);
}

// C-053
TEST(ParseTest, C053_ShortSecretsOnlyWithIPsec) {
  const Stanza s = StanzaOf("chapSecret = elevenbytes; IPsec = Yes");
  EXPECT_EQ(s.chap_secret.secret.size(), 11U);
}

TEST(ParseTest, CredentialAndOtherSpellings) {
  const Stanza s = StanzaOf(
      "tags = 9; chapSecretCredential = iscsi.n; ReplacementTimeout = -1; "
      "InitiatorAddress = 192.0.2.7");
  EXPECT_EQ(s.queue_depth, 9U);
  EXPECT_EQ(s.lun_queue_depth, 9U);
  EXPECT_EQ(s.chap_secret.from, SecretSource::From::kCredential);
  EXPECT_EQ(s.chap_secret.name, "iscsi.n");
  EXPECT_FALSE(s.HoldsSecret());
  EXPECT_EQ(s.offers.auth_method, std::vector<std::string>{"CHAP"});
  EXPECT_EQ(s.replacement_timeout, kForever);
}

TEST(ParseTest, ASecretDoesNotOverrideAuthMethod) {
  const Stanza s = StanzaOf("chapSecret = hush; AuthMethod = None");
  EXPECT_EQ(s.offers.auth_method, std::vector<std::string>{"None"});
}

TEST(ParseTest, KeysAreNoReservedWords) {
  const Parsed parsed = ParseText(
      "port { TargetAddress = h; SessionType = Discovery } "
      "None { TargetAddress = h; SessionType = Discovery }");
  ASSERT_TRUE(parsed.config);
  EXPECT_NE(parsed.config->Find("port"), nullptr);
  EXPECT_NE(parsed.config->Find("None"), nullptr);
  EXPECT_EQ(parsed.config->Find("none"), nullptr);
}

TEST(ParseTest, GlobalsHoldWhereverTheyStand) {
  const Parsed parsed = ParseText(With("tags = 8") + " tags = 77 port = 9999 " +
                                  "m { TargetAddress = \"[::1]:5,2\"; "
                                  "SessionType = Discovery }");
  ASSERT_TRUE(parsed.config);
  EXPECT_EQ(parsed.config->Find("n")->queue_depth, 8U);
  EXPECT_EQ(parsed.config->Find("n")->target_address.port, 9999);
  EXPECT_EQ(parsed.config->Find("m")->queue_depth, 77U);
  EXPECT_EQ(parsed.config->Find("m")->target_address, (Portal{"::1", 5, 2}));
  EXPECT_EQ(parsed.config->globals.queue_depth, 77U);
}

TEST(ParseTest, GlobalsOfAFragmentStayThere) {
  const std::string first = "tags = 1";
  const std::string second = "LoginTimeout = 5 " + With("");
  const std::string third = "m { TargetAddress = h; SessionType = Discovery }";
  const Parsed parsed = Parse(
      std::vector<Source>{{"1", first, true}, {"2", second}, {"3", third}});
  ASSERT_TRUE(parsed.config);
  EXPECT_EQ(parsed.config->Find("n")->queue_depth, 1U);
  EXPECT_EQ(parsed.config->Find("n")->login_timeout, 5U);
  EXPECT_EQ(parsed.config->Find("m")->queue_depth, 1U);
  EXPECT_EQ(parsed.config->Find("m")->login_timeout, Stanza{}.login_timeout);
  EXPECT_EQ(parsed.config->globals.login_timeout, Stanza{}.login_timeout);
}

TEST(ParseTest, ObsoleteKeysWarn) {
  EXPECT_EQ(DiagnosticsOf("sockbufsize = 128"),
            Texts{"f:1:1: warning: sockbufsize has no effect: TCP sizes its "
                  "buffers itself"});
  for (const char* key : {"iqn", "TargetAlias", "maxluns", "tgtChallengeLen",
                          "MaxXmitDataSegmentLength", "Offload"}) {
    const Parsed parsed = ParseText(std::string(key) + " = 1");
    EXPECT_TRUE(parsed.config) << key;
    ASSERT_EQ(parsed.diagnostics.size(), 1U) << key;
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::kWarning) << key;
  }
}

struct Wrong {
  std::string text;
  std::string error;
};

class WrongTest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongTest, NamesPlaceAndExpectationAndYieldsNothing) {
  EXPECT_EQ(DiagnosticsOf(GetParam().text), Texts{GetParam().error});
  EXPECT_FALSE(ParseText(GetParam().text).config);
}

const Wrong kWrong[] = {
    {"prot = 1",
     "f:1:1: error: expected a key, found 'prot'; did you mean "
     "port?"},
    {"MaxBurstLenght = 1",
     "f:1:1: error: expected a key, found "
     "'MaxBurstLenght'; did you mean MaxBurstLength?"},
    {"frobnicate = 1",
     "f:1:1: error: expected a key, found 'frobnicate'; "
     "iscsi.conf(5) lists the keys"},
    {"port = 1\nPort = 2",
     "f:2:1: error: expected another key: port is already set at f:1:1"},
    {"tags = 1; QueueDepth = 1",
     "f:1:11: error: expected another key: "
     "QueueDepth is already set at f:1:1"},
    {"chapSecretFile = /a; chapSecretCredential = b",
     "f:1:22: error: expected another key: chapSecret is already set at f:1:1"},
    {With("") + "\n" + With(""),
     "f:3:1: error: expected another nickname: 'n' is already at f:1:1"},
    {"port = 0",
     "f:1:8: error: port: expected a number from 1 to 65535, found "
     "'0'"},
    {"port = x",
     "f:1:8: error: port: expected a number from 1 to 65535, found "
     "'x'"},
    {"InitialR2T = maybe",
     "f:1:14: error: InitialR2T: expected Yes or No, found 'maybe'"},
    {"MaxBurstLength = 511",
     "f:1:18: error: MaxBurstLength: expected a number from 512 to 16777215, "
     "with k or M for 1024 or 1024 * 1024, found '511'"},
    {"MaxConnections = 0",
     "f:1:18: error: MaxConnections: expected a number "
     "from 1 to 65535, found '0'"},
    {"ErrorRecoveryLevel = 3",
     "f:1:22: error: ErrorRecoveryLevel: expected a "
     "number from 0 to 2, found '3'"},
    {"DefaultTime2Wait = 3601",
     "f:1:20: error: DefaultTime2Wait: expected a "
     "number from 0 to 3600, found '3601'"},
    {"HeaderDigest = MD5",
     "f:1:16: error: HeaderDigest: expected None or CRC32C, or several of them "
     "with commas between, found 'MD5'"},
    {"AuthMethod = KRB5",
     "f:1:14: error: AuthMethod: expected None or CHAP, "
     "or several of them with commas between, found "
     "'KRB5'"},
    {"SessionType = \"\x1b[2J\"",
     "f:1:15: error: SessionType: expected Normal or Discovery, found "
     "'\\x1b[2J'"},
    {"Protocol = iSER",
     "f:1:12: error: Protocol: expected iSCSI; iSER is not "
     "supported, found 'iSER'"},
    {"InitiatorAddress = host",
     "f:1:20: error: InitiatorAddress: expected a "
     "numeric address of this machine, found "
     "'host'"},
    {"InitiatorAlias = \"\"",
     "f:1:18: error: InitiatorAlias: expected 1 to "
     "255 bytes of text, found ''"},
    {"ReplacementTimeout = -2",
     "f:1:22: error: ReplacementTimeout: expected a number from 0 to 86400, or "
     "Off, found '-2'"},
    {"pcp = 8", "f:1:7: error: pcp: expected a number from 0 to 7, found '8'"},
    {"chapSecretFile = secret",
     "f:1:18: error: chapSecretFile: expected an absolute path, found "
     "'secret'"},
    {"chapSecretCredential = ../x",
     "f:1:24: error: chapSecretCredential: expected the name of a systemd "
     "credential, found '../x'"},
    {"chapSecret = 0xhunter2",
     "f:1:14: error: chapSecret: expected 1 to 255 bytes as hex digits after "
     "0x or base64 after 0b; quote a secret that is text and begins like that"},
    {"chapSecret = my hunter2 = 5",
     "f:1:17: error: expected a key; quote a value with spaces"},
    {"n { TargetName = iqn.2005-01.a:b }",
     "f:1:1: error: expected a TargetAddress in the stanza (in 'n')"},
    {"n { TargetAddress = host }",
     "f:1:1: error: expected a TargetName in the stanza, or SessionType = "
     "Discovery (in 'n')"},
    {With("SessionType = Discovery"),
     "f:1:27: error: expected no TargetName with SessionType = Discovery (in "
     "'n')"},
    {With("MaxBurstLength = 64k"),
     "f:1:1: error: expected a FirstBurstLength that is not above "
     "MaxBurstLength (in 'n')"},
    {With("MaxBurstLength = 512; FirstBurstLength = 513"),
     "f:2:23: error: expected a FirstBurstLength that is not above "
     "MaxBurstLength (in 'n')"},
    {With("AuthMethod = CHAP"),
     "f:2:1: error: expected a chapSecret with AuthMethod = CHAP (in 'n')"},
    {With("chapIName = me"),
     "f:2:1: error: expected a chapSecret with chapIName (in 'n')"},
    {With("chapSecret = sixteen-bytes-16; tgtChapName = b"),
     "f:2:32: error: expected a tgtChapSecret with tgtChapName (in 'n')"},
    {With("chapSecret = sixteen-bytes-16; tgtChapSecret = another-sixteen!"),
     "f:2:32: error: expected a tgtChapName with tgtChapSecret (in 'n')"},
    {With("tgtChapName = b; tgtChapSecret = sixteen-bytes-16"),
     "f:2:18: error: expected a chapSecret too: a target proves itself only to "
     "an initiator that does (RFC 7143, 12.1.3) (in 'n')"},
    // C-053
    {With("chapSecret = elevenbytes"),
     "f:2:1: error: expected a chapSecret of at least 12 bytes (96 bits, RFC "
     "7143, 9.2.1), or IPsec = Yes where IPsec protects the connection (in "
     "'n')"},
    {With("chapSecret = sixteen-bytes-16; tgtChapName = b; tgtChapSecret = "
          "0x11"),
     "f:2:49: error: expected a tgtChapSecret of at least 12 bytes (96 bits, "
     "RFC 7143, 9.2.1), or IPsec = Yes where IPsec protects the connection (in "
     "'n')"},
    // C-052: in whatever notation.
    {With("chapSecret = abcdefghijkl; tgtChapName = b; "
          "tgtChapSecret = 0x6162636465666768696a6b6c"),
     "f:2:45: error: expected a tgtChapSecret that is not the chapSecret (RFC "
     "7143, 9.2.1) (in 'n')"},
    // C-043
    {With("AuthMethod = CHAP,None; chapSecret = sixteen-bytes-16; "
          "tgtChapName = b; tgtChapSecret = another-sixteen!"),
     "f:2:73: error: expected AuthMethod = CHAP alone with tgtChapSecret: with "
     "None the target would not prove itself (in 'n')"},
    {With("AuthMethod = None; chapSecret = sixteen-bytes-16; "
          "tgtChapName = b; tgtChapSecret = another-sixteen!"),
     "f:2:68: error: expected CHAP in AuthMethod with tgtChapSecret (in 'n')"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongTest, testing::ValuesIn(kWrong));

TEST(ParseTest, NamesAndAddressesAreChecked) {
  for (const std::string& text :
       {std::string("TargetName = disk"),
        "TargetName = iqn.2005-01.a:" + std::string(300, 'x'),
        std::string("InitiatorName = \"iqn.2005-01.a: b\""),
        std::string("TargetAddress = [::1"), std::string("TargetAddress = :1"),
        std::string("TargetAddress = host:70000")}) {
    const Parsed parsed = ParseText(text);
    EXPECT_FALSE(parsed.config) << text;
    ASSERT_EQ(parsed.diagnostics.size(), 1U) << text;
    const size_t value = text.find("= ") + 3;
    EXPECT_EQ(parsed.diagnostics[0].place, (Place{"f", 1, value})) << text;
    EXPECT_LT(parsed.diagnostics[0].message.size(), 800U) << text;
  }
}

TEST(ParseTest, AllErrorsAreReportedAtOnce) {
  EXPECT_EQ(DiagnosticsOf("port = 0\nx = 1\ntags = y\n}").size(), 4U);
}

TEST(OverrideTest, SettingsGoOverTheStanza) {
  const Stanza stanza = StanzaOf("MaxBurstLength = 1M; port = 5");
  const Result<Stanza> changed =
      Override(stanza, {{"maxburstlength", "512k"}, {"port", "6"}});
  ASSERT_TRUE(changed) << changed.error().what;
  EXPECT_EQ(changed->offers.max_burst_length, 524288U);
  EXPECT_EQ(changed->target_address.port, 6);
  EXPECT_EQ(changed->nickname, "n");
}

TEST(OverrideTest, ErrorsNameTheKeyAndNoSecret) {
  const Stanza stanza = StanzaOf("");
  using Settings = std::map<std::string, std::string>;
  const auto error = [&](const Settings& settings) {
    const Result<Stanza> changed = Override(stanza, settings);
    return changed ? "none" : changed.error().what;
  };
  EXPECT_EQ(error({{"tags", "0"}}), "tags: expected a number from 1 to 65535");
  EXPECT_EQ(error({{"tgas", "1"}}), "tgas: no such key; did you mean tags?");
  EXPECT_EQ(error({{"iqn", "1"}}), "iqn: no such key");
  EXPECT_EQ(error({{"tags", "1"}, {"QueueDepth", "1"}}),
            "QueueDepth: given twice");
  EXPECT_EQ(error({{"MaxBurstLength", "512"}}),
            "expected a FirstBurstLength that is not above MaxBurstLength");
  EXPECT_EQ(error({{"chapSecret", "0xhunter2"}}).find("hunter"),
            std::string::npos);
}

TEST(TransientTest, StandsOnTheGlobals) {
  const Parsed parsed = ParseText("LoginTimeout = 5");
  ASSERT_TRUE(parsed.config);
  const Portal portal{"192.0.2.1", 3260, 1};
  const Result<Stanza> login =
      Transient(*parsed.config, kName, portal, {{"InitialR2T", "Yes"}});
  ASSERT_TRUE(login);
  EXPECT_EQ(login->nickname, "");
  EXPECT_EQ(login->target_name, kName);
  EXPECT_EQ(login->target_address, portal);
  EXPECT_EQ(login->login_timeout, 5U);
  EXPECT_TRUE(login->offers.initial_r2t);
  EXPECT_EQ(login->session_type, SessionType::kNormal);

  const Result<Stanza> discovery =
      Transient(*parsed.config, std::nullopt, portal, {});
  ASSERT_TRUE(discovery);
  EXPECT_EQ(discovery->session_type, SessionType::kDiscovery);

  EXPECT_FALSE(Transient(*parsed.config, "disk", portal, {}));
}

}  // namespace
}  // namespace iscsid::config
