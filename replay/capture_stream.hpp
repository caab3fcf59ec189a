// The exchanges of several captures as one stream in the order of their start, in bounded memory.
#pragma once

#include "capture-format/reader.hpp"
#include "core/base/result.hpp"
#include "replay/recorded_exchange.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy::replay {

/// What is held back to put exchanges in order: a file's records are roughly, not strictly, ordered.
struct ReadAheadLimits {
  std::uint64_t window_ns = 3'000'000'000;
  std::size_t bytes = 64 * 1024 * 1024;
};

/// What one file had, complete when the stream has ended.
struct CaptureSummary {
  std::filesystem::path path;
  capture::FileInfo info;
  capture::Damage damage;
  capture::Gaps gaps;
  std::uint64_t exchanges = 0;
  bool sealed = false;
};

/// Opens a file when its time comes and closes it at its end. Reads twice give the same order. Not
/// thread-safe.
class CaptureStream {
 public:
  /// Fails with one clear line when a file cannot be opened, is no capture, or is encrypted and `keys` do not
  /// open it.
  static Outcome<CaptureStream> open(const std::vector<std::filesystem::path>& paths,
                                     const ReadAheadLimits& limits = {},
                                     const capture::KeyRingPtr& keys = nullptr);
  CaptureStream(CaptureStream&&) noexcept;
  ~CaptureStream();

  /// The next exchange, or nothing at the end.
  std::optional<RecordedExchange> next();

  const std::vector<CaptureSummary>& captures() const noexcept;
  /// Exchanges that came too late for their place and were given out after later ones.
  std::uint64_t out_of_order() const noexcept;

 private:
  CaptureStream();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::replay
