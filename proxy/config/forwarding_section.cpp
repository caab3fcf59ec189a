#include "proxy/config/sections.hpp"

namespace understudy::proxy {
namespace {

using ForwardedMode = http::ForwardedPolicy::Mode;

void read_mode(const config::Node& node, ForwardedMode& mode) {
  const auto text = node.text();
  if (text == "append")
    mode = ForwardedMode::append;
  else if (text == "replace")
    mode = ForwardedMode::replace;
  else if (text == "off")
    mode = ForwardedMode::off;
  else
    node.fail("mode is append, replace or off");
}

void read_header(const config::Node& node, http::ForwardedPolicy& policy) {
  const auto text = node.text();
  if (text != "x-forwarded" && text != "forwarded" && text != "both")
    return node.fail("header is x-forwarded, forwarded or both");
  policy.x_forwarded = text != "forwarded";
  policy.forwarded = text != "x-forwarded";
}

}  // namespace

void read_forwarded(const config::Node& node, ProxyConfig& config) {
  auto& policy = config.downstream.forwarded;
  if (const auto mode = node.member("mode")) read_mode(*mode, policy.mode);
  if (const auto header = node.member("header")) read_header(*header, policy);
  node.finish();
}

void read_ids(const config::Node& node, ProxyConfig& config) {
  auto& ids = config.downstream.ids;
  node.read("request_id", ids.request_id, &config::Node::boolean);
  node.read("traceparent", ids.traceparent, &config::Node::boolean);
  node.read("sampled", ids.sampled, &config::Node::boolean);
  node.finish();
}

void read_overload(const config::Node& node, ProxyConfig& config) {
  auto& overload = config.downstream.overload;
  node.read("target", overload.target, &config::Node::duration);
  node.read("interval", overload.interval, &config::Node::duration);
  node.finish();
  if (overload.interval < std::chrono::milliseconds(50)) node.fail("interval must be at least 50ms");
}

}  // namespace understudy::proxy
