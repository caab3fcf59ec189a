// What `capture info` tells about one file, gathered in one pass in bounded memory.
#pragma once

#include "capture-format/commands/console.hpp"
#include "capture-format/commands/latency_histogram.hpp"
#include "capture-format/reader.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace understudy::capture {

struct EndpointFacts {
  std::uint64_t exchanges = 0;
  std::uint64_t server_errors = 0;
  std::uint64_t nanoseconds = 0;  ///< of all together

  double mean_ns() const noexcept {
    return exchanges == 0 ? 0 : static_cast<double>(nanoseconds) / static_cast<double>(exchanges);
  }
};

/// A count for each of a few names; what there is no room for is counted as "other".
using NamedCounts = std::map<std::string, std::uint64_t, std::less<>>;

struct CaptureFacts {
  std::string path;
  FileInfo file;
  bool sealed = false;
  Damage damage;
  Gaps gaps;
  ReadTotals totals;
  std::uint64_t first_start_ns = 0;
  std::uint64_t last_end_ns = 0;
  std::unordered_set<std::uint64_t> connections;
  bool connections_capped = false;  ///< there are more than were counted
  std::unordered_set<std::uint64_t> sessions;
  bool sessions_capped = false;
  std::array<std::uint64_t, 6> status_class{};
  std::map<std::uint32_t, std::uint64_t> statuses;  ///< 0: no response
  NamedCounts methods;
  NamedCounts fates;
  std::unordered_map<std::string, EndpointFacts> endpoints;
  std::uint64_t other_endpoint_exchanges = 0;
  LatencyHistogram latency;  ///< start to the response's last byte, where it is known
  std::uint64_t request_body_bytes = 0;
  std::uint64_t response_body_bytes = 0;
  std::uint64_t largest_body_bytes = 0;
  NamedCounts truncations;  ///< bodies that are not there in full, by why
  std::array<std::uint64_t, 4> scrub_states{};
  std::uint64_t redactions = 0;
  NamedCounts scrub_rules;
  NamedCounts mirror_outcomes;
};

CaptureFacts gather_facts(const std::string& path, Reader reader, Progress& progress);

/// The busiest first, ten at most.
std::vector<std::pair<std::string, EndpointFacts>> top_endpoints(const CaptureFacts& facts);
/// Decompressed by stored bytes.
double compression_ratio(const CaptureFacts& facts) noexcept;

/// For people, several lines, with small bars where `bars`; and one JSON object (FORMAT.md §5).
std::string facts_as_text(const CaptureFacts& facts, bool bars);
std::string facts_as_json(const CaptureFacts& facts);

}  // namespace understudy::capture
