// What we forward means to a second parser, strict or careless, what the original meant to us.
#include "tests/fuzz/verify.hpp"
#include "tests/unit/core/http/roundtrip.hpp"

#include <cstdint>
#include <iostream>

namespace {

using namespace understudy::http;

void verify(std::string_view raw) {
  const auto broken =
      raw.starts_with("HTTP") ? broken_by_forwarding_response(raw) : broken_by_forwarding_request(raw);
  if (!broken.empty()) std::cerr << broken << "\n";
  UNDERSTUDY_VERIFY(broken.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  verify({reinterpret_cast<const char*>(data), size});
  return 0;
}
