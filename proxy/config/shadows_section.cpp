#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"
#include "proxy/config/tls_section.hpp"

namespace understudy::proxy {

void read_shadows(const config::Node& node, ProxyConfig& config) {
  for (const auto& item : node.items()) {
    ShadowTarget shadow;
    read_url(item, shadow.url);
    shadow.tls = read_tls_client(item);
    check_tls_use(item, shadow.url.is_tls());
    shadow.name = "shadow" + std::to_string(config.shadows.size() + 1);
    item.read("name", shadow.name, &config::Node::text);
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

}  // namespace understudy::proxy
