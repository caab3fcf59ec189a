#include "replay/report/terminal_summary.hpp"

#include "core/base/units.hpp"
#include "core/diff/excerpt.hpp"
#include "replay/report/rows.hpp"

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::size_t kRowsMax = 30;
constexpr std::size_t kValueBytes = 80;

/// At most so many bytes, cut between characters.
std::string cut(std::string_view text) { return diff::excerpt(text, kValueBytes); }

class Painter {
 public:
  explicit Painter(bool colours) : colours_(colours) {}
  std::string red(std::string_view text) const { return paint("31;1", text); }
  std::string green(std::string_view text) const { return paint("32;1", text); }
  std::string yellow(std::string_view text) const { return paint("33;1", text); }
  std::string bold(std::string_view text) const { return paint("1", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const {
    return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool colours_;
};

std::string reasons_text(const ReasonCounts& counts) {
  std::string out;
  for (const auto& [reason, count] : counts)
    out += fmt::format("{}{} {}", out.empty() ? " (" : ", ", reason, count);
  return out.empty() ? out : out + ")";
}

void append_records(std::string& out, const RunResult& result) {
  const auto& accounting = result.accounting;
  const auto& agreement = result.judge->agreement();
  out += fmt::format(
      "  records      {} in capture = {} sent, {} blocked{}, {} filtered{}, {} shed, {} failed{}\n",
      accounting.in_capture, accounting.sent, total(accounting.blocked), reasons_text(accounting.blocked),
      total(accounting.filtered), reasons_text(accounting.filtered), accounting.shed,
      total(accounting.failed), reasons_text(accounting.failed));
  out += fmt::format("  answers      {} match, {} noise, {} mismatch, {} not compared{}\n", agreement.match,
                     agreement.noise, agreement.mismatch, total(agreement.not_compared),
                     reasons_text(agreement.not_compared));
}

void append_times(std::string& out, const RunResult& result) {
  const auto& pacing = result.pacing;
  const auto& latencies = result.judge->latencies();
  if (pacing.paced)
    out +=
        fmt::format("  pacing       {}: planned {}, took {}, late p50 {} p99 {} max {}\n", pacing.mode,
                    format_duration(pacing.planned), format_duration(pacing.actual),
                    format_duration(pacing.lateness.quantile(0.5)),
                    format_duration(pacing.lateness.quantile(0.99)), format_duration(pacing.lateness.max()));
  else
    out += fmt::format("  pacing       {}: took {}\n", pacing.mode, format_duration(pacing.actual));
  const auto line = [&out](std::string_view name, const Histogram& histogram) {
    out += fmt::format("  {:<12} p50 {}  p90 {}  p99 {}  max {}\n", name,
                       format_duration(histogram.quantile(0.5)), format_duration(histogram.quantile(0.9)),
                       format_duration(histogram.quantile(0.99)), format_duration(histogram.max()));
  };
  line("service", latencies.service);
  if (pacing.paced) line("from due", latencies.intended);
}

void append_endpoint_lines(std::string& out, const RunResult& result) {
  std::size_t clean = 0;
  std::size_t compared = 0;
  for (const auto& [endpoint, tally] : result.judge->endpoints()) {
    clean += tally.clean() ? 1 : 0;
    compared += tally.agreement.compared() > 0 ? 1 : 0;
  }
  out += fmt::format("  endpoints    {} of {} compared are clean (status and body agree)\n", clean, compared);
}

void append_differences(std::string& out, const RunResult& result, const Painter& painter) {
  const auto rows = difference_rows(result);
  if (rows.empty()) return;
  out += fmt::format("\n{}\n", painter.bold(fmt::format("DIFFERENCES ({})", rows.size())));
  std::size_t listed = 0;
  for (const auto& row : rows) {
    if (listed++ == kRowsMax) break;
    out += fmt::format("  {} {}  {}  {} of {}\n", painter.red(row.kind), row.path, row.endpoint, row.count,
                       row.of);
    out += fmt::format("      {}: {} -> {}\n", cut(row.request),
                       row.recorded.empty() ? "(nothing)" : cut(row.recorded),
                       row.replayed.empty() ? "(nothing)" : cut(row.replayed));
  }
  if (rows.size() > kRowsMax)
    out += fmt::format("  ... and {} more, see report.json (--report DIR)\n", rows.size() - kRowsMax);
}

void append_checks(std::string& out, const RunResult& result, const Painter& painter) {
  out += fmt::format("\n{}\n", painter.bold("CHECKS"));
  for (const auto& check : result.checks) {
    const bool pass = check.status == Check::Status::pass;
    const auto mark = pass                                          ? painter.green("ok  ")
                      : check.status == Check::Status::inconclusive ? painter.yellow("?   ")
                                                                    : painter.red("FAIL");
    out += fmt::format("  {} {:<20} observed {:.4g}, limit {}, n {}{}{}\n", mark, check.name, check.observed,
                       check.limit, check.n, check.note.empty() ? "" : "; ", check.note);
  }
}

std::string verdict_line(const RunResult& result, const Painter& painter) {
  switch (result.verdict) {
    case Verdict::pass:
      return painter.green("PASS");
    case Verdict::fail:
      return painter.red("FAIL");
    case Verdict::inconclusive:
      return painter.yellow("INCONCLUSIVE");
    case Verdict::invalid:
      return painter.red("INVALID");
    case Verdict::interrupted:
      return painter.yellow("INTERRUPTED");
  }
  return "INVALID";
}

}  // namespace

std::string terminal_summary(const RunResult& result, bool colours) {
  const Painter painter(colours);
  auto out = fmt::format("{} against {}\n", painter.bold("REPLAY"), result.target);
  append_records(out, result);
  append_times(out, result);
  std::uint64_t chunks_lost = 0;
  for (const auto& capture : result.captures) chunks_lost += capture.damage.chunks_lost;
  if (chunks_lost > 0)
    out += fmt::format("  {}: {} chunks could not be read\n", painter.red("damaged captures"), chunks_lost);
  std::uint64_t noise = 0;
  for (const auto& finding : result.noise) noise += finding.count;
  if (noise > 0)
    out += fmt::format(
        "  noise        {} differences in {} places where the recording itself varies (see report.json)\n",
        noise, result.noise.size());
  append_endpoint_lines(out, result);
  append_differences(out, result, painter);
  append_checks(out, result, painter);
  out += fmt::format("\nverdict: {}\n", verdict_line(result, painter));
  return out;
}

}  // namespace understudy::replay
