#include "capture-format/convert/access_log_import.hpp"

#include "capture-format/convert/access_log_line.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_url.hpp"
#include "core/base/ascii.hpp"
#include "core/base/clock.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace understudy::capture {
namespace {

void add_header(MessageView& message, std::string_view name, std::string_view value) {
  if (!value.empty()) message.headers.push_back({name, value});
}

bool carries_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

/// HTTP/2 and later; the text goes into the file, so only what can be one.
bool is_other_version(std::string_view protocol) {
  constexpr std::size_t kBytesMax = 16;
  return protocol.starts_with("HTTP/") && protocol != "HTTP/1.0" && protocol != "HTTP/1.1" &&
         protocol.size() <= kBytesMax &&
         std::all_of(protocol.begin() + 5, protocol.end(), [](char c) { return ascii_digit(c) || c == '.'; });
}

/// `parts` keeps the pieces of an absolute-form target.
ExchangeView to_exchange(const AccessLogLine& line, UrlParts& parts) {
  ExchangeView exchange;
  exchange.start_ns = line.time_ns;
  exchange.timings.first_byte_ns = line.first_byte_ns;
  exchange.timings.response_done_ns = line.duration_ns;
  auto& request = exchange.request;
  request.method = line.method;
  request.target = line.target;
  request.version = line.protocol == "HTTP/1.0" ? 10 : 11;
  if (is_other_version(line.protocol))
    exchange.extensions.push_back({HarExtension::kRequestVersion, line.protocol});
  if (std::all_of(line.host.begin(), line.host.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    request.authority = line.host;
  if (auto split = split_url(line.target)) {
    parts = *std::move(split);
    request.target = parts.target;
    request.authority = parts.authority;
    exchange.extensions.push_back({HarExtension::kScheme, parts.scheme});
  }
  add_header(request, "Referer", line.referer);
  add_header(request, "User-Agent", line.user_agent);
  // Its length is not in the log, but that something is missing must not be hidden from a replay.
  if (carries_body(line.method)) request.truncation = Truncation::policy;
  exchange.has_response = true;
  exchange.response.status = line.status;
  exchange.response.body_length = line.response_bytes;
  if (line.response_bytes != 0) exchange.response.truncation = Truncation::policy;
  return exchange;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

struct Parsed {
  std::vector<AccessLogLine> lines;
  std::uint64_t out_of_order = 0;
};

/// Most servers write a line when the response is sent; from there it is as far back as the exchange took,
/// where the log has times that are exact enough to say so.
void turn_to_starts(std::vector<AccessLogLine>& lines) {
  for (auto& line : lines)
    if (line.exact_time && line.time_is_end) line.time_ns -= std::min(line.time_ns, line.duration_ns);
}

/// By time; the lines of one second share it evenly, as a log with whole seconds cannot say more.
void order_and_spread(std::vector<AccessLogLine>& lines) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const AccessLogLine& a, const AccessLogLine& b) { return a.time_ns < b.time_ns; });
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto second = lines[begin].time_ns;
    auto end = begin;
    while (end < lines.size() && lines[end].time_ns == second) ++end;
    for (auto at = begin; at < end; ++at)
      if (!lines[at].exact_time) lines[at].time_ns += kSecondNs * (at - begin) / (end - begin);
    begin = end;
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const AccessLogLine& a, const AccessLogLine& b) { return a.time_ns < b.time_ns; });
}

}  // namespace

Outcome<> AccessLogImporter::import(InputText input, const ImportProgress& progress) {
  const auto texts = lines_of(input.text);
  Parsed parsed;
  std::vector<std::string> refused;
  std::uint64_t latest = 0;
  for (const auto text : texts) {
    auto line = parse_access_log_line(text);
    if (!line) {
      refused.push_back(line.error().message);
      continue;
    }
    if (line->time_ns < latest) ++parsed.out_of_order;
    latest = std::max(latest, line->time_ns);
    parsed.lines.push_back(*std::move(line));
  }
  if (parsed.lines.empty() && !texts.empty())
    return Failure{"no line is one of an access log (common, combined, virtual hosts, JSON)"};
  for (const auto& reason : refused) sink_->refuse(reason);
  sink_->begin_input();
  turn_to_starts(parsed.lines);
  order_and_spread(parsed.lines);
  std::uint64_t done = 0;
  for (const auto& line : parsed.lines) {
    UrlParts parts;
    auto exchange = to_exchange(line, parts);
    const std::string_view escaped = "url_escaped";
    const std::span<const std::string_view> repairs(&escaped, line.target_escaped ? 1 : 0);
    if (auto added = sink_->add(exchange, line.address, repairs); !added) return added;
    if (!progress(++done, parsed.lines.size())) break;
  }
  sink_->repaired_input("input_cut_off", input.cut_off ? 1 : 0);
  sink_->repaired_input("out_of_order", parsed.out_of_order);
  return {};
}

}  // namespace understudy::capture
