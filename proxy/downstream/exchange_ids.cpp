#include "proxy/downstream/exchange_ids.hpp"

#include "core/base/ascii.hpp"
#include "proxy/exchange/trace_context.hpp"

#include <algorithm>
#include <cstring>

namespace understudy::proxy {
namespace {

constexpr std::string_view kRequestId = "X-Request-Id";
constexpr std::string_view kTraceparent = "traceparent";
constexpr std::string_view kTracestate = "tracestate";
constexpr std::size_t kTraceIdAt = 3;  ///< behind "00-"

/// What a head says about ids, found in one pass.
struct GivenIds {
  std::string_view request_id;
  std::string_view traceparent;
  unsigned request_ids = 0;
  unsigned traceparents = 0;
  bool tracestate = false;

  explicit GivenIds(const http::Fields& fields) noexcept {
    using http::FieldName;
    constexpr http::FieldNames kIds(FieldName::x_request_id, FieldName::traceparent, FieldName::tracestate);
    if (!fields.names().intersects(kIds)) return;
    for (std::size_t at = 0; at < fields.size(); ++at) {
      const auto name = fields.name(at);
      if (name == FieldName::x_request_id) {
        request_id = fields[at].value;
        ++request_ids;
      } else if (name == FieldName::traceparent) {
        traceparent = fields[at].value;
        ++traceparents;
      }
    }
    tracestate = fields.names().contains(FieldName::tracestate);
  }
};

/// "00-<trace id>-<span id>-<flags>".
class TraceparentText {
 public:
  TraceparentText(std::string_view trace_id, const IdSource::SpanId& span_id, bool sampled) noexcept {
    char* at = text_.data();
    at = std::copy_n("00-", 3, at);
    at = std::copy(trace_id.begin(), trace_id.end(), at);
    *at++ = '-';
    at = std::copy(span_id.begin(), span_id.end(), at);
    std::copy_n(sampled ? "-01" : "-00", 3, at);
  }
  std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 55> text_;
};

}  // namespace

bool is_sane_request_id(std::string_view value) noexcept {
  return !value.empty() && value.size() <= ExchangeIds::kRequestIdMax &&
         std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void ExchangeIds::take(http::RequestHead& head, const IdPolicy& policy, IdSource& source) {
  clear();
  const GivenIds given(head.fields);
  const bool traced = given.traceparents == 1 && parse_traceparent(given.traceparent).has_value();
  const bool named = given.request_ids == 1 && is_sane_request_id(given.request_id);
  if (traced) set_trace_id(given.traceparent.substr(kTraceIdAt, IdSource::kTraceDigits));
  if (named) set_request_id(given.request_id);
  if (!traced && policy.traceparent) {
    const auto id = source.trace_id();
    set_trace_id({id.data(), id.size()});
    if (given.tracestate) head.fields.erase(kTracestate);
    if (given.traceparents != 0) head.fields.erase(kTraceparent);
    head.fields.add(kTraceparent, TraceparentText(trace_id(), source.span_id(), policy.sampled).view());
  }
  if (!named && policy.request_id) {
    if (given.request_ids != 0) head.fields.erase(kRequestId);
    // One id for both where we make both: a log line leads to the trace. A trace that came in may hold many
    // requests.
    if (!traced && trace_id_size_ != 0)
      set_request_id(trace_id());
    else
      make_request_id(source);
    head.fields.add(kRequestId, request_id());
  }
}

void ExchangeIds::make(const IdPolicy& policy, IdSource& source) {
  clear();
  if (policy.request_id) make_request_id(source);
}

void ExchangeIds::make_request_id(IdSource& source) {
  const auto id = source.trace_id();
  set_request_id({id.data(), id.size()});
}

void ExchangeIds::set_request_id(std::string_view value) noexcept {
  std::memcpy(request_id_.data(), value.data(), value.size());
  request_id_size_ = value.size();
}

void ExchangeIds::set_trace_id(std::string_view digits) noexcept {
  std::memcpy(trace_id_.data(), digits.data(), digits.size());
  trace_id_size_ = digits.size();
}

}  // namespace understudy::proxy
