// Collects the differences of one pair of responses: merges repeats, bounds their number, tells clocks.
#pragma once

#include "core/diff/difference.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace understudy::diff {

/// When the two responses were made, in nanoseconds since 1970; 0 when unknown.
struct ResponseTimes {
  std::uint64_t recorded_ns = 0;
  std::uint64_t replayed_ns = 0;
};

/// One occurrence. Excerpts may be cut; hashes and times come from the whole values.
struct Occurrence {
  Kind kind = Kind::value_changed;
  std::string_view path;
  std::string recorded;
  std::string replayed;
  ValueClass recorded_class = ValueClass::text;
  ValueClass replayed_class = ValueClass::text;
  ValueHashes hashes;
  bool follows_clock = false;
};

class DifferenceSink {
 public:
  explicit DifferenceSink(const ResponseTimes& times) : times_(times) {}

  void add(Occurrence&& occurrence);
  /// Two texts in the same place (a header value, a string, a number token): classes, hashes and clock are
  /// derived.
  void add_values(Kind kind, std::string_view path, std::string_view recorded, std::string_view replayed);

  /// Both are times of one format, each within five minutes of its own response's time, or both equally far
  /// (to five seconds) from it.
  bool follow_clock(std::string_view recorded, std::string_view replayed) const noexcept;

  void count_leaves(std::uint64_t count) noexcept { result_.leaves_compared += count; }
  void skip_body(std::string_view reason) noexcept { result_.not_compared = reason; }
  Comparison take() { return std::move(result_); }

 private:
  ResponseTimes times_;
  Comparison result_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace understudy::diff
