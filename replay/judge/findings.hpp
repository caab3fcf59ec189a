// What the judge found, grouped and bounded: the raw material of every report.
#pragma once

#include "core/diff/difference.hpp"
#include "core/diff/noise_model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace understudy::replay {

/// One pair of values, as it came.
struct Example {
  std::uint64_t exchange_id = 0;
  std::string request;  ///< "GET /posts?_sort=views"
  std::string recorded;
  std::string replayed;
};

/// All differences of one endpoint, path and kind (and, for a status, of one pair of statuses).
struct Finding {
  static constexpr std::size_t kExamplesMax = 3;

  std::string endpoint;
  std::string path;
  diff::Kind kind = diff::Kind::value_changed;
  std::string status_pair;        ///< "200->404", only for status_changed
  std::uint64_t count = 0;        ///< exchanges
  std::uint64_t endpoints = 1;    ///< more than one after grouping of header drift
  std::vector<Example> examples;  ///< the first, and others of other requests; at most kExamplesMax
  diff::ValueClass recorded_class = diff::ValueClass::text;
  diff::ValueClass replayed_class = diff::ValueClass::text;
  std::map<diff::Evidence, std::uint64_t> evidence;  ///< only for noise

  /// Twelve hex digits that stay the same from run to run.
  std::string fingerprint() const;
};

/// Findings by place. Beyond the caps they are counted under `__other__`.
class Findings {
 public:
  static constexpr std::size_t kPlacesMax = 20'000;
  static constexpr std::size_t kPlacesPerEndpointMax = 500;

  void add(std::string_view endpoint, const diff::Difference& difference, std::uint64_t exchange_id,
           std::string_view request, const diff::Evidence* evidence);

  /// Most frequent first, then by endpoint and path.
  std::vector<Finding> sorted() const;

 private:
  std::unordered_map<std::string, Finding> by_place_;
  std::unordered_map<std::string, std::size_t> places_of_endpoint_;
};

/// Header differences that at least two endpoints and half of all compared endpoints share become one finding
/// each, of endpoint "*": drift of the server, not of an endpoint.
std::vector<Finding> group_header_drift(std::vector<Finding> findings, std::size_t endpoints_compared);

}  // namespace understudy::replay
