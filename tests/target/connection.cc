// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/connection.h"

#include <algorithm>

namespace target {
namespace {

using namespace field;

// Reject reasons, §11.17.1.
constexpr uint8_t kDataDigestError = 0x02, kSnackReject = 0x03,
                  kProtocolError = 0x04, kNotSupported = 0x05;
// TMF functions and responses, §11.5.1 and §11.6.1.
constexpr uint8_t kAbortTask = 1, kAbortTaskSet = 2, kClearTaskSet = 4,
                  kLogicalUnitReset = 5, kTargetWarmReset = 6,
                  kTargetColdReset = 7;
constexpr uint8_t kFunctionComplete = 0, kTaskDoesNotExist = 1,
                  kFunctionNotSupported = 5;
// Bits of the tag that tells our pings from nothing.
constexpr uint32_t kPingTag = 0x50000000;

// Which of our PDUs take a StatSN, §4.2.2.2; the others show the next.
bool TakesStatSn(const Pdu& pdu) {
  switch (pdu.opcode()) {
    case opcode::kR2t:
      return false;
    case opcode::kNopIn:
      return pdu.itt() != kNoTag;
    case opcode::kDataIn:
      return pdu.Is(kHasStatus);
    default:
      return true;
  }
}

}  // namespace

Connection::Connection(Server& server, Wiring wiring)
    : server_(server),
      wiring_(std::move(wiring)),
      login_(server),
      tasks_(*this),
      statsn_(server.config().first_statsn) {}

std::shared_ptr<Connection> Connection::Make(Server& server, Wiring wiring) {
  return std::shared_ptr<Connection>(new Connection(server, std::move(wiring)));
}

Connection::~Connection() { Leave(); }

void Connection::Number(Pdu& pdu) {
  const bool waits = pdu.opcode() == opcode::kDataIn && !pdu.Is(kHasStatus);
  if (!waits) pdu.Set(kStatSn, statsn_);
  if (TakesStatSn(pdu)) ++statsn_;
  const uint32_t cmdsn = login_.request().Get32(kCmdSn);
  pdu.Set(kExpCmdSn, session_ ? session_->exp_cmdsn() : cmdsn);
  pdu.Set(kMaxCmdSn, session_ ? session_->max_cmdsn()
                              : cmdsn + server_.config().window - 1);
}

void Connection::Transmit(Pdu pdu) {
  const bool login = !session_;
  wiring_.send(pdu, params_.digests);
  if (!login || pdu.opcode() != opcode::kLoginResponse) return;
  if (login_.Sent(pdu)) Join(static_cast<uint16_t>(pdu.Get(kTsih)));
  if (pdu.Get(kLoginStatus) >> 8) Close();
}

// Into the session the final response named, or a new one.
void Connection::Join(uint16_t tsih) {
  const Params mine = login_.negotiator().Agreed();
  cid_ = static_cast<uint16_t>(login_.request().Get(kCid));
  if (login_.request().Get(kTsih)) session_ = server_.Share(tsih);
  if (!session_)
    session_ = server_.Open(login_.nexus(), tsih, mine,
                            login_.request().Get32(kCmdSn));
  if (const auto old = session_->connections.find(cid_);  // §6.3.4
      old != session_->connections.end())
    old->second->Close();
  params_ = session_->params;
  params_.digests = mine.digests;
  params_.max_recv_dsl = mine.max_recv_dsl;
  params_.peer_max_recv_dsl = mine.peer_max_recv_dsl;
  session_->connections[cid_] = this;
}

void Connection::Leave() {
  if (!session_) return;
  const auto mine = session_->connections.find(cid_);
  if (mine == session_->connections.end() || mine->second != this) return;
  session_->connections.erase(mine);
  if (session_->connections.empty()) server_.Forget(session_->tsih);
}

void Connection::Close() {
  if (std::exchange(closed_, true)) return;
  Leave();
  wiring_.close();
}

void Connection::Violation(const std::string& what) {
  server_.Violation(what);
  Close();
}

void Connection::Reject(const Pdu& pdu, uint8_t reason) {
  Pdu reject;
  reject.Set(kOpcode, opcode::kReject)
      .Set(kFinal)
      .Set(kRejectReason, reason)
      .Set(kItt, kNoTag);
  reject.data.assign(pdu.bhs.begin(), pdu.bhs.end());
  Send(std::move(reject));
}

bool Connection::CheckArrival(const Decoded& received) {
  const Pdu& pdu = received.pdu;
  const size_t limit = session_ ? params_.max_recv_dsl : 8192;
  if (!received.header_digest_ok)
    Violation("header digest error");
  else if (!received.padding_ok)
    Violation("padding is not zero: " + Describe(pdu));
  else if (pdu.data.size() > limit)
    Violation("more data than MaxRecvDataSegmentLength: " + Describe(pdu));
  else if (session_ && !server_.config().lenient &&
           SerialLess(statsn_, pdu.Get32(kExpStatSn)))
    Violation("ExpStatSN was not sent yet: " + Describe(pdu));
  if (closed_ || received.data_digest_ok) return !closed_;
  Reject(pdu, kDataDigestError);
  if (pdu.opcode() == opcode::kDataOut)
    tasks_.FailData(pdu);
  else
    Violation("data digest error: " + Describe(pdu));
  return !closed_;
}

void Connection::Observe(const Pdu& request) {
  if (!session_ && request.opcode() == opcode::kLogin)
    login_.Observe(request);
  else if (session_ && !request.Is(kImmediate) &&
           request.opcode() != opcode::kDataOut &&
           request.opcode() != opcode::kSnack)
    session_->Admit(request.Get32(kCmdSn), [] {});
}

void Connection::Receive(const Decoded& received) {
  const auto keep = shared_from_this();
  if (closed_ || !CheckArrival(received)) return;
  const Pdu& request = received.pdu;
  if (session_)
    Dispatch(request);
  else if (request.opcode() == opcode::kLogin)
    Send(login_.Answer(request));
  else
    Violation("before the end of login: " + Describe(request));
}

void Connection::Dispatch(const Pdu& request) {
  switch (request.opcode()) {
    case opcode::kScsiCommand:
      if (tasks_.Begin(request)) Admit(request, &Connection::ScsiCommand);
      break;
    case opcode::kDataOut:
      tasks_.DataOut(request);
      break;
    case opcode::kNopOut:
      Admit(request, &Connection::NopOut);
      break;
    case opcode::kText:
      Admit(request, &Connection::Text);
      break;
    case opcode::kTaskManagement:
      Admit(request, &Connection::TaskManagement);
      break;
    case opcode::kLogout:
      Admit(request, &Connection::Logout);
      break;
    case opcode::kSnack:
      Reject(request, kSnackReject);
      break;
    default:
      Reject(request, kProtocolError);
      Violation("opcode in full feature phase: " + Describe(request));
  }
}

// Immediate requests at once, others in the order of their CmdSN.
void Connection::Admit(const Pdu& request,
                       void (Connection::*handle)(const Pdu&)) {
  if (request.Is(kImmediate)) return (this->*handle)(request);
  const auto run = [self = weak_from_this(), request, handle] {
    if (auto connection = self.lock(); connection && !connection->closed_)
      (connection.get()->*handle)(request);
  };
  const auto session = session_;
  if (!session->Admit(request.Get32(kCmdSn), run))
    Violation("CmdSN outside the window or used: " + Describe(request));
}

void Connection::ScsiCommand(const Pdu& request) {
  tasks_.Deliver(request.itt());
}

void Connection::NopOut(const Pdu& request) {
  if (request.itt() == kNoTag) return;  // §11.18: an answer to our ping
  Pdu reply;
  reply.Set(kOpcode, opcode::kNopIn)
      .Set(kFinal)
      .Set(kLun, request.lun())
      .Set(kItt, request.itt())
      .Set(kTtt, kNoTag);
  reply.data = request.data;
  if (reply.data.size() > params_.peer_max_recv_dsl)
    reply.data.resize(params_.peer_max_recv_dsl);
  Send(std::move(reply));
}

void Connection::Ping() {
  Pdu ping;
  ping.Set(kOpcode, opcode::kNopIn)
      .Set(kFinal)
      .Set(kItt, kNoTag)
      .Set(kTtt, kPingTag + pings_++);
  Send(std::move(ping));
}

KeyList Connection::SendTargets(const std::string& which) const {
  const Config& config = server_.config();
  std::vector<std::string> portals = config.portals;
  if (portals.empty())
    portals = {wiring_.address + "," + std::to_string(config.tpgt)};
  KeyList keys;
  for (unsigned i = 0; i < config.targets; ++i) {
    const std::string name = TargetNameOf(config, i);
    const bool mine = which.empty() ? name == session_->nexus.target
                                    : which == "All" || which == name;
    if (!mine) continue;
    keys.emplace_back("TargetName", name);
    for (const std::string& portal : portals)
      keys.emplace_back("TargetAddress", portal);
  }
  return keys;
}

// A Text Request begins an exchange, adds to its text or asks for more of the
// answer, §11.10.
void Connection::Text(const Pdu& request) {
  if (request.Get32(kTtt) == kNoTag) text_unsent_.clear();
  if (!text_unsent_.empty()) return NextPage(request);
  text_received_.insert(text_received_.end(), request.data.begin(),
                        request.data.end());
  if (request.Is(kContinue)) return NextPage(request);
  KeyList answers;
  for (const auto& [name, value] :
       ParseKeys(std::exchange(text_received_, {}))) {
    if (name == "SendTargets") {
      const KeyList targets = SendTargets(value);
      answers.insert(answers.end(), targets.begin(), targets.end());
    } else if (name == "MaxRecvDataSegmentLength") {
      if (const auto length = ParseNumber(value))
        params_.peer_max_recv_dsl = static_cast<uint32_t>(*length);
    } else {
      answers.emplace_back(name,
                           name.starts_with("X-") ? "NotUnderstood" : "Reject");
    }
  }
  text_unsent_ = EncodeKeys(answers);
  NextPage(request);
}

void Connection::NextPage(const Pdu& request) {
  const size_t length =
      std::min<size_t>(text_unsent_.size(), params_.peer_max_recv_dsl);
  const auto end = text_unsent_.begin() + static_cast<ptrdiff_t>(length);
  Pdu response;
  response.Set(kOpcode, opcode::kTextResponse)
      .Set(kLun, request.lun())
      .Set(kItt, request.itt());
  response.data.assign(text_unsent_.begin(), end);
  text_unsent_.erase(text_unsent_.begin(), end);
  if (!text_unsent_.empty())
    response.Set(kContinue).Set(kTtt, ++text_ttt_);
  else if (request.Is(kContinue))
    response.Set(kTtt, ++text_ttt_);
  else
    response.Set(kFinal, request.Is(kFinal))
        .Set(kTtt, request.Is(kFinal) ? kNoTag : ++text_ttt_);
  Send(std::move(response));
}

void Connection::TaskManagement(const Pdu& request) {
  const uint8_t verdict = Manage(request);
  Pdu response;
  response.Set(kOpcode, opcode::kTaskManagementResponse)
      .Set(kFinal)
      .Set(kResponse, verdict)
      .Set(kItt, request.itt());
  Send(std::move(response));
  if (request.Get(kFunction) != kTargetColdReset) return;
  const auto connections = session_->connections;
  for (const auto& [cid, connection] : connections) connection->Close();
}

// §11.6.1: a task that has not come counts as received, so that none of those
// behind it waits for its CmdSN. False when its CmdSN has been here.
bool Connection::Skip(const Pdu& abort) {
  const uint32_t number = abort.Get32(kRefCmdSn);
  return SerialLess(number, abort.Get32(kCmdSn)) &&
         session_->Admit(number, [] {});
}

// Tasks wait here for nothing but their data; the others are over.
uint8_t Connection::Manage(const Pdu& request) {
  const auto function = static_cast<uint8_t>(request.Get(kFunction));
  const bool whole_lun = function == kAbortTaskSet ||
                         function == kClearTaskSet ||
                         function == kLogicalUnitReset;
  switch (function) {
    case kAbortTask:
      return tasks_.Abort(request.Get32(kRtt)) || Skip(request)
                 ? kFunctionComplete
                 : kTaskDoesNotExist;
    case kAbortTaskSet:
    case kClearTaskSet:
    case kLogicalUnitReset:
    case kTargetWarmReset:
    case kTargetColdReset:
      for (const auto& [cid, connection] : session_->connections)
        connection->tasks_.AbortAll(whole_lun ? std::optional(request.lun())
                                              : std::nullopt);
      return kFunctionComplete;
    default:
      return kFunctionNotSupported;
  }
}

void Connection::Logout(const Pdu& request) {
  constexpr uint8_t kCloseConnection = 1;  // 0: the whole session
  constexpr uint8_t kClosed = 0, kNoSuchCid = 1, kRecoveryNotSupported = 2;
  const auto session = session_;
  const auto reason = request.Get(kLogoutReason);
  const auto cid = static_cast<uint16_t>(request.Get(kCid));
  const auto named = session->connections.find(cid);
  uint8_t verdict = kClosed;
  if (reason > kCloseConnection)
    verdict = kRecoveryNotSupported;
  else if (reason == kCloseConnection && named == session->connections.end())
    verdict = kNoSuchCid;
  Pdu response;
  response.Set(kOpcode, opcode::kLogoutResponse)
      .Set(kFinal)
      .Set(kResponse, verdict)
      .Set(kItt, request.itt())
      .Set(kTime2Wait, params_.time2wait)
      .Set(kTime2Retain, params_.time2retain);
  Send(std::move(response));
  if (verdict != kClosed) return;
  if (reason == kCloseConnection) return named->second->Close();
  const auto connections = session->connections;
  for (const auto& [number, connection] : connections) connection->Close();
}

}  // namespace target
