#include "replay/arguments.hpp"

#include "capture-format/reader/capture_paths.hpp"
#include "core/base/ascii.hpp"
#include "core/base/units.hpp"
#include "core/diff/excerpt.hpp"
#include "core/sections/sections.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr double kFactorMin = 0.001;
constexpr double kFactorMax = 100'000;

Failure bad(std::string_view option, std::string_view text, std::string_view how) {
  return Failure{fmt::format("{} '{}': {}", option, diff::excerpt(text, 80), how)};
}

Outcome<Pace> parse_speed(std::string_view text) {
  constexpr std::string_view kHow = "write it like 2x, 0.5x or 200%, from 0.001x to 100000x";
  auto number = text;
  double scale = 1;
  if (number.ends_with('x')) {
    number.remove_suffix(1);
  } else if (number.ends_with('%')) {
    number.remove_suffix(1);
    scale = 0.01;
  }
  const auto factor = parse_number(number);
  if (!factor || *factor * scale < kFactorMin || *factor * scale > kFactorMax)
    return bad("--speed", text, kHow);
  return Pace(SpeedPace{*factor * scale});
}

Outcome<Pace> parse_rate(std::string_view text) {
  constexpr std::string_view kHow = "write it like 500/s or 30/m, up to 1000000/s";
  auto number = text;
  double scale = 1;
  if (number.ends_with("/s")) {
    number.remove_suffix(2);
  } else if (number.ends_with("/m")) {
    number.remove_suffix(2);
    scale = 1.0 / 60;
  }
  const auto rate = parse_number(number);
  if (!rate || *rate <= 0 || *rate * scale > 1e6) return bad("--rate", text, kHow);
  return Pace(RatePace{*rate * scale});
}

Outcome<> read_pace(const Arguments& arguments, Options& options) {
  if ((arguments.speed.empty() ? 0 : 1) + (arguments.rate.empty() ? 0 : 1) + (arguments.max ? 1 : 0) > 1)
    return Failure{"give one of --speed, --rate and --max"};
  if (arguments.max) {
    options.pace = MaxPace{};
    options.pace_text = "max";
    return {};
  }
  const bool by_rate = !arguments.rate.empty();
  if (!by_rate && arguments.speed.empty()) return {};
  const auto pace = by_rate ? parse_rate(arguments.rate) : parse_speed(arguments.speed);
  if (!pace) return pace.error();
  options.pace = *pace;
  options.pace_text = by_rate ? fmt::format("{:g}/s", std::get<RatePace>(*pace).per_second)
                              : fmt::format("{:g}x", std::get<SpeedPace>(*pace).factor);
  return {};
}

Outcome<> read_duration(std::string_view option, std::string_view text, std::chrono::nanoseconds& into) {
  const auto duration = parse_duration(text);
  if (!duration || duration->count() <= 0) return bad(option, text, "write it like 500ms, 30s or 10m");
  into = *duration;
  return {};
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           kMarks.find(c) != kMarks.npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); });
}

Outcome<> read_header(std::string_view text, http::Fields& into) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const auto value = colon == std::string_view::npos ? std::string_view() : trim(text.substr(colon + 1));
  if (colon == std::string_view::npos || !is_token(name) || !is_field_value(value))
    return bad("--header", text, "write it like 'Name: value'");
  // Framing is the sender's, the marker is what keeps replays apart from users.
  for (const std::string_view own : {"X-Shadow", "Content-Length", "Transfer-Encoding", "Connection", "Host"})
    if (iequals(name, own))
      return bad("--header", text, "this field cannot be set (for Host there is --host)");
  into.add(name, value);
  return {};
}

Outcome<> read_times(const Arguments& arguments, Options& options) {
  if (auto read = read_duration("--timeout", arguments.timeout, options.timeout); !read) return read;
  if (auto read = read_duration("--late-max", arguments.late_max, options.late_max); !read) return read;
  if (arguments.duration.empty()) return {};
  std::chrono::nanoseconds duration{};
  if (auto read = read_duration("--duration", arguments.duration, duration); !read) return read;
  if (arguments.max) return Failure{"--duration needs a schedule: give --speed or --rate instead of --max"};
  options.duration = duration;
  return {};
}

Outcome<> read_request_changes(const Arguments& arguments, Options& options) {
  for (const auto& header : arguments.headers)
    if (auto read = read_header(header, options.headers); !read) return read;
  if (arguments.host.empty()) return {};
  if (!is_field_value(arguments.host) || arguments.host.find_first_of(" /\t") != std::string::npos)
    return bad("--host", arguments.host, "write it like shop.example or shop.example:8080");
  options.host = arguments.host;
  return {};
}

Outcome<> read_tls(const Arguments& arguments, Options& options) {
  const bool any = !arguments.ca.empty() || !arguments.certificate.empty() || !arguments.key.empty();
  if ((any || arguments.insecure) && !options.target.is_tls())
    return Failure{"--ca, --cert, --key and --insecure are for an https target"};
  if (arguments.certificate.empty() != arguments.key.empty())
    return Failure{"--cert and --key belong together: give both files"};
  if (arguments.insecure && !arguments.ca.empty())
    return Failure{"--insecure verifies nothing: leave out --ca or --insecure"};
  options.tls.ca = arguments.ca;
  options.tls.identity = {arguments.certificate, arguments.key};
  options.tls.verify = !arguments.insecure;
  if (!arguments.ca.empty())
    if (const auto loaded = net::load_authorities(arguments.ca); !loaded)
      return Failure{fmt::format("--ca: {}", loaded.error().message)};
  if (!arguments.key.empty())
    if (const auto loaded = net::load_credentials(options.tls.identity); !loaded)
      return Failure{fmt::format("--cert, --key: {}", loaded.error().message)};
  return {};
}

}  // namespace

Outcome<Options> options_of(const Arguments& arguments) {
  Options options;
  const auto target = net::parse_origin_url(arguments.target);
  if (!target) return Failure{fmt::format("--target: {}", target.error().message)};
  options.target = *target;
  const auto captures = capture::expand_capture_paths(arguments.captures);
  if (!captures) return captures.error();
  options.captures.assign(captures->begin(), captures->end());
  if (auto read = read_pace(arguments, options); !read) return read.error();
  if (auto read = read_times(arguments, options); !read) return read.error();
  if (auto read = read_request_changes(arguments, options); !read) return read.error();
  if (auto read = read_tls(arguments, options); !read) return read.error();
  options.connections = arguments.connections;
  options.in_flight_max = arguments.in_flight_max == 0 ? arguments.connections : arguments.in_flight_max;
  if (!arguments.sample.empty()) {
    const auto sample = parse_percent(arguments.sample);
    if (!sample || *sample <= 0) return bad("--sample", arguments.sample, "write it like 10%");
    options.sample = *sample;
  }
  if (!arguments.guard_file.empty()) {
    const auto guard = sections::load_guard_file(arguments.guard_file);
    if (!guard) return Failure{fmt::format("--guard: {}", guard.error().message)};
    options.guard = *guard;
  }
  for (const auto& text : arguments.thresholds) {
    auto threshold = parse_threshold(text);
    if (!threshold) return Failure{fmt::format("--threshold: {}", threshold.error().message)};
    options.thresholds.push_back(std::move(*threshold));
  }
  options.seed = arguments.seed;
  if (!arguments.report.empty()) options.report_directory = arguments.report;
  options.json_to_stdout = arguments.json;
  options.allow_unscrubbed = arguments.allow_unscrubbed;
  auto keys = capture::open_key_ring_or_environment(arguments.keys);
  if (!keys) return keys.error();
  options.keys = *std::move(keys);
  return options;
}

}  // namespace understudy::replay
