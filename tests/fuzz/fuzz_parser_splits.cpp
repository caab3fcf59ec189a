// A whole conversation on one connection: the parser that is reused from message to message, fed in random
// pieces, must see the same messages as a fresh one that gets everything at once.
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
constexpr int kMessagesMax = 16;

void verify_requests(std::string_view raw, std::mt19937& random) {
  RequestParser reused(kLimits);
  std::string rest(raw);
  for (int message = 0; message < kMessagesMax && !rest.empty(); ++message) {
    const auto expected = feed_request(rest, whole(), kLimits);
    UNDERSTUDY_VERIFY(feed_request(rest, random_pieces(rest.size(), random), kLimits, &reused) == expected);
    UNDERSTUDY_VERIFY(feed_request(rest, byte_by_byte(rest.size()), kLimits, &reused) == expected);
    if (expected.end != Seen::End::complete) return;
    UNDERSTUDY_VERIFY(expected.rest.size() < rest.size());
    rest = expected.rest;
  }
}

void verify_response(std::string_view raw, const char* method, std::mt19937& random) {
  const auto expected = feed_response(raw, whole(), method, kLimits);
  UNDERSTUDY_VERIFY(feed_response(raw, random_pieces(raw.size(), random), method, kLimits) == expected);
  UNDERSTUDY_VERIFY(feed_response(raw, byte_by_byte(raw.size()), method, kLimits) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::mt19937 random(data[0]);
  const std::string_view raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (raw.starts_with("HTTP"))
    verify_response(raw, (data[0] & 1) != 0 ? "HEAD" : "GET", random);
  else
    verify_requests(raw, random);
  return 0;
}
