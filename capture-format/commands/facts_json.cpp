#include "capture-format/commands/capture_facts.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/layout/record_names.hpp"
#include "core/base/units.hpp"

#include <string_view>

namespace understudy::capture {
namespace {

void write_header(JsonWriter& json, const CaptureFacts& facts) {
  const auto& file = facts.file;
  json.member("path", facts.path).member("uuid", file.uuid).member("service", file.service);
  json.member("host", file.host).member("build", file.build).member("source", file.source);
  json.member("created", format_wall_time(file.created_ns)).member("sealed", facts.sealed);
  json.member("encrypted", !file.key_id.empty()).member("key_id", file.key_id);
}

void write_traffic(JsonWriter& json, const CaptureFacts& facts) {
  json.member("first_start_ns", facts.first_start_ns).member("last_end_ns", facts.last_end_ns);
  json.member("exchanges", facts.totals.exchanges);
  json.member("connections", std::uint64_t{facts.connections.size()});
  json.member("sessions", std::uint64_t{facts.sessions.size()});
  json.key("status").begin_object();
  for (std::size_t i = 0; i < kStatusClassNames.size(); ++i)
    json.member(kStatusClassNames[i], facts.status_class[i]);
  json.end_object().key("status_codes").begin_object();
  for (const auto& [status, count] : facts.statuses)
    json.member(status == 0 ? std::string("none") : std::to_string(status), count);
  json.end_object();
  json.object("methods", facts.methods);
  json.object("fates", facts.fates);
  json.object("mirrored", facts.mirror_outcomes);
  json.key("endpoints").begin_array();
  for (const auto& [endpoint, known] : top_endpoints(facts)) {
    json.begin_object().member("endpoint", endpoint).member("exchanges", known.exchanges);
    json.member("server_errors", known.server_errors).member("mean_ns", known.mean_ns()).end_object();
  }
  json.end_array();
  const auto& latency = facts.latency;
  json.key("latency_ns").begin_object().member("count", latency.count());
  json.member("p50", latency.percentile(0.5)).member("p90", latency.percentile(0.9));
  json.member("p99", latency.percentile(0.99)).member("p999", latency.percentile(0.999));
  json.member("max", latency.max()).end_object();
}

void write_scrubbing(JsonWriter& json, const CaptureFacts& facts) {
  json.key("scrub").begin_object().member("contains_unscrubbed", facts.file.contains_unscrubbed);
  json.member("policy", facts.file.scrub_policy).member("redactions", facts.redactions);
  json.key("states").begin_object();
  for (std::size_t i = 0; i < facts.scrub_states.size(); ++i)
    json.member(name_of(static_cast<ScrubState>(i)), facts.scrub_states[i]);
  json.end_object();
  json.object("rules", facts.scrub_rules);
  json.end_object();
}

void write_sizes(JsonWriter& json, const CaptureFacts& facts) {
  const auto& totals = facts.totals;
  json.key("sizes").begin_object().member("file_bytes", totals.file_bytes);
  json.member("raw_bytes", totals.raw_bytes).member("stored_bytes", totals.stored_bytes);
  json.member("chunks", totals.chunks).member("ratio", compression_ratio(facts));
  json.member("request_body_bytes", facts.request_body_bytes);
  json.member("response_body_bytes", facts.response_body_bytes);
  json.member("largest_body_bytes", facts.largest_body_bytes).end_object();
  std::uint64_t truncated = 0;
  for (const auto& [why, count] : facts.truncations) truncated += count;
  json.member("truncated_bodies", truncated);
  json.object("truncations", facts.truncations);
}

void write_gap(JsonWriter& json, const Gap& gap) {
  json.member("exchanges", gap.exchanges).member("bytes", gap.bytes);
  json.member("from_ns", gap.from_ns).member("to_ns", gap.to_ns).key("reasons").begin_object();
  // Also those whose number nobody knows: they stand with 0.
  for (std::size_t i = 0; i < kGapReasons; ++i)
    if (gap.has(static_cast<GapReason>(i))) json.member(kGapReasonNames[i], gap.by_reason[i]);
  json.end_object();
}

void write_losses(JsonWriter& json, const CaptureFacts& facts) {
  const auto& gaps = facts.gaps;
  json.key("gaps").begin_object();
  write_gap(json, gaps);
  json.member("count", gaps.count).key("list").begin_array();
  for (const auto& gap : gaps.listed) {
    json.begin_object();
    write_gap(json, gap);
    json.end_object();
  }
  json.end_array().end_object();
  const auto& damage = facts.damage;
  json.key("damage").begin_object().member("chunks_lost", damage.chunks_lost);
  json.member("bytes_skipped", damage.bytes_skipped).member("incidents", damage.incidents);
  json.array("notes", damage.notes).end_object();
}

}  // namespace

std::string facts_as_json(const CaptureFacts& facts) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_header(json, facts);
  write_traffic(json, facts);
  write_scrubbing(json, facts);
  write_sizes(json, facts);
  write_losses(json, facts);
  json.end_object();
  return text;
}

}  // namespace understudy::capture
