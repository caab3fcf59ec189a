// Responses: the same outcome in any split, and what we forward means to a parser what it meant to us.
#include "core/http/forward.hpp"
#include "tests/fuzz/verify.hpp"
#include "tests/unit/core/http/feed.hpp"

#include <cstdint>

namespace {

using namespace understudy::http;

constexpr Limits kLimits{.head_bytes = 1024,
                         .target_bytes = 256,
                         .field_count = 16,
                         .chunk_extension_bytes = 64,
                         .trailer_bytes = 128};

void verify_forwarded(std::string_view raw) {
  ResponseParser parser(kLimits);
  parser.reset("GET");
  const auto step = parser.parse_head(raw);
  if (!step || !step->complete) return;
  std::string wire;
  append_forwarded_head(wire, parser.head(), BodyFraming::of_length(3), ForwardResponse{.date = "D"});
  const auto status = parser.head().status;
  const bool no_body = status / 100 == 1 || status == 204 || status == 304;
  const auto seen = feed_response(wire + (no_body ? "HTTP" : "abcHTTP"), whole());
  UNDERSTUDY_VERIFY(seen.end == Seen::End::complete);
  UNDERSTUDY_VERIFY(seen.body == (no_body ? "" : "abc"));
  UNDERSTUDY_VERIFY(seen.rest == "HTTP");
  UNDERSTUDY_VERIFY(seen.keep_alive);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::mt19937 random(data[0]);
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "CONNECT", "POST"};
  const auto method = kMethods[data[0] % 4];
  const std::string raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto expected = feed_response(raw, whole(), method, kLimits);
  UNDERSTUDY_VERIFY(feed_response(raw, byte_by_byte(raw.size()), method, kLimits) == expected);
  UNDERSTUDY_VERIFY(feed_response(raw, random_pieces(raw.size(), random), method, kLimits) == expected);
  verify_forwarded(raw);
  return 0;
}
