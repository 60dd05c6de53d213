// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/target/server.h"

#include <iostream>

#include "tests/target/connection.h"

namespace target {

bool Session::Admit(uint32_t cmdsn, std::function<void()> run) {
  if (SerialLess(cmdsn, exp_cmdsn_) || SerialLess(max_cmdsn(), cmdsn) ||
      waiting_.contains(cmdsn))
    return false;
  waiting_.emplace(cmdsn, std::move(run));
  for (auto next = waiting_.find(exp_cmdsn_); next != waiting_.end();
       next = waiting_.find(exp_cmdsn_)) {
    const auto ready = std::move(next->second);
    waiting_.erase(next);
    ++exp_cmdsn_;
    ready();
  }
  return true;
}

bool Server::HasTarget(const std::string& name) const {
  for (unsigned i = 0; i < config_.targets; ++i)
    if (TargetNameOf(config_, i) == name) return true;
  return false;
}

LogicalUnits& Server::UnitsOf(const std::string& name) {
  auto& units = units_[name];
  if (!units)
    units = std::make_unique<LogicalUnits>(
        config_.luns, config_.size, config_.block_size,
        "RAM" + std::to_string(units_.size()));
  return *units;
}

void Server::Resize(uint64_t size) {
  config_.size = size;
  for (const auto& [target, units] : units_) units->Resize(size);
}

uint16_t Server::NewTsih() {
  do ++last_tsih_;
  while (last_tsih_ == 0 || sessions_.contains(last_tsih_));
  return last_tsih_;
}

std::shared_ptr<Session> Server::Share(uint16_t tsih) const {
  const auto found = sessions_.find(tsih);
  return found == sessions_.end() ? nullptr : found->second;
}

Session* Server::Find(uint16_t tsih) const { return Share(tsih).get(); }

std::shared_ptr<Session> Server::Open(Nexus nexus, uint16_t tsih, Params params,
                                      uint32_t cmdsn) {
  std::vector<std::shared_ptr<Session>> old;
  for (const auto& [number, session] : sessions_)
    if (session->nexus == nexus) old.push_back(session);
  for (const auto& session : old) {
    const auto connections = session->connections;  // closing takes them out
    for (const auto& [cid, connection] : connections) connection->Close();
  }
  LogicalUnits* units = nexus.target.empty() ? nullptr : &UnitsOf(nexus.target);
  auto session = std::make_shared<Session>(std::move(nexus), tsih, params,
                                           units, cmdsn, config_.window);
  sessions_[tsih] = session;
  return session;
}

void Server::Violation(const std::string& what) {
  violations_.push_back(what);
  std::cerr << "violation: " << what << std::endl;
}

}  // namespace target
