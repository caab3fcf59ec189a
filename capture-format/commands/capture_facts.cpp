#include "capture-format/commands/capture_facts.hpp"

#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/record_names.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

// Facts about hostile or huge files take no more memory than these allow.
constexpr std::size_t kNumbersMax = 1'000'000;
constexpr std::size_t kEndpointsMax = 10'000;
constexpr std::size_t kNamesMax = 64;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kTopEndpoints = 10;

void count(NamedCounts& counts, std::string_view name, std::uint64_t times = 1) {
  name = name.substr(0, kNameBytesMax);
  const auto known = counts.find(name);
  if (known != counts.end())
    known->second += times;
  else
    counts[counts.size() < kNamesMax ? std::string(name) : "other"] += times;
}

void count(std::unordered_set<std::uint64_t>& numbers, bool& capped, std::uint64_t number) {
  if (numbers.size() < kNumbersMax)
    numbers.insert(number);
  else if (!numbers.contains(number))
    capped = true;
}

void count_endpoint(CaptureFacts& facts, const ExchangeView& exchange) {
  auto endpoint = std::string(exchange.request.method.substr(0, kNameBytesMax)) + ' ' +
                  endpoint_path(exchange.request.target);
  if (facts.endpoints.size() >= kEndpointsMax && !facts.endpoints.contains(endpoint)) {
    ++facts.other_endpoint_exchanges;
    return;
  }
  auto& known = facts.endpoints[std::move(endpoint)];
  ++known.exchanges;
  known.nanoseconds += exchange.timings.response_done_ns;
  if (exchange.has_response && exchange.response.status / 100 == 5) ++known.server_errors;
}

void count_bodies(CaptureFacts& facts, const ExchangeView& exchange) {
  facts.request_body_bytes += exchange.request.body_length;
  facts.response_body_bytes += exchange.response.body_length;
  for (const auto* message : {&exchange.request, &exchange.response}) {
    facts.largest_body_bytes = std::max(facts.largest_body_bytes, message->body_length);
    if (message->truncation != Truncation::none) count(facts.truncations, name_of(message->truncation));
  }
}

void count_scrubbing(CaptureFacts& facts, const ScrubView& scrub) {
  ++facts.scrub_states[static_cast<std::size_t>(scrub.state)];
  facts.redactions += scrub.redactions;
  for (const auto& hit : scrub.hits) count(facts.scrub_rules, hit.rule, hit.count);
}

void count(CaptureFacts& facts, const ExchangeView& exchange) {
  if (facts.first_start_ns == 0 || exchange.start_ns < facts.first_start_ns)
    facts.first_start_ns = exchange.start_ns;
  facts.last_end_ns = std::max(facts.last_end_ns, exchange.start_ns + exchange.timings.response_done_ns);
  count(facts.connections, facts.connections_capped, exchange.connection_id);
  if (exchange.session_key != 0) count(facts.sessions, facts.sessions_capped, exchange.session_key);
  const auto status = exchange.has_response ? exchange.response.status : 0;
  ++facts.status_class[status / 100 < facts.status_class.size() ? status / 100 : 0];
  ++facts.statuses[status < 1000 ? status : 0];
  count(facts.methods, exchange.request.method);
  count(facts.fates, name_of(exchange.fate));
  count_endpoint(facts, exchange);
  if (exchange.timings.response_done_ns != 0) facts.latency.add(exchange.timings.response_done_ns);
  count_bodies(facts, exchange);
  count_scrubbing(facts, exchange.scrub);
  for (const auto& mirror : exchange.mirrors) count(facts.mirror_outcomes, name_of(mirror.outcome));
}

}  // namespace

CaptureFacts gather_facts(const std::string& path, Reader reader, Progress& progress) {
  CaptureFacts facts;
  facts.path = path;
  while (const auto* exchange = reader.next()) {
    count(facts, *exchange);
    progress.update(reader.totals().position, reader.totals().file_bytes);
  }
  facts.file = reader.info();
  facts.sealed = reader.sealed();
  facts.damage = reader.damage();
  facts.gaps = reader.gaps();
  facts.totals = reader.totals();
  return facts;
}

std::vector<std::pair<std::string, EndpointFacts>> top_endpoints(const CaptureFacts& facts) {
  std::vector<std::pair<std::string, EndpointFacts>> top(facts.endpoints.begin(), facts.endpoints.end());
  const auto more = [](const auto& a, const auto& b) {
    return a.second.exchanges != b.second.exchanges ? a.second.exchanges > b.second.exchanges
                                                    : a.first < b.first;
  };
  const auto shown = std::min(kTopEndpoints, top.size());
  std::partial_sort(top.begin(), top.begin() + static_cast<std::ptrdiff_t>(shown), top.end(), more);
  top.resize(shown);
  return top;
}

double compression_ratio(const CaptureFacts& facts) noexcept {
  const auto stored = static_cast<double>(facts.totals.stored_bytes);
  return stored == 0 ? 0 : static_cast<double>(facts.totals.raw_bytes) / stored;
}

}  // namespace understudy::capture
