#include "capture-format/commands/capture_facts.hpp"

#include "capture-format/convert/json_writer.hpp"
#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/record_names.hpp"
#include "core/base/units.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

// Facts about hostile or huge files take no more memory than these allow.
constexpr std::size_t kConnectionsMax = 1'000'000;
constexpr std::size_t kEndpointsMax = 10'000;
constexpr std::size_t kMethodsMax = 64;
constexpr std::size_t kTopEndpoints = 10;

void count(CaptureFacts& facts, const ExchangeView& exchange) {
  if (facts.first_start_ns == 0 || exchange.start_ns < facts.first_start_ns)
    facts.first_start_ns = exchange.start_ns;
  facts.last_end_ns = std::max(facts.last_end_ns, exchange.start_ns + exchange.timings.response_done_ns);
  if (facts.connections.size() < kConnectionsMax)
    facts.connections.insert(exchange.connection_id);
  else if (!facts.connections.contains(exchange.connection_id))
    facts.connections_capped = true;
  const auto status_class = exchange.has_response ? exchange.response.status / 100 : 0;
  ++facts.status_class[status_class < facts.status_class.size() ? status_class : 0];
  std::string method(exchange.request.method.substr(0, 32));
  if (facts.methods.size() >= kMethodsMax && !facts.methods.contains(method)) method = "other";
  ++facts.methods[method];
  auto endpoint = method + ' ' + endpoint_path(exchange.request.target);
  if (facts.endpoints.size() < kEndpointsMax || facts.endpoints.contains(endpoint))
    ++facts.endpoints[std::move(endpoint)];
  else
    ++facts.other_endpoint_exchanges;
  ++facts.scrub_states[static_cast<std::size_t>(exchange.scrub.state)];
  facts.redactions += exchange.scrub.redactions;
  for (const auto* message : {&exchange.request, &exchange.response})
    facts.truncated_bodies += message->truncation != Truncation::none ? 1 : 0;
  for (const auto& mirror : exchange.mirrors) ++facts.mirror_outcomes[std::string(name_of(mirror.outcome))];
}

std::vector<std::pair<std::string, std::uint64_t>> top_endpoints(const CaptureFacts& facts) {
  std::vector<std::pair<std::string, std::uint64_t>> top(facts.endpoints.begin(), facts.endpoints.end());
  const auto more = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a < b;
  };
  const auto shown = std::min(kTopEndpoints, top.size());
  std::partial_sort(top.begin(), top.begin() + static_cast<std::ptrdiff_t>(shown), top.end(), more);
  top.resize(shown);
  return top;
}

double ratio(const CaptureFacts& facts) {
  const auto stored = static_cast<double>(facts.totals.stored_bytes);
  return stored == 0 ? 0 : static_cast<double>(facts.totals.raw_bytes) / stored;
}

constexpr std::array<std::string_view, 6> kStatusNames{"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

/// "GET 609, POST 528": what is zero is left out.
template <class Pairs>
std::string joined(const Pairs& pairs) {
  std::string text;
  for (const auto& [name, number] : pairs)
    if (number != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, format_count(number));
  return text.empty() ? "none" : text;
}

template <std::size_t N>
std::vector<std::pair<std::string_view, std::uint64_t>> named(const std::array<std::string_view, N>& names,
                                                              const std::array<std::uint64_t, N>& numbers) {
  std::vector<std::pair<std::string_view, std::uint64_t>> pairs;
  for (std::size_t i = 0; i < N; ++i) pairs.emplace_back(names[i], numbers[i]);
  return pairs;
}

std::vector<std::pair<std::string_view, std::uint64_t>> scrub_states(const CaptureFacts& facts) {
  std::vector<std::pair<std::string_view, std::uint64_t>> pairs;
  for (std::size_t i = 0; i < facts.scrub_states.size(); ++i)
    pairs.emplace_back(name_of(static_cast<ScrubState>(i)), facts.scrub_states[i]);
  return pairs;
}

/// Escaped like a JSON string: what comes from a file must not steer a terminal.
std::string printable(std::string_view text) {
  std::string out;
  JsonWriter(out).value(text);
  return out.substr(1, out.size() - 2);
}

template <class Pairs>
void write_counts(JsonWriter& json, std::string_view key, const Pairs& pairs) {
  json.key(key).begin_object();
  for (const auto& [name, number] : pairs) json.member(name, std::uint64_t{number});
  json.end_object();
}

/// Also reasons whose number nobody knows: they stand with 0.
std::vector<std::pair<std::string_view, std::uint64_t>> gap_reasons(const Gaps& gaps) {
  std::vector<std::pair<std::string_view, std::uint64_t>> reasons;
  for (std::size_t i = 0; i < kGapReasons; ++i)
    if (gaps.has(static_cast<GapReason>(i))) reasons.emplace_back(kGapReasonNames[i], gaps.by_reason[i]);
  return reasons;
}

std::string gaps_as_text(const Gaps& gaps) {
  auto text = fmt::format("{} exchanges, {}", format_count(gaps.exchanges), format_size(gaps.bytes));
  for (const auto& [reason, number] : gap_reasons(gaps))
    text += reason == "crash" ? std::string("; crash: an unknown number")
                              : fmt::format("; {} {}", reason, format_count(number));
  if (!gaps.empty())
    text += fmt::format("; {} to {}", format_wall_time(gaps.from_ns), format_wall_time(gaps.to_ns));
  return text;
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

std::string facts_as_text(const CaptureFacts& facts) {
  std::string text = printable(facts.path) + '\n';
  const auto line = [&text](std::string_view name, std::string_view content) {
    fmt::format_to(std::back_inserter(text), "  {:<12} {}\n", name, content);
  };
  line("written by", fmt::format("{} at {}, service {} on {}, source {}", printable(facts.file.build),
                                 format_wall_time(facts.file.created_ns), printable(facts.file.service),
                                 printable(facts.file.host), printable(facts.file.source)));
  if (!facts.file.key_id.empty())
    line("encrypted", fmt::format("AES-256-GCM, data key wrapped by key '{}'", printable(facts.file.key_id)));
  line("state", facts.sealed ? "sealed" : "not sealed (still open, or its writer was killed)");
  if (facts.totals.exchanges != 0)
    line("time",
         fmt::format("{} to {} ({})", format_wall_time(facts.first_start_ns),
                     format_wall_time(facts.last_end_ns),
                     format_duration(std::chrono::nanoseconds(facts.last_end_ns - facts.first_start_ns))));
  line("exchanges",
       fmt::format("{} on {}{} connections", format_count(facts.totals.exchanges),
                   facts.connections_capped ? "more than " : "", format_count(facts.connections.size())));
  line("status", joined(named(kStatusNames, facts.status_class)));
  line("methods", printable(joined(facts.methods)));
  line("mirrored", joined(facts.mirror_outcomes));
  line("scrubbing", fmt::format("{}; {} redactions, policy {:08x}{}", joined(scrub_states(facts)),
                                format_count(facts.redactions), facts.file.scrub_policy,
                                facts.file.contains_unscrubbed ? "; CONTAINS UNSCRUBBED TRAFFIC" : ""));
  line("sizes",
       fmt::format("{} raw, {} stored in {} chunks, ratio {:.2f}; the file has {}",
                   format_size(facts.totals.raw_bytes), format_size(facts.totals.stored_bytes),
                   format_count(facts.totals.chunks), ratio(facts), format_size(facts.totals.file_bytes)));
  line("cut bodies", format_count(facts.truncated_bodies));
  line("gaps", gaps_as_text(facts.gaps));
  line("damage", fmt::format("{} chunks lost, {} bytes skipped", format_count(facts.damage.chunks_lost),
                             format_count(facts.damage.bytes_skipped)));
  for (const auto& note : facts.damage.notes) line("", note);
  for (const auto& [endpoint, number] : top_endpoints(facts)) line(format_count(number), printable(endpoint));
  return text;
}

std::string facts_as_json(const CaptureFacts& facts) {
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .member("path", facts.path)
      .member("uuid", facts.file.uuid)
      .member("service", facts.file.service);
  json.member("host", facts.file.host).member("build", facts.file.build).member("source", facts.file.source);
  json.member("created", format_wall_time(facts.file.created_ns)).member("sealed", facts.sealed);
  json.member("encrypted", !facts.file.key_id.empty()).member("key_id", facts.file.key_id);
  json.member("first_start_ns", facts.first_start_ns).member("last_end_ns", facts.last_end_ns);
  json.member("exchanges", facts.totals.exchanges)
      .member("connections", std::uint64_t{facts.connections.size()});
  write_counts(json, "status", named(kStatusNames, facts.status_class));
  write_counts(json, "methods", facts.methods);
  write_counts(json, "mirrored", facts.mirror_outcomes);
  json.key("endpoints").begin_array();
  for (const auto& [endpoint, number] : top_endpoints(facts))
    json.begin_object().member("endpoint", endpoint).member("exchanges", number).end_object();
  json.end_array();
  json.key("scrub").begin_object().member("contains_unscrubbed", facts.file.contains_unscrubbed);
  json.member("policy", facts.file.scrub_policy).member("redactions", facts.redactions);
  write_counts(json, "states", scrub_states(facts));
  json.end_object();
  json.key("sizes").begin_object().member("file_bytes", facts.totals.file_bytes);
  json.member("raw_bytes", facts.totals.raw_bytes).member("stored_bytes", facts.totals.stored_bytes);
  json.member("chunks", facts.totals.chunks).member("ratio", ratio(facts)).end_object();
  json.member("truncated_bodies", facts.truncated_bodies);
  json.key("gaps")
      .begin_object()
      .member("exchanges", facts.gaps.exchanges)
      .member("bytes", facts.gaps.bytes)
      .member("from_ns", facts.gaps.from_ns)
      .member("to_ns", facts.gaps.to_ns);
  write_counts(json, "reasons", gap_reasons(facts.gaps));
  json.end_object();
  json.key("damage").begin_object().member("chunks_lost", facts.damage.chunks_lost);
  json.member("bytes_skipped", facts.damage.bytes_skipped).member("incidents", facts.damage.incidents);
  json.key("notes").begin_array();
  for (const auto& note : facts.damage.notes) json.value(note);
  json.end_array().end_object().end_object();
  return text;
}

}  // namespace understudy::capture
