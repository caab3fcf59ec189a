// Chunked bodies: the same outcome in any split, and content that survives being chunked again.
#include "core/http/chunked.hpp"
#include "core/http/serializer.hpp"
#include "tests/fuzz/verify.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace understudy::http;

constexpr Limits kLimits{.field_count = 8, .chunk_extension_bytes = 32, .trailer_bytes = 64};

struct Outcome {
  std::string content;
  std::string trailers;
  std::string rest;
  bool complete = false;
  boost::system::error_code error;

  bool operator==(const Outcome&) const = default;
};

std::string text_of(const Fields& fields) {
  std::string text;
  for (const auto field : fields) text.append(field.name).append(":").append(field.value).append("\n");
  return text;
}

// Pieces of at most `longest` bytes.
Outcome decode(std::string_view raw, std::size_t longest, std::mt19937& random) {
  ChunkedDecoder decoder(kLimits);
  Outcome outcome;
  std::uniform_int_distribution<std::size_t> length(1, longest);
  std::string buffer;
  while (!outcome.complete && !outcome.error && !(raw.empty() && buffer.empty())) {
    const auto size = std::min(raw.size(), length(random));
    buffer.append(raw.substr(0, size));
    raw.remove_prefix(size);
    const auto step = decoder.step(buffer);
    if (!step) {
      outcome.error = step.error();
      break;
    }
    UNDERSTUDY_VERIFY(step->consumed <= buffer.size());
    UNDERSTUDY_VERIFY(step->consumed != 0 || step->complete);
    outcome.content.append(step->data);
    outcome.complete = step->complete;
    buffer.erase(0, step->consumed);
  }
  if (!outcome.complete) return outcome;
  outcome.trailers = text_of(decoder.trailers());
  outcome.rest = buffer + std::string(raw);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::mt19937 random(data[0]);
  const std::string_view raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto expected = decode(raw, std::max<std::size_t>(raw.size(), 1) * 2, random);
  UNDERSTUDY_VERIFY(decode(raw, 1, random) == expected);
  UNDERSTUDY_VERIFY(decode(raw, 5, random) == expected);
  if (!expected.complete) return 0;
  std::string again;
  append_chunk(again, expected.content);
  append_last_chunk(again, {});
  UNDERSTUDY_VERIFY(decode(again, 7, random).content == expected.content);
  return 0;
}
