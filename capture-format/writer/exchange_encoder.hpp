// Records as protobuf wire bytes, written straight into a chunk buffer: the hot path of the recorder.
#pragma once

#include "capture-format/gap.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/record.hpp"

#include <cstddef>
#include <cstdint>

namespace understudy::capture {

/// What of the messages a record takes in. `leave_out`: without their bodies, marked Truncation::memory, with
/// the true length and without a hash.
enum class Bodies : std::uint8_t { keep, leave_out };

/// No more bytes than this does `encode_exchange` write for this exchange.
std::size_t encoded_size_bound(const ExchangeView& exchange, Bodies bodies = Bodies::keep) noexcept;

/// Room for one connection record, and for one gap record.
inline constexpr std::size_t kConnectionRecordBytesMax = 32;
inline constexpr std::size_t kGapRecordBytesMax = 192;

/// One exchange as one element of CaptureStream.record, if it ends before `end`. False: it does not fit,
/// `out` is where it was, and what is behind it is undefined. In one pass: the recorder's hot path.
bool encode_exchange_within(wire::Writer& out, const char* end, const ExchangeView& exchange,
                            Bodies bodies) noexcept;

/// One element of CaptureStream.record each; the caller has made sure of the room.
void encode_exchange(wire::Writer& out, const ExchangeView& exchange, Bodies bodies = Bodies::keep) noexcept;
void encode_connection(wire::Writer& out, std::uint64_t connection_id) noexcept;
void encode_gap(wire::Writer& out, const Gap& gap) noexcept;

}  // namespace understudy::capture
