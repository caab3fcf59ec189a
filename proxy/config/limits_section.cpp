#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"

namespace understudy::proxy {

void read_limits(const config::Node& node, ProxyConfig& config) {
  auto& downstream = config.downstream;
  node.read("request_head", downstream.request_limits.head_bytes, &config::Node::size_bytes);
  node.read("request_target", downstream.request_limits.target_bytes, &config::Node::size_bytes);
  node.read("request_fields", downstream.request_limits.field_count, &config::Node::count);
  node.read("chunk_extensions", downstream.request_limits.chunk_extension_bytes, &config::Node::size_bytes);
  node.read("trailers", downstream.request_limits.trailer_bytes, &config::Node::size_bytes);
  node.read("response_head", downstream.response_limits.head_bytes, &config::Node::size_bytes);
  node.read("connections", downstream.connections_max, &config::Node::count);
  node.read("connections_per_client", downstream.connections_per_client_max, &config::Node::count);
  node.read("requests_per_connection", downstream.requests_per_connection_max, &config::Node::count);
  node.read("in_flight", downstream.in_flight_max, &config::Node::count);
  node.read("request_body", downstream.request_body_bytes_max, &config::Node::size_bytes);
  node.read("upstream_idle", downstream.upstream_idle_max, &config::Node::count);
  node.read("body_piece", downstream.piece_bytes, &config::Node::size_bytes);
  node.read("shadow_body", config.shadow_limits.body_bytes, &config::Node::size_bytes);
  node.read("shadow_memory", config.shadow_limits.memory_bytes, &config::Node::size_bytes);
  node.read("shadow_in_flight", config.shadow_limits.in_flight, &config::Node::count);
  node.read("shadow_connections", config.shadow_limits.connections, &config::Node::count);
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

void read_timeouts(const config::Node& node, ProxyConfig& config) {
  auto& timeouts = config.downstream.timeouts;
  node.read("client_head", timeouts.client_head, &config::Node::duration);
  node.read("body_idle", timeouts.body_idle, &config::Node::duration);
  node.read("keep_alive_idle", timeouts.keep_alive_idle, &config::Node::duration);
  node.read("connect", timeouts.connect, &config::Node::duration);
  node.read("response", timeouts.response, &config::Node::duration);
  node.read("request", timeouts.request, &config::Node::duration);
  node.read("upstream_idle", timeouts.upstream_idle, &config::Node::duration);
  node.read("tunnel_idle", timeouts.tunnel_idle, &config::Node::duration);
  node.read("tls_handshake", timeouts.tls_handshake, &config::Node::duration);
  node.read("linger", timeouts.linger, &config::Node::duration);
  node.read("drain", timeouts.drain, &config::Node::duration);
  node.read("drain_delay", timeouts.drain_delay, &config::Node::duration);
  node.read("shadow_response", config.shadow_limits.response_timeout, &config::Node::duration);
  node.finish();
}

}  // namespace understudy::proxy
