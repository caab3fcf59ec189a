#include "capture-format/writer/exchange_encoder.hpp"

namespace understudy::capture {
namespace {

// Bounds: tag and length of a field take at most 7 bytes (2 + 5), a number at most 12.
constexpr std::size_t kPairOverhead = 32;
constexpr std::size_t kMessageOverhead = 128;
constexpr std::size_t kExchangeOverhead = 256;
constexpr std::size_t kMirrorOverhead = 48;

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

void encode_any_pair(wire::Writer& out, std::uint32_t field, std::string_view first,
                     std::string_view second) noexcept {
  const auto size = [](std::string_view text) {
    return text.empty() ? std::size_t{0} : 1 + wire::varint_size(text.size()) + text.size();
  };
  out.tag(field, wire::Type::bytes);
  out.varint(size(first) + size(second));
  out.bytes(1, first);
  out.bytes(2, second);
}

inline void encode_pair(wire::Writer& out, std::uint32_t field, std::string_view first,
                        std::string_view second) noexcept {
  if (first.empty() || second.empty() || first.size() + second.size() > wire::kShortPairMax)
    return encode_any_pair(out, field, first, second);
  out.short_pair(field, first, second);
}

void encode_message(wire::Writer& out, std::uint32_t field, const MessageView& message,
                    Bodies bodies) noexcept {
  const auto body = body_record(message, bodies);
  char* const length_at = out.begin(field);
  out.bytes(1, message.method);
  out.bytes(2, message.target);
  out.bytes(3, message.authority);
  out.number(4, message.version);
  out.number(5, message.status);
  out.bytes(6, message.reason);
  for (const auto& [name, value] : message.headers) encode_pair(out, 7, name, value);
  out.bytes(8, body.bytes);
  for (const auto& [name, value] : message.trailers) encode_pair(out, 9, name, value);
  out.number(10, message.body_length);
  out.fixed64(11, body.hash);
  out.number(12, static_cast<std::uint64_t>(body.truncation));
  out.number(13, message.content_decoded ? 1 : 0);
  out.end(length_at);
}

void encode_timings(wire::Writer& out, std::uint32_t field, const TimingsView& timings) noexcept {
  char* const length_at = out.begin(field);
  out.number(1, timings.request_done_ns);
  out.number(2, timings.connected_ns);
  out.number(3, timings.first_byte_ns);
  out.number(4, timings.response_done_ns);
  out.end(length_at);
}

void encode_mirror(wire::Writer& out, std::uint32_t field, const MirrorView& mirror) noexcept {
  char* const length_at = out.begin(field);
  out.number(1, static_cast<std::uint64_t>(mirror.outcome));
  out.bytes(6, mirror.target);
  out.bytes(7, mirror.reason);
  out.end(length_at);
}

void encode_scrub(wire::Writer& out, std::uint32_t field, const ScrubView& scrub) noexcept {
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

}  // namespace

std::size_t encoded_size_bound(const ExchangeView& exchange, Bodies bodies) noexcept {
  std::size_t size = kExchangeOverhead + exchange.trace_id.size() + exchange.span_id.size();
  size += message_bound(exchange.request, bodies);
  if (exchange.has_response) size += message_bound(exchange.response, bodies);
  for (const auto& mirror : exchange.mirrors)
    size += kMirrorOverhead + mirror.reason.size() + mirror.target.size();
  for (const auto& hit : exchange.scrub.hits) size += kPairOverhead + hit.rule.size();
  for (const auto& [key, value] : exchange.extensions) size += kPairOverhead + key.size() + value.size();
  return size;
}

void encode_exchange(wire::Writer& out, const ExchangeView& exchange, Bodies bodies) noexcept {
  char* const record_at = out.begin(1);
  char* const length_at = out.begin(1);
  out.fixed64(1, exchange.start_ns);
  out.number(2, exchange.id);
  out.number(3, exchange.connection_id);
  out.number(4, exchange.connection_sequence);
  out.number(5, exchange.stream_id);
  out.fixed64(6, exchange.session_key);
  encode_message(out, 7, exchange.request, bodies);
  if (exchange.has_response) encode_message(out, 8, exchange.response, bodies);
  encode_timings(out, 9, exchange.timings);
  for (const auto& mirror : exchange.mirrors) encode_mirror(out, 10, mirror);
  encode_scrub(out, 11, exchange.scrub);
  out.bytes(12, exchange.trace_id);
  out.bytes(13, exchange.span_id);
  out.number(15, static_cast<std::uint64_t>(exchange.fate));
  for (const auto& [key, value] : exchange.extensions) encode_pair(out, 16, key, value);
  out.end(length_at);
  out.end(record_at);
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
