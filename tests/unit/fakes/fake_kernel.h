// SPDX-License-Identifier: GPL-2.0-or-later
//
// The module in memory: sessions with the states of the uapi header, a record
// of every command, events that a test can hold back or lose.
#ifndef ISCSID_TESTS_UNIT_FAKES_FAKE_KERNEL_H_
#define ISCSID_TESTS_UNIT_FAKES_FAKE_KERNEL_H_

#include <endian.h>

#include <algorithm>
#include <asio/post.hpp>
#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/environment.h"
#include "daemon/ports/kernel.h"

namespace iscsid {

class FakeKernel : public Kernel {
 public:
  std::map<uint32_t, SessionDump> sessions;
  std::vector<std::string> calls;   // "CONN_ADD 1", in order
  int keeping_scans = 0;            // SESSION_SCANs with KEEP
  std::map<std::string, int> fail;  // operation → errno, until erased
  std::set<std::string> silent;     // operations without their event
  bool loaded = true;
  std::optional<ConnSpec> last_conn;  // of CONN_ADD
  std::vector<Pdu> sent;              // by PDU_SEND
  // What the target answers a Logout with; nothing: silence.
  std::optional<uint8_t> logout_response = ISCSI_LOGOUT_CLOSED;
  uint16_t logout_time2wait = 0;

  void SetEnvironment(Environment& env) { env_ = &env; }

  // --- what happens by itself

  void FailConn(uint32_t id, isi_fail reason = ISI_FAIL_PEER_CLOSED,
                int error_number = 0) {
    SessionDump& session = sessions.at(id);
    ConnDump& conn = session.conns.back();
    conn.state = ISI_CONN_FAILED;
    conn.fail_reason = reason;
    conn.fail_errno = error_number;
    session.state = ISI_SESSION_BLOCKED;
    Tell("CONN_FAILED",
         ConnFailedEvent{{session.handle, conn.cid, conn.generation},
                         session.state,
                         reason,
                         error_number});
  }

  void Receive(uint32_t id, const Pdu& pdu) {
    const SessionDump& session = sessions.at(id);
    Tell("PDU_RECEIVED",
         PduEvent{{session.handle, 0, session.conns.back().generation}, pdu});
  }

  void ReceiveAsync(uint32_t id, iscsi_async_event event, uint16_t parameter2,
                    uint16_t parameter3, uint16_t parameter1 = 0) {
    iscsi_bhs_async header{};
    header.opcode = ISCSI_OPCODE_ASYNC;
    header.async_event = static_cast<uint8_t>(event);
    header.parameter1 = htobe16(parameter1);
    header.parameter2 = htobe16(parameter2);
    header.parameter3 = htobe16(parameter3);
    Pdu pdu;
    pdu.Set(header);
    Receive(id, pdu);
  }

  // Of a PDU with this tag.
  void ReceiveReject(uint32_t id, iscsi_reject_reason reason, uint32_t itt) {
    iscsi_bhs_reject header{};
    header.opcode = ISCSI_OPCODE_REJECT;
    header.reason = static_cast<uint8_t>(reason);
    iscsi_bhs rejected{};
    rejected.itt = htobe32(itt);
    Pdu pdu;
    pdu.Set(header);
    pdu.data.resize(sizeof(rejected));
    std::memcpy(pdu.data.data(), &rejected, sizeof(rejected));
    Receive(id, pdu);
  }

  void SetState(uint32_t id, isi_session_state state) {
    sessions.at(id).state = state;
    Tell("SESSION_STATE", SessionStateEvent{sessions.at(id).handle, state});
  }

  void ChangeLuns(uint32_t id, uint64_t lun, isi_change change) {
    sessions.at(id).flags |= ISI_SESSION_F_CHANGED;
    Tell("LUNS_CHANGED", LunsChangedEvent{sessions.at(id).handle, lun, change});
  }

  void FinishScan(uint32_t id, int error_number = 0) {
    sessions.at(id).flags &= ~static_cast<uint32_t>(ISI_SESSION_F_SCANNING);
    Deliver(ScannedEvent{sessions.at(id).handle, error_number});
  }

  void FinishUnbind(uint32_t id) {
    sessions.at(id).flags |= ISI_SESSION_F_UNBOUND;
    Deliver(UnboundEvent{sessions.at(id).handle});
  }

  void FinishDel(uint32_t id) {
    const SessionHandle handle = sessions.at(id).handle;
    sessions.erase(id);
    Deliver(GoneEvent{handle});
  }

  // As if the socket's buffer had run over.
  void LoseEvents() { Deliver(EventsLost{}); }

  // A session as another daemon left it.
  SessionDump& Plant(uint32_t id, isi_session_state state,
                     std::optional<isi_conn_state> conn) {
    SessionDump dump;
    dump.handle = {id, ++generation_};
    dump.host = 10 + id;
    dump.state = state;
    dump.spec.target_name = "iqn.2020-01.com.example:disk";
    dump.spec.initiator_name = "iqn.2020-01.com.example:me";
    dump.spec.isid = {{0x80, 1, 2, 3, 0, 9}};
    dump.spec.tpgt = 1;
    dump.spec.portal = {"192.0.2.1", 3260, {}};
    dump.tsih = 7;
    if (conn)
      dump.conns.push_back(
          {0, ++generation_, *conn, 0, ISI_FAIL_NONE, 0, {}, {}, {}});
    next_id_ = std::max(next_id_, id + 1);
    return sessions[id] = dump;
  }

  [[nodiscard]] int Count(const std::string& call) const {
    return static_cast<int>(std::count_if(
        calls.begin(), calls.end(),
        [&](const std::string& entry) { return entry.starts_with(call); }));
  }

  // --- the port

  KernelResult<KernelInfo> Info() override {
    if (auto error = Check("INFO_GET", {})) return *error;
    return info;
  }
  KernelInfo info{ISI_GENL_MINOR, 1, 262144, 16, 0, 1, 256};

  KernelResult<AddedSession> AddSession(const SessionSpec& spec) override {
    const uint32_t id = next_id_;
    if (auto error = Check("SESSION_ADD", id)) return *error;
    ++next_id_;
    SessionDump dump;
    dump.handle = {id, ++generation_};
    dump.host = 10 + id;
    dump.spec = spec;
    sessions[id] = dump;
    return AddedSession{dump.handle, dump.host};
  }

  KernelResult<void> SetSession(SessionHandle session,
                                const SessionChange& change) override {
    if (auto error = Check("SESSION_SET", session.id, session)) return *error;
    if (change.owner) sessions[session.id].spec.owner = *change.owner;
    if (change.portal) sessions[session.id].spec.portal = *change.portal;
    if (change.pings) sessions[session.id].spec.pings = *change.pings;
    return {};
  }

  KernelResult<void> Scan(SessionHandle session, Vanished vanished) override {
    if (auto error = Check("SESSION_SCAN", session.id, session)) return *error;
    if (vanished == Vanished::kKeep) ++keeping_scans;
    uint32_t& flags = sessions[session.id].flags;
    flags &= ~static_cast<uint32_t>(ISI_SESSION_F_CHANGED);
    flags |= ISI_SESSION_F_SCANNING;
    if (!silent.contains("SCANNED")) FinishScan(session.id);
    return {};
  }

  KernelResult<void> Unbind(SessionHandle session) override {
    if (auto error = Check("SESSION_UNBIND", session.id, session))
      return *error;
    uint32_t& flags = sessions[session.id].flags;
    if ((flags & ISI_SESSION_F_UNBINDING) != 0)
      return KernelError{"SESSION_UNBIND", EALREADY, {}};
    flags |= ISI_SESSION_F_UNBINDING;
    if (!silent.contains("UNBOUND")) FinishUnbind(session.id);
    return {};
  }

  KernelResult<void> DelSession(SessionHandle session) override {
    if (auto error = Check("SESSION_DEL", session.id, session)) return *error;
    if (sessions[session.id].state == ISI_SESSION_REMOVING)
      return KernelError{"SESSION_DEL", EALREADY, {}};
    sessions[session.id].state = ISI_SESSION_REMOVING;
    if (!silent.contains("GONE")) FinishDel(session.id);
    return {};
  }

  KernelResult<ConnHandle> AddConn(SessionHandle session,
                                   const ConnSpec& spec) override {
    if (auto error = Check("CONN_ADD", session.id, session)) return *error;
    last_conn = spec;
    SessionDump& dump = sessions[session.id];
    if (dump.state == ISI_SESSION_REMOVING)
      return KernelError{"CONN_ADD", ESHUTDOWN, {}};
    ConnDump conn;
    conn.cid = spec.cid;
    conn.generation = ++generation_;
    conn.state = ISI_CONN_LIVE;
    conn.params = spec.params;
    dump.conns = {conn};
    dump.tsih = spec.leading->tsih;
    dump.params = spec.leading->params;
    dump.state = ISI_SESSION_UP;
    Tell("SESSION_STATE", SessionStateEvent{session, dump.state});
    return ConnHandle{session, spec.cid, conn.generation};
  }

  KernelResult<void> StopConn(ConnHandle conn, isi_fail reason) override {
    if (auto error = Check("CONN_STOP", conn.session.id, conn.session))
      return *error;
    SessionDump& dump = sessions[conn.session.id];
    if (dump.conns.back().state == ISI_CONN_LIVE)
      FailConn(conn.session.id, reason);
    return {};
  }

  KernelResult<void> DelConn(ConnHandle conn) override {
    if (auto error = Check("CONN_DEL", conn.session.id, conn.session))
      return *error;
    sessions[conn.session.id].conns.clear();
    sessions[conn.session.id].state = ISI_SESSION_BLOCKED;
    return {};
  }

  KernelResult<uint32_t> SendPdu(ConnHandle conn, const Pdu& pdu) override {
    if (auto error = Check("PDU_SEND", conn.session.id, conn.session))
      return *error;
    sent.push_back(pdu);
    const uint32_t itt = 0x40000000 + static_cast<uint32_t>(sent.size());
    if (pdu.opcode() == ISCSI_OPCODE_LOGOUT_REQUEST && logout_response) {
      iscsi_bhs_logout_response response{};
      response.opcode = ISCSI_OPCODE_LOGOUT_RESPONSE;
      response.response = *logout_response;
      response.itt = htobe32(itt);
      response.time2wait = htobe16(logout_time2wait);
      Pdu answer;
      answer.Set(response);
      Receive(conn.session.id, answer);
    }
    return itt;
  }

  KernelResult<std::vector<SessionDump>> Sessions() override {
    if (auto error = Check("SESSION_GET", {})) return *error;
    std::vector<SessionDump> all;
    for (const auto& [id, dump] : sessions) all.push_back(dump);
    return all;
  }

  KernelResult<SessionDump> GetSession(uint32_t id) override {
    if (auto error = Check("SESSION_GET", id)) return *error;
    if (!sessions.contains(id)) return KernelError{"SESSION_GET", ENOENT, {}};
    return sessions[id];
  }

  KernelResult<SessionStats> Stats(uint32_t id) override {
    if (auto error = Check("STATS_GET", id)) return *error;
    SessionStats stats{};
    stats[ISI_STAT_TX_COMMANDS] = 42;
    return stats;
  }

  void OnEvent(std::function<void(const KernelEvent&)> listener) override {
    listener_ = std::move(listener);
  }

  // From the loop, as the real one.
  void Deliver(const KernelEvent& event) {
    asio::post(env_->executor, [this, event] {
      if (listener_) listener_(event);
    });
  }

 private:
  void Tell(const std::string& name, const KernelEvent& event) {
    if (!silent.contains(name)) Deliver(event);
  }

  std::optional<KernelError> Check(
      const std::string& operation, std::optional<uint32_t> id,
      std::optional<SessionHandle> handle = std::nullopt) {
    calls.push_back(operation + (id ? " " + std::to_string(*id) : ""));
    if (!loaded) return KernelError{operation, ENODEV, {}};
    if (const auto found = fail.find(operation); found != fail.end())
      return KernelError{operation, found->second, "as the test says"};
    if (!handle) return std::nullopt;
    const auto session = sessions.find(handle->id);
    if (session == sessions.end()) return KernelError{operation, ENOENT, {}};
    if (session->second.handle != *handle)
      return KernelError{operation, ESTALE, {}};
    return std::nullopt;
  }

  Environment* env_ = nullptr;
  std::function<void(const KernelEvent&)> listener_;
  uint32_t next_id_ = 1;
  uint32_t generation_ = 100;
};

}  // namespace iscsid

#endif  // ISCSID_TESTS_UNIT_FAKES_FAKE_KERNEL_H_
