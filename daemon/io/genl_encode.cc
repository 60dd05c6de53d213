// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>

#include <algorithm>
#include <span>

#include "daemon/io/genl_codec.h"

namespace iscsid {
namespace {

GenlWriter NewMessage(uint16_t family, isi_cmd command) {
  return {family, static_cast<uint8_t>(command), ISI_GENL_VERSION};
}

std::span<const std::byte> BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text));
}

void PutHandle(GenlWriter& writer, SessionHandle session) {
  writer.U32(ISI_A_SESSION_ID, session.id);
  writer.U32(ISI_A_SESSION_GENERATION, session.generation);
}

void PutSession(GenlWriter& writer, SessionHandle session) {
  writer.Nest(ISI_A_SESSION, [&] { PutHandle(writer, session); });
}

void PutPortal(GenlWriter& writer, const Portal& portal) {
  writer.String(ISI_A_SESSION_PORTAL_ADDRESS, portal.host);
  writer.U16(ISI_A_SESSION_PORTAL_PORT, portal.port);
}

void PutPings(GenlWriter& writer, const std::optional<Pings>& pings) {
  if (!pings) return;
  writer.U32(ISI_A_SESSION_PING_INTERVAL, pings->interval);
  writer.U32(ISI_A_SESSION_PING_TIMEOUT, pings->timeout);
}

void PutOptional(GenlWriter& writer, int type, const std::string& text) {
  if (!text.empty()) writer.String(type, text);
}

// Values of a negotiation fit these: their ranges are in the key table.
uint8_t As8(uint32_t value) { return static_cast<uint8_t>(value); }
uint16_t As16(uint32_t value) { return static_cast<uint16_t>(value); }

void PutLeading(GenlWriter& writer, const LeadingSpec& spec) {
  const SessionParams& params = spec.params;
  writer.U16(ISI_A_SESSION_TSIH, spec.tsih);
  writer.U32(ISI_A_SESSION_CMDSN, spec.cmdsn);
  writer.U32(ISI_A_SESSION_EXP_CMDSN, spec.exp_cmdsn);
  writer.U32(ISI_A_SESSION_MAX_CMDSN, spec.max_cmdsn);
  PutOptional(writer, ISI_A_SESSION_TARGET_ALIAS, spec.target_alias);
  writer.U8(ISI_A_SESSION_INITIAL_R2T, params.initial_r2t);
  writer.U8(ISI_A_SESSION_IMMEDIATE_DATA, params.immediate_data);
  writer.U32(ISI_A_SESSION_FIRST_BURST_LENGTH, params.first_burst_length);
  writer.U32(ISI_A_SESSION_MAX_BURST_LENGTH, params.max_burst_length);
  writer.U16(ISI_A_SESSION_MAX_OUTSTANDING_R2T,
             As16(params.max_outstanding_r2t));
  writer.U8(ISI_A_SESSION_DATA_PDU_IN_ORDER, params.data_pdu_in_order);
  writer.U8(ISI_A_SESSION_DATA_SEQUENCE_IN_ORDER,
            params.data_sequence_in_order);
  writer.U8(ISI_A_SESSION_ERL, As8(params.error_recovery_level));
  writer.U16(ISI_A_SESSION_DEFAULT_TIME2WAIT, As16(params.default_time2wait));
  writer.U16(ISI_A_SESSION_DEFAULT_TIME2RETAIN,
             As16(params.default_time2retain));
}

void PutConnHandle(GenlWriter& writer, ConnHandle conn) {
  writer.U16(ISI_A_CONN_CID, conn.cid);
  writer.U32(ISI_A_CONN_GENERATION, conn.generation);
}

}  // namespace

GenlWriter EncodeInfoGet(uint16_t family) {
  return NewMessage(family, ISI_CMD_INFO_GET);
}

GenlWriter EncodeSessionAdd(uint16_t family, const SessionSpec& spec) {
  GenlWriter writer = NewMessage(family, ISI_CMD_SESSION_ADD);
  writer.Nest(ISI_A_SESSION, [&] {
    writer.String(ISI_A_SESSION_TARGET_NAME, spec.target_name);
    writer.String(ISI_A_SESSION_INITIATOR_NAME, spec.initiator_name);
    PutOptional(writer, ISI_A_SESSION_INITIATOR_ALIAS, spec.initiator_alias);
    writer.Binary(ISI_A_SESSION_ISID,
                  std::as_bytes(std::span(spec.isid.bytes)));
    writer.U16(ISI_A_SESSION_TPGT, spec.tpgt);
    PutPortal(writer, spec.portal);
    writer.Binary(ISI_A_SESSION_OWNER, BytesOf(spec.owner));
    writer.U16(ISI_A_SESSION_QUEUE_DEPTH, spec.queue_depth);
    writer.U16(ISI_A_SESSION_LUN_QUEUE_DEPTH, spec.lun_queue_depth);
    writer.U16(ISI_A_SESSION_MAX_CONNECTIONS, spec.max_connections);
    writer.S32(ISI_A_SESSION_RECOVERY_TMO, spec.recovery_tmo);
    PutPings(writer, spec.pings);
  });
  return writer;
}

GenlWriter EncodeSessionSet(uint16_t family, SessionHandle session,
                            const SessionChange& change) {
  GenlWriter writer = NewMessage(family, ISI_CMD_SESSION_SET);
  writer.Nest(ISI_A_SESSION, [&] {
    PutHandle(writer, session);
    if (change.owner)
      writer.Binary(ISI_A_SESSION_OWNER, BytesOf(*change.owner));
    if (change.recovery_tmo)
      writer.S32(ISI_A_SESSION_RECOVERY_TMO, *change.recovery_tmo);
    PutPings(writer, change.pings);
    if (change.portal) PutPortal(writer, *change.portal);
  });
  return writer;
}

GenlWriter EncodeSessionCommand(uint16_t family, isi_cmd command,
                                SessionHandle session) {
  GenlWriter writer = NewMessage(family, command);
  PutSession(writer, session);
  return writer;
}

GenlWriter EncodeSessionScan(uint16_t family, SessionHandle session,
                             Vanished vanished) {
  GenlWriter writer = NewMessage(family, ISI_CMD_SESSION_SCAN);
  writer.Nest(ISI_A_SESSION, [&] {
    PutHandle(writer, session);
    if (vanished == Vanished::kKeep) writer.U8(ISI_A_SESSION_KEEP, 1);
  });
  return writer;
}

GenlWriter EncodeConnAdd(uint16_t family, SessionHandle session,
                         const ConnSpec& spec) {
  GenlWriter writer = NewMessage(family, ISI_CMD_CONN_ADD);
  writer.Nest(ISI_A_SESSION, [&] {
    PutHandle(writer, session);
    if (spec.leading) PutLeading(writer, *spec.leading);
  });
  writer.Nest(ISI_A_CONN, [&] {
    writer.U16(ISI_A_CONN_CID, spec.cid);
    writer.U32(ISI_A_CONN_FD, static_cast<uint32_t>(spec.fd));
    writer.U32(ISI_A_CONN_EXP_STATSN, spec.exp_statsn);
    writer.U32(ISI_A_CONN_MAX_RECV_DSL,
               spec.params.max_recv_data_segment_length);
    writer.U32(ISI_A_CONN_MAX_XMIT_DSL,
               spec.params.max_xmit_data_segment_length);
    writer.U8(ISI_A_CONN_HEADER_DIGEST,
              static_cast<uint8_t>(spec.params.header_digest));
    writer.U8(ISI_A_CONN_DATA_DIGEST,
              static_cast<uint8_t>(spec.params.data_digest));
  });
  return writer;
}

GenlWriter EncodeConnStop(uint16_t family, ConnHandle conn, isi_fail reason) {
  GenlWriter writer = NewMessage(family, ISI_CMD_CONN_STOP);
  PutSession(writer, conn.session);
  writer.Nest(ISI_A_CONN, [&] {
    PutConnHandle(writer, conn);
    writer.U8(ISI_A_CONN_FAIL_REASON, As8(reason));
  });
  return writer;
}

GenlWriter EncodeConnDel(uint16_t family, ConnHandle conn) {
  GenlWriter writer = NewMessage(family, ISI_CMD_CONN_DEL);
  PutSession(writer, conn.session);
  writer.Nest(ISI_A_CONN, [&] { PutConnHandle(writer, conn); });
  return writer;
}

GenlWriter EncodePduSend(uint16_t family, ConnHandle conn, const Pdu& pdu) {
  GenlWriter writer = NewMessage(family, ISI_CMD_PDU_SEND);
  PutSession(writer, conn.session);
  writer.Nest(ISI_A_CONN, [&] { PutConnHandle(writer, conn); });
  writer.Nest(ISI_A_PDU, [&] {
    writer.Binary(ISI_A_PDU_BHS, pdu.bhs);
    if (!pdu.data.empty()) writer.Binary(ISI_A_PDU_DATA, pdu.data);
  });
  return writer;
}

GenlWriter EncodeGet(uint16_t family, isi_cmd command,
                     std::optional<uint32_t> id) {
  GenlWriter writer = NewMessage(family, command);
  if (id) {
    writer.Nest(ISI_A_SESSION, [&] { writer.U32(ISI_A_SESSION_ID, *id); });
  }
  return writer;
}

}  // namespace iscsid
