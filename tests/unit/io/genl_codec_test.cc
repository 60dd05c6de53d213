// SPDX-License-Identifier: GPL-2.0-or-later
//
// Messages as the module would read and write them. What is encoded is read
// back here attribute by attribute, types as the uapi header gives them.
#include "daemon/io/genl_codec.h"

#include <endian.h>
#include <gtest/gtest.h>

#include <cstring>

namespace iscsid {
namespace {

constexpr uint16_t kFamily = 0x1c;
constexpr SessionHandle kSession{7, 1234};
constexpr ConnHandle kConn{kSession, 0, 99};

// The attributes of a message in one place.
class Message {
 public:
  explicit Message(GenlWriter writer) : writer_(std::move(writer)) {}

  nlmsghdr* header() { return writer_.header(); }
  uint8_t command() { return GenlCommand(header()).value_or(0); }
  GenlAttributes Nest(int type, int max) {
    for (const nlattr* attribute : TopLevel(header())) {
      if (nla_type(attribute) == type) {
        EXPECT_TRUE(attribute->nla_type & NLA_F_NESTED);
        return GenlAttributes(attribute, max);
      }
    }
    ADD_FAILURE() << "no attribute " << type;
    return {nullptr, 0, max};
  }
  GenlAttributes Session() { return Nest(ISI_A_SESSION, ISI_A_SESSION_MAX); }
  GenlAttributes Conn() { return Nest(ISI_A_CONN, ISI_A_CONN_MAX); }
  GenlAttributes Pdus() { return Nest(ISI_A_PDU, ISI_A_PDU_MAX); }

 private:
  GenlWriter writer_;
};

GenlWriter Reply(isi_cmd command) {
  return {kFamily, static_cast<uint8_t>(command), ISI_GENL_VERSION};
}

TEST(GenlEncode, SessionAdd) {
  SessionSpec spec;
  spec.target_name = "iqn.t";
  spec.initiator_name = "iqn.i";
  spec.isid = {{0x80, 1, 2, 3, 4, 5}};
  spec.tpgt = 3;
  spec.portal = {"fe80::1%eth0", 3261, {}};
  spec.owner = std::string("{\0}", 3);
  spec.recovery_tmo = -1;
  Message message(EncodeSessionAdd(kFamily, spec));
  ASSERT_NE(message.header(), nullptr);
  EXPECT_EQ(message.header()->nlmsg_type, kFamily);
  EXPECT_EQ(message.command(), ISI_CMD_SESSION_ADD);
  const GenlAttributes session = message.Session();
  EXPECT_EQ(session.String(ISI_A_SESSION_TARGET_NAME), "iqn.t");
  EXPECT_EQ(session.Binary(ISI_A_SESSION_TARGET_NAME).size(), 6u);  // NUL
  EXPECT_EQ(session.String(ISI_A_SESSION_INITIATOR_NAME), "iqn.i");
  EXPECT_EQ(session.Find(ISI_A_SESSION_INITIATOR_ALIAS), nullptr);
  EXPECT_EQ(session.Binary(ISI_A_SESSION_ISID).size(), 6u);
  EXPECT_EQ(session.U16(ISI_A_SESSION_TPGT), 3);
  EXPECT_EQ(session.String(ISI_A_SESSION_PORTAL_ADDRESS), "fe80::1%eth0");
  EXPECT_EQ(session.U16(ISI_A_SESSION_PORTAL_PORT), 3261);
  EXPECT_EQ(session.Binary(ISI_A_SESSION_OWNER).size(), 3u);
  EXPECT_EQ(session.U16(ISI_A_SESSION_QUEUE_DEPTH), 128);
  EXPECT_EQ(session.U16(ISI_A_SESSION_LUN_QUEUE_DEPTH), 32);
  EXPECT_EQ(session.U16(ISI_A_SESSION_MAX_CONNECTIONS), 1);
  EXPECT_EQ(session.S32(ISI_A_SESSION_RECOVERY_TMO), -1);
  // A module that has no pings refuses what it does not know.
  EXPECT_EQ(session.Find(ISI_A_SESSION_PING_INTERVAL), nullptr);
  EXPECT_EQ(session.Find(ISI_A_SESSION_PING_TIMEOUT), nullptr);
}

TEST(GenlEncode, SessionAddWithPings) {
  SessionSpec spec;
  spec.pings = Pings{7000, 3000};
  Message message(EncodeSessionAdd(kFamily, spec));
  const GenlAttributes session = message.Session();
  EXPECT_EQ(session.U32(ISI_A_SESSION_PING_INTERVAL), 7000u);
  EXPECT_EQ(session.U32(ISI_A_SESSION_PING_TIMEOUT), 3000u);
}

TEST(GenlEncode, SessionSetOfPings) {
  SessionChange change;
  change.pings = Pings{0, 1};
  Message message(EncodeSessionSet(kFamily, kSession, change));
  const GenlAttributes session = message.Session();
  EXPECT_EQ(session.U32(ISI_A_SESSION_PING_INTERVAL), 0u);
  EXPECT_EQ(session.U32(ISI_A_SESSION_PING_TIMEOUT), 1u);
}

TEST(GenlEncode, SessionSetCarriesWhatChanges) {
  SessionChange change;
  change.recovery_tmo = 5;
  Message message(EncodeSessionSet(kFamily, kSession, change));
  const GenlAttributes session = message.Session();
  EXPECT_EQ(session.U32(ISI_A_SESSION_ID), 7u);
  EXPECT_EQ(session.U32(ISI_A_SESSION_GENERATION), 1234u);
  EXPECT_EQ(session.S32(ISI_A_SESSION_RECOVERY_TMO), 5);
  EXPECT_EQ(session.Find(ISI_A_SESSION_OWNER), nullptr);
  EXPECT_EQ(session.Find(ISI_A_SESSION_PORTAL_ADDRESS), nullptr);
  EXPECT_EQ(session.Find(ISI_A_SESSION_PING_INTERVAL), nullptr);
}

TEST(GenlEncode, ScanSaysWhatBecomesOfDisks) {
  Message removes(EncodeSessionScan(kFamily, kSession, Vanished::kRemove));
  EXPECT_EQ(removes.command(), ISI_CMD_SESSION_SCAN);
  EXPECT_EQ(removes.Session().Find(ISI_A_SESSION_KEEP), nullptr);
  Message keeps(EncodeSessionScan(kFamily, kSession, Vanished::kKeep));
  EXPECT_EQ(keeps.Session().U8(ISI_A_SESSION_KEEP), 1);
}

TEST(GenlEncode, ConnAddThatLeads) {
  ConnSpec spec;
  spec.fd = 5;
  spec.exp_statsn = 0xffffffff;
  spec.params.max_recv_data_segment_length = 262144;
  spec.params.max_xmit_data_segment_length = 8192;
  spec.params.data_digest = Digest::kCrc32c;
  spec.leading.emplace();
  spec.leading->tsih = 0xbeef;
  spec.leading->cmdsn = 1;
  spec.leading->max_cmdsn = 32;
  spec.leading->params.first_burst_length = 4096;
  spec.leading->params.immediate_data = false;
  spec.leading->params.max_outstanding_r2t = 16;
  Message message(EncodeConnAdd(kFamily, kSession, spec));
  EXPECT_EQ(message.command(), ISI_CMD_CONN_ADD);
  const GenlAttributes session = message.Session();
  EXPECT_EQ(session.U16(ISI_A_SESSION_TSIH), 0xbeef);
  EXPECT_EQ(session.U32(ISI_A_SESSION_CMDSN), 1u);
  EXPECT_EQ(session.U32(ISI_A_SESSION_MAX_CMDSN), 32u);
  EXPECT_EQ(session.U8(ISI_A_SESSION_IMMEDIATE_DATA), 0);
  EXPECT_EQ(session.U32(ISI_A_SESSION_FIRST_BURST_LENGTH), 4096u);
  EXPECT_EQ(session.U16(ISI_A_SESSION_MAX_OUTSTANDING_R2T), 16);
  EXPECT_EQ(session.U8(ISI_A_SESSION_ERL), 0);
  EXPECT_EQ(session.U16(ISI_A_SESSION_DEFAULT_TIME2WAIT), 2);
  EXPECT_EQ(session.Find(ISI_A_SESSION_TARGET_ALIAS), nullptr);
  const GenlAttributes conn = message.Conn();
  EXPECT_EQ(conn.U16(ISI_A_CONN_CID), 0);
  EXPECT_EQ(conn.U32(ISI_A_CONN_FD), 5u);
  EXPECT_EQ(conn.U32(ISI_A_CONN_EXP_STATSN), 0xffffffffu);
  EXPECT_EQ(conn.U32(ISI_A_CONN_MAX_RECV_DSL), 262144u);
  EXPECT_EQ(conn.U32(ISI_A_CONN_MAX_XMIT_DSL), 8192u);
  EXPECT_EQ(conn.U8(ISI_A_CONN_HEADER_DIGEST), ISI_DIGEST_NONE);
  EXPECT_EQ(conn.U8(ISI_A_CONN_DATA_DIGEST), ISI_DIGEST_CRC32C);
}

TEST(GenlEncode, ConnAddThatDoesNotLeadHasNoSessionKeys) {
  ConnSpec spec;
  spec.cid = 1;
  Message message(EncodeConnAdd(kFamily, kSession, spec));
  EXPECT_EQ(message.Session().Find(ISI_A_SESSION_TSIH), nullptr);
  EXPECT_EQ(message.Conn().U16(ISI_A_CONN_CID), 1);
}

TEST(GenlEncode, CommandsOnAConnection) {
  Message stop(EncodeConnStop(kFamily, kConn, ISI_FAIL_LOGOUT));
  EXPECT_EQ(stop.command(), ISI_CMD_CONN_STOP);
  EXPECT_EQ(stop.Conn().U32(ISI_A_CONN_GENERATION), 99u);
  EXPECT_EQ(stop.Conn().U8(ISI_A_CONN_FAIL_REASON), ISI_FAIL_LOGOUT);
  Message del(EncodeConnDel(kFamily, kConn));
  EXPECT_EQ(del.command(), ISI_CMD_CONN_DEL);
  EXPECT_EQ(del.Session().U32(ISI_A_SESSION_GENERATION), 1234u);
  EXPECT_EQ(del.Conn().Find(ISI_A_CONN_FAIL_REASON), nullptr);
}

TEST(GenlEncode, PduSend) {
  Pdu pdu;
  pdu.bhs[0] = std::byte{0x46};
  Message empty(EncodePduSend(kFamily, kConn, pdu));
  EXPECT_EQ(empty.Pdus().Binary(ISI_A_PDU_BHS).size(), 48u);
  EXPECT_EQ(empty.Pdus().Find(ISI_A_PDU_DATA), nullptr);
  pdu.data = Bytes(ISI_CONTROL_DATA_MAX, std::byte{1});
  Message full(EncodePduSend(kFamily, kConn, pdu));
  ASSERT_NE(full.header(), nullptr);
  EXPECT_EQ(full.Pdus().Binary(ISI_A_PDU_DATA).size(),
            size_t{ISI_CONTROL_DATA_MAX});
}

TEST(GenlEncode, FailsAsAWholeWhenSomethingDoesNotFit) {
  Pdu pdu;
  pdu.data = Bytes(100000);
  EXPECT_EQ(Message(EncodePduSend(kFamily, kConn, pdu)).header(), nullptr);
}

TEST(GenlEncode, GetOfOneOrAll) {
  Message one(EncodeGet(kFamily, ISI_CMD_SESSION_GET, 7));
  EXPECT_EQ(one.Session().U32(ISI_A_SESSION_ID), 7u);
  Message all(EncodeGet(kFamily, ISI_CMD_STATS_GET, std::nullopt));
  EXPECT_TRUE(TopLevel(all.header()).empty());
}

// --- answers

TEST(GenlDecode, Info) {
  GenlWriter writer = Reply(ISI_CMD_INFO_GET);
  writer.Nest(ISI_A_INFO, [&] {
    writer.U32(ISI_A_INFO_MINOR, 4);
    writer.U16(ISI_A_INFO_MAX_CONNECTIONS, 8);
    writer.U32(ISI_A_INFO_MAX_RECV_DSL, 65536);
    writer.U8(ISI_A_INFO_DIGESTS, 3);
    writer.U32(ISI_A_INFO_FEATURES, 0);
    writer.U32(ISI_A_INFO_MAX + 5, 1);  // of a newer module
  });
  const std::optional<KernelInfo> info = DecodeInfo(writer.header());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->minor, 4u);
  EXPECT_EQ(info->max_connections, 8);
  EXPECT_EQ(info->max_recv_dsl, 65536u);
  EXPECT_TRUE(info->Has(Digest::kCrc32c));
  EXPECT_EQ(info->max_erl, 0);
}

TEST(GenlDecode, SessionWithItsConnections) {
  GenlWriter writer = Reply(ISI_CMD_SESSION_GET);
  writer.Nest(ISI_A_SESSION, [&] {
    writer.U32(ISI_A_SESSION_ID, 7);
    writer.U32(ISI_A_SESSION_GENERATION, 1234);
    writer.U8(ISI_A_SESSION_STATE, ISI_SESSION_BLOCKED);
    writer.U32(ISI_A_SESSION_FLAGS, ISI_SESSION_F_UNBOUND);
    writer.U32(ISI_A_SESSION_HOST, 3);
    writer.U32(ISI_A_SESSION_NETNS, 4026531840);
    writer.String(ISI_A_SESSION_TARGET_NAME, "iqn.t");
    writer.Binary(ISI_A_SESSION_ISID,
                  std::as_bytes(std::span("\x80\1\2\3\4\5", 6)));
    writer.String(ISI_A_SESSION_PORTAL_ADDRESS, "192.0.2.1");
    writer.U16(ISI_A_SESSION_PORTAL_PORT, 3260);
    writer.S32(ISI_A_SESSION_RECOVERY_TMO, -1);
    writer.U32(ISI_A_SESSION_PING_INTERVAL, 5000);
    writer.U32(ISI_A_SESSION_PING_TIMEOUT, 2500);
    writer.U16(ISI_A_SESSION_TSIH, 9);
    writer.U8(ISI_A_SESSION_INITIAL_R2T, 0);
    writer.U32(ISI_A_SESSION_MAX_BURST_LENGTH, 1048576);
    writer.Binary(ISI_A_SESSION_OWNER, std::as_bytes(std::span("{}", 2)));
  });
  for (const uint32_t generation : {98u, 99u}) {
    writer.Nest(ISI_A_CONN, [&] {
      writer.U16(ISI_A_CONN_CID, static_cast<uint16_t>(generation - 98));
      writer.U32(ISI_A_CONN_GENERATION, generation);
      writer.U8(ISI_A_CONN_STATE, ISI_CONN_FAILED);
      writer.U8(ISI_A_CONN_FAIL_REASON, ISI_FAIL_SEND);
      writer.S32(ISI_A_CONN_FAIL_ERRNO, -EPIPE);
      writer.String(ISI_A_CONN_PEER_ADDRESS, "2001:db8::1");
      writer.U16(ISI_A_CONN_PEER_PORT, 3260);
    });
  }
  const std::optional<SessionDump> dump = DecodeSession(writer.header());
  ASSERT_TRUE(dump);
  EXPECT_EQ(dump->handle, kSession);
  EXPECT_EQ(dump->state, ISI_SESSION_BLOCKED);
  EXPECT_EQ(dump->flags, uint32_t{ISI_SESSION_F_UNBOUND});
  EXPECT_EQ(dump->netns, 4026531840u);
  EXPECT_EQ(dump->spec.target_name, "iqn.t");
  EXPECT_EQ(dump->spec.isid, (Isid{{0x80, 1, 2, 3, 4, 5}}));
  EXPECT_EQ(dump->spec.recovery_tmo, -1);
  EXPECT_EQ(dump->spec.pings, (Pings{5000, 2500}));
  EXPECT_EQ(dump->spec.owner, "{}");
  EXPECT_EQ(dump->params.initial_r2t, false);
  EXPECT_EQ(dump->params.max_burst_length, 1048576u);
  ASSERT_EQ(dump->conns.size(), 2u);
  EXPECT_EQ(dump->conns[1].cid, 1);
  EXPECT_EQ(dump->conns[1].fail_reason, ISI_FAIL_SEND);
  EXPECT_EQ(dump->conns[1].fail_errno, -EPIPE);
  EXPECT_EQ(dump->conns[1].peer->host, "2001:db8::1");
  EXPECT_FALSE(dump->conns[1].local);
}

// A newer module may have more states and reasons; and nothing is certain
// about what is not there.
TEST(GenlDecode, TakesNoUnknownEnumValues) {
  GenlWriter writer = Reply(ISI_CMD_SESSION_GET);
  writer.Nest(ISI_A_SESSION, [&] {
    writer.U32(ISI_A_SESSION_ID, 7);
    writer.U32(ISI_A_SESSION_GENERATION, 1234);
    writer.U8(ISI_A_SESSION_STATE, 200);
  });
  writer.Nest(ISI_A_CONN, [&] {
    writer.U8(ISI_A_CONN_STATE, 200);
    writer.U8(ISI_A_CONN_FAIL_REASON, 200);
  });
  const std::optional<SessionDump> dump = DecodeSession(writer.header());
  ASSERT_TRUE(dump);
  EXPECT_EQ(dump->state, ISI_SESSION_BLOCKED);
  EXPECT_EQ(dump->conns[0].state, ISI_CONN_DEAD);
  EXPECT_EQ(dump->conns[0].fail_reason, ISI_FAIL_NONE);
}

TEST(GenlDecode, RefusesWhatIsNotThere) {
  GenlWriter empty = Reply(ISI_CMD_SESSION_GET);
  EXPECT_FALSE(DecodeSession(empty.header()));
  EXPECT_FALSE(DecodeInfo(empty.header()));
  EXPECT_FALSE(DecodeAddedSession(empty.header()));
  EXPECT_FALSE(DecodeConnGeneration(empty.header()));
  EXPECT_FALSE(DecodeItt(empty.header()));
  EXPECT_FALSE(DecodeStats(empty.header()));
  EXPECT_FALSE(DecodeEvent(empty.header()));
  nlmsghdr bare{};
  bare.nlmsg_len = sizeof(bare);
  EXPECT_FALSE(GenlCommand(&bare));
  EXPECT_TRUE(TopLevel(&bare).empty());
  EXPECT_FALSE(DecodeSession(&bare));
}

TEST(GenlDecode, SmallAnswers) {
  GenlWriter added = Reply(ISI_CMD_SESSION_ADD);
  added.Nest(ISI_A_SESSION, [&] {
    added.U32(ISI_A_SESSION_ID, 7);
    added.U32(ISI_A_SESSION_GENERATION, 1234);
    added.U32(ISI_A_SESSION_HOST, 3);
  });
  EXPECT_EQ(DecodeAddedSession(added.header())->host, 3u);

  GenlWriter conn = Reply(ISI_CMD_CONN_ADD);
  conn.Nest(ISI_A_CONN, [&] { conn.U32(ISI_A_CONN_GENERATION, 99); });
  EXPECT_EQ(DecodeConnGeneration(conn.header()), 99u);

  GenlWriter pdu = Reply(ISI_CMD_PDU_SEND);
  pdu.Nest(ISI_A_PDU, [&] { pdu.U32(ISI_A_PDU_ITT, htobe32(0x12345678)); });
  EXPECT_EQ(DecodeItt(pdu.header()), 0x12345678u);

  GenlWriter stats = Reply(ISI_CMD_STATS_GET);
  stats.Nest(ISI_A_STATS, [&] {
    const uint64_t value = 1ull << 40;
    stats.Binary(ISI_STAT_RX_PDUS, std::as_bytes(std::span(&value, 1)));
  });
  EXPECT_EQ((*DecodeStats(stats.header()))[ISI_STAT_RX_PDUS], 1ull << 40);
}

// --- events

GenlWriter Event(isi_cmd command) {
  GenlWriter writer = Reply(command);
  writer.U32(ISI_A_EVENT_SEQ, 77);
  writer.Nest(ISI_A_SESSION, [&] {
    writer.U32(ISI_A_SESSION_ID, 7);
    writer.U32(ISI_A_SESSION_GENERATION, 1234);
    writer.U8(ISI_A_SESSION_STATE, ISI_SESSION_BLOCKED);
  });
  writer.Nest(ISI_A_CONN, [&] {
    writer.U16(ISI_A_CONN_CID, 0);
    writer.U32(ISI_A_CONN_GENERATION, 99);
    writer.U8(ISI_A_CONN_FAIL_REASON, ISI_FAIL_SOCKET);
    writer.S32(ISI_A_CONN_FAIL_ERRNO, -ECONNRESET);
  });
  return writer;
}

GenlWriter LunsChanged(uint8_t change) {
  GenlWriter writer = Reply(ISI_EVENT_LUNS_CHANGED);
  writer.Nest(ISI_A_SESSION, [&] {
    const uint64_t lun = 16383;
    writer.U32(ISI_A_SESSION_ID, 7);
    writer.U32(ISI_A_SESSION_GENERATION, 1234);
    writer.Binary(ISI_A_SESSION_LUN, std::as_bytes(std::span(&lun, 1)));
    writer.U8(ISI_A_SESSION_CHANGE, change);
  });
  return writer;
}

template <typename T>
std::optional<T> EventAs(GenlWriter writer) {
  const std::optional<KernelEvent> event = DecodeEvent(writer.header());
  if (!event || !std::holds_alternative<T>(*event)) return std::nullopt;
  return std::get<T>(*event);
}

TEST(GenlDecode, Events) {
  EXPECT_EQ(DecodeEventSeq(Event(ISI_EVENT_GONE).header()), 77u);
  EXPECT_EQ(EventAs<SessionStateEvent>(Event(ISI_EVENT_SESSION_STATE))->state,
            ISI_SESSION_BLOCKED);
  const auto failed = EventAs<ConnFailedEvent>(Event(ISI_EVENT_CONN_FAILED));
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->conn, kConn);
  EXPECT_EQ(failed->reason, ISI_FAIL_SOCKET);
  EXPECT_EQ(failed->error_number, -ECONNRESET);
  EXPECT_EQ(EventAs<UnboundEvent>(Event(ISI_EVENT_UNBOUND))->session, kSession);
  EXPECT_EQ(EventAs<GoneEvent>(Event(ISI_EVENT_GONE))->session, kSession);

  const auto changed = EventAs<LunsChangedEvent>(LunsChanged(2));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->session, kSession);
  EXPECT_EQ(changed->lun, 16383u);
  EXPECT_EQ(changed->change, ISI_CHANGE_CAPACITY);
  // A newer module's; something changed all the same.
  EXPECT_EQ(EventAs<LunsChangedEvent>(LunsChanged(77))->change,
            ISI_CHANGE_NONE);

  GenlWriter scanned = Event(ISI_EVENT_SCANNED);
  scanned.S32(ISI_A_ERRNO, -EIO);
  EXPECT_EQ(EventAs<ScannedEvent>(std::move(scanned))->error_number, -EIO);
}

TEST(GenlDecode, PduReceived) {
  EXPECT_FALSE(DecodeEvent(Event(ISI_EVENT_PDU_RECEIVED).header()));
  GenlWriter writer = Event(ISI_EVENT_PDU_RECEIVED);
  const Bytes bhs(48, std::byte{0x32});
  const Bytes data(20, std::byte{0x11});
  writer.Nest(ISI_A_PDU, [&] {
    writer.Binary(ISI_A_PDU_BHS, bhs);
    writer.Binary(ISI_A_PDU_DATA, data);
  });
  const auto event = EventAs<PduEvent>(std::move(writer));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->pdu.opcode(), 0x32);
  EXPECT_EQ(event->pdu.data, data);
}

TEST(GenlDecode, IgnoresEventsOfANewerModule) {
  EXPECT_FALSE(
      DecodeEvent(Event(static_cast<isi_cmd>(ISI_CMD_MAX + 1)).header()));
}

}  // namespace
}  // namespace iscsid
