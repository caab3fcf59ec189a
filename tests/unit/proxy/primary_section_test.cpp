#include "proxy/config/config.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

Outcome<ProxyConfig> load_primary(const std::string& primary) {
  return load_config_text("listeners: [{address: \":8080\"}]\nprimary: " + primary + "\n", "proxy.yaml");
}

std::string primary_error(const std::string& primary) {
  const auto config = load_primary(primary);
  return config ? "no error" : config.error().message;
}

TEST(PrimarySection, OneUrlHasTheDocumentedDefaults) {
  const auto config = load_primary("{url: \"http://a:81\"}");
  ASSERT_TRUE(config) << config.error().message;
  const auto& primary = config->primary;
  ASSERT_EQ(primary.hosts.size(), 1U);
  EXPECT_EQ(primary.hosts[0].name(), "http://a:81");
  EXPECT_EQ(primary.authority(), "a:81");
  EXPECT_EQ(primary.balance, Balance::round_robin);
  EXPECT_FALSE(primary.health);
  EXPECT_EQ(primary.outlier.consecutive_errors, 5U);
  EXPECT_EQ(primary.outlier.interval, std::chrono::seconds(10));
  EXPECT_EQ(primary.outlier.eject, std::chrono::seconds(30));
  EXPECT_EQ(primary.outlier.eject_max, std::chrono::seconds(300));
  EXPECT_DOUBLE_EQ(primary.outlier.max_share, 0.1);
  EXPECT_EQ(primary.resolve, std::chrono::seconds(30));
}

TEST(PrimarySection, EveryKeyIsRead) {
  const auto config = load_primary(
      "\n  hosts: [{url: \"http://a\", weight: 3}, {url: \"http://b:81\"}]\n"
      "  balance: least_requests\n"
      "  health: {path: /healthz, interval: 2s, timeout: 500ms, healthy: 1, unhealthy: 4, expect: 204}\n"
      "  outlier: {consecutive_errors: 7, interval: 5s, eject: 10s, eject_max: 1m, max_percent: 50}\n"
      "  resolve: 5s");
  ASSERT_TRUE(config) << config.error().message;
  const auto& primary = config->primary;
  ASSERT_EQ(primary.hosts.size(), 2U);
  EXPECT_EQ(primary.hosts[0].weight, 3U);
  EXPECT_EQ(primary.hosts[1].name(), "http://b:81");
  EXPECT_EQ(primary.hosts[1].weight, 1U);
  EXPECT_EQ(primary.balance, Balance::least_requests);
  EXPECT_EQ(primary.health->path, "/healthz");
  EXPECT_EQ(primary.health->interval, std::chrono::seconds(2));
  EXPECT_EQ(primary.health->timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(primary.health->healthy, 1U);
  EXPECT_EQ(primary.health->unhealthy, 4U);
  EXPECT_EQ(primary.health->expect_first, 204U);
  EXPECT_EQ(primary.health->expect_last, 204U);
  EXPECT_EQ(primary.outlier.consecutive_errors, 7U);
  EXPECT_EQ(primary.outlier.interval, std::chrono::seconds(5));
  EXPECT_EQ(primary.outlier.eject, std::chrono::seconds(10));
  EXPECT_EQ(primary.outlier.eject_max, std::chrono::minutes(1));
  EXPECT_DOUBLE_EQ(primary.outlier.max_share, 0.5);
  EXPECT_EQ(primary.resolve, std::chrono::seconds(5));
}

TEST(PrimarySection, UrlsAreHostsOfOneWeight) {
  const auto config = load_primary("{urls: [\"http://a\", \"http://b\"], health: {expect: 200-299}}");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->primary.hosts.size(), 2U);
  EXPECT_EQ(config->primary.hosts[1].name(), "http://b");
  EXPECT_EQ(config->primary.health->path, "/");
  EXPECT_EQ(config->primary.health->expect_last, 299U);
}

TEST(PrimarySection, MistakesAreNamed) {
  struct Case {
    const char* primary;
    const char* message;
  };
  const std::vector<Case> cases{
      {"{}", "needs a url"},
      {"{urls: []}", "between 1 and 256 hosts"},
      {"{url: \"http://a\", urls: [\"http://b\"]}", "one of url, urls and hosts"},
      {"{urls: [\"http://a\"], hosts: [{url: \"http://b\"}]}", "one of url, urls and hosts"},
      {"{urls: [\"http://a\", \"http://a:80\"]}", "named twice"},
      {"{urls: [\"ftp://a\"]}", "not an origin"},
      {"{urls: \"http://a\"}", "needs a list"},
      {"{hosts: [{url: \"http://a\", weight: 0}]}", "weight lies between 1 and 1000"},
      {"{hosts: [{url: \"http://a\", wieght: 2}]}", "did you mean 'weight'"},
      {"{hosts: [{weight: 2}]}", "needs a url"},
      {"{url: \"http://a\", balance: random}", "round_robin or least_requests"},
      {"{url: \"http://a\", health: {path: healthz}}", "path begins with /"},
      {"{url: \"http://a\", health: {path: \"/a b\"}}", "holds no spaces"},
      {"{url: \"http://a\", health: {path: \"/a\\r\\nX: 1\"}}", "holds no spaces"},
      {"{url: \"http://a\", health: {expect: 99}}", "a status or a range"},
      {"{url: \"http://a\", health: {expect: 300-200}}", "a status or a range"},
      {"{url: \"http://a\", health: {expect: 200-}}", "a status or a range"},
      {"{url: \"http://a\", health: {expect: ok}}", "a status or a range"},
      {"{url: \"http://a\", health: {interval: 1ms}}", "interval lies between 0.1s and 3600s"},
      {"{url: \"http://a\", health: {healthy: 0}}", "healthy lies between 1"},
      {"{url: \"http://a\", health: {intervall: 1s}}", "did you mean 'interval'"},
      {"{url: \"http://a\", outlier: {max_percent: 0}}", "above 0"},
      {"{url: \"http://a\", outlier: {eject: 0s}}", "eject lies between"},
      {"{url: \"http://a\", outlier: {errors: 3}}", "unknown key 'errors'"},
      {"{url: \"http://a\", resolve: 0s}", "resolve lies between"},
      {"{url: \"http://a\", retries: 3}", "unknown key 'retries'"},
  };
  for (const auto& each : cases)
    EXPECT_NE(primary_error(each.primary).find(each.message), std::string::npos)
        << each.primary << ": " << primary_error(each.primary);
}

TEST(PrimarySection, SwitchingEjectionOffIsSaidPlainly) {
  const auto config = load_primary("{urls: [\"http://a\", \"http://b\"], outlier: {consecutive_errors: 0}}");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->primary.outlier.consecutive_errors, 0U);
}

TEST(PrimarySection, JsonShowsHostsAndHowTheyAreLookedAfter) {
  const auto config =
      load_primary("{hosts: [{url: \"http://a\", weight: 2}, {url: \"http://b\"}], health: {path: /up}}");
  const auto json = to_json(*config);
  EXPECT_NE(json.find(R"({"url":"http://a","weight":2})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("balance":"round_robin")"), std::string::npos);
  EXPECT_NE(json.find(R"("path":"/up")"), std::string::npos);
}

}  // namespace
}  // namespace understudy::proxy
