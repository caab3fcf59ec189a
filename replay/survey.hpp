// The first pass over the captures: how much there is, when it began, and what varies by itself.
#pragma once

#include "core/base/result.hpp"
#include "core/diff/noise_model.hpp"
#include "replay/capture_stream.hpp"
#include "replay/session_history.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace understudy::replay {

struct Survey {
  std::uint64_t exchanges = 0;
  std::uint64_t first_start_ns = 0;
  std::uint64_t last_start_ns = 0;
  std::vector<CaptureSummary> captures;
  diff::NoiseModel noise;
};

/// Reads everything once. Fails when a file is no capture, or `keys` do not open it.
Outcome<Survey> survey_captures(const std::vector<std::filesystem::path>& paths,
                                const capture::KeyRingPtr& keys = nullptr);

}  // namespace understudy::replay
