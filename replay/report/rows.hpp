// Differences as lines of a table, the same for every report that people read.
#pragma once

#include "replay/report/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace understudy::replay {

struct DifferenceRow {
  std::string endpoint;
  std::string path;  ///< "(body)" for the whole body
  std::string kind;
  std::uint64_t count = 0;
  std::uint64_t of = 0;
  std::string request;
  std::string recorded;
  std::string replayed;
};

/// Slow endpoints first, then differences in their order.
std::vector<DifferenceRow> difference_rows(const RunResult& result);
/// The kind column names the evidence too.
std::vector<DifferenceRow> noise_rows(const RunResult& result);

}  // namespace understudy::replay
