#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"

namespace understudy::proxy {

void read_admin(const config::Node& node, ProxyConfig& config) {
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

}  // namespace understudy::proxy
