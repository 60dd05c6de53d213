// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>

#include <algorithm>
#include <cstring>

#include "daemon/io/genl_codec.h"

namespace iscsid {
namespace {

GenlAttributes ReadTop(const nlmsghdr* header) {
  const int skip = static_cast<int>(NLMSG_LENGTH(GENL_HDRLEN));
  return {reinterpret_cast<const nlattr*>(
              reinterpret_cast<const char*>(header) + skip),
          static_cast<int>(header->nlmsg_len) - skip, ISI_A_MAX};
}

std::optional<SessionHandle> ReadHandle(const GenlAttributes& session) {
  const auto id = session.U32(ISI_A_SESSION_ID);
  const auto generation = session.U32(ISI_A_SESSION_GENERATION);
  if (!id || !generation) return std::nullopt;
  return SessionHandle{*id, *generation};
}

// An enum's value; absent, or added by a newer module: `otherwise`.
template <typename Enum>
Enum ReadEnum(std::optional<uint8_t> value, Enum last, Enum otherwise) {
  return value && *value <= last ? static_cast<Enum>(*value) : otherwise;
}

isi_session_state ReadState(const GenlAttributes& session) {
  return ReadEnum(session.U8(ISI_A_SESSION_STATE), ISI_SESSION_REMOVING,
                  ISI_SESSION_BLOCKED);
}

Digest ReadDigest(std::optional<uint8_t> value) {
  return value.value_or(ISI_DIGEST_NONE) == ISI_DIGEST_CRC32C ? Digest::kCrc32c
                                                              : Digest::kNone;
}

std::optional<Pings> ReadPings(const GenlAttributes& in) {
  const auto interval = in.U32(ISI_A_SESSION_PING_INTERVAL);
  const auto timeout = in.U32(ISI_A_SESSION_PING_TIMEOUT);
  if (!interval || !timeout) return std::nullopt;
  return Pings{*interval, *timeout};
}

SessionSpec ReadSpec(const GenlAttributes& in) {
  SessionSpec spec;
  spec.target_name = in.String(ISI_A_SESSION_TARGET_NAME);
  spec.initiator_name = in.String(ISI_A_SESSION_INITIATOR_NAME);
  spec.initiator_alias = in.String(ISI_A_SESSION_INITIATOR_ALIAS);
  const auto isid = in.Binary(ISI_A_SESSION_ISID);
  if (isid.size() == spec.isid.bytes.size())
    std::memcpy(spec.isid.bytes.data(), isid.data(), isid.size());
  spec.tpgt = in.U16(ISI_A_SESSION_TPGT).value_or(0);
  spec.portal.host = in.String(ISI_A_SESSION_PORTAL_ADDRESS);
  spec.portal.port = in.U16(ISI_A_SESSION_PORTAL_PORT).value_or(ISCSI_PORT);
  const auto owner = in.Binary(ISI_A_SESSION_OWNER);
  spec.owner.assign(reinterpret_cast<const char*>(owner.data()), owner.size());
  spec.queue_depth =
      in.U16(ISI_A_SESSION_QUEUE_DEPTH).value_or(spec.queue_depth);
  spec.lun_queue_depth =
      in.U16(ISI_A_SESSION_LUN_QUEUE_DEPTH).value_or(spec.lun_queue_depth);
  spec.max_connections =
      in.U16(ISI_A_SESSION_MAX_CONNECTIONS).value_or(spec.max_connections);
  spec.recovery_tmo =
      in.S32(ISI_A_SESSION_RECOVERY_TMO).value_or(spec.recovery_tmo);
  spec.pings = ReadPings(in);
  return spec;
}

SessionParams ReadParams(const GenlAttributes& in) {
  SessionParams params;
  const auto boolean = [&](int type, bool& value) {
    if (const auto read = in.U8(type)) value = *read != 0;
  };
  const auto number = [&](auto read, uint32_t& value) {
    if (read) value = *read;
  };
  number(in.U16(ISI_A_SESSION_MAX_CONNECTIONS), params.max_connections);
  boolean(ISI_A_SESSION_INITIAL_R2T, params.initial_r2t);
  boolean(ISI_A_SESSION_IMMEDIATE_DATA, params.immediate_data);
  number(in.U32(ISI_A_SESSION_FIRST_BURST_LENGTH), params.first_burst_length);
  number(in.U32(ISI_A_SESSION_MAX_BURST_LENGTH), params.max_burst_length);
  number(in.U16(ISI_A_SESSION_MAX_OUTSTANDING_R2T), params.max_outstanding_r2t);
  boolean(ISI_A_SESSION_DATA_PDU_IN_ORDER, params.data_pdu_in_order);
  boolean(ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER, params.data_sequence_in_order);
  number(in.U8(ISI_A_SESSION_ERL), params.error_recovery_level);
  number(in.U16(ISI_A_SESSION_DEFAULT_TIME2WAIT), params.default_time2wait);
  number(in.U16(ISI_A_SESSION_DEFAULT_TIME2RETAIN), params.default_time2retain);
  return params;
}

std::optional<Portal> ReadPortal(const GenlAttributes& in, int address,
                                 int port) {
  Portal portal;
  portal.host = in.String(address);
  portal.port = in.U16(port).value_or(0);
  if (portal.host.empty() || portal.port == 0) return std::nullopt;
  return portal;
}

ConnDump ReadConn(const nlattr* nest) {
  const GenlAttributes in(nest, ISI_A_CONN_MAX);
  ConnDump conn;
  conn.cid = in.U16(ISI_A_CONN_CID).value_or(0);
  conn.generation = in.U32(ISI_A_CONN_GENERATION).value_or(0);
  conn.state = ReadEnum(in.U8(ISI_A_CONN_STATE), ISI_CONN_DEAD, ISI_CONN_DEAD);
  conn.fail_reason = ReadEnum(in.U8(ISI_A_CONN_FAIL_REASON), ISI_FAIL_PING_DATA,
                              ISI_FAIL_NONE);
  conn.flags = in.U32(ISI_A_CONN_FLAGS).value_or(0);
  conn.fail_errno = in.S32(ISI_A_CONN_FAIL_ERRNO).value_or(0);
  conn.params.header_digest = ReadDigest(in.U8(ISI_A_CONN_HEADER_DIGEST));
  conn.params.data_digest = ReadDigest(in.U8(ISI_A_CONN_DATA_DIGEST));
  conn.params.max_recv_data_segment_length =
      in.U32(ISI_A_CONN_MAX_RECV_DSL).value_or(ISCSI_LOGIN_MRDSL);
  conn.params.max_xmit_data_segment_length =
      in.U32(ISI_A_CONN_MAX_XMIT_DSL).value_or(ISCSI_LOGIN_MRDSL);
  conn.local = ReadPortal(in, ISI_A_CONN_LOCAL_ADDRESS, ISI_A_CONN_LOCAL_PORT);
  conn.peer = ReadPortal(in, ISI_A_CONN_PEER_ADDRESS, ISI_A_CONN_PEER_PORT);
  return conn;
}

std::optional<Pdu> ReadPdu(const nlattr* nest) {
  const GenlAttributes in(nest, ISI_A_PDU_MAX);
  const auto bhs = in.Binary(ISI_A_PDU_BHS);
  const auto data = in.Binary(ISI_A_PDU_DATA);
  Pdu pdu;
  if (bhs.size() != pdu.bhs.size()) return std::nullopt;
  std::copy(bhs.begin(), bhs.end(), pdu.bhs.begin());
  pdu.data.assign(data.begin(), data.end());
  return pdu;
}

// What all events have.
struct EventParts {
  SessionHandle session;
  isi_session_state state = ISI_SESSION_NEW;
  ConnHandle conn;
  ConnDump conn_values;
  std::optional<Pdu> pdu;
  int error_number = 0;
  uint64_t lun = 0;
  isi_change change = ISI_CHANGE_NONE;
};

std::optional<EventParts> ReadEventParts(const nlmsghdr* header) {
  const GenlAttributes top = ReadTop(header);
  if (top.Find(ISI_A_SESSION) == nullptr) return std::nullopt;
  const GenlAttributes session(top.Find(ISI_A_SESSION), ISI_A_SESSION_MAX);
  const auto handle = ReadHandle(session);
  if (!handle) return std::nullopt;
  EventParts parts;
  parts.session = *handle;
  parts.state = ReadState(session);
  parts.lun = session.U64(ISI_A_SESSION_LUN).value_or(0);
  parts.change = ReadEnum(session.U8(ISI_A_SESSION_CHANGE), ISI_CHANGE_LUN_GONE,
                          ISI_CHANGE_NONE);
  if (const nlattr* conn = top.Find(ISI_A_CONN)) {
    parts.conn_values = ReadConn(conn);
    parts.conn = {*handle, parts.conn_values.cid, parts.conn_values.generation};
  }
  if (const nlattr* pdu = top.Find(ISI_A_PDU)) parts.pdu = ReadPdu(pdu);
  parts.error_number = top.S32(ISI_A_ERRNO).value_or(0);
  return parts;
}

}  // namespace

std::optional<KernelInfo> DecodeInfo(const nlmsghdr* header) {
  const GenlAttributes top = ReadTop(header);
  if (top.Find(ISI_A_INFO) == nullptr) return std::nullopt;
  const GenlAttributes in(top.Find(ISI_A_INFO), ISI_A_INFO_MAX);
  KernelInfo info;
  info.minor = in.U32(ISI_A_INFO_MINOR).value_or(0);
  info.max_connections =
      in.U16(ISI_A_INFO_MAX_CONNECTIONS).value_or(info.max_connections);
  info.max_recv_dsl =
      in.U32(ISI_A_INFO_MAX_RECV_DSL).value_or(info.max_recv_dsl);
  info.max_outstanding_r2t =
      in.U16(ISI_A_INFO_MAX_OUTSTANDING_R2T).value_or(info.max_outstanding_r2t);
  info.max_erl = in.U8(ISI_A_INFO_MAX_ERL).value_or(info.max_erl);
  info.digests = in.U8(ISI_A_INFO_DIGESTS).value_or(info.digests);
  info.max_queue_depth =
      in.U16(ISI_A_INFO_MAX_QUEUE_DEPTH).value_or(info.max_queue_depth);
  return info;
}

std::optional<AddedSession> DecodeAddedSession(const nlmsghdr* header) {
  const GenlAttributes top = ReadTop(header);
  if (top.Find(ISI_A_SESSION) == nullptr) return std::nullopt;
  const GenlAttributes in(top.Find(ISI_A_SESSION), ISI_A_SESSION_MAX);
  const auto handle = ReadHandle(in);
  const auto host = in.U32(ISI_A_SESSION_HOST);
  if (!handle || !host) return std::nullopt;
  return AddedSession{*handle, *host};
}

std::optional<uint32_t> DecodeConnGeneration(const nlmsghdr* header) {
  const GenlAttributes top = ReadTop(header);
  if (top.Find(ISI_A_CONN) == nullptr) return std::nullopt;
  return GenlAttributes(top.Find(ISI_A_CONN), ISI_A_CONN_MAX)
      .U32(ISI_A_CONN_GENERATION);
}

std::optional<uint32_t> DecodeItt(const nlmsghdr* header) {
  const GenlAttributes top = ReadTop(header);
  if (top.Find(ISI_A_PDU) == nullptr) return std::nullopt;
  const auto itt =
      GenlAttributes(top.Find(ISI_A_PDU), ISI_A_PDU_MAX).U32(ISI_A_PDU_ITT);
  if (!itt) return std::nullopt;
  return be32toh(*itt);
}

std::optional<SessionDump> DecodeSession(const nlmsghdr* header) {
  SessionDump dump;
  bool complete = false;
  for (const nlattr* attribute : TopLevel(header)) {
    if (nla_type(attribute) == ISI_A_CONN) {
      dump.conns.push_back(ReadConn(attribute));
    } else if (nla_type(attribute) == ISI_A_SESSION) {
      const GenlAttributes in(attribute, ISI_A_SESSION_MAX);
      const auto handle = ReadHandle(in);
      if (!handle) return std::nullopt;
      dump.handle = *handle;
      dump.host = in.U32(ISI_A_SESSION_HOST).value_or(0);
      dump.netns = in.U32(ISI_A_SESSION_NETNS).value_or(0);
      dump.state = ReadState(in);
      dump.flags = in.U32(ISI_A_SESSION_FLAGS).value_or(0);
      dump.spec = ReadSpec(in);
      dump.target_alias = in.String(ISI_A_SESSION_TARGET_ALIAS);
      dump.tsih = in.U16(ISI_A_SESSION_TSIH).value_or(0);
      dump.params = ReadParams(in);
      complete = true;
    }
  }
  if (!complete) return std::nullopt;
  return dump;
}

std::optional<SessionStats> DecodeStats(const nlmsghdr* header) {
  const GenlAttributes top = ReadTop(header);
  if (top.Find(ISI_A_STATS) == nullptr) return std::nullopt;
  const GenlAttributes in(top.Find(ISI_A_STATS), ISI_STAT_MAX);
  SessionStats stats{};
  for (size_t i = 1; i < stats.size(); ++i)
    stats[i] = in.U64(static_cast<int>(i)).value_or(0);
  return stats;
}

std::optional<KernelEvent> DecodeEvent(const nlmsghdr* header) {
  const std::optional<EventParts> parts = ReadEventParts(header);
  if (!parts) return std::nullopt;
  switch (GenlCommand(header).value_or(ISI_CMD_UNSPEC)) {
    case ISI_EVENT_SESSION_STATE:
      return SessionStateEvent{parts->session, parts->state};
    case ISI_EVENT_CONN_FAILED:
      return ConnFailedEvent{parts->conn, parts->state,
                             parts->conn_values.fail_reason,
                             parts->conn_values.fail_errno};
    case ISI_EVENT_PDU_RECEIVED:
      if (!parts->pdu) return std::nullopt;
      return PduEvent{parts->conn, *parts->pdu};
    case ISI_EVENT_SCANNED:
      return ScannedEvent{parts->session, parts->error_number};
    case ISI_EVENT_UNBOUND:
      return UnboundEvent{parts->session};
    case ISI_EVENT_GONE:
      return GoneEvent{parts->session};
    case ISI_EVENT_LUNS_CHANGED:
      return LunsChangedEvent{parts->session, parts->lun, parts->change};
    default:
      return std::nullopt;
  }
}

std::optional<uint32_t> DecodeEventSeq(const nlmsghdr* header) {
  return ReadTop(header).U32(ISI_A_EVENT_SEQ);
}

}  // namespace iscsid
