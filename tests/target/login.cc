// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/login.h"

#include <algorithm>
#include <iostream>

namespace target {
namespace {

using namespace field;

constexpr uint8_t kSecurity = 0, kOperational = 1, kFullFeature = 3;
constexpr size_t kLoginDataLength = 8192;  // §13.12: before it is negotiated

// Legal transitions from CSG to NSG, §11.12.3.
bool LegalStages(const Pdu& request) {
  const auto csg = request.Get(kCsg), nsg = request.Get(kNsg);
  if (csg > kOperational) return false;
  return !request.Is(kTransit) || nsg == kFullFeature ||
         (csg == kSecurity && nsg == kOperational);
}

}  // namespace

const Auth& Login::auth() const {
  const Config& config = server_.config();
  return discovery_ && config.discovery_auth ? *config.discovery_auth
                                             : config.auth;
}

void Login::Observe(const Pdu& request) {
  if (first_) stage_ = static_cast<uint8_t>(request.Get(kCsg));
  first_ = false;
  request_ = request;
  received_.insert(received_.end(), request.data.begin(), request.data.end());
  if (request.Is(kContinue)) return;
  const KeyList keys = ParseKeys(std::exchange(received_, {}));
  Identify(keys);
  for (const auto& [name, value] : keys) negotiator_.Answer(name, value);
}

Pdu Login::Answer(const Pdu& request) {
  const bool first = std::exchange(first_, false);
  if (first) {
    request_ = request;
    stage_ = static_cast<uint8_t>(request.Get(kCsg));
  }
  if (auto refusal = CheckHeader(request)) return Refuse(*refusal);
  request_ = request;
  received_.insert(received_.end(), request.data.begin(), request.data.end());
  if (request.Is(kContinue) || !unsent_.empty()) return Page(request);

  const KeyList keys = ParseKeys(std::exchange(received_, {}));
  if (auto refusal = CheckDuplicates(keys)) return Refuse(*refusal);
  Identify(keys);
  if (first)
    if (auto refusal = CheckFirst()) return Refuse(*refusal);
  if (auto refusal = Process(keys)) return Refuse(*refusal);
  unsent_ = EncodeKeys(std::exchange(answers_, {}));
  return Page(request);
}

bool Login::Sent(const Pdu& response) {
  sent_.insert(sent_.end(), response.data.begin(), response.data.end());
  if (!response.Is(kContinue))
    for (const auto& [name, value] : ParseKeys(std::exchange(sent_, {})))
      if (value != "Reject" && value != "Irrelevant" &&
          value != "NotUnderstood")
        negotiator_.Override(name, value);
  if (response.Get(kLoginStatus) != 0 || !response.Is(kTransit)) return false;
  stage_ = static_cast<uint8_t>(response.Get(kNsg));
  return stage_ == kFullFeature;
}

Pdu Login::Refuse(const Refusal& refusal) {
  std::cerr << "login refused: " << refusal.why << std::endl;
  Pdu response;
  response.Set(kOpcode, opcode::kLoginResponse)
      .Set(kLoginStatus, static_cast<uint16_t>(refusal.status))
      .Set(kCsg, request_.Get(kCsg))
      .Set(kIsid, request_.Get(kIsid))
      .Set(kTsih, request_.Get(kTsih))
      .Set(kItt, request_.itt());
  return response;
}

// As much of the answer as fits; the stage is left with the last of it.
Pdu Login::Page(const Pdu& request) {
  Pdu response;
  response.Set(kOpcode, opcode::kLoginResponse)
      .Set(kCsg, request.Get(kCsg))
      .Set(kIsid, request.Get(kIsid))
      .Set(kTsih, request.Get(kTsih))
      .Set(kItt, request.itt());
  if (request.Is(kContinue)) return response;
  const size_t length = std::min(unsent_.size(), kLoginDataLength);
  const auto end = unsent_.begin() + static_cast<ptrdiff_t>(length);
  response.data.assign(unsent_.begin(), end);
  unsent_.erase(unsent_.begin(), end);
  if (!unsent_.empty()) return response.Set(kContinue);
  if (!request.Is(kTransit) || !MayLeaveStage()) return response;
  response.Set(kTransit).Set(kNsg, request.Get(kNsg));
  if (request.Get(kNsg) == kFullFeature && !request.Get(kTsih)) {
    if (!tsih_) tsih_ = server_.NewTsih();
    response.Set(kTsih, tsih_);
  }
  return response;
}

Login::Verdict Login::CheckHeader(const Pdu& request) const {
  if (request.Get(kVersionMin) > 0)
    return Refusal{LoginStatus::kUnsupportedVersion, "Version-min is not 0"};
  if (!LegalStages(request) || request.Get(kCsg) != stage_)
    return Refusal{LoginStatus::kInitiatorError, "illegal CSG or NSG"};
  if (request.Is(kTransit) && request.Is(kContinue))
    return Refusal{LoginStatus::kInitiatorError, "both T and C set"};
  if (!request.Is(kImmediate))
    return Refusal{LoginStatus::kInitiatorError, "not immediate"};
  if (request.data.size() > kLoginDataLength)
    return Refusal{LoginStatus::kInitiatorError, "more than 8192 bytes"};
  for (const Field& field : {kItt, kIsid, kTsih, kCid, kCmdSn})
    if (request.Get(field) != request_.Get(field))
      return Refusal{LoginStatus::kInitiatorError,
                     std::string(field.name) + " changed within a login"};
  return std::nullopt;
}

Login::Verdict Login::CheckDuplicates(const KeyList& keys) {
  for (const auto& [name, value] : keys) {
    if (FindKey(seen_, name))
      return Refusal{LoginStatus::kInitiatorError, name + " came twice"};
    seen_.emplace_back(name, value);
  }
  return std::nullopt;
}

void Login::Identify(const KeyList& keys) {
  nexus_.isid = request_.Get(kIsid);
  if (const std::string* name = FindKey(keys, "InitiatorName"))
    nexus_.initiator = *name;
  if (const std::string* type = FindKey(keys, "SessionType"))
    discovery_ = *type == "Discovery";
  if (const std::string* name = FindKey(keys, "TargetName"))
    nexus_.target = *name;
  if (discovery_) nexus_.target.clear();
  negotiator_.set_discovery(discovery_);
}

// What the first request must say, §6.3.1.
Login::Verdict Login::CheckFirst() {
  if (nexus_.initiator.empty())
    return Refusal{LoginStatus::kMissingParameter, "no InitiatorName"};
  if (!discovery_ && nexus_.target.empty())
    return Refusal{LoginStatus::kMissingParameter, "no TargetName"};
  if (!discovery_ && !server_.HasTarget(nexus_.target))
    return Refusal{LoginStatus::kNotFound, "no target " + nexus_.target};
  if (!discovery_)
    answers_.emplace_back("TargetPortalGroupTag",
                          std::to_string(server_.config().tpgt));
  return CheckSession();
}

Login::Verdict Login::CheckSession() const {
  const auto tsih = static_cast<uint16_t>(request_.Get(kTsih));
  if (!tsih) return std::nullopt;
  const Session* session = server_.Find(tsih);
  if (!session || session->nexus != nexus_)
    return Refusal{LoginStatus::kNoSuchSession,
                   "no session " + std::to_string(tsih)};
  const auto cid = static_cast<uint16_t>(request_.Get(kCid));
  if (!session->connections.contains(cid) &&
      session->connections.size() >= session->params.max_connections)
    return Refusal{LoginStatus::kTooManyConnections, "MaxConnections reached"};
  return std::nullopt;
}

Login::Verdict Login::Process(const KeyList& keys) {
  if (stage_ == kSecurity) {
    if (auto refusal = Security(keys)) return refusal;
  } else if (auth().initiator && !authenticated_) {
    return Refusal{LoginStatus::kAuthenticationFailure,
                   "authentication was skipped"};
  }
  Operational(keys);
  return std::nullopt;
}

Login::Verdict Login::Security(const KeyList& keys) {
  if (const std::string* offered = FindKey(keys, "AuthMethod"))
    if (auto refusal = ChooseMethod(*offered)) return refusal;
  if (chap_) {
    auto answer = chap_->Step(keys);
    if (!answer)
      return Refusal{LoginStatus::kAuthenticationFailure, answer.error().what};
    answers_.insert(answers_.end(), answer->begin(), answer->end());
    authenticated_ = chap_->done();
  }
  if (!authenticated_ && auth().initiator && !chap_)
    return Refusal{LoginStatus::kAuthenticationFailure, "no AuthMethod"};
  return std::nullopt;
}

Login::Verdict Login::ChooseMethod(const std::string& offered) {
  const std::string wanted = auth().initiator ? "CHAP" : "None";
  const auto methods = SplitList(offered, ',');
  if (std::find(methods.begin(), methods.end(), wanted) == methods.end())
    return Refusal{LoginStatus::kAuthenticationFailure,
                   "AuthMethod=" + offered + " lacks " + wanted};
  answers_.emplace_back("AuthMethod", wanted);
  if (auth().initiator) chap_.emplace(auth(), server_.config().chap_algorithms);
  return std::nullopt;
}

// Keys of security and identification have had their answer.
void Login::Operational(const KeyList& keys) {
  for (const auto& [name, value] : keys) {
    if (name == "AuthMethod" || name.starts_with("CHAP_")) continue;
    if (auto answer = negotiator_.Answer(name, value))
      answers_.emplace_back(name, *answer);
  }
  if (stage_ != kOperational) return;
  const KeyList ours = negotiator_.TakeDeclarations();
  answers_.insert(answers_.end(), ours.begin(), ours.end());
}

bool Login::MayLeaveStage() const {
  return stage_ != kSecurity || !auth().initiator || authenticated_;
}

}  // namespace target
