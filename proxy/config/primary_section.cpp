#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"
#include "proxy/config/tls_section.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

using config::Node;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// A count in [first, last].
void read_count(const Node& node, std::string_view key, unsigned first, unsigned last, unsigned& into) {
  const auto value = node.member(key);
  if (!value) return;
  const auto count = value->count();
  if (count < first || count > last)
    return value->fail(fmt::format("{} lies between {} and {}", key, first, last));
  into = static_cast<unsigned>(count);
}

/// A duration in [first, last].
void read_duration(const Node& node, std::string_view key, nanoseconds first, nanoseconds last,
                   nanoseconds& into) {
  const auto value = node.member(key);
  if (!value) return;
  const auto duration = value->duration();
  using Seconds = std::chrono::duration<double>;
  if (duration < first || duration > last)
    return value->fail(
        fmt::format("{} lies between {}s and {}s", key, Seconds(first).count(), Seconds(last).count()));
  into = duration;
}

void read_weighted_host(const Node& node, PrimaryConfig& primary) {
  PrimaryHost host;
  read_url(node, host.url);
  read_count(node, "weight", 1, PrimaryHost::kWeightMax, host.weight);
  node.finish();
  primary.hosts.push_back(std::move(host));
}

/// Exactly one of `url`, `urls` and `hosts`.
void read_hosts(const Node& node, PrimaryConfig& primary) {
  const auto urls = node.member("urls");
  const auto hosts = node.member("hosts");
  const bool one = node.member("url").has_value();
  if (static_cast<int>(one) + static_cast<int>(urls.has_value()) + static_cast<int>(hosts.has_value()) > 1)
    return node.fail("give one of url, urls and hosts");
  primary.hosts.clear();
  if (urls)
    for (const auto& item : urls->items())
      take(item, net::parse_origin_url(item.text()), primary.hosts.emplace_back().url);
  else if (hosts)
    for (const auto& item : hosts->items()) read_weighted_host(item, primary);
  else
    read_url(node, primary.hosts.emplace_back().url);
  if (primary.hosts.empty() || primary.hosts.size() > PrimaryConfig::kHostsMax)
    return node.fail(fmt::format("needs between 1 and {} hosts", PrimaryConfig::kHostsMax));
  for (std::size_t i = 0; i < primary.hosts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (primary.hosts[i].name() == primary.hosts[j].name())
        return node.fail(fmt::format("{} is named twice: give it a weight instead", primary.hosts[i].name()));
}

void read_balance(const Node& node, PrimaryConfig& primary) {
  const auto balance = node.member("balance");
  if (!balance) return;
  const auto text = balance->text();
  if (text != "round_robin" && text != "least_requests")
    balance->fail("balance is round_robin or least_requests");
  primary.balance = text == "least_requests" ? Balance::least_requests : Balance::round_robin;
}

bool parse_status(std::string_view text, unsigned& status) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  return error == std::errc{} && end == text.data() + text.size() && status >= 200 && status <= 599;
}

/// "200" or "200-399".
void read_expected(const Node& node, HealthCheckOptions& health) {
  const auto expect = node.member("expect");
  if (!expect) return;
  const auto text = expect->text();
  const auto dash = text.find('-');
  const bool valid = parse_status(std::string_view(text).substr(0, dash), health.expect_first) &&
                     parse_status(std::string_view(text).substr(dash == std::string::npos ? 0 : dash + 1),
                                  health.expect_last);
  if (!valid || health.expect_first > health.expect_last)
    expect->fail("expect is a status or a range of them between 200 and 599, such as 200 or 200-399");
}

/// Goes into a request line as it is.
bool is_path(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

void read_health(const Node& node, PrimaryConfig& primary) {
  auto& health = primary.health.emplace();
  if (const auto path = node.member("path")) {
    health.path = path->text();
    if (!is_path(health.path)) path->fail("path begins with / and holds no spaces");
  }
  read_duration(node, "interval", milliseconds(100), hours(1), health.interval);
  read_duration(node, "timeout", milliseconds(10), minutes(1), health.timeout);
  constexpr unsigned kThresholdMax = 1000;
  read_count(node, "healthy", 1, kThresholdMax, health.healthy);
  read_count(node, "unhealthy", 1, kThresholdMax, health.unhealthy);
  read_expected(node, health);
  node.finish();
}

void read_outlier(const Node& node, PrimaryConfig& primary) {
  auto& outlier = primary.outlier;
  constexpr unsigned kErrorsMax = 1'000'000;
  read_count(node, "consecutive_errors", 0, kErrorsMax, outlier.consecutive_errors);
  read_duration(node, "interval", seconds(1), hours(24), outlier.interval);
  read_duration(node, "eject", milliseconds(100), hours(24), outlier.eject);
  read_duration(node, "eject_max", milliseconds(100), hours(24), outlier.eject_max);
  if (const auto percent = node.member("max_percent")) {
    outlier.max_share = percent->percent();
    if (outlier.max_share <= 0)
      percent->fail("max_percent is above 0 and at most 100; consecutive_errors: 0 ejects nobody");
  }
  node.finish();
  outlier.eject_max = std::max(outlier.eject_max, outlier.eject);
}

}  // namespace

void read_primary(const Node& node, ProxyConfig& config) {
  auto& primary = config.primary;
  read_hosts(node, primary);
  primary.tls = read_tls_client(node);
  check_tls_use(node, std::any_of(primary.hosts.begin(), primary.hosts.end(),
                                  [](const PrimaryHost& host) { return host.url.is_tls(); }));
  read_balance(node, primary);
  if (const auto health = node.member("health")) read_health(*health, primary);
  if (const auto outlier = node.member("outlier")) read_outlier(*outlier, primary);
  read_duration(node, "resolve", seconds(1), hours(24), primary.resolve);
  node.finish();
}

}  // namespace understudy::proxy
