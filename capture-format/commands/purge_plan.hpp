// What a purge would do with each file, found out before anything is changed.
#pragma once

#include "capture-format/commands/console.hpp"
#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace understudy::capture {

/// What goes: the exchanges that began before a time, or those of some sessions.
struct PurgeTarget {
  std::uint64_t before_ns = 0;  ///< 0: by session
  bool rewrite = false;         ///< by age: also files that are old only in part
  std::unordered_set<std::uint64_t> sessions;

  bool holds(const ExchangeView& exchange) const {
    return before_ns != 0 ? exchange.start_ns < before_ns : sessions.contains(exchange.session_key);
  }
};

enum class PurgeAction : std::uint8_t { keep, remove, rewrite, skip };

constexpr std::string_view name_of(PurgeAction action) noexcept {
  switch (action) {
    case PurgeAction::keep:
      return "kept";
    case PurgeAction::remove:
      return "removed";
    case PurgeAction::rewrite:
      return "rewritten";
    case PurgeAction::skip:
      return "skipped";
  }
  return "kept";
}

struct PurgeItem {
  std::string path;
  PurgeAction action = PurgeAction::keep;
  std::uint64_t exchanges = 0;
  std::uint64_t unwanted = 0;  ///< of these
  std::uint64_t file_bytes = 0;
  std::uint64_t freed_bytes = 0;  ///< filled in when it is done
  bool incomplete = false;        ///< skipped although it may hold what should go
  std::string reason;             ///< why it is kept or skipped; empty otherwise
};

/// The files that the paths name, a directory standing for the captures in it, sorted. Fails on a path that
/// is neither.
Outcome<std::vector<std::string>> purge_candidates(const std::vector<std::string>& paths);

PurgeItem plan_purge(const std::string& path, const PurgeTarget& target, const KeyRingPtr& keys,
                     Progress& progress);

}  // namespace understudy::capture
