// SPDX-License-Identifier: GPL-2.0-or-later
//
// SCSI tasks of one connection: gathers write data (immediate, unsolicited and
// by R2T, RFC 7143 §4.2.5.2, §11.7, §11.8), runs the command when it has all
// and its turn has come, and returns data, status and residual.
#ifndef TARGET_TASKS_H_
#define TARGET_TASKS_H_

#include <cstdint>
#include <map>
#include <optional>

#include "tests/target/disk.h"
#include "tests/target/pdu.h"

namespace target {

class Connection;

class Tasks {
 public:
  explicit Tasks(Connection& connection) : connection_(connection) {}

  // A command has arrived. False: it was wrong, and the connection is over.
  bool Begin(const Pdu& command);
  // Its CmdSN is due.
  void Deliver(uint32_t itt);
  void DataOut(const Pdu& pdu);
  // Its data came broken: the task fails once the rest is in, §7.8.
  void FailData(const Pdu& pdu);

  bool Abort(uint32_t itt) { return tasks_.erase(itt) > 0; }
  // Those of a LUN, or all.
  void AbortAll(std::optional<uint64_t> lun);

 private:
  // Data the initiator was asked for and still owes.
  struct Owed {
    uint32_t offset;
    uint32_t end;
    uint32_t datasn = 0;
  };
  struct Task {
    Pdu command;
    Bytes cdb;
    Bytes data;                       // as long as what is written
    uint32_t asked = 0;               // bytes sent unasked or asked for
    std::optional<Owed> unsolicited;  // first burst, not yet whole
    std::map<uint32_t, Owed> owed;    // by TTT
    uint32_t r2tsn = 0;
    bool delivered = false;
    bool failed = false;
  };

  bool TakeImmediateData(Task& task);
  void Accept(Task& task, Owed& owed, const Pdu& pdu);
  bool CheckDataOut(const Task& task, const Owed& owed, const Pdu& pdu);
  void Proceed(uint32_t itt);
  void AskForData(Task& task);
  void Execute(const Task& task);
  uint32_t SendData(const Task& task, const ScsiResult& result);
  void SendResponse(const Task& task, const ScsiResult& result,
                    uint32_t exp_datasn);

  Connection& connection_;
  std::map<uint32_t, Task> tasks_;  // by ITT
  uint32_t last_ttt_ = 0;
};

}  // namespace target

#endif  // TARGET_TASKS_H_
