// One condition of a filter, and what it says of an exchange and of a chunk.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

struct FilterTerm {
  enum class Field : std::uint8_t {
    time,
    method,
    status,
    endpoint,
    target,
    host,
    latency,
    header,
    outcome,
    fate
  };
  enum class Operator : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, contains };

  /// One alternative. Numbers: time and latency in ns, status, enumerators. A status class is [number,
  /// number_end).
  struct Value {
    std::string text;
    std::uint64_t number = 0;
    std::uint64_t number_end = 0;
  };

  Field field = Field::time;
  Operator op = Operator::equal;
  std::string name;  ///< of the header
  std::vector<Value> values;
};

/// Fails with one sentence that names the term.
Outcome<FilterTerm> parse_filter_term(std::string_view text);

bool holds(const FilterTerm& term, const ExchangeView& exchange);
/// Bit n: an exchange of this status class (`status_class`) can satisfy the term.
unsigned status_classes(const FilterTerm& term) noexcept;
/// False only when no exchange of the chunk can satisfy the term.
bool may_hold(const FilterTerm& term, const ChunkHeader& chunk) noexcept;

}  // namespace understudy::capture
