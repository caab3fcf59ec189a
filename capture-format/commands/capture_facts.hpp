// What `capture info` tells about one file, gathered in one pass in bounded memory.
#pragma once

#include "capture-format/commands/console.hpp"
#include "capture-format/reader.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace understudy::capture {

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
  std::array<std::uint64_t, 6> status_class{};
  std::map<std::string, std::uint64_t, std::less<>> methods;
  std::unordered_map<std::string, std::uint64_t> endpoints;
  std::uint64_t other_endpoint_exchanges = 0;
  std::array<std::uint64_t, 4> scrub_states{};
  std::uint64_t redactions = 0;
  std::uint64_t truncated_bodies = 0;
  std::map<std::string, std::uint64_t, std::less<>> mirror_outcomes;
};

CaptureFacts gather_facts(const std::string& path, Reader reader, Progress& progress);

/// For people, several lines; and one JSON object.
std::string facts_as_text(const CaptureFacts& facts);
std::string facts_as_json(const CaptureFacts& facts);

}  // namespace understudy::capture
