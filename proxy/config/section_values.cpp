#include "proxy/config/section_values.hpp"

#include "proxy/config/sections.hpp"

namespace understudy::proxy {

void read_url(const config::Node& node, net::OriginUrl& url) {
  const auto text = node.member("url");
  if (!text) return node.fail("needs a url, such as {url: \"http://127.0.0.1:9000\"}");
  take(*text, net::parse_origin_url(text->text()), url);
}

}  // namespace understudy::proxy
