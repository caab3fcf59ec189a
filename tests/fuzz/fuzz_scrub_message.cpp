// Whole messages of arbitrary labels and bytes: no crash, and what was removed is empty.
#include "core/scrub/scrubber.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace understudy;

/// Cuts the input at zero bytes: target, type, coding, field value, body.
std::string_view next_part(std::string_view& input) {
  const auto end = input.find('\0');
  const auto part = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const scrub::Scrubber scrubber([] {
    scrub::Options options;
    options.key[0] = 1;
    return options;
  }());
  std::string_view input(reinterpret_cast<const char*>(data), size);
  http::Request request;
  request.head.method = "POST";
  request.head.target = std::string(next_part(input));
  request.head.fields.add("Content-Type", next_part(input));
  if (const auto coding = next_part(input); !coding.empty())
    request.head.fields.add("Content-Encoding", coding);
  request.head.fields.add("Cookie", next_part(input));
  request.head.fields.add("X-Note", next_part(input));
  request.body = std::string(input);
  const auto report = scrubber.scrub(std::move(request));
  if (!report.body_kept() && !report.message->body.empty()) __builtin_trap();
  return 0;
}
