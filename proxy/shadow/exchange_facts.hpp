// What may be told of an exchange without scrubbing: numbers, times and keyed hashes, never a byte of its
// messages.
#pragma once

#include "capture-format/record.hpp"
#include "core/scrub/session_key.hpp"
#include "proxy/exchange/event.hpp"
#include "proxy/exchange/trace_context.hpp"

#include <cstdint>
#include <optional>

namespace understudy::proxy {

/// Why a body is not recorded, and how long it really was.
struct BodyFacts {
  std::uint64_t length = 0;
  std::uint64_t hash = 0;  ///< only of a body over the cap
  capture::Truncation truncation = capture::Truncation::none;
};

struct ExchangeFacts {
  std::uint64_t id = 0;
  std::uint64_t connection_id = 0;
  std::uint32_t connection_sequence = 0;
  std::uint32_t stream_id = 0;
  std::uint64_t start_ns = 0;
  std::uint64_t session_key = 0;
  std::optional<TraceContext> trace;
  capture::TimingsView timings;
  capture::Fate fate = capture::Fate::ok;
  BodyFacts request_body;
  BodyFacts response_body;
};

ExchangeFacts facts_of(const ExchangeEvent& event, const scrub::SessionKeys& session_keys);

}  // namespace understudy::proxy
