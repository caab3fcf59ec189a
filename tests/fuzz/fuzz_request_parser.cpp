// One request: the same outcome in any split.
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::mt19937 random(data[0]);
  const std::string raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto expected = feed_request(raw, whole(), kLimits);
  UNDERSTUDY_VERIFY(feed_request(raw, byte_by_byte(raw.size()), kLimits) == expected);
  UNDERSTUDY_VERIFY(feed_request(raw, random_pieces(raw.size(), random), kLimits) == expected);
  return 0;
}
