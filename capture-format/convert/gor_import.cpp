#include "capture-format/convert/gor_import.hpp"

#include "capture-format/convert/gor_document.hpp"
#include "capture-format/convert/har_entry.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace understudy::capture {
namespace {

std::uint64_t since(std::uint64_t from_ns, std::uint64_t to_ns) {
  return to_ns > from_ns ? to_ns - from_ns : 0;
}

ExchangeView to_exchange(const GorExchange& gor) {
  ExchangeView exchange;
  exchange.start_ns = gor.request_meta.timestamp_ns;
  exchange.request = gor.request.view;
  if (!gor.request.scheme.empty()) exchange.extensions.push_back({HarExtension::kScheme, gor.request.scheme});
  exchange.timings.request_done_ns = gor.request_meta.latency_ns;
  if (!gor.has_response) return exchange;
  exchange.has_response = true;
  exchange.response = gor.response.view;
  exchange.timings.first_byte_ns = since(exchange.start_ns, gor.response_meta.timestamp_ns);
  exchange.timings.response_done_ns = exchange.timings.first_byte_ns + gor.response_meta.latency_ns;
  return exchange;
}

std::vector<std::string_view> repairs_of(const GorExchange& gor) {
  auto repairs = gor.request.repairs;
  for (const auto repair : gor.response.repairs)
    if (std::find(repairs.begin(), repairs.end(), repair) == repairs.end()) repairs.push_back(repair);
  return repairs;
}

/// By time, and records of the same time in file order; how many had been out of order is counted.
std::vector<const GorExchange*> time_order(const std::deque<GorExchange>& exchanges,
                                           std::uint64_t& out_of_order) {
  std::vector<const GorExchange*> order;
  std::uint64_t latest = 0;
  for (const auto& exchange : exchanges) {
    if (exchange.request_meta.timestamp_ns < latest) ++out_of_order;
    latest = std::max(latest, exchange.request_meta.timestamp_ns);
    order.push_back(&exchange);
  }
  std::stable_sort(order.begin(), order.end(), [](const GorExchange* a, const GorExchange* b) {
    return a->request_meta.timestamp_ns < b->request_meta.timestamp_ns;
  });
  return order;
}

}  // namespace

Outcome<> GorImporter::import(InputText input, const ImportProgress& progress) {
  GorDocument document(input.text);
  if (document.records() == 0 && !input.text.empty())
    return Failure{"not a .gor file: no line \"1 ID TIMESTAMP\" begins a record"};
  sink_->begin_input();
  for (const auto& [reason, count] : document.refused())
    for (std::uint64_t i = 0; i < count; ++i) sink_->refuse(reason);
  std::uint64_t out_of_order = 0;
  std::uint64_t without_response = 0;
  std::uint64_t done = 0;
  const auto order = time_order(document.exchanges(), out_of_order);
  for (const auto* gor : order) {
    auto exchange = to_exchange(*gor);
    if (!gor->has_response) ++without_response;
    auto added = sink_->add(exchange, gor_connection(gor->request_meta.id), repairs_of(*gor));
    if (!added) return added;
    if (!progress(++done, order.size())) break;
  }
  sink_->repaired_input("input_cut_off", input.cut_off ? 1 : 0);
  sink_->repaired_input("missing_separator", document.missing_separators());
  sink_->repaired_input("duplicate_id", document.duplicate_ids());
  sink_->repaired_input("out_of_order", out_of_order);
  sink_->repaired_input("no_response", without_response);
  return {};
}

}  // namespace understudy::capture
