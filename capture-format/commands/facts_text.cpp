#include "capture-format/commands/capture_facts.hpp"
#include "capture-format/commands/printable.hpp"
#include "capture-format/layout/record_names.hpp"
#include "core/base/units.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kStatusesShown = 12;
constexpr std::size_t kGapsShown = 10;

std::string duration(std::uint64_t nanoseconds) {
  return format_duration(std::chrono::nanoseconds(nanoseconds));
}

double share(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

/// Eighths of a character, so that small shares can still be seen.
std::string bar(double part) {
  constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::llround(part * static_cast<double>(kBarWidth) * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text.append(kEighths[eighths % 8]);
}

/// "GET 609, POST 528": what is zero is left out.
template <class Pairs>
std::string joined(const Pairs& pairs) {
  std::string text;
  for (const auto& [name, number] : pairs)
    if (number != 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", printable(name), format_count(number));
  return text.empty() ? "none" : text;
}

class Text {
 public:
  explicit Text(bool bars) : bars_(bars) {}

  void line(std::string_view name, std::string_view content) {
    fmt::format_to(std::back_inserter(text_), "  {:<12} {}\n", name, content);
  }

  void table_head(std::string_view first, std::string_view more = {}) {
    fmt::format_to(std::back_inserter(text_), "\n  {:<12} {:>11}  {:>6}{}\n", first, "exchanges", "share",
                   more);
  }

  void table_row(std::string_view name, std::uint64_t count, std::uint64_t of) {
    fmt::format_to(std::back_inserter(text_), "  {:<12} {:>11}  {:>5.1f}%{}{}\n", name, format_count(count),
                   share(count, of) * 100, bars_ ? "  " : "", bars_ ? bar(share(count, of)) : "");
  }

  void raw(std::string_view text) { text_ += text; }
  std::string take() { return std::move(text_); }

 private:
  bool bars_;
  std::string text_;
};

std::string scrubbing(const CaptureFacts& facts) {
  NamedCounts states;
  for (std::size_t i = 0; i < facts.scrub_states.size(); ++i)
    states[std::string(name_of(static_cast<ScrubState>(i)))] = facts.scrub_states[i];
  return fmt::format("{}; {} redactions, policy {:08x}{}", joined(states), format_count(facts.redactions),
                     facts.file.scrub_policy,
                     facts.file.contains_unscrubbed ? "; CONTAINS UNSCRUBBED TRAFFIC" : "");
}

void write_provenance(Text& text, const CaptureFacts& facts) {
  text.line("state", facts.sealed ? "sealed" : "NOT sealed: still open, or its writer was killed");
  text.line("written by", fmt::format("{} on {}, {}", printable(facts.file.build), printable(facts.file.host),
                                      format_wall_time(facts.file.created_ns)));
  text.line("source",
            fmt::format("{}, service {}", printable(facts.file.source), printable(facts.file.service)));
  if (!facts.file.key_id.empty())
    text.line("encrypted",
              fmt::format("AES-256-GCM, data key wrapped by key '{}'", printable(facts.file.key_id)));
  text.line("scrubbing", scrubbing(facts));
  if (!facts.scrub_rules.empty()) text.line("  by rule", joined(facts.scrub_rules));
}

void write_traffic(Text& text, const CaptureFacts& facts) {
  const auto& totals = facts.totals;
  const auto span_ns = facts.last_end_ns - std::min(facts.first_start_ns, facts.last_end_ns);
  if (totals.exchanges != 0)
    text.line("time", fmt::format("{} to {} ({})", format_wall_time(facts.first_start_ns),
                                  format_wall_time(facts.last_end_ns), duration(span_ns)));
  auto exchanges =
      fmt::format("{} on {}{} connections", format_count(totals.exchanges),
                  facts.connections_capped ? "more than " : "", format_count(facts.connections.size()));
  if (!facts.sessions.empty())
    exchanges += fmt::format(", {}{} sessions", facts.sessions_capped ? "more than " : "",
                             format_count(facts.sessions.size()));
  if (span_ns != 0)
    exchanges += fmt::format(", {:.1f} a second",
                             static_cast<double>(totals.exchanges) * 1e9 / static_cast<double>(span_ns));
  text.line("exchanges", exchanges);
  const auto& latency = facts.latency;
  if (latency.count() != 0)
    text.line("latency",
              fmt::format("p50 {}, p90 {}, p99 {}, p99.9 {}, longest {}", duration(latency.percentile(0.5)),
                          duration(latency.percentile(0.9)), duration(latency.percentile(0.99)),
                          duration(latency.percentile(0.999)), duration(latency.max())));
  if (facts.fates.size() > 1 || !facts.fates.contains("ok")) text.line("ended", joined(facts.fates));
  text.line("mirrored", joined(facts.mirror_outcomes));
}

void write_sizes(Text& text, const CaptureFacts& facts) {
  const auto& totals = facts.totals;
  text.line("sizes", fmt::format("{} stored of {} raw, ratio {:.2f}, in {} chunks; the file has {}",
                                 format_size(totals.stored_bytes), format_size(totals.raw_bytes),
                                 compression_ratio(facts), format_count(totals.chunks),
                                 format_size(totals.file_bytes)));
  text.line("bodies",
            fmt::format("requests {}, responses {}, largest {}; not in full: {}",
                        format_size(facts.request_body_bytes), format_size(facts.response_body_bytes),
                        format_size(facts.largest_body_bytes), joined(facts.truncations)));
}

/// When, how long, how many, why: a line for each of the first ones. One alone is all there is to say.
void write_gap_list(Text& text, const Gaps& gaps) {
  if (gaps.count < 2) return;
  const auto shown = std::min(kGapsShown, gaps.listed.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& gap = gaps.listed[i];
    std::string why;
    for (std::size_t reason = 0; reason < kGapReasons; ++reason)
      if (gap.has(static_cast<GapReason>(reason)))
        why.append(why.empty() ? "" : ", ").append(kGapReasonNames[reason]);
    text.line("", fmt::format("{} for {:>8}: {:>9} exchanges, {:>10}  {}", format_wall_time(gap.from_ns),
                              duration(gap.to_ns - std::min(gap.from_ns, gap.to_ns)),
                              format_count(gap.exchanges), format_size(gap.bytes), why));
  }
  if (gaps.count > shown)
    text.line("", fmt::format("and {} more (--json lists up to {})", format_count(gaps.count - shown),
                              format_count(Gaps::kListedMax)));
}

void write_losses(Text& text, const CaptureFacts& facts) {
  const auto& gaps = facts.gaps;
  text.line("gaps", gaps.empty() ? std::string("none")
                                 : fmt::format("{} exchanges LOST, {}; {} to {}",
                                               format_count(gaps.exchanges), format_size(gaps.bytes),
                                               format_wall_time(gaps.from_ns), format_wall_time(gaps.to_ns)));
  for (std::size_t i = 0; i < kGapReasons; ++i)
    if (const auto reason = static_cast<GapReason>(i); gaps.has(reason))
      text.line("", reason == GapReason::crash
                        ? std::string("crash: an unknown number")
                        : fmt::format("{}: {}", kGapReasonNames[i], format_count(gaps.by_reason[i])));
  write_gap_list(text, gaps);
  const auto& damage = facts.damage;
  text.line("damage", damage.incidents == 0
                          ? std::string("none")
                          : fmt::format("{} chunks LOST, {} bytes skipped", format_count(damage.chunks_lost),
                                        format_count(damage.bytes_skipped)));
  for (const auto& note : damage.notes) text.line("", note);
}

void write_tables(Text& text, const CaptureFacts& facts) {
  const auto all = facts.totals.exchanges;
  text.table_head("status");
  std::size_t shown = 0;
  std::uint64_t others = all;
  for (const auto& [status, count] : facts.statuses) {
    if (++shown > kStatusesShown) break;
    text.table_row(status == 0 ? "none" : std::to_string(status), count, all);
    others -= count;
  }
  if (others != 0) text.table_row("others", others, all);
  text.table_head("method");
  for (const auto& [method, count] : facts.methods) text.table_row(printable(method), count, all);
  text.raw(
      fmt::format("\n  {:>11}  {:>6}  {:>9}  {:>10}  {}\n", "exchanges", "share", "5xx", "mean", "endpoint"));
  auto rest = all;
  for (const auto& [endpoint, known] : top_endpoints(facts)) {
    rest -= known.exchanges;
    text.raw(fmt::format("  {:>11}  {:>5.1f}%  {:>9}  {:>10}  {}\n", format_count(known.exchanges),
                         share(known.exchanges, all) * 100, format_count(known.server_errors),
                         duration(static_cast<std::uint64_t>(known.mean_ns())), printable(endpoint)));
  }
  if (rest != 0)
    text.raw(fmt::format("  {:>11}  {:>5.1f}%  {:>9}  {:>10}  {}\n", format_count(rest),
                         share(rest, all) * 100, "", "", "(all others)"));
}

}  // namespace

std::string facts_as_text(const CaptureFacts& facts, bool bars) {
  Text text(bars);
  text.raw(printable(facts.path) + '\n');
  write_provenance(text, facts);
  write_traffic(text, facts);
  write_sizes(text, facts);
  write_losses(text, facts);
  if (facts.totals.exchanges != 0) write_tables(text, facts);
  return text.take();
}

}  // namespace understudy::capture
