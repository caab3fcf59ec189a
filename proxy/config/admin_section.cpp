#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"

namespace understudy::proxy {

void read_admin(const config::Node& node, ProxyConfig& config) {
  const auto address = node.member("address");
  refuse_tls(node);
  node.finish();
  if (!address) return node.fail("needs an address, such as {address: \"127.0.0.1:9901\"}");
  auto& admin = config.admin.emplace();
  take(*address, net::parse_listen_address(address->text()), admin.address);
  if (!admin.address.address().is_loopback())
    address->fail("the admin API has no authentication yet: use 127.0.0.1 or [::1]");
}

}  // namespace understudy::proxy
