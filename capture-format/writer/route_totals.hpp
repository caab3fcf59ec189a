// The endpoints of a whole file, summed from those of its chunks, for the summary.
#pragma once

#include "capture-format/layout/summary.hpp"
#include "capture-format/writer/route_table.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace understudy::capture {

/// At most 4,096 endpoints by name; exchanges of any further ones are counted together.
class RouteTotals {
 public:
  void clear();
  void add(const RouteTable& routes);
  /// The most frequent first, as many as a summary has room for, into `summary`.
  void rank_into(Summary& summary) const;

 private:
  std::unordered_map<std::string, std::uint64_t> routes_;
  std::uint64_t other_ = 0;
};

}  // namespace understudy::capture
