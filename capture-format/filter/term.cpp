#include "capture-format/filter/term.hpp"

#include "capture-format/layout/endpoint_path.hpp"
#include "core/base/ascii.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

using Field = FilterTerm::Field;
using Operator = FilterTerm::Operator;
using Value = FilterTerm::Value;

bool compare(Operator op, std::uint64_t left, std::uint64_t right) noexcept {
  switch (op) {
    case Operator::less:
      return left < right;
    case Operator::less_equal:
      return left <= right;
    case Operator::greater:
      return left > right;
    case Operator::greater_equal:
      return left >= right;
    default:
      return left == right;
  }
}

bool any_value(const FilterTerm& term, auto&& matches) {
  const bool found = std::any_of(term.values.begin(), term.values.end(), matches);
  return found != (term.op == Operator::not_equal);
}

bool text_holds(const FilterTerm& term, std::string_view text) {
  return any_value(term, [&](const Value& value) {
    return term.op == Operator::contains ? text.find(value.text) != std::string_view::npos
                                         : text == value.text;
  });
}

bool header_holds(const FilterTerm& term, const ExchangeView& exchange) {
  const auto in = [&term](const MessageView& message) {
    return std::any_of(message.headers.begin(), message.headers.end(), [&term](const HeaderView& header) {
      if (!iequals(header.name, term.name)) return false;
      return std::any_of(term.values.begin(), term.values.end(), [&](const Value& value) {
        return term.op == Operator::contains ? header.value.find(value.text) != std::string_view::npos
                                             : header.value == value.text;
      });
    });
  };
  const bool found = in(exchange.request) || (exchange.has_response && in(exchange.response));
  return found != (term.op == Operator::not_equal);
}

bool status_holds(const FilterTerm& term, const ExchangeView& exchange) {
  const std::uint64_t status = exchange.has_response ? exchange.response.status : 0;
  if (term.op == Operator::equal || term.op == Operator::not_equal)
    return any_value(
        term, [status](const Value& value) { return status >= value.number && status < value.number_end; });
  // No response is neither smaller nor greater than any status.
  return status != 0 && compare(term.op, status, term.values.front().number);
}

bool status_may_hold(const FilterTerm& term, const ChunkHeader& chunk) noexcept {
  const auto classes = status_classes(term);
  for (std::size_t at = 0; at < kStatusClasses; ++at)
    if ((classes >> at & 1) != 0 && chunk.status_class[at] != 0) return true;
  return false;
}

bool latency_may_hold(const FilterTerm& term, const ChunkHeader& chunk) noexcept {
  if (term.op != Operator::greater && term.op != Operator::greater_equal) return true;
  constexpr std::uint64_t kMicrosecond = 1000;
  if (chunk.max_latency_us == UINT32_MAX) return true;
  return (std::uint64_t{chunk.max_latency_us} + 1) * kMicrosecond >= term.values.front().number;
}

}  // namespace

/// Statuses outside 100 to 599 and missing responses share a class.
unsigned status_classes(const FilterTerm& term) noexcept {
  constexpr std::uint64_t kClass = 100;
  if (term.field != Field::status || term.op == Operator::not_equal) return (1u << kStatusClasses) - 1;
  unsigned classes = 0;
  if (term.op == Operator::equal) {
    for (const auto& value : term.values) {
      const auto at = value.number / kClass;
      classes |= 1u << (at < kStatusClasses ? at : 0);
    }
    return classes;
  }
  classes = 1;
  for (std::uint64_t at = 1; at < kStatusClasses; ++at) {
    const bool low = compare(term.op, at * kClass, term.values.front().number);
    const bool high = compare(term.op, at * kClass + kClass - 1, term.values.front().number);
    if (low || high) classes |= 1u << at;
  }
  return classes;
}

bool holds(const FilterTerm& term, const ExchangeView& exchange) {
  switch (term.field) {
    case Field::time:
      return compare(term.op, exchange.start_ns, term.values.front().number);
    case Field::method:
      return text_holds(term, exchange.request.method);
    case Field::status:
      return status_holds(term, exchange);
    case Field::endpoint:
      return text_holds(term, endpoint_path(exchange.request.target));
    case Field::target:
      return text_holds(term, exchange.request.target);
    case Field::host:
      return text_holds(term, exchange.request.authority);
    case Field::latency:
      return compare(term.op, exchange.timings.response_done_ns, term.values.front().number);
    case Field::header:
      return header_holds(term, exchange);
    case Field::outcome:
      return any_value(term, [&exchange](const Value& value) {
        const auto wanted = static_cast<MirrorOutcome>(value.number);
        if (exchange.mirrors.empty()) return wanted == MirrorOutcome::not_sampled;
        return std::any_of(exchange.mirrors.begin(), exchange.mirrors.end(),
                           [wanted](const MirrorView& mirror) { return mirror.outcome == wanted; });
      });
    case Field::fate:
      return any_value(term, [&exchange](const Value& value) {
        return static_cast<std::uint64_t>(exchange.fate) == value.number;
      });
  }
  return false;
}

bool may_hold(const FilterTerm& term, const ChunkHeader& chunk) noexcept {
  // An encrypted chunk that was not opened shows nothing, its raw length neither; and a header says nothing
  // of what is not there.
  const bool sealed = (chunk.flags & kEncrypted) != 0 && chunk.raw_bytes == 0;
  if (sealed || term.op == Operator::not_equal) return true;
  const auto any = [&term](auto&& matches) {
    return std::any_of(term.values.begin(), term.values.end(), matches);
  };
  switch (term.field) {
    case Field::time: {
      const bool upper = term.op == Operator::less || term.op == Operator::less_equal;
      return compare(term.op, upper ? chunk.min_start_ns : chunk.max_start_ns, term.values.front().number);
    }
    case Field::method:
      return term.op == Operator::contains ||
             any([&](const Value& value) { return (chunk.methods >> method_bit(value.text) & 1) != 0; });
    case Field::status:
      return status_may_hold(term, chunk);
    case Field::endpoint:
      return term.op == Operator::contains || (chunk.flags & kBloomSaturated) != 0 ||
             any([&](const Value& value) { return chunk.bloom.may_contain(value.text); });
    case Field::latency:
      return latency_may_hold(term, chunk);
    case Field::outcome:
      return any([&](const Value& value) {
        return value.number >= chunk.mirror_outcome.size() || chunk.mirror_outcome[value.number] != 0;
      });
    default:
      return true;
  }
}

}  // namespace understudy::capture
