#include "core/diff/header_rules.hpp"

#include "core/base/ascii.hpp"
#include "core/http/forward.hpp"

#include <algorithm>
#include <array>

namespace understudy::diff {
namespace {

using Names = std::string_view;

// Date, Age and Via tell of the moment and the way; the others of framing, which may differ freely.
constexpr std::array<Names, 8> kNotCompared{
    "Date",   "Age", "Via", "Server-Timing", "Content-Length", "Content-Encoding", "Transfer-Encoding",
    "Trailer"};

constexpr std::array<Names, 13> kPresenceOnly{"ETag",
                                              "Last-Modified",
                                              "Expires",
                                              "X-Runtime",
                                              "X-Response-Time",
                                              "Traceparent",
                                              "Tracestate",
                                              "B3",
                                              "X-B3-TraceId",
                                              "X-B3-SpanId",
                                              "X-Amzn-Trace-Id",
                                              "CF-Ray",
                                              "X-Runtime-Rack"};

constexpr std::array<Names, 8> kPresenceOnlyEndings{
    "request-id", "correlation-id",      "trace-id",        "span-id",
    "requestid",  "ratelimit-remaining", "ratelimit-reset", "ratelimit-used"};

bool contains(const auto& names, std::string_view name) noexcept {
  return std::ranges::any_of(names, [name](Names known) { return iequals(known, name); });
}

}  // namespace

HeaderCheck check_of(std::string_view name) noexcept {
  if (http::is_hop_by_hop(name) || contains(kNotCompared, name)) return HeaderCheck::none;
  const auto ends = [name](Names ending) {
    return name.size() >= ending.size() && iequals(name.substr(name.size() - ending.size()), ending);
  };
  if (contains(kPresenceOnly, name) || std::ranges::any_of(kPresenceOnlyEndings, ends))
    return HeaderCheck::presence;
  return HeaderCheck::value;
}

std::string display_name(std::string_view name) {
  if (iequals(name, "ETag")) return "ETag";
  std::string out = to_lower(name);
  bool first = true;
  for (char& c : out) {
    if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    first = c == '-';
  }
  return out;
}

}  // namespace understudy::diff
