// Requests: the same outcome in any split, and what we forward means to a parser what it meant to us.
#include "core/http/forward.hpp"
#include "core/http/serializer.hpp"
#include "tests/fuzz/verify.hpp"
#include "tests/unit/core/http/feed.hpp"

#include <cstdint>

namespace {

using namespace understudy::http;

// Small enough for the fuzzer to reach.
constexpr Limits kLimits{.head_bytes = 1024,
                         .target_bytes = 256,
                         .field_count = 16,
                         .chunk_extension_bytes = 64,
                         .trailer_bytes = 128};

// Nothing that was accepted may come out of the forwarding as another message, or as more than one.
void verify_forwarded(std::string_view raw) {
  RequestParser parser(kLimits);
  parser.reset();
  auto step = parser.parse_head(raw);
  while (step && !step->complete && step->consumed != 0) {
    raw.remove_prefix(step->consumed);
    step = parser.parse_head(raw);
  }
  if (!step || !step->complete) return;
  std::string wire;
  append_forwarded_head(wire, parser.head(), BodyFraming::of_length(3),
                        {.client_address = "192.0.2.1", .default_host = "origin"});
  const auto seen = feed_request(wire + "abcGET", whole());
  UNDERSTUDY_VERIFY(seen.end == Seen::End::complete);
  UNDERSTUDY_VERIFY(seen.body == "abc");
  UNDERSTUDY_VERIFY(seen.rest == "GET");
  UNDERSTUDY_VERIFY(seen.start_line.starts_with(parser.head().method + " "));
  UNDERSTUDY_VERIFY(
      target_query(parser.head().target) ==
      target_query(seen.start_line.substr(parser.head().method.size() + 1,
                                          seen.start_line.size() - parser.head().method.size() - 5)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::mt19937 random(data[0]);
  const std::string raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto expected = feed_request(raw, whole(), kLimits);
  UNDERSTUDY_VERIFY(feed_request(raw, byte_by_byte(raw.size()), kLimits) == expected);
  UNDERSTUDY_VERIFY(feed_request(raw, random_pieces(raw.size(), random), kLimits) == expected);
  verify_forwarded(raw);
  return 0;
}
