// SPDX-License-Identifier: GPL-2.0-or-later
//
// The module iscsi_initiator as core/ sees it: the commands and events of
// include/uapi/linux/iscsi_initiator.h as C++ values. That header says what
// each does, what it needs and how it fails; nothing of that is repeated here.
//
// Commands are synchronous: the module carries them out in the caller's
// thread, all bounded; what takes long is accepted and ends in an event.
// Events are hints, a dump is the truth.
#ifndef ISCSID_PORTS_KERNEL_H_
#define ISCSID_PORTS_KERNEL_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/proto/address.h"
#include "daemon/proto/isid.h"
#include "daemon/proto/params.h"
#include "daemon/proto/pdu.h"
#include "daemon/result.h"
#include "include/uapi/linux/iscsi_initiator.h"

namespace iscsid {

struct KernelError {
  std::string operation;  // "CONN_ADD"
  int error_number;       // positive; ENODEV: the module is not loaded
  std::string detail;     // the extended ack, may be empty

  // "CONN_ADD: Transport endpoint is not connected (the socket is closed)".
  [[nodiscard]] std::string Text() const {
    const std::string text = operation + ": " + std::strerror(error_number);
    return detail.empty() ? text : text + " (" + detail + ")";
  }
};

template <typename T>
using KernelResult = Result<T, KernelError>;

struct KernelInfo {
  uint32_t minor = 0;
  uint16_t max_connections = 1;
  uint32_t max_recv_dsl = ISCSI_LOGIN_MRDSL;
  uint16_t max_outstanding_r2t = 1;
  uint8_t max_erl = 0;
  uint8_t digests = 1 << ISI_DIGEST_NONE;
  uint16_t max_queue_depth = 1;

  [[nodiscard]] bool Has(Digest digest) const {
    return digests & (1 << static_cast<int>(digest));
  }
  [[nodiscard]] bool HasPings() const { return minor >= 1; }
  [[nodiscard]] bool HasKeep() const { return minor >= 1; }
};

struct SessionHandle {
  uint32_t id = 0;
  uint32_t generation = 0;

  friend bool operator==(const SessionHandle&, const SessionHandle&) = default;
};

struct ConnHandle {
  SessionHandle session;
  uint16_t cid = 0;
  uint32_t generation = 0;

  friend bool operator==(const ConnHandle&, const ConnHandle&) = default;
};

// Milliseconds; interval 0: no pings.
struct Pings {
  uint32_t interval = 0;
  uint32_t timeout = 5000;

  // Rounded up: off is nothing but off.
  [[nodiscard]] uint32_t IntervalSeconds() const { return Seconds(interval); }
  [[nodiscard]] uint32_t TimeoutSeconds() const { return Seconds(timeout); }

  friend bool operator==(const Pings&, const Pings&) = default;

 private:
  static uint32_t Seconds(uint32_t ms) { return (ms + 999) / 1000; }
};

// SESSION_ADD. Portal hosts are numeric everywhere in this file.
struct SessionSpec {
  std::string target_name;
  std::string initiator_name;
  std::string initiator_alias;  // empty: none
  Isid isid;
  uint16_t tpgt = 0;
  Portal portal;
  std::string owner;
  uint16_t queue_depth = 128;
  uint16_t lun_queue_depth = 32;
  uint16_t max_connections = 1;
  int32_t recovery_tmo = 120;  // seconds, -1: for ever
  std::optional<Pings> pings;  // for a module that has them: HasPings()
};

// SESSION_SCAN: disks of logical units that the target does not report. Only a
// module that HasKeep() keeps them.
enum class Vanished { kRemove, kKeep };

struct AddedSession {
  SessionHandle handle;
  uint32_t host = 0;
};

// SESSION_SET: what has a value changes.
struct SessionChange {
  std::optional<std::string> owner;
  std::optional<int32_t> recovery_tmo;
  std::optional<Pings> pings;
  std::optional<Portal> portal;
};

// CONN_ADD on a session without a live connection: what the session needs.
struct LeadingSpec {
  uint16_t tsih = 0;
  uint32_t cmdsn = 0;
  uint32_t exp_cmdsn = 0;
  uint32_t max_cmdsn = 0;
  std::string target_alias;  // empty: none
  SessionParams params;
};

struct ConnSpec {
  uint16_t cid = 0;
  int fd = -1;
  uint32_t exp_statsn = 0;
  ConnectionParams params;
  std::optional<LeadingSpec> leading;
};

struct ConnDump {
  uint16_t cid = 0;
  uint32_t generation = 0;
  isi_conn_state state = ISI_CONN_DEAD;
  uint32_t flags = 0;  // ISI_CONN_F_*
  isi_fail fail_reason = ISI_FAIL_NONE;
  int fail_errno = 0;  // 0 or negative
  ConnectionParams params;
  std::optional<Portal> local;
  std::optional<Portal> peer;
};

struct SessionDump {
  SessionHandle handle;
  uint32_t host = 0;
  uint32_t netns = 0;
  isi_session_state state = ISI_SESSION_NEW;
  uint32_t flags = 0;  // ISI_SESSION_F_*
  SessionSpec spec;
  std::string target_alias;
  uint16_t tsih = 0;
  SessionParams params;  // meaningless while NEW
  std::vector<ConnDump> conns;
};

using SessionStats = std::array<uint64_t, ISI_STAT_MAX + 1>;

// The events; each carries the generation, so that a late one is told apart.
struct SessionStateEvent {
  SessionHandle session;
  isi_session_state state;
};
struct ConnFailedEvent {
  ConnHandle conn;
  isi_session_state state;
  isi_fail reason;
  int error_number;  // 0 or negative
};
struct PduEvent {
  ConnHandle conn;
  Pdu pdu;
};
struct ScannedEvent {
  SessionHandle session;
  int error_number;  // 0 or negative
};
struct UnboundEvent {
  SessionHandle session;
};
struct GoneEvent {
  SessionHandle session;
};
struct LunsChangedEvent {
  SessionHandle session;
  uint64_t lun;  // that said so, as in sysfs
  isi_change change;
};
struct EventsLost {};      // dump and compare
struct ModuleAppeared {};  // commands work from now on
struct ModuleGone {};

using KernelEvent =
    std::variant<SessionStateEvent, ConnFailedEvent, PduEvent, ScannedEvent,
                 UnboundEvent, GoneEvent, LunsChangedEvent, EventsLost,
                 ModuleAppeared, ModuleGone>;

class Kernel {
 public:
  virtual ~Kernel() = default;

  virtual KernelResult<KernelInfo> Info() = 0;

  virtual KernelResult<AddedSession> AddSession(const SessionSpec& spec) = 0;
  virtual KernelResult<void> SetSession(SessionHandle session,
                                        const SessionChange& change) = 0;
  virtual KernelResult<void> Scan(SessionHandle session, Vanished vanished) = 0;
  virtual KernelResult<void> Unbind(SessionHandle session) = 0;
  virtual KernelResult<void> DelSession(SessionHandle session) = 0;

  // The caller closes its copy of spec.fd on success, without shutdown.
  virtual KernelResult<ConnHandle> AddConn(SessionHandle session,
                                           const ConnSpec& spec) = 0;
  virtual KernelResult<void> StopConn(ConnHandle conn, isi_fail reason) = 0;
  virtual KernelResult<void> DelConn(ConnHandle conn) = 0;

  // Returns the ITT the module gave the PDU, in host byte order.
  virtual KernelResult<uint32_t> SendPdu(ConnHandle conn, const Pdu& pdu) = 0;

  // Sessions of this network namespace only.
  virtual KernelResult<std::vector<SessionDump>> Sessions() = 0;
  virtual KernelResult<SessionDump> GetSession(uint32_t id) = 0;
  virtual KernelResult<SessionStats> Stats(uint32_t id) = 0;

  // Called from the loop, never from inside a command.
  virtual void OnEvent(std::function<void(const KernelEvent&)> listener) = 0;
};

}  // namespace iscsid

#endif  // ISCSID_PORTS_KERNEL_H_
