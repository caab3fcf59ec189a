// One recorded exchange as views: what the writer takes and the reader gives. Mirrors proto/capture.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Why a body is not there in full; its true length always is (proto Trunc).
enum class Truncation : std::uint8_t {
  none = 0,
  length = 1,
  time = 2,
  disconnect = 3,
  memory = 4,
  policy = 5
};

/// How the exchange ended (proto Fate).
enum class Fate : std::uint8_t { ok = 0, client_abort = 1, upstream_timeout = 2, reset = 3, local_reply = 4 };

/// What happened to the mirrored copy (proto Outcome).
enum class MirrorOutcome : std::uint8_t {
  not_sampled = 0,
  sent = 1,
  write_blocked = 2,
  rewritten = 3,
  queue_dropped = 4,
  timeout = 5,
  conn_error = 6,
  answered = 7
};

/// What the scrubber did (proto State).
enum class ScrubState : std::uint8_t { clean = 0, redacted = 1, failed_body_removed = 2, off = 3 };

struct HeaderView {
  std::string_view name;
  std::string_view value;
};

/// Request or response. Bytes as received; body without transfer coding.
struct MessageView {
  std::string_view method;     ///< request only
  std::string_view target;     ///< request only
  std::string_view authority;  ///< request only: Host, or the authority of an absolute-form target
  std::uint32_t version = 11;  ///< 10 or 11
  std::uint32_t status = 0;    ///< response only
  std::string_view reason;     ///< response only
  std::vector<HeaderView> headers;
  std::string_view body;
  std::vector<HeaderView> trailers;
  std::uint64_t body_length = 0;  ///< true length in bytes, also when `body` was cut or removed
  std::uint64_t body_hash = 0;    ///< XXH64 of the recorded (scrubbed) body; 0 when nothing may be said of it
  Truncation truncation = Truncation::none;
  bool content_decoded =
      false;  ///< the source had undone the Content-Encoding that a header names (HAR files)
};

/// Nanoseconds since the start of the exchange; 0 when unknown.
struct TimingsView {
  std::uint64_t request_done_ns = 0;
  std::uint64_t connected_ns = 0;
  std::uint64_t first_byte_ns = 0;
  std::uint64_t response_done_ns = 0;
};

struct MirrorView {
  MirrorOutcome outcome = MirrorOutcome::not_sampled;
  std::string_view reason;  ///< of the closed not-mirrored list, empty when sent
  std::string_view target;  ///< the shadow's name
};

struct RuleHitView {
  std::string_view rule;
  std::uint32_t count = 0;
};

struct ScrubView {
  ScrubState state = ScrubState::off;
  std::uint32_t policy = 0;
  std::uint32_t redactions = 0;
  std::vector<RuleHitView> hits;
};

/// A fact that has no field of its own; the keys are registered in FORMAT.md ("scheme", "har.connection"
/// ...).
struct ExtensionView {
  std::string_view key;
  std::string_view value;
};

struct ExchangeView {
  std::uint64_t start_ns = 0;  ///< wall clock, since 1970
  std::uint64_t id = 0;        ///< unique in a file
  std::uint64_t connection_id = 0;
  std::uint32_t connection_sequence = 0;  ///< place on its connection, from 0
  std::uint32_t stream_id = 0;
  std::uint64_t session_key = 0;  ///< keyed hash taken before scrubbing; 0: order by connection
  MessageView request;
  bool has_response = false;
  MessageView response;
  TimingsView timings;
  std::vector<MirrorView> mirrors;
  ScrubView scrub;
  std::string_view trace_id;  ///< 16 bytes, or empty
  std::string_view span_id;   ///< 8 bytes, or empty
  Fate fate = Fate::ok;
  std::vector<ExtensionView> extensions;
};

/// The value of an extension, or empty.
inline std::string_view extension(const ExchangeView& exchange, std::string_view key) noexcept {
  for (const auto& entry : exchange.extensions)
    if (entry.key == key) return entry.value;
  return {};
}

/// In which count of a chunk header it stands: [n] is nxx, [0] no response, or a status outside 100 to 599.
inline constexpr std::size_t kStatusClasses = 6;
constexpr std::size_t status_class(const ExchangeView& exchange) noexcept {
  const auto at = exchange.has_response ? exchange.response.status / 100 : 0;
  return at < kStatusClasses ? at : 0;
}

}  // namespace understudy::capture
