#include "replay/report/markdown_report.hpp"

#include "core/base/ascii.hpp"
#include "core/base/units.hpp"
#include "replay/report/rows.hpp"

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::size_t kBytesMax = 60'000;

/// A table cell: the text as code, whatever it holds.
std::string code(std::string_view text) {
  if (text.empty()) return " ";
  std::string out = "`";
  for (const char c : text) {
    if (c == '`')
      out += '\'';
    else if (c == '|')
      out += "\\|";
    else
      out += c;
  }
  return out + "`";
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

void append_checks(std::string& out, const RunResult& result) {
  out +=
      "\n## Checks\n\n| check | observed | limit | 95 % interval | n | status |\n|---|---|---|---|---|---|\n";
  for (const auto& check : result.checks) {
    const auto interval = check.has_interval
                              ? fmt::format("{:.4g} to {:.4g}", check.interval.low, check.interval.high)
                              : std::string("-");
    out += fmt::format("| {} | {:.4g} | {} | {} | {} | {} |\n", code(check.name), check.observed,
                       code(check.limit), interval, check.n, to_string(check.status));
  }
}

/// Appends rows while they fit, and says how many did not.
void append_rows(std::string& out, const std::vector<DifferenceRow>& rows, std::size_t bytes_max) {
  out +=
      "\n| endpoint | path | kind | count | example | recorded | replayed |\n|---|---|---|---|---|---|---|\n";
  std::size_t listed = 0;
  for (const auto& row : rows) {
    const auto line =
        fmt::format("| {} | {} | {} | {} of {} | {} | {} | {} |\n", code(row.endpoint), code(row.path),
                    row.kind, row.count, row.of, code(row.request), code(row.recorded), code(row.replayed));
    if (out.size() + line.size() > bytes_max) break;
    out += line;
    ++listed;
  }
  if (listed < rows.size()) out += fmt::format("\n{} more are in report.json.\n", rows.size() - listed);
}

void append_endpoints(std::string& out, const RunResult& result) {
  std::size_t clean = 0;
  for (const auto& [endpoint, tally] : result.judge->endpoints()) clean += tally.clean() ? 1 : 0;
  out += fmt::format("\n## Endpoints\n\n{} of {} are clean (status and body agree everywhere).\n\n", clean,
                     result.judge->endpoints().size());
  out += "| endpoint | compared | mismatch | header only | noise | clean |\n|---|---|---|---|---|---|\n";
  for (const auto& [endpoint, tally] : result.judge->endpoints()) {
    if (out.size() > kBytesMax - 1'000) {
      out += "\nMore are in report.json.\n";
      return;
    }
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", code(endpoint), tally.agreement.compared(),
                       tally.agreement.mismatch, tally.agreement.mismatch - tally.body_or_status,
                       tally.agreement.noise, tally.clean() ? "yes" : "no");
  }
}

}  // namespace

std::string markdown_report(const RunResult& result) {
  const auto& accounting = result.accounting;
  const auto& agreement = result.judge->agreement();
  auto out = fmt::format("# Replay: {}\n\n", upper(to_string(result.verdict)));
  out += fmt::format("Target {}, {}, seed {}, {}.\n\n", code(result.target), result.pacing.mode, result.seed,
                     format_duration(result.pacing.actual));
  out += fmt::format("{} exchanges in the captures: {} sent, {} blocked, {} filtered, {} shed, {} failed.\n",
                     accounting.in_capture, accounting.sent, total(accounting.blocked),
                     total(accounting.filtered), accounting.shed, total(accounting.failed));
  out += fmt::format("Answers: {} match, {} noise, {} mismatch, {} not compared.\n", agreement.match,
                     agreement.noise, agreement.mismatch, total(agreement.not_compared));
  append_checks(out, result);
  const auto rows = difference_rows(result);
  out += fmt::format("\n## Differences ({})\n", rows.size());
  if (!rows.empty()) append_rows(out, rows, kBytesMax * 6 / 10);
  if (!result.noise.empty()) {
    out += fmt::format("\n<details><summary>Noise: {} places where the recording itself varies</summary>\n",
                       result.noise.size());
    append_rows(out, noise_rows(result), kBytesMax * 8 / 10);
    out += "\n</details>\n";
  }
  append_endpoints(out, result);
  return out;
}

}  // namespace understudy::replay
