#include "capture-format/writer/chunk_builder.hpp"

#include "capture-format/writer/chunk_routes.hpp"

#include <algorithm>
#include <limits>

namespace understudy::capture {
namespace {

constexpr std::uint32_t saturated(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

bool is_truncated(const MessageView& message, Bodies bodies) noexcept {
  return message.truncation != Truncation::none || (bodies == Bodies::leave_out && !message.body.empty());
}

}  // namespace

ChunkBuilder::ChunkBuilder(std::size_t wanted_bytes)
    : wanted_bytes_(wanted_bytes),
      ordinary_capacity_(wanted_bytes + wanted_bytes / kOverrunPart),
      capacity_(ordinary_capacity_),
      bytes_(new char[capacity_]) {}

void ChunkBuilder::clear() {
  if (capacity_ != ordinary_capacity_) {
    bytes_.reset(new char[ordinary_capacity_]);
    capacity_ = ordinary_capacity_;
  }
  size_ = 0;
  header_ = ChunkHeader{};
  routes_.clear();
  kind_ = ChunkKind::data;
  gap_ = Gap{};
  connections_.fill(0);
}

void ChunkBuilder::grow(std::size_t bytes) {
  if (bytes <= capacity_) return;
  bytes_.reset(new char[bytes]);
  capacity_ = bytes;
}

bool ChunkBuilder::append(const ExchangeView& exchange, Bodies bodies) noexcept {
  const char* const end = bytes_.get() + capacity_;
  if (room() < kConnectionRecordBytesMax) return false;
  wire::Writer out(bytes_.get() + size_);
  auto& seen = slot_of(exchange.connection_id);
  const auto mark = exchange.connection_id + 1;
  const bool first = seen != mark || mark == 0;
  if (first) encode_connection(out, exchange.connection_id);
  if (!encode_exchange_within(out, end, exchange, bodies)) return false;
  if (first) ++header_.records;
  seen = mark;
  size_ = static_cast<std::size_t>(out.position() - bytes_.get());
  count(exchange, bodies);
  return true;
}

void ChunkBuilder::append_gap(const Gap& gap) noexcept {
  wire::Writer out(bytes_.get() + size_);
  encode_gap(out, gap);
  size_ = static_cast<std::size_t>(out.position() - bytes_.get());
  if (header_.records == 0) header_.kind = ChunkKind::gap;
  ++header_.records;
  gap_.add(gap);
  header_.flags |= kHasGap;
  header_.dropped_exchanges = saturated(gap_.exchanges);
  header_.dropped_bytes = gap_.bytes;
  header_.drop_reasons = static_cast<std::uint16_t>(header_.drop_reasons | gap.reasons);
}

std::uint64_t& ChunkBuilder::slot_of(std::uint64_t connection_id) noexcept {
  return connections_[(connection_id * 0x9E3779B97F4A7C15u >> 32) % kConnectionSlots];
}

void ChunkBuilder::count(const ExchangeView& exchange, Bodies bodies) noexcept {
  const auto end_ns = exchange.start_ns + exchange.timings.response_done_ns;
  if (header_.exchanges == 0) {
    header_.kind = kind_;
    header_.first_id = exchange.id;
    header_.min_start_ns = exchange.start_ns;
  }
  header_.min_start_ns = std::min(header_.min_start_ns, exchange.start_ns);
  header_.max_start_ns = std::max(header_.max_start_ns, exchange.start_ns);
  header_.max_end_ns = std::max(header_.max_end_ns, end_ns);
  ++header_.records;
  ++header_.exchanges;
  const auto of_status = status_class(exchange);
  ++header_.status_class[of_status];
  if (of_status == 5) header_.flags |= kHas5xx;
  if (is_truncated(exchange.request, bodies) ||
      (exchange.has_response && is_truncated(exchange.response, bodies)))
    header_.flags |= kHasTruncation;
  header_.methods = static_cast<std::uint16_t>(header_.methods | 1u << method_bit(exchange.request.method));
  header_.max_latency_us =
      std::max(header_.max_latency_us, saturated(exchange.timings.response_done_ns / 1000));
  if (exchange.mirrors.empty()) ++header_.mirror_outcome[0];
  for (const auto& mirror : exchange.mirrors)
    ++header_.mirror_outcome[static_cast<std::size_t>(mirror.outcome) % 8];
}

void ChunkBuilder::complete() noexcept { count_routes(raw(), header_, routes_); }

}  // namespace understudy::capture
