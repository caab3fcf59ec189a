#include "proxy/admin/access.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

constexpr std::string_view kToken = "correct-horse-battery";

unsigned status_of(std::string_view target, std::string_view host, std::string_view authorization,
                   std::string_view token) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = target;
  if (!host.empty()) request.head.fields.add("Host", host);
  if (!authorization.empty()) request.head.fields.add("Authorization", authorization);
  const auto refused = refuse_admin(request, {std::string(token)});
  return refused ? refused->head.status : 200;
}

TEST(AdminAccess, TokenIsAskedForWhenThereIsOne) {
  EXPECT_EQ(status_of("/config", "a", "", kToken), 401u);
  EXPECT_EQ(status_of("/config", "a", "Bearer correct-horse-batterx", kToken), 401u);
  EXPECT_EQ(status_of("/config", "a", "Bearer correct-horse", kToken), 401u);
  EXPECT_EQ(status_of("/config", "a", "Bearer ", kToken), 401u);
  EXPECT_EQ(status_of("/config", "a", "Basic correct-horse-battery", kToken), 401u);
  EXPECT_EQ(status_of("/config", "a", "Bearer correct-horse-battery", kToken), 200u);
  EXPECT_EQ(status_of("/config", "a", "bearer correct-horse-battery", kToken), 200u);
}

TEST(AdminAccess, ProbesAreOpen) {
  EXPECT_EQ(status_of("/live", "a", "", kToken), 200u);
  EXPECT_EQ(status_of("/ready?verbose", "a", "", kToken), 200u);
  EXPECT_EQ(status_of("/ready", "attacker.example", "", ""), 200u);
  EXPECT_EQ(status_of("/readyx", "a", "", kToken), 401u);
}

TEST(AdminAccess, HostThatOthersMayOwnIsRefused) {
  for (const auto* host : {"127.0.0.1:9901", "127.0.0.1", "[::1]:9901", "[::1]", "localhost",
                           "LOCALHOST:9901", "proxy.localhost:1", "10.1.2.3:9901", "understudy:9901"})
    EXPECT_EQ(status_of("/metrics", host, "", ""), 200u) << host;
  for (const auto* host : {"attacker.example", "attacker.example:9901", "localhost.attacker.example",
                           "127.0.0.1.attacker.example", "[::1", "127.0.0.1@attacker.example"})
    EXPECT_EQ(status_of("/metrics", host, "", ""), 403u) << host;
  EXPECT_EQ(status_of("/metrics", "", "", ""), 200u) << "HTTP/1.0, which no browser speaks";
}

TEST(AdminAccess, SecretsAreEqualOnlyWhole) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("", "abc"));
  EXPECT_FALSE(same_secret("ab", "abc"));
  EXPECT_FALSE(same_secret("abcabc", "abc"));
  EXPECT_FALSE(same_secret("abd", "abc"));
}

}  // namespace
}  // namespace understudy::proxy
