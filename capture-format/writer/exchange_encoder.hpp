// Records as protobuf wire bytes, written straight into a chunk buffer: the hot path of the recorder.
#pragma once

#include "capture-format/layout/wire.hpp"
#include "capture-format/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace understudy::capture {

/// Why exchanges are missing (proto GapReason).
enum class GapReason : std::uint8_t {
  upstream = 0,
  no_buffer = 1,
  too_large = 2,
  disk_full = 3,
  write_error = 4
};
inline constexpr std::size_t kGapReasons = 5;

/// Exchanges that should be in the file and are not.
struct Gap {
  std::uint64_t exchanges = 0;
  std::uint64_t bytes = 0;
  std::uint64_t from_ns = 0;
  std::uint64_t to_ns = 0;
  std::array<std::uint64_t, kGapReasons> by_reason{};

  bool empty() const noexcept { return exchanges == 0 && bytes == 0; }

  void add(GapReason reason, std::uint64_t count, std::uint64_t size, std::uint64_t at_ns) noexcept {
    if (empty() || at_ns < from_ns) from_ns = at_ns;
    if (at_ns > to_ns) to_ns = at_ns;
    exchanges += count;
    bytes += size;
    by_reason[static_cast<std::size_t>(reason)] += count;
  }

  void add(const Gap& other) noexcept {
    if (other.empty()) return;
    if (empty() || other.from_ns < from_ns) from_ns = other.from_ns;
    if (other.to_ns > to_ns) to_ns = other.to_ns;
    exchanges += other.exchanges;
    bytes += other.bytes;
    for (std::size_t i = 0; i < kGapReasons; ++i) by_reason[i] += other.by_reason[i];
  }
};

/// No more bytes than this does `encode_exchange` write for this exchange.
std::size_t encoded_size_bound(const ExchangeView& exchange) noexcept;

/// Room for one connection record, and for one gap record.
inline constexpr std::size_t kConnectionRecordBytesMax = 32;
inline constexpr std::size_t kGapRecordBytesMax = 192;

/// One element of CaptureStream.record each; the caller has made sure of the room.
void encode_exchange(wire::Writer& out, const ExchangeView& exchange) noexcept;
void encode_connection(wire::Writer& out, std::uint64_t connection_id) noexcept;
void encode_gap(wire::Writer& out, const Gap& gap) noexcept;

}  // namespace understudy::capture
