// The exchanges of several captures as one stream in the order of their start, in bounded memory.
#pragma once

#include "capture-format/reader.hpp"
#include "core/base/result.hpp"
#include "replay/recorded_exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy::replay {

/// What one file had, complete when the stream has ended.
struct CaptureSummary {
  std::filesystem::path path;
  capture::FileInfo info;
  capture::Damage damage;
  capture::Gaps gaps;
  std::uint64_t exchanges = 0;
  bool sealed = false;
};

/// Reads twice give the same order. Not thread-safe.
class CaptureStream {
 public:
  /// Decompressed bytes held to put exchanges in order; captures that overlap by more are sorted in a file
  /// without a name in the directory for temporary files.
  static constexpr std::size_t kMemoryBytes = std::size_t{96} << 20;

  /// Fails with one clear line when a file cannot be opened, is no capture, or is encrypted and `keys` do not
  /// open it.
  static Outcome<CaptureStream> open(const std::vector<std::filesystem::path>& paths,
                                     const capture::KeyRingPtr& keys = nullptr,
                                     std::size_t memory_bytes = kMemoryBytes);
  CaptureStream(CaptureStream&&) noexcept;
  ~CaptureStream();

  /// The next exchange, or nothing at the end.
  std::optional<RecordedExchange> next();

  const std::vector<CaptureSummary>& captures() const noexcept;
  /// Exchanges that were given out after later ones, because the chunk that held them says that it has none
  /// so early.
  std::uint64_t out_of_order() const noexcept;

 private:
  struct Impl;
  explicit CaptureStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::replay
