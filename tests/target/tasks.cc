// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/tasks.h"

#include <algorithm>

#include "tests/target/connection.h"

namespace target {
namespace {

using namespace field;

constexpr uint8_t kExtendedCdb = 1;  // AHS type, §11.2.2.3
constexpr uint8_t kAbortedCommand = 0x0b;
constexpr uint16_t kCrcError = 0x4705;

Bytes CdbOf(const Pdu& command) {
  Bytes cdb(command.bhs.begin() + 32, command.bhs.end());
  if (command.ahs.size() > 4 && command.ahs[2] == kExtendedCdb) {
    const size_t more = GetBe(command.ahs, 0, 2) - 1;  // a reserved byte
    const size_t there = std::min(more, command.ahs.size() - 4);
    cdb.insert(cdb.end(), command.ahs.begin() + 4,
               command.ahs.begin() + 4 + static_cast<ptrdiff_t>(there));
  }
  return cdb;
}

// What moved against what the initiator expected, §11.4.5.
void SetResidual(Pdu& pdu, uint64_t moved, uint64_t expected) {
  if (moved == expected) return;
  const bool more = moved > expected;
  pdu.Set(more ? kOverflow : kUnderflow)
      .Set(kResidual, more ? moved - expected : expected - moved);
}

}  // namespace

bool Tasks::Begin(const Pdu& command) {
  const bool write = command.Is(kWrite);
  if (command.itt() == kNoTag || tasks_.contains(command.itt())) {
    connection_.Violation("ITT in use: " + Describe(command));
    return false;
  }
  Task task;
  task.command = command;
  task.cdb = CdbOf(command);
  const uint64_t wanted =
      connection_.session().units
          ? connection_.session().units->DataOutLength(command.lun(), task.cdb)
          : 0;
  if (write)
    task.data.resize(std::max<uint64_t>(command.data.size(),
                                        std::min(wanted, command.Get(kEdtl))));
  if (!connection_.session().units) {
    connection_.Violation("a command in discovery: " + Describe(command));
    return false;
  }
  if (!TakeImmediateData(task)) return false;
  tasks_.emplace(command.itt(), std::move(task));
  return true;
}

bool Tasks::TakeImmediateData(Task& task) {
  const Params& params = connection_.params();
  const Pdu& command = task.command;
  const uint64_t edtl = command.Get(kEdtl);
  const uint64_t first_burst =
      std::min<uint64_t>(params.first_burst_length, edtl);
  const char* wrong = nullptr;
  if (!command.data.empty() && !command.Is(kWrite))
    wrong = "immediate data of a command that writes nothing: ";
  else if (!command.data.empty() && !params.immediate_data)
    wrong = "immediate data against ImmediateData=No: ";
  else if (command.data.size() > first_burst)
    wrong = "more immediate data than FirstBurstLength or EDTL: ";
  else if (!command.Is(kFinal) && params.initial_r2t)
    wrong = "unsolicited data announced against InitialR2T=Yes: ";
  else if (!command.Is(kFinal) && command.data.size() >= first_burst)
    wrong = "F is 0, yet no unsolicited data can follow: ";
  if (wrong) {
    connection_.Violation(wrong + Describe(command));
    return false;
  }
  std::copy(command.data.begin(), command.data.end(), task.data.begin());
  task.asked = static_cast<uint32_t>(command.data.size());
  if (command.Is(kFinal)) return true;
  task.unsolicited = Owed{task.asked, static_cast<uint32_t>(first_burst)};
  task.asked = static_cast<uint32_t>(first_burst);
  if (task.data.size() < first_burst) task.data.resize(first_burst);
  return true;
}

void Tasks::Deliver(uint32_t itt) {
  const auto found = tasks_.find(itt);
  if (found == tasks_.end()) return;  // aborted before its turn
  found->second.delivered = true;
  Proceed(itt);
}

void Tasks::DataOut(const Pdu& pdu) {
  const auto found = tasks_.find(pdu.itt());
  if (found == tasks_.end()) return;  // §10.7: of a task aborted meanwhile
  Task& task = found->second;
  const uint32_t ttt = pdu.Get32(kTtt);
  if (ttt == kNoTag && task.unsolicited) {
    Accept(task, *task.unsolicited, pdu);
    if (pdu.Is(kFinal)) task.unsolicited.reset();
  } else if (const auto owed = task.owed.find(ttt); owed != task.owed.end()) {
    Accept(task, owed->second, pdu);
    if (pdu.Is(kFinal)) task.owed.erase(owed);
  } else {
    return connection_.Violation("data nobody asked for: " + Describe(pdu));
  }
  if (!connection_.closed()) Proceed(pdu.itt());
}

void Tasks::FailData(const Pdu& pdu) {
  const auto found = tasks_.find(pdu.itt());
  if (found == tasks_.end()) return;
  found->second.failed = true;
  DataOut(pdu);
}

bool Tasks::CheckDataOut(const Task& task, const Owed& owed, const Pdu& pdu) {
  const uint64_t end = owed.offset + uint64_t{pdu.data.size()};
  const bool first_burst = task.unsolicited && &owed == &*task.unsolicited;
  const char* wrong = nullptr;
  if (pdu.Get32(kDataSn) != owed.datasn)
    wrong = "DataSN out of order: ";
  else if (pdu.Get32(kOffset) != owed.offset)
    wrong = "Buffer Offset out of order: ";
  else if (end > owed.end)
    wrong = "more data than asked for: ";
  else if (pdu.Is(kFinal) != (end == owed.end))
    wrong = first_burst ? "F where the first burst does not end: "
                        : "F where the sequence does not end: ";
  if (wrong) connection_.Violation(wrong + Describe(pdu));
  return !wrong;
}

void Tasks::Accept(Task& task, Owed& owed, const Pdu& pdu) {
  if (!CheckDataOut(task, owed, pdu)) return;
  std::copy(pdu.data.begin(), pdu.data.end(), task.data.begin() + owed.offset);
  owed.offset += static_cast<uint32_t>(pdu.data.size());
  ++owed.datasn;
}

void Tasks::Proceed(uint32_t itt) {
  const auto found = tasks_.find(itt);
  Task& task = found->second;
  if (!task.delivered || task.unsolicited) return;
  AskForData(task);
  if (!task.owed.empty()) return;
  const Task whole = std::move(task);
  tasks_.erase(found);
  Execute(whole);
}

void Tasks::AskForData(Task& task) {
  const Params& params = connection_.params();
  while (task.asked < task.data.size() &&
         task.owed.size() < params.max_outstanding_r2t) {
    const auto length = static_cast<uint32_t>(std::min<size_t>(
        task.data.size() - task.asked, params.max_burst_length));
    if (++last_ttt_ == kNoTag) last_ttt_ = 1;
    Pdu r2t;
    r2t.Set(kOpcode, opcode::kR2t)
        .Set(kFinal)
        .Set(kLun, task.command.lun())
        .Set(kItt, task.command.itt())
        .Set(kTtt, last_ttt_)
        .Set(kR2tSn, task.r2tsn++)
        .Set(kOffset, task.asked)
        .Set(kDesired, length);
    task.owed[last_ttt_] = Owed{task.asked, task.asked + length};
    task.asked += length;
    connection_.Send(std::move(r2t));
  }
}

void Tasks::Execute(const Task& task) {
  LogicalUnits& units = *connection_.session().units;
  const ScsiResult result =
      task.failed ? CheckCondition(kAbortedCommand, kCrcError)
                  : units.Execute(task.command.lun(), task.cdb, task.data);
  const bool good = result.status == scsi::kGood;
  const uint32_t sent =
      good && task.command.Is(kRead) ? SendData(task, result) : 0;
  // The last Data-In carried the status.
  if (!good || !sent) SendResponse(task, result, task.r2tsn);
}

// In bursts and PDUs as negotiated; returns their number.
uint32_t Tasks::SendData(const Task& task, const ScsiResult& result) {
  const Params& params = connection_.params();
  const uint64_t edtl = task.command.Get(kEdtl);
  const size_t length = std::min<uint64_t>(result.data.size(), edtl);
  uint32_t datasn = 0;
  size_t burst_end = 0;
  for (size_t at = 0; at < length;) {
    if (at == burst_end)
      burst_end = std::min<size_t>(length, at + params.max_burst_length);
    const size_t end =
        std::min<size_t>(burst_end, at + params.peer_max_recv_dsl);
    Pdu pdu;
    pdu.Set(kOpcode, opcode::kDataIn)
        .Set(kFinal, end == burst_end)
        .Set(kItt, task.command.itt())
        .Set(kTtt, kNoTag)
        .Set(kDataSn, datasn++)
        .Set(kOffset, at);
    pdu.data.assign(result.data.begin() + static_cast<ptrdiff_t>(at),
                    result.data.begin() + static_cast<ptrdiff_t>(end));
    if (end == length) {
      pdu.Set(kHasStatus).Set(kStatus, result.status);
      SetResidual(pdu, result.data.size(), edtl);
    }
    connection_.Send(std::move(pdu));
    at = end;
  }
  return datasn;
}

void Tasks::SendResponse(const Task& task, const ScsiResult& result,
                         uint32_t exp_datasn) {
  const uint64_t edtl = task.command.Get(kEdtl);
  uint64_t moved = 0;
  if (result.status == scsi::kGood)
    moved = task.command.Is(kWrite)
                ? connection_.session().units->DataOutLength(task.command.lun(),
                                                             task.cdb)
                : result.data.size();
  Pdu response;
  response.Set(kOpcode, opcode::kScsiResponse)
      .Set(kFinal)
      .Set(kStatus, result.status)
      .Set(kItt, task.command.itt())
      .Set(kExpDataSn, exp_datasn);
  SetResidual(response, moved, edtl);
  if (!result.sense.empty()) {  // §11.4.7
    response.data.resize(2);
    PutBe(response.data, 0, 2, result.sense.size());
    response.data.insert(response.data.end(), result.sense.begin(),
                         result.sense.end());
  }
  connection_.Send(std::move(response));
}

void Tasks::AbortAll(std::optional<uint64_t> lun) {
  std::erase_if(tasks_, [&](const auto& entry) {
    return !lun || entry.second.command.lun() == *lun;
  });
}

}  // namespace target
