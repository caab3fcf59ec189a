// PROXY protocol headers: the same outcome however the bytes arrive, and nothing past the header is looked
// at.
#include "proxy/downstream/proxy_protocol.hpp"
#include "tests/fuzz/verify.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace understudy::proxy;
using State = ProxyHeaderStep::State;

bool same(const ProxyHeaderStep& a, const ProxyHeaderStep& b) {
  return a.state == b.state && a.size == b.size && a.client == b.client;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = parse_proxy_header(bytes);
  UNDERSTUDY_VERIFY(whole.size <= bytes.size() && whole.size <= kProxyHeaderBytesMax);
  UNDERSTUDY_VERIFY(whole.state == State::whole || (whole.size == 0 && !whole.client));
  UNDERSTUDY_VERIFY(whole.state != State::incomplete || bytes.size() < kProxyHeaderBytesMax);
  // The first prefix that is decided decides for all that follow it.
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto prefix = parse_proxy_header(bytes.substr(0, length));
    if (prefix.state == State::incomplete) continue;
    UNDERSTUDY_VERIFY(same(prefix, whole));
    UNDERSTUDY_VERIFY(prefix.state != State::whole || prefix.size == length);
    break;
  }
  return 0;
}
