// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/core/login_order.h"

#include <gtest/gtest.h>

namespace iscsid {
namespace {

KernelInfo Modest() {
  KernelInfo info;
  info.max_recv_dsl = 16384;
  info.max_outstanding_r2t = 2;
  info.digests = 1 << ISI_DIGEST_NONE;
  return info;
}

TEST(LimitOffers, CutsDownToTheModule) {
  Offers offers;
  offers.max_connections = 8;
  offers.error_recovery_level = 2;
  offers.header_digest = {Digest::kCrc32c, Digest::kNone};
  const Outcome<Offers> limited = LimitOffers(offers, Modest());
  ASSERT_TRUE(limited);
  EXPECT_EQ(limited->max_connections, 1u);
  EXPECT_EQ(limited->max_recv_data_segment_length, 16384u);
  EXPECT_EQ(limited->max_outstanding_r2t, 2u);
  EXPECT_EQ(limited->error_recovery_level, 0u);
  EXPECT_EQ(limited->header_digest, std::vector{Digest::kNone});
  EXPECT_EQ(limited->first_burst_length, offers.first_burst_length);
}

// Silence where a digest was demanded would be a downgrade.
TEST(LimitOffers, RefusesWhatTheModuleCannotDo) {
  Offers offers;
  offers.data_digest = {Digest::kCrc32c};
  const Outcome<Offers> limited = LimitOffers(offers, Modest());
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().action, LoginAction::kGiveUp);
  EXPECT_EQ(limited.error().reply.parameters["parameter"], "DataDigest");
}

TEST(SocketOptionsFor, NoticesASilentPeerAsFastAsPingsWould) {
  config::Stanza stanza;
  stanza.ping_interval = 5;
  stanza.ping_timeout = 7;
  stanza.dscp = 46;
  stanza.initiator_address = "192.0.2.5";
  const SocketOptions options = SocketOptionsFor(stanza);
  EXPECT_EQ(options.keepalive_idle, std::chrono::seconds(5));
  EXPECT_EQ(options.user_timeout, std::chrono::seconds(12));
  EXPECT_EQ(options.dscp, 46);
  EXPECT_EQ(options.source_address, "192.0.2.5");
  stanza.ping_interval = 0;
  EXPECT_EQ(SocketOptionsFor(stanza).user_timeout, Duration(0));
}

TEST(OrderDiscovery, NamesNoTarget) {
  config::Stanza stanza;
  stanza.target_name = "iqn.2020-01.com.example:disk";
  stanza.target_portal_group_tag = 3;
  const LoginOrder order =
      OrderDiscovery(stanza, {"iqn.2020-01.com.example:me", Isid{}});
  EXPECT_EQ(order.login.session_type, SessionType::kDiscovery);
  EXPECT_TRUE(order.login.target_name.empty());
  EXPECT_FALSE(order.login.tpgt);
}

}  // namespace
}  // namespace iscsid
