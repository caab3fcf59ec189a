#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"
#include "proxy/config/tls_section.hpp"

#include <string_view>

namespace understudy::proxy {
namespace {

constexpr std::string_view kInheritedPrefix = "fd:";

void read_address(const config::Node& node, ListenerConfig& listener) {
  const auto text = node.text();
  if (!text.starts_with(kInheritedPrefix))
    return take(node, net::parse_listen_address(text), listener.address);
  listener.inherited = text.substr(kInheritedPrefix.size());
  if (listener.inherited.empty())
    node.fail("fd: needs the name or the number of an inherited socket, such as fd:http or fd:0");
}

void read_proxy_protocol(const config::Node& item, ProxyProtocolPolicy& policy) {
  using Mode = ProxyProtocolPolicy::Mode;
  const auto mode = item.member("proxy_protocol");
  const auto trusted = item.member("trusted");
  if (mode) {
    const auto text = mode->text();
    if (text != "off" && text != "require" && text != "optional")
      mode->fail("proxy_protocol is off, require or optional");
    policy.mode = text == "require" ? Mode::require : text == "optional" ? Mode::optional : Mode::off;
  }
  if (trusted) {
    for (const auto& range : trusted->items()) {
      const auto parsed = AddressRange::parse(range.text());
      if (parsed)
        policy.trusted.push_back(*parsed);
      else
        range.fail(parsed.error().message);
    }
    if (policy.mode == Mode::off) trusted->fail("trusted says whose PROXY headers count: set proxy_protocol");
  }
  if (policy.mode == Mode::optional && policy.trusted.empty())
    mode->fail("optional needs `trusted: [\"10.0.0.0/8\"]`: otherwise any client could name itself");
}

}  // namespace

void read_listeners(const config::Node& node, ProxyConfig& config) {
  for (const auto& item : node.items()) {
    const auto address = item.member("address");
    auto tls = read_tls_server(item);
    ListenerConfig listener;
    read_proxy_protocol(item, listener.proxy_protocol);
    item.finish();
    if (!address) {
      item.fail("a listener needs an address, such as {address: \"127.0.0.1:8080\"}");
      continue;
    }
    listener.tls = std::move(tls);
    read_address(*address, listener);
    config.listeners.push_back(std::move(listener));
  }
}

}  // namespace understudy::proxy
