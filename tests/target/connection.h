// SPDX-License-Identifier: GPL-2.0-or-later
//
// One connection of a well-behaved target, without its socket: PDUs in, PDUs
// out. Login, then the full feature phase (RFC 7143 §11); SCSI tasks are in
// tasks.h. What the initiator does wrong is recorded with the server and ends
// the connection.
#ifndef TARGET_CONNECTION_H_
#define TARGET_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/target/codec.h"
#include "tests/target/login.h"
#include "tests/target/server.h"
#include "tests/target/tasks.h"

namespace target {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Wiring {
    // Takes every PDU with the digests it goes with, and may change it: what
    // it leaves is what the connection believes to have sent.
    std::function<void(Pdu&, Digests)> send;
    std::function<void()> close;  // after what was sent
    std::string address;          // where the initiator connected to
    std::string label;            // in the log
  };

  static std::shared_ptr<Connection> Make(Server& server, Wiring wiring);
  ~Connection();

  void Receive(const Decoded& received);
  // Takes note of a request that a script answers.
  void Observe(const Pdu& request);

  // StatSN, ExpCmdSN and MaxCmdSN as they are due, in a PDU of ours.
  void Number(Pdu& pdu);
  // Sends what is numbered already.
  void Transmit(Pdu pdu);
  void Send(Pdu pdu) {
    Number(pdu);
    Transmit(std::move(pdu));
  }
  void Ping();  // NOP-In, §11.19
  void Close();

  void Violation(const std::string& what);
  // Answers with a Reject, §11.17.
  void Reject(const Pdu& pdu, uint8_t reason);

  bool full_feature() const { return session_ != nullptr; }
  bool closed() const { return closed_; }
  Digests digests() const { return params_.digests; }
  const Params& params() const { return params_; }
  Session& session() { return *session_; }
  Tasks& tasks() { return tasks_; }
  const std::string& label() const { return wiring_.label; }
  Server& server() { return server_; }
  uint32_t statsn() const { return statsn_; }
  void set_statsn(uint32_t statsn) { statsn_ = statsn; }
  void set_wiring_send(std::function<void(Pdu&, Digests)> send) {
    wiring_.send = std::move(send);
  }

 private:
  Connection(Server& server, Wiring wiring);

  bool CheckArrival(const Decoded& received);
  void Join(uint16_t tsih);
  void Leave();
  void Admit(const Pdu& request, void (Connection::*handle)(const Pdu&));
  void Dispatch(const Pdu& request);
  void ScsiCommand(const Pdu& request);
  void NopOut(const Pdu& request);
  void Text(const Pdu& request);
  void NextPage(const Pdu& request);
  void TaskManagement(const Pdu& request);
  bool Skip(const Pdu& abort);
  uint8_t Manage(const Pdu& request);
  void Logout(const Pdu& request);
  KeyList SendTargets(const std::string& which) const;

  Server& server_;
  Wiring wiring_;
  Login login_;
  Tasks tasks_;
  std::shared_ptr<Session> session_;
  uint16_t cid_ = 0;
  Params params_;
  uint32_t statsn_;
  bool closed_ = false;
  Bytes text_received_;
  Bytes text_unsent_;
  uint32_t text_ttt_ = 0;
  uint32_t pings_ = 0;
};

}  // namespace target

#endif  // TARGET_CONNECTION_H_
