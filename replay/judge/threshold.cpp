#include "replay/judge/threshold.hpp"

#include "core/base/ascii.hpp"
#include "core/base/units.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::array<std::string_view, 4> kShares{"mismatch_rate", "error_rate", "failed_rate", "coverage"};
constexpr std::array<std::string_view, 8> kDurations{"p50",  "p90", "p95",          "p99",
                                                     "p999", "max", "intended_p99", "lateness_p99"};

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Outcome<double> parse_share(std::string_view text) {
  if (text.ends_with('%')) return parse_percent(text);
  auto share = parse_number(text);
  if (share && *share > 1) return Failure{"a share is at most 1; write per cent as 0.1%"};
  return share;
}

}  // namespace

bool Threshold::holds(double observed) const noexcept {
  switch (comparison) {
    case Comparison::less:
      return observed < limit;
    case Comparison::less_equal:
      return observed <= limit;
    case Comparison::greater:
      return observed > limit;
    case Comparison::greater_equal:
      return observed >= limit;
  }
  return false;
}

Outcome<Threshold> parse_threshold(std::string_view text) {
  Threshold out;
  out.text = text;
  const auto at = text.find_first_of("<>");
  if (at == std::string_view::npos)
    return Failure{
        fmt::format("'{}' is not a threshold: write it like mismatch_rate<0.1% or p99<300ms", text)};
  const bool or_equal = text.substr(at + 1).starts_with('=');
  using Comparison = Threshold::Comparison;
  if (text[at] == '<')
    out.comparison = or_equal ? Comparison::less_equal : Comparison::less;
  else
    out.comparison = or_equal ? Comparison::greater_equal : Comparison::greater;
  out.name = trim(text.substr(0, at));
  const auto limit = trim(text.substr(at + (or_equal ? 2 : 1)));
  if (contains(kShares, out.name)) {
    const auto share = parse_share(limit);
    if (!share) return Failure{fmt::format("threshold '{}': {}", text, share.error().message)};
    out.limit = *share;
  } else if (contains(kDurations, out.name)) {
    const auto duration = parse_duration(limit);
    if (!duration) return Failure{fmt::format("threshold '{}': {}", text, duration.error().message)};
    out.limit = std::chrono::duration<double>(*duration).count();
    out.is_duration = true;
  } else {
    return Failure{fmt::format("threshold '{}': '{}' is not one of {}, {}", text, out.name,
                               fmt::join(kShares, ", "), fmt::join(kDurations, ", "))};
  }
  return out;
}

}  // namespace understudy::replay
