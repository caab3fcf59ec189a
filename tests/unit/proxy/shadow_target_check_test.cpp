#include "proxy/shadow/target_check.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

net::tcp::endpoint at(const std::string& address, std::uint16_t port) {
  return {net::asio::ip::make_address(address), port};
}

bool refused(const net::tcp::endpoint& target, std::vector<net::tcp::endpoint> forbidden) {
  return reaches_forbidden(target, forbidden);
}

TEST(TargetCheck, TheSameAddressAndPortIsRefused) {
  EXPECT_TRUE(refused(at("192.0.2.1", 80), {at("198.51.100.1", 80), at("192.0.2.1", 80)}));
}

TEST(TargetCheck, AnotherPortOrAddressIsNot) {
  EXPECT_FALSE(refused(at("192.0.2.1", 81), {at("192.0.2.1", 80)}));
  EXPECT_FALSE(refused(at("192.0.2.2", 80), {at("192.0.2.1", 80)}));
  EXPECT_FALSE(refused(at("192.0.2.1", 80), {}));
}

TEST(TargetCheck, MappedAndTranslatedAddressesAreWhatTheyReach) {
  EXPECT_TRUE(refused(at("::ffff:192.0.2.1", 80), {at("192.0.2.1", 80)}));
  EXPECT_TRUE(refused(at("192.0.2.1", 80), {at("::ffff:192.0.2.1", 80)}));
  EXPECT_TRUE(refused(at("64:ff9b::c000:201", 80), {at("192.0.2.1", 80)}));
}

TEST(TargetCheck, AListenerOnAllAddressesIsEveryLocalAddress) {
  for (const auto* local : {"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::"}) {
    EXPECT_TRUE(refused(at(local, 8080), {at("0.0.0.0", 8080)})) << local;
    EXPECT_TRUE(refused(at(local, 8080), {at("::", 8080)})) << local;
  }
  EXPECT_FALSE(refused(at("192.0.2.1", 8080), {at("0.0.0.0", 8080)}));
}

TEST(TargetCheck, ConnectingToTheUnspecifiedAddressReachesThisMachine) {
  EXPECT_TRUE(refused(at("0.0.0.0", 8080), {at("127.0.0.1", 8080)}));
  EXPECT_FALSE(refused(at("0.0.0.0", 8080), {at("192.0.2.1", 8080)}));
}

}  // namespace
}  // namespace understudy::proxy
