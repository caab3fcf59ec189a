// The proxy's configuration file: any bytes give a configuration or one clean sentence.
#include "proxy/config/config.hpp"
#include "tests/fuzz/verify.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::proxy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = load_config_text(text, "fuzz.yaml");
  if (config) {
    UNDERSTUDY_VERIFY(!config->listeners.empty());
    UNDERSTUDY_VERIFY(!to_json(*config).empty());
  } else {
    const auto& message = config.error().message;
    UNDERSTUDY_VERIFY(!message.empty());
    UNDERSTUDY_VERIFY(message.find('\n') == std::string::npos);
  }
  return 0;
}
