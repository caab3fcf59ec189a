#include "proxy/config/config.hpp"

#include "core/config/node.hpp"
#include "proxy/config/sections.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace understudy::proxy {
namespace {

Outcome<ProxyConfig> read_document(const config::Node& root) {
  ProxyConfig config;
  read_root(root, config);
  if (const auto error = root.error()) return *error;
  if (auto checked = check_config(config); !checked) return checked.error();
  return config;
}

/// A whole number where it is one: Boost.JSON writes any double with an exponent.
boost::json::value number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) == value) return whole;
  return value;
}

boost::json::value seconds_json(std::chrono::nanoseconds duration) {
  return number(std::chrono::duration<double>(duration).count());
}

boost::json::object timeouts_json(const Timeouts& timeouts) {
  return {{"client_head_seconds", seconds_json(timeouts.client_head)},
          {"body_idle_seconds", seconds_json(timeouts.body_idle)},
          {"keep_alive_idle_seconds", seconds_json(timeouts.keep_alive_idle)},
          {"connect_seconds", seconds_json(timeouts.connect)},
          {"response_seconds", seconds_json(timeouts.response)},
          {"request_seconds", seconds_json(timeouts.request)},
          {"upstream_idle_seconds", seconds_json(timeouts.upstream_idle)},
          {"tunnel_idle_seconds", seconds_json(timeouts.tunnel_idle)},
          {"tls_handshake_seconds", seconds_json(timeouts.tls_handshake)},
          {"drain_seconds", seconds_json(timeouts.drain)},
          {"drain_delay_seconds", seconds_json(timeouts.drain_delay)}};
}

boost::json::object limits_json(const ProxyConfig& config) {
  return {{"request_head_bytes", config.downstream.request_limits.head_bytes},
          {"request_target_bytes", config.downstream.request_limits.target_bytes},
          {"request_fields", config.downstream.request_limits.field_count},
          {"response_head_bytes", config.downstream.response_limits.head_bytes},
          {"connections_per_worker", config.downstream.connections_max},
          {"connections_per_client", config.downstream.connections_per_client_max},
          {"requests_per_connection", config.downstream.requests_per_connection_max},
          {"in_flight_per_worker", config.downstream.in_flight_max},
          {"request_body_bytes", config.downstream.request_body_bytes_max},
          {"upstream_idle_per_worker", config.downstream.upstream_idle_max},
          {"shadow_body_bytes", config.shadow_limits.body_bytes},
          {"shadow_memory_bytes", config.shadow_limits.memory_bytes},
          {"shadow_in_flight", config.shadow_limits.in_flight},
          {"shadow_connections", config.shadow_limits.connections}};
}

std::string sample_key_text(const SampleKey& key) {
  switch (key.kind) {
    case SampleKey::Kind::request:
      return "request";
    case SampleKey::Kind::connection:
      return "connection";
    case SampleKey::Kind::client_ip:
      return "client_ip";
    case SampleKey::Kind::header:
      return "header:" + key.name;
    case SampleKey::Kind::cookie:
      break;
  }
  return "cookie:" + key.name;
}

boost::json::object health_json(const HealthCheckOptions& health) {
  return {{"path", health.path},
          {"interval_seconds", seconds_json(health.interval)},
          {"timeout_seconds", seconds_json(health.timeout)},
          {"healthy", health.healthy},
          {"unhealthy", health.unhealthy},
          {"expect", fmt::format("{}-{}", health.expect_first, health.expect_last)}};
}

boost::json::object outlier_json(const OutlierOptions& outlier) {
  return {{"consecutive_errors", outlier.consecutive_errors},
          {"interval_seconds", seconds_json(outlier.interval)},
          {"eject_seconds", seconds_json(outlier.eject)},
          {"eject_max_seconds", seconds_json(outlier.eject_max)},
          {"max_percent", number(outlier.max_share * 100)}};
}

boost::json::object primary_json(const PrimaryConfig& primary) {
  boost::json::array hosts;
  for (const auto& host : primary.hosts)
    hosts.push_back(boost::json::object{{"url", host.name()}, {"weight", host.weight}});
  boost::json::object object{
      {"hosts", hosts},
      {"balance", primary.balance == Balance::round_robin ? "round_robin" : "least_requests"},
      {"outlier", outlier_json(primary.outlier)},
      {"resolve_seconds", seconds_json(primary.resolve)}};
  if (primary.health) object["health"] = health_json(*primary.health);
  return object;
}

/// Port 0 is another port each time.
Outcome<> check_addresses(const ProxyConfig& config) {
  const auto& listeners = config.listeners;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (listeners[i].inherited.empty() && listeners[i].address.port() == 0) continue;
    for (std::size_t j = 0; j < i; ++j)
      if (listeners[i].text() == listeners[j].text())
        return Failure{fmt::format("two listeners have the address {}", listeners[i].text())};
    if (config.admin && listeners[i].inherited.empty() && config.admin->address == listeners[i].address)
      return Failure{
          fmt::format("the admin API cannot share the address {} with a listener", listeners[i].text())};
  }
  return {};
}

}  // namespace

Outcome<ProxyConfig> load_config_file(const std::string& path) {
  const auto root = config::Node::load_file(path);
  if (!root) return root.error();
  return read_document(*root);
}

Outcome<ProxyConfig> load_config_text(std::string_view text, const std::string& origin) {
  const auto root = config::Node::load_text(text, origin);
  if (!root) return root.error();
  return read_document(*root);
}

Outcome<> check_config(const ProxyConfig& config) {
  if (config.listeners.empty())
    return Failure{
        "no listener: give --listen ADDRESS, or `listeners: [{address: \"127.0.0.1:8080\"}]` in the file"};
  if (config.primary.hosts.empty())
    return Failure{
        "no primary: give --primary URL, or `primary: {url: \"http://127.0.0.1:9000\"}` in the file"};
  for (const auto& shadow : config.shadows)
    if (shadow.url.is_unix())
      return Failure{
          fmt::format("shadow '{}' is a Unix socket: a shadow is reached over the network, where the "
                      "guard can tell it from production",
                      shadow.name)};
  for (std::size_t i = 0; i < config.shadows.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (config.shadows[i].name == config.shadows[j].name)
        return Failure{fmt::format("two shadows are called '{}': names are metric labels and must differ",
                                   config.shadows[i].name)};
  if (auto checked = check_addresses(config); !checked) return checked;
  if (config.admin && !config.admin->address.address().is_loopback() && !config.admin->authenticates())
    return Failure{
        fmt::format("admin address {} is not on loopback: anybody who reaches it could pause and drain, give "
                    "admin.token_file or use 127.0.0.1",
                    net::endpoint_text(config.admin->address))};
  return {};
}

std::string to_json(const ProxyConfig& config) {
  boost::json::array listeners;
  for (const auto& listener : config.listeners) listeners.emplace_back(listener.text());
  boost::json::array shadows;
  for (const auto& shadow : config.shadows)
    shadows.push_back(boost::json::object{{"name", shadow.name},
                                          {"url", shadow.url.text()},
                                          {"host", shadow.host == HostMode::keep ? "keep" : "target"}});
  boost::json::object root{{"listeners", listeners},
                           {"primary", primary_json(config.primary)},
                           {"shadows", shadows},
                           {"sample", boost::json::object{{"percent", number(config.sample_share * 100)},
                                                          {"by", sample_key_text(config.sample_key)}}},
                           {"guard_rules", config.guard.rules.size()},
                           {"limits", limits_json(config)},
                           {"timeouts", timeouts_json(config.downstream.timeouts)},
                           {"workers", config.workers}};
  if (config.capture)
    root["capture"] = boost::json::object{{"directory", config.capture->directory.string()}};
  if (config.admin) root["admin"] = net::endpoint_text(config.admin->address);
  return boost::json::serialize(root);
}

}  // namespace understudy::proxy
