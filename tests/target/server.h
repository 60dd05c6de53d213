// SPDX-License-Identifier: GPL-2.0-or-later
//
// What outlives a connection: the targets with their disks, the sessions
// (RFC 7143 §4.4), and the list of what initiators did wrong. No sockets.
#ifndef TARGET_SERVER_H_
#define TARGET_SERVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/target/config.h"
#include "tests/target/disk.h"
#include "tests/target/negotiator.h"

namespace target {

class Connection;
class Server;

// Who logs in to what: what a session is found by when it is reinstated.
struct Nexus {
  std::string initiator;
  uint64_t isid = 0;
  std::string target;  // empty: discovery

  bool operator==(const Nexus&) const = default;
};

class Session {
 public:
  Session(Nexus who, uint16_t handle, Params agreed, LogicalUnits* disks,
          uint32_t cmdsn, uint32_t window)
      : nexus(std::move(who)),
        tsih(handle),
        params(agreed),
        units(disks),
        exp_cmdsn_(cmdsn),
        window_(window) {}

  // Runs `run` when all commands before `cmdsn` have been, §4.2.2.1. False,
  // and it never runs, outside the window.
  bool Admit(uint32_t cmdsn, std::function<void()> run);

  uint32_t exp_cmdsn() const { return exp_cmdsn_; }
  uint32_t max_cmdsn() const { return exp_cmdsn_ + window_ - 1; }
  bool discovery() const { return nexus.target.empty(); }

  const Nexus nexus;
  const uint16_t tsih;
  const Params params;
  LogicalUnits* const units;                    // null: discovery
  std::map<uint16_t, Connection*> connections;  // by CID

 private:
  uint32_t exp_cmdsn_;
  const uint32_t window_;
  std::map<uint32_t, std::function<void()>> waiting_;
};

class Server {
 public:
  explicit Server(Config config) : config_(std::move(config)) {}

  const Config& config() const { return config_; }
  bool HasTarget(const std::string& name) const;
  // Makes its disks when first asked.
  LogicalUnits& UnitsOf(const std::string& name);

  // All disks, those made later too.
  void Resize(uint64_t size);

  uint16_t NewTsih();
  Session* Find(uint16_t tsih) const;
  // Ends those of the same nexus, §6.3.5; what is held by none of its
  // connections any more is forgotten.
  std::shared_ptr<Session> Open(Nexus nexus, uint16_t tsih, Params params,
                                uint32_t cmdsn);
  std::shared_ptr<Session> Share(uint16_t tsih) const;
  size_t sessions() const { return sessions_.size(); }
  void Forget(uint16_t tsih) { sessions_.erase(tsih); }

  // What an initiator did against the RFC.
  void Violation(const std::string& what);
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  Config config_;
  std::map<std::string, std::unique_ptr<LogicalUnits>> units_;
  std::map<uint16_t, std::shared_ptr<Session>> sessions_;
  uint16_t last_tsih_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace target

#endif  // TARGET_SERVER_H_
