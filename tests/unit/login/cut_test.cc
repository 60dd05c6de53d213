// SPDX-License-Identifier: GPL-2.0-or-later
//
// C-023: a recovery whose login, with mutual CHAP, is cut at every byte of
// either direction. Each ends in a clean retry: the session is back, nothing
// is left open, nobody waits for what does not come.
#include "tests/unit/login/loopback.h"

namespace iscsid {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kStanza = R"(
disk {
  TargetName = iqn.2026-01.com.example:disk
  InitiatorName = iqn.2020-01.com.example:me
  AuthMethod = CHAP
  chapIName = me
  chapSecret = "0123456789abcdef"
  tgtChapName = disk
  tgtChapSecret = "fedcba9876543210"
  TargetAddress = )";

target::Config MutualChap() {
  target::Config config;
  config.auth.initiator = target::Credential{"me", "0123456789abcdef"};
  config.auth.target = target::Credential{"disk", "fedcba9876543210"};
  return config;
}

class C023_Cut : public Loopback {
 protected:
  C023_Cut() : Loopback(MutualChap()) {}

  void SetUp() override {
    StartDaemon(kStanza + address() + "\n}\n");
    descriptors_ = OpenDescriptors();
    const auto login = Login("disk");
    ASSERT_TRUE(Until([&] { return login->has_value(); }));
    ASSERT_EQ(login->value(), "");
    ASSERT_TRUE(Until([&] { return relay.open == 0; }));
    ASSERT_TRUE(Until([&] { return OpenDescriptors() == descriptors_; }));
    length_ = relay.passed;
  }

  [[nodiscard]] bool up() {
    return kernel.sessions.at(1).state == ISI_SESSION_UP;
  }
  [[nodiscard]] uint64_t failures() {
    return initiator().sessions().front()->Details(nullptr, nullptr).failures;
  }
  [[nodiscard]] size_t Length(CutSide side) const {
    return length_[static_cast<size_t>(side)];
  }

  // The session loses its connection, and so does the login that follows.
  void Recover(CutRule rule) {
    SCOPED_TRACE(std::to_string(rule.after));
    log.lines.clear();
    const unsigned cuts = relay.cuts;
    relay.rule = rule;
    kernel.FailConn(1);
    Advance(milliseconds(0));
    const uint64_t before = failures();
    Advance(seconds(2));  // DefaultTime2Wait
    // CHAP_I has one to three digits: at its end a login may be too short.
    ASSERT_TRUE(Until([&] { return relay.cuts != cuts || up(); }));
    if (rule.how == CutHow::kStall && !up())
      Advance(seconds(30));  // LoginTimeout
    // A target that hangs up on a list in CHAP_A may want a shorter one
    // (C-045): that attempt is not over, it tries a single algorithm.
    ASSERT_TRUE(Until([&] { return failures() != before || up(); }));
    Advance(milliseconds(250));
    ASSERT_TRUE(Until([&] { return up(); }));
    ASSERT_TRUE(Until([&] { return relay.open == 0; }));
    ASSERT_TRUE(Until([&] { return OpenDescriptors() == descriptors_; }))
        << OpenDescriptors() << " instead of " << descriptors_;
    ASSERT_EQ(kernel.sessions.size(), 1u);
    ASSERT_EQ(initiator().sessions().size(), 1u);
    ASSERT_LE(failures(), before + 1);
  }

  void RecoverAtEvery(size_t step, CutSide side, CutHow how) {
    ASSERT_GT(Length(side), 48u * 5);
    // Not the last byte: with it the login is complete, for the sender.
    for (size_t after = 0; after < Length(side); after += step) {
      Recover({side, after, how});
      if (HasFatalFailure()) return;
    }
    RecordProperty("bytes", static_cast<int>(Length(side)));
  }

 private:
  std::array<size_t, 2> length_{};
  size_t descriptors_ = 0;
};

TEST_F(C023_Cut, ClosedAtEveryByteOfTheTargets) {
  RecoverAtEvery(1, CutSide::kTarget, CutHow::kClose);
}

TEST_F(C023_Cut, ClosedAtEveryByteOfOurs) {
  RecoverAtEvery(1, CutSide::kInitiator, CutHow::kClose);
}

TEST_F(C023_Cut, ResetAtEveryByteOfTheTargets) {
  RecoverAtEvery(1, CutSide::kTarget, CutHow::kReset);
}

TEST_F(C023_Cut, ResetAtEveryByteOfOurs) {
  RecoverAtEvery(1, CutSide::kInitiator, CutHow::kReset);
}

TEST_F(C023_Cut, SilentFromEverySeventhByteOn) {
  for (const CutSide side : {CutSide::kInitiator, CutSide::kTarget}) {
    RecoverAtEvery(7, side, CutHow::kStall);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace iscsid
