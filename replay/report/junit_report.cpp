#include "replay/report/junit_report.hpp"

#include "replay/report/rows.hpp"

#include <map>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::size_t kLinesMax = 20;

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

struct Case {
  std::string suite;
  std::string name;
  std::vector<std::string> failures;
  std::string skipped;
};

std::string line_of(const DifferenceRow& row) {
  return fmt::format("{} {}: {} of {}; {}: {} -> {}", row.kind, row.path, row.count, row.of, row.request,
                     row.recorded, row.replayed);
}

std::vector<Case> cases_of(const RunResult& result) {
  std::vector<Case> out;
  for (const auto& check : result.checks) {
    Case each{"run", check.name, {}, {}};
    if (check.status == Check::Status::inconclusive)
      each.skipped = check.note;
    else if (check.status != Check::Status::pass)
      each.failures.push_back(fmt::format("{}: observed {:.4g}, limit {}, n {}. {}", to_string(check.status),
                                          check.observed, check.limit, check.n, check.note));
    out.push_back(std::move(each));
  }
  std::map<std::string, std::map<std::string, Case>> endpoints;
  for (const auto& [endpoint, tally] : result.judge->endpoints()) {
    auto& responses = endpoints[endpoint]["responses"];
    responses = {endpoint, "responses", {}, tally.agreement.compared() == 0 ? "nothing was compared" : ""};
    if (tally.failed > 0)
      responses.failures.push_back(fmt::format("{} requests got no complete answer", tally.failed));
    endpoints[endpoint]["latency"] = {endpoint, "latency", {}, {}};
  }
  for (const auto& row : difference_rows(result)) {
    const std::string name = row.kind == "slower" ? "latency" : "responses";
    auto& each = endpoints[row.endpoint].try_emplace(name, Case{row.endpoint, name, {}, {}}).first->second;
    if (each.failures.size() < kLinesMax) each.failures.push_back(line_of(row));
  }
  for (auto& [endpoint, cases] : endpoints)
    for (auto& [name, each] : cases) out.push_back(std::move(each));
  return out;
}

}  // namespace

std::string junit_report(const RunResult& result) {
  const auto cases = cases_of(result);
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::string body;
  for (const auto& each : cases) {
    body += fmt::format("    <testcase classname=\"{}\" name=\"{}\">", escape(each.suite), escape(each.name));
    if (!each.failures.empty()) {
      ++failures;
      body += fmt::format("\n      <failure message=\"{}\">", escape(each.failures.front()));
      for (const auto& line : each.failures) body += escape(line) + "\n";
      body += "</failure>\n    ";
    } else if (!each.skipped.empty()) {
      ++skipped;
      body += fmt::format("<skipped message=\"{}\"/>", escape(each.skipped));
    }
    body += "</testcase>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites>\n  <testsuite name=\"understudy replay\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
      "skipped=\"{}\">\n{}"
      "  </testsuite>\n</testsuites>\n",
      cases.size(), failures, skipped, body);
}

}  // namespace understudy::replay
