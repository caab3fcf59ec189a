#include "proxy/config/sections.hpp"

#include "core/sections/local_key.hpp"
#include "core/sections/sections.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

using config::Node;

/// The value of an Outcome, or the sentence recorded at `node`.
template <class T>
void take(const Node& node, Outcome<T> outcome, T& into) {
  if (outcome)
    into = *std::move(outcome);
  else
    node.fail(outcome.error().message);
}

void refuse_tls(const Node& node) {
  if (const auto tls = node.member("tls"))
    tls->fail("tls is not supported yet: terminate it in front of the proxy");
}

void read_listeners(const Node& node, ProxyConfig& config) {
  for (const auto& item : node.items()) {
    const auto address = item.member("address");
    refuse_tls(item);
    item.finish();
    if (!address) {
      item.fail("a listener needs an address, such as {address: \"127.0.0.1:8080\"}");
      continue;
    }
    net::tcp::endpoint endpoint;
    take(*address, net::parse_listen_address(address->text()), endpoint);
    config.listeners.push_back(endpoint);
  }
}

void read_url(const Node& node, net::OriginUrl& url) {
  refuse_tls(node);
  const auto text = node.member("url");
  if (!text) return node.fail("needs a url, such as {url: \"http://127.0.0.1:9000\"}");
  take(*text, net::parse_origin_url(text->text()), url);
}

void read_shadows(const Node& node, ProxyConfig& config) {
  for (const auto& item : node.items()) {
    ShadowTarget shadow;
    read_url(item, shadow.url);
    shadow.name = "shadow" + std::to_string(config.shadows.size() + 1);
    item.read("name", shadow.name, &Node::text);
    if (const auto host = item.member("host")) {
      const auto text = host->text();
      if (text != "keep" && text != "target")
        host->fail("host is 'keep' (the client's) or 'target' (the shadow's)");
      shadow.host = text == "target" ? HostMode::target : HostMode::keep;
    }
    item.finish();
    config.shadows.push_back(std::move(shadow));
  }
}

void read_sample(const Node& node, ProxyConfig& config) {
  node.read("percent", config.sample_share, &Node::percent);
  if (const auto by = node.member("by")) take(*by, SampleKey::parse(by->text()), config.sample_key);
  node.finish();
}

void read_capture(const Node& node, ProxyConfig& config) {
  capture::RecorderOptions options;
  const auto directory = node.member("directory");
  if (!directory) return node.fail("needs a directory");
  options.directory = directory->text();
  if (const auto rotate = node.member("rotate")) {
    rotate->read("size", options.rotate_bytes, &Node::size_bytes);
    rotate->read("age", options.rotate_age, &Node::duration);
    rotate->finish();
  }
  if (const auto keep = node.member("keep"))
    keep->fail("capture.keep is not supported yet: remove old files from outside");
  node.finish();
  config.capture = std::move(options);
}

void read_limits(const Node& node, ProxyConfig& config) {
  auto& downstream = config.downstream;
  node.read("request_head", downstream.request_limits.head_bytes, &Node::size_bytes);
  node.read("request_target", downstream.request_limits.target_bytes, &Node::size_bytes);
  node.read("request_fields", downstream.request_limits.field_count, &Node::count);
  node.read("chunk_extensions", downstream.request_limits.chunk_extension_bytes, &Node::size_bytes);
  node.read("trailers", downstream.request_limits.trailer_bytes, &Node::size_bytes);
  node.read("response_head", downstream.response_limits.head_bytes, &Node::size_bytes);
  node.read("connections", downstream.connections_max, &Node::count);
  node.read("upstream_idle", downstream.upstream_idle_max, &Node::count);
  node.read("body_piece", downstream.piece_bytes, &Node::size_bytes);
  node.read("shadow_body", config.shadow_limits.body_bytes, &Node::size_bytes);
  node.read("shadow_memory", config.shadow_limits.memory_bytes, &Node::size_bytes);
  node.read("shadow_in_flight", config.shadow_limits.in_flight, &Node::count);
  node.read("shadow_connections", config.shadow_limits.connections, &Node::count);
  node.finish();
  constexpr std::size_t kHeadMin = 1024;
  constexpr std::size_t kHeadMax = 16 * 1024 * 1024;
  for (const auto bytes : {downstream.request_limits.head_bytes, downstream.response_limits.head_bytes})
    if (bytes < kHeadMin || bytes > kHeadMax)
      node.fail("request_head and response_head lie between 1KiB and 16MiB");
  if (downstream.piece_bytes < kHeadMin || downstream.piece_bytes > kHeadMax)
    node.fail("body_piece lies between 1KiB and 16MiB");
  if (downstream.connections_max == 0) node.fail("connections must be at least 1");
}

void read_timeouts(const Node& node, ProxyConfig& config) {
  auto& timeouts = config.downstream.timeouts;
  node.read("client_head", timeouts.client_head, &Node::duration);
  node.read("body_idle", timeouts.body_idle, &Node::duration);
  node.read("keep_alive_idle", timeouts.keep_alive_idle, &Node::duration);
  node.read("connect", timeouts.connect, &Node::duration);
  node.read("response", timeouts.response, &Node::duration);
  node.read("upstream_idle", timeouts.upstream_idle, &Node::duration);
  node.read("tunnel_idle", timeouts.tunnel_idle, &Node::duration);
  node.read("linger", timeouts.linger, &Node::duration);
  node.read("drain", timeouts.drain, &Node::duration);
  node.read("shadow_response", config.shadow_limits.response_timeout, &Node::duration);
  node.finish();
}

void read_log(const Node& node, ProxyConfig& config) {
  if (const auto level = node.member("level")) {
    const auto text = level->text();
    if (text == "debug")
      config.log_level = telemetry::Level::debug;
    else if (text == "info")
      config.log_level = telemetry::Level::info;
    else if (text == "warning")
      config.log_level = telemetry::Level::warning;
    else if (text == "error")
      config.log_level = telemetry::Level::error;
    else
      level->fail("level is debug, info, warning or error");
  }
  if (const auto format = node.member("format")) {
    const auto text = format->text();
    if (text != "text" && text != "json") format->fail("format is text or json");
    config.log_format = text == "json" ? telemetry::LogFormat::json : telemetry::LogFormat::text;
  }
  node.finish();
}

void read_admin(const Node& node, ProxyConfig& config) {
  const auto address = node.member("address");
  refuse_tls(node);
  node.finish();
  if (!address) return node.fail("needs an address, such as {address: \"127.0.0.1:9901\"}");
  net::tcp::endpoint endpoint;
  take(*address, net::parse_listen_address(address->text()), endpoint);
  if (!endpoint.address().is_loopback())
    address->fail("the admin API has no authentication yet: use 127.0.0.1 or [::1]");
  config.admin = endpoint;
}

void read_scrub(const Node& node, ProxyConfig& config) { config.scrub = sections::read_scrub(node); }
void read_guard(const Node& node, ProxyConfig& config) { config.guard = sections::read_guard(node); }

void read_workers(const Node& node, ProxyConfig& config) {
  const auto workers = node.count();
  constexpr std::uint64_t kWorkersMax = 1024;
  if (workers > kWorkersMax)
    return node.fail("workers lies between 0 (as many as the machine has threads) and 1024");
  config.workers = static_cast<unsigned>(workers);
}

void read_primary(const Node& node, ProxyConfig& config) {
  read_url(node, config.primary);
  node.finish();
}

}  // namespace

void read_root(const Node& root, ProxyConfig& config) {
  using Section = void (*)(const Node&, ProxyConfig&);
  constexpr std::pair<std::string_view, Section> kSections[] = {
      {"listeners", read_listeners}, {"primary", read_primary}, {"shadows", read_shadows},
      {"sample", read_sample},       {"guard", read_guard},     {"scrub", read_scrub},
      {"capture", read_capture},     {"limits", read_limits},   {"timeouts", read_timeouts},
      {"admin", read_admin},         {"workers", read_workers}, {"log", read_log}};
  bool scrub_given = false;
  for (const auto& [name, read] : kSections) {
    const auto section = root.member(name);
    if (!section) continue;
    read(*section, config);
    scrub_given = scrub_given || name == "scrub";
  }
  if (!scrub_given) config.scrub.key = sections::local_key();
  root.finish();
}

}  // namespace understudy::proxy
