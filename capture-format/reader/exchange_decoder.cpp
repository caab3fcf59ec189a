#include "capture-format/reader/exchange_decoder.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"

namespace understudy::capture {
namespace {

using wire::Type;

template <class Enum>
Enum enumerator(std::uint64_t number, Enum last, Enum unknown) noexcept {
  return number <= static_cast<std::uint64_t>(last) ? static_cast<Enum>(number) : unknown;
}

template <class View>
bool decode_pair(std::string_view bytes, std::string_view View::* first, std::string_view View::* second,
                 std::vector<View>& out, std::size_t count_max) {
  if (out.size() >= count_max) return false;
  View pair;
  wire::Reader in(bytes);
  while (in.next()) {
    if (in.is(1, Type::bytes)) pair.*first = in.bytes();
    if (in.is(2, Type::bytes)) pair.*second = in.bytes();
  }
  out.push_back(pair);
  return !in.failed();
}

bool decode_header(std::string_view bytes, std::vector<HeaderView>& out) {
  return decode_pair(bytes, &HeaderView::name, &HeaderView::value, out, kHeadersMax);
}

void reset(MessageView& message) {
  auto headers = std::move(message.headers);
  auto trailers = std::move(message.trailers);
  headers.clear();
  trailers.clear();
  message = MessageView{};
  message.version = 0;
  message.headers = std::move(headers);
  message.trailers = std::move(trailers);
}

bool decode_message(std::string_view bytes, MessageView& message) {
  wire::Reader in(bytes);
  bool ok = true;
  while (ok && in.next()) {
    if (in.is(1, Type::bytes)) message.method = in.bytes();
    if (in.is(2, Type::bytes)) message.target = in.bytes();
    if (in.is(3, Type::bytes)) message.authority = in.bytes();
    if (in.is(4, Type::varint)) message.version = in.number32();
    if (in.is(5, Type::varint)) message.status = in.number32();
    if (in.is(6, Type::bytes)) message.reason = in.bytes();
    if (in.is(7, Type::bytes)) ok = decode_header(in.bytes(), message.headers);
    if (in.is(8, Type::bytes)) message.body = in.bytes();
    if (in.is(9, Type::bytes)) ok = decode_header(in.bytes(), message.trailers);
    if (in.is(10, Type::varint)) message.body_length = in.number();
    if (in.is(11, Type::fixed64)) message.body_hash = in.number();
    if (in.is(12, Type::varint))
      message.truncation = enumerator(in.number(), Truncation::policy, Truncation::policy);
    if (in.is(13, Type::varint)) message.content_decoded = in.number() != 0;
  }
  return ok && !in.failed();
}

bool decode_timings(std::string_view bytes, TimingsView& timings) {
  wire::Reader in(bytes);
  while (in.next()) {
    if (in.is(1, Type::varint)) timings.request_done_ns = in.number();
    if (in.is(2, Type::varint)) timings.connected_ns = in.number();
    if (in.is(3, Type::varint)) timings.first_byte_ns = in.number();
    if (in.is(4, Type::varint)) timings.response_done_ns = in.number();
  }
  return !in.failed();
}

bool decode_mirror(std::string_view bytes, std::vector<MirrorView>& out) {
  if (out.size() >= kRepeatedMax) return false;
  MirrorView mirror;
  wire::Reader in(bytes);
  while (in.next()) {
    if (in.is(1, Type::varint))
      mirror.outcome = enumerator(in.number(), MirrorOutcome::answered, MirrorOutcome::conn_error);
    if (in.is(6, Type::bytes)) mirror.target = in.bytes();
    if (in.is(7, Type::bytes)) mirror.reason = in.bytes();
  }
  out.push_back(mirror);
  return !in.failed();
}

bool decode_hit(std::string_view bytes, std::vector<RuleHitView>& out) {
  if (out.size() >= kRepeatedMax) return false;
  RuleHitView hit;
  wire::Reader in(bytes);
  while (in.next()) {
    if (in.is(1, Type::bytes)) hit.rule = in.bytes();
    if (in.is(2, Type::varint)) hit.count = in.number32();
  }
  out.push_back(hit);
  return !in.failed();
}

bool decode_scrub(std::string_view bytes, ScrubView& scrub) {
  wire::Reader in(bytes);
  bool ok = true;
  scrub.state = ScrubState::clean;
  while (ok && in.next()) {
    if (in.is(1, Type::varint)) scrub.state = enumerator(in.number(), ScrubState::off, ScrubState::off);
    if (in.is(2, Type::fixed32)) scrub.policy = in.number32();
    if (in.is(3, Type::varint)) scrub.redactions = in.number32();
    if (in.is(4, Type::bytes)) ok = decode_hit(in.bytes(), scrub.hits);
  }
  return ok && !in.failed();
}

void reset(ExchangeView& exchange) {
  exchange.start_ns = exchange.id = exchange.connection_id = exchange.session_key = 0;
  exchange.connection_sequence = exchange.stream_id = 0;
  reset(exchange.request);
  reset(exchange.response);
  exchange.has_response = false;
  exchange.timings = TimingsView{};
  exchange.mirrors.clear();
  exchange.scrub.state = ScrubState::off;  // a record without a scrub field was never scrubbed
  exchange.scrub.policy = exchange.scrub.redactions = 0;
  exchange.scrub.hits.clear();
  exchange.trace_id = exchange.span_id = {};
  exchange.fate = Fate::ok;
  exchange.extensions.clear();
}

bool decode_exchange(std::string_view bytes, ExchangeView& exchange) {
  reset(exchange);
  wire::Reader in(bytes);
  bool ok = true;
  while (ok && in.next()) {
    if (in.is(1, Type::fixed64)) exchange.start_ns = in.number();
    if (in.is(2, Type::varint)) exchange.id = in.number();
    if (in.is(3, Type::varint)) exchange.connection_id = in.number();
    if (in.is(4, Type::varint)) exchange.connection_sequence = in.number32();
    if (in.is(5, Type::varint)) exchange.stream_id = in.number32();
    if (in.is(6, Type::fixed64)) exchange.session_key = in.number();
    if (in.is(7, Type::bytes)) ok = decode_message(in.bytes(), exchange.request);
    if (in.is(8, Type::bytes)) {
      exchange.has_response = true;
      ok = decode_message(in.bytes(), exchange.response);
    }
    if (in.is(9, Type::bytes)) ok = decode_timings(in.bytes(), exchange.timings);
    if (in.is(10, Type::bytes)) ok = decode_mirror(in.bytes(), exchange.mirrors);
    if (in.is(11, Type::bytes)) ok = decode_scrub(in.bytes(), exchange.scrub);
    if (in.is(12, Type::bytes)) exchange.trace_id = in.bytes();
    if (in.is(13, Type::bytes)) exchange.span_id = in.bytes();
    if (in.is(15, Type::varint)) exchange.fate = enumerator(in.number(), Fate::local_reply, Fate::reset);
    if (in.is(16, Type::bytes))
      ok = decode_pair(in.bytes(), &ExtensionView::key, &ExtensionView::value, exchange.extensions,
                       kRepeatedMax);
  }
  return ok && !in.failed();
}

bool decode_reason(std::string_view bytes, Gap& gap) {
  std::uint64_t reason = 0;
  std::uint64_t exchanges = 0;
  wire::Reader in(bytes);
  while (in.next()) {
    if (in.is(1, Type::varint)) reason = in.number();
    if (in.is(2, Type::varint)) exchanges = in.number();
  }
  if (reason < kGapReasons) gap.by_reason[reason] += exchanges;
  if (reason < 16) gap.reasons = static_cast<std::uint16_t>(gap.reasons | 1u << reason);
  return !in.failed();
}

bool decode_gap(std::string_view bytes, Gap& total) {
  Gap gap;
  wire::Reader in(bytes);
  bool ok = true;
  while (ok && in.next()) {
    if (in.is(1, Type::varint)) gap.exchanges = in.number();
    if (in.is(2, Type::varint)) gap.bytes = in.number();
    if (in.is(3, Type::fixed64)) gap.from_ns = in.number();
    if (in.is(4, Type::fixed64)) gap.to_ns = in.number();
    if (in.is(5, Type::bytes)) ok = decode_reason(in.bytes(), gap);
  }
  ok = ok && !in.failed();
  if (ok) total.add(gap);
  return ok;
}

}  // namespace

RecordKind decode_record(std::string_view record, ExchangeView& exchange, Gap& gap) {
  auto kind = RecordKind::other;
  wire::Reader in(record);
  while (in.next()) {
    if (in.field() > 5) continue;  // a kind of a later minor version
    if (kind != RecordKind::other) return RecordKind::malformed;
    bool ok = true;
    if (in.is(1, Type::bytes)) {
      kind = RecordKind::exchange;
      ok = decode_exchange(in.bytes(), exchange);
    } else if (in.is(2, Type::bytes)) {
      kind = RecordKind::connection;
    } else if (in.is(3, Type::bytes)) {
      kind = RecordKind::gap;
      ok = decode_gap(in.bytes(), gap);
    }
    if (!ok) return RecordKind::malformed;
  }
  return in.failed() ? RecordKind::malformed : kind;
}

}  // namespace understudy::capture
