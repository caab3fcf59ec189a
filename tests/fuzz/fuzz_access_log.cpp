// Any line as one of an access log: what is accepted can be sent as a request line.
#include "capture-format/convert/access_log_line.hpp"
#include "core/http/grammar.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const auto line =
      capture::parse_access_log_line(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!line) return 0;
  if (!http::is_token(line->method) || line->target.empty()) std::abort();
  for (const char c : line->target)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) std::abort();
  if (line->user_agent.find('\n') != std::string::npos || line->referer.find('\r') != std::string::npos)
    std::abort();
  return 0;
}
