// The W3C trace context of a request, in the bytes that captures store.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace understudy::proxy {

struct TraceContext {
  std::array<char, 16> trace_id{};
  std::array<char, 8> span_id{};  ///< of the caller
};

/// Reads a `traceparent` value (W3C Trace Context §3.2): lower-case hex, no all-zero ids, version not ff.
std::optional<TraceContext> parse_traceparent(std::string_view value) noexcept;

}  // namespace understudy::proxy
