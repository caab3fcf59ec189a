#include "proxy/downstream/proxy_protocol_policy.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

bool holds(std::string_view range, const char* address) {
  return AddressRange::parse(range).value().contains(net::asio::ip::make_address(address));
}

TEST(AddressRange, HoldsWhatHasItsPrefix) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(AddressRange, FamiliesAreApartButForIpv4InsideIpv6) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(holds("::ffff:10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_FALSE(holds("::/0", "10.1.2.3"));
}

TEST(AddressRange, WhatIsNoneIsRefused) {
  for (const auto* text : {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "::/129", "name/8",
                           "10/8", "10.0.0.0/8x"})
    EXPECT_FALSE(AddressRange::parse(text)) << text;
}

TEST(ProxyProtocolPolicy, WithoutRangesOnlyRequireTrustsAnybody) {
  const auto peer = net::asio::ip::make_address("192.0.2.7");
  ProxyProtocolPolicy policy;
  policy.mode = ProxyProtocolPolicy::Mode::require;
  EXPECT_TRUE(policy.trusts(peer));
  policy.mode = ProxyProtocolPolicy::Mode::optional;
  EXPECT_FALSE(policy.trusts(peer));
  policy.trusted.push_back(AddressRange::parse("192.0.2.0/24").value());
  EXPECT_TRUE(policy.trusts(peer));
}

}  // namespace
}  // namespace understudy::proxy
