#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"
#include "proxy/config/tls_section.hpp"

namespace understudy::proxy {

void read_listeners(const config::Node& node, ProxyConfig& config) {
  for (const auto& item : node.items()) {
    const auto address = item.member("address");
    auto tls = read_tls_server(item);
    item.finish();
    if (!address) {
      item.fail("a listener needs an address, such as {address: \"127.0.0.1:8080\"}");
      continue;
    }
    ListenerConfig listener;
    listener.tls = std::move(tls);
    take(*address, net::parse_listen_address(address->text()), listener.address);
    config.listeners.push_back(std::move(listener));
  }
}

}  // namespace understudy::proxy
