#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"

namespace understudy::proxy {

void read_primary(const config::Node& node, ProxyConfig& config) {
  read_url(node, config.primary);
  node.finish();
}

}  // namespace understudy::proxy
