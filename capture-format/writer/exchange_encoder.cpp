#include "capture-format/writer/exchange_encoder.hpp"

#include <algorithm>
#include <cstdint>

namespace understudy::capture {
namespace {

// Bounds: tag and length of a field take at most 7 bytes (2 + 5), a number at most 12; a varint is stored
// with some bytes behind it that the next field writes over.
constexpr std::size_t kPairOverhead = 32;
constexpr std::size_t kMessageHeadOverhead = 80;
constexpr std::size_t kMessageTailOverhead = 64;
// The tail is asked for twice: with the body, and behind the trailers.
constexpr std::size_t kMessageOverhead = kMessageHeadOverhead + 2 * kMessageTailOverhead;
constexpr std::size_t kExchangeHeadOverhead = 104;
constexpr std::size_t kExchangeTailOverhead = 176;
constexpr std::size_t kMirrorOverhead = 48;

// A short pair asks for the same room whatever its size: the bound of an exchange has this much to spare.
constexpr std::size_t kShortPairRoom = wire::kShortPairMax + kPairOverhead;

constexpr std::size_t kCacheLineBytes = 64;
// Measured (BM_EncodeRecorded, BM_Encode/0): how far ahead of the pair at hand memory is fetched.
constexpr std::size_t kFetchedAheadWritten = 512;
constexpr std::size_t kFetchedAheadRead = 768;
constexpr std::size_t kNextLinesPerPair = 3;

enum class Wanted { to_read, to_write };

/// The line `bytes` from here will be wanted soon. It need not be ours: nothing is read.
template <Wanted wanted>
[[gnu::always_inline]] inline void fetch_ahead(const char* from, std::size_t bytes) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(from) + bytes;
  __builtin_prefetch(reinterpret_cast<const void*>(address), wanted == Wanted::to_write ? 1 : 0);
}

std::size_t pairs_bound(const std::vector<HeaderView>& pairs) noexcept {
  std::size_t size = 0;
  for (const auto& [name, value] : pairs) size += name.size() + value.size() + kPairOverhead;
  return size;
}

/// What is recorded of a message's body, and what is said of the rest.
struct BodyRecord {
  std::string_view bytes;
  std::uint64_t hash = 0;
  Truncation truncation = Truncation::none;
};

BodyRecord body_record(const MessageView& message, Bodies bodies) noexcept {
  if (bodies == Bodies::keep || message.body.empty())
    return {message.body, message.body_hash, message.truncation};
  return {{}, 0, Truncation::memory};
}

std::size_t message_bound(const MessageView& message, Bodies bodies) noexcept {
  return kMessageOverhead + message.method.size() + message.target.size() + message.authority.size() +
         message.reason.size() + (bodies == Bodies::keep ? message.body.size() : 0) +
         pairs_bound(message.headers) + pairs_bound(message.trailers);
}

/// Out of line, so that the loop over ordinary fields stays small.
[[gnu::noinline]] char* encode_any_pair(char* at, std::uint32_t field, std::string_view first,
                                        std::string_view second) noexcept {
  const auto size = [](std::string_view text) {
    return text.empty() ? std::size_t{0} : 1 + wire::varint_size(text.size()) + text.size();
  };
  wire::Writer out(at);
  out.tag(field, wire::Type::bytes);
  out.varint(size(first) + size(second));
  out.bytes(1, first);
  out.bytes(2, second);
  return out.position();
}

[[gnu::always_inline]] inline bool is_short_pair(std::string_view first, std::string_view second) noexcept {
  return !first.empty() && !second.empty() && first.size() + second.size() <= wire::kShortPairMax;
}

[[gnu::always_inline]] inline bool has_room(const wire::Writer& out, const char* end,
                                            std::size_t bytes) noexcept {
  return static_cast<std::size_t>(end - out.position()) >= bytes;
}

/// What is asked for before each part is no more than `message_bound` counts for it, but for kShortPairRoom.
/// Lines of `next`, the text that is copied afterwards, are fetched with each pair, and those of the buffer
/// and of the pairs' own texts: a body that nobody has read (an image) and a chunk that the disk thread gives
/// back come from far, and encoding pairs leaves the memory idle.
[[gnu::always_inline]] inline bool encode_pairs(wire::Writer& to, const char* end, std::uint32_t field,
                                                const std::vector<HeaderView>& pairs,
                                                std::string_view next) noexcept {
  auto out = to;
  for (const auto& [name, value] : pairs) {
    fetch_ahead<Wanted::to_write>(out.position(), kFetchedAheadWritten);
    fetch_ahead<Wanted::to_read>(value.data(), kFetchedAheadRead);
    if (next.size() > kCacheLineBytes) {
      for (std::size_t line = 0; line < kNextLinesPerPair; ++line)
        fetch_ahead<Wanted::to_read>(next.data(), line * kCacheLineBytes);
      next.remove_prefix(std::min(next.size(), kNextLinesPerPair * kCacheLineBytes));
    }
    if (is_short_pair(name, value)) [[likely]] {
      if (!has_room(out, end, kShortPairRoom)) return false;
      out.short_pair(field, name, value);
    } else {
      if (!has_room(out, end, name.size() + value.size() + kPairOverhead)) return false;
      out = wire::Writer(encode_any_pair(out.position(), field, name, value));
    }
  }
  to = out;
  return true;
}

[[gnu::always_inline]] inline bool encode_message(wire::Writer& to, const char* end, std::uint32_t field,
                                                  const MessageView& message, Bodies bodies) noexcept {
  const auto body = body_record(message, bodies);
  auto out = to;
  const auto line =
      message.method.size() + message.target.size() + message.authority.size() + message.reason.size();
  if (!has_room(out, end, kMessageHeadOverhead + line)) return false;
  char* const length_at = out.begin(field);
  out.bytes(1, message.method);
  out.bytes(2, message.target);
  out.bytes(3, message.authority);
  out.number(4, message.version);
  out.number(5, message.status);
  out.bytes(6, message.reason);
  if (!encode_pairs(out, end, 7, message.headers, body.bytes)) return false;
  if (!has_room(out, end, kMessageTailOverhead + body.bytes.size())) return false;
  out.bytes(8, body.bytes);
  if (!encode_pairs(out, end, 9, message.trailers, {})) return false;
  if (!has_room(out, end, kMessageTailOverhead)) return false;
  out.number(10, message.body_length);
  out.fixed64(11, body.hash);
  out.number(12, static_cast<std::uint64_t>(body.truncation));
  out.number(13, message.content_decoded ? 1 : 0);
  out.end(length_at);
  to = out;
  return true;
}

[[gnu::always_inline]] inline void encode_timings(wire::Writer& out, std::uint32_t field,
                                                  const TimingsView& timings) noexcept {
  char* const length_at = out.begin(field);
  out.number(1, timings.request_done_ns);
  out.number(2, timings.connected_ns);
  out.number(3, timings.first_byte_ns);
  out.number(4, timings.response_done_ns);
  out.end(length_at);
}

[[gnu::always_inline]] inline void encode_mirror(wire::Writer& out, std::uint32_t field,
                                                 const MirrorView& mirror) noexcept {
  char* const length_at = out.begin(field);
  out.number(1, static_cast<std::uint64_t>(mirror.outcome));
  out.bytes(6, mirror.target);
  out.bytes(7, mirror.reason);
  out.end(length_at);
}

[[gnu::always_inline]] inline void encode_scrub(wire::Writer& out, std::uint32_t field,
                                                const ScrubView& scrub) noexcept {
  char* const length_at = out.begin(field);
  out.number(1, static_cast<std::uint64_t>(scrub.state));
  out.fixed32(2, scrub.policy);
  out.number(3, scrub.redactions);
  for (const auto& hit : scrub.hits) {
    char* const hit_at = out.begin(4);
    out.bytes(1, hit.rule);
    out.number(2, hit.count);
    out.end(hit_at);
  }
  out.end(length_at);
}

/// Everything behind the messages.
std::size_t tail_bound(const ExchangeView& exchange) noexcept {
  std::size_t size = kExchangeTailOverhead + exchange.trace_id.size() + exchange.span_id.size();
  for (const auto& mirror : exchange.mirrors)
    size += kMirrorOverhead + mirror.reason.size() + mirror.target.size();
  for (const auto& hit : exchange.scrub.hits) size += kPairOverhead + hit.rule.size();
  for (const auto& [key, value] : exchange.extensions) size += kPairOverhead + key.size() + value.size();
  return size;
}

[[gnu::always_inline]] inline void encode_tail(wire::Writer& to, const ExchangeView& exchange) noexcept {
  auto out = to;
  encode_timings(out, 9, exchange.timings);
  for (const auto& mirror : exchange.mirrors) encode_mirror(out, 10, mirror);
  encode_scrub(out, 11, exchange.scrub);
  out.bytes(12, exchange.trace_id);
  out.bytes(13, exchange.span_id);
  out.number(15, static_cast<std::uint64_t>(exchange.fate));
  for (const auto& [key, value] : exchange.extensions)
    out = wire::Writer(encode_any_pair(out.position(), 16, key, value));
  to = out;
}

}  // namespace

std::size_t encoded_size_bound(const ExchangeView& exchange, Bodies bodies) noexcept {
  auto size =
      kExchangeHeadOverhead + kShortPairRoom + message_bound(exchange.request, bodies) + tail_bound(exchange);
  if (exchange.has_response) size += message_bound(exchange.response, bodies);
  return size;
}

bool encode_exchange_within(wire::Writer& to, const char* end, const ExchangeView& exchange,
                            Bodies bodies) noexcept {
  auto out = to;
  if (!has_room(out, end, kExchangeHeadOverhead)) return false;
  char* const record_at = out.begin(1);
  char* const length_at = out.begin(1);
  out.fixed64(1, exchange.start_ns);
  out.number(2, exchange.id);
  out.number(3, exchange.connection_id);
  out.number(4, exchange.connection_sequence);
  out.number(5, exchange.stream_id);
  out.fixed64(6, exchange.session_key);
  if (!encode_message(out, end, 7, exchange.request, bodies)) return false;
  if (exchange.has_response && !encode_message(out, end, 8, exchange.response, bodies)) return false;
  if (!has_room(out, end, tail_bound(exchange))) return false;
  encode_tail(out, exchange);
  out.end(length_at);
  out.end(record_at);
  to = out;
  return true;
}

void encode_exchange(wire::Writer& out, const ExchangeView& exchange, Bodies bodies) noexcept {
  encode_exchange_within(out, out.position() + encoded_size_bound(exchange, bodies), exchange, bodies);
}

void encode_connection(wire::Writer& out, std::uint64_t connection_id) noexcept {
  char* const record_at = out.begin(1);
  char* const length_at = out.begin(2);
  out.number(1, connection_id);
  out.end(length_at);
  out.end(record_at);
}

void encode_gap(wire::Writer& out, const Gap& gap) noexcept {
  char* const record_at = out.begin(1);
  char* const length_at = out.begin(3);
  out.number(1, gap.exchanges);
  out.number(2, gap.bytes);
  out.fixed64(3, gap.from_ns);
  out.fixed64(4, gap.to_ns);
  for (std::size_t i = 0; i < kGapReasons; ++i) {
    if (!gap.has(static_cast<GapReason>(i))) continue;
    char* const reason_at = out.begin(5);
    out.number(1, i);
    out.number(2, gap.by_reason[i]);
    out.end(reason_at);
  }
  out.end(length_at);
  out.end(record_at);
}

}  // namespace understudy::capture
