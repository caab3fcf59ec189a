#include "capture-format/convert/access_log_line.hpp"

#include "capture-format/convert/har_url.hpp"
#include "capture-format/layout/wall_time.hpp"
#include "core/base/ascii.hpp"
#include "core/base/clock.hpp"
#include "core/http/grammar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

namespace understudy::capture {
namespace {

/// Cuts the line into its fields from the left.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  std::string_view word() {
    skip_spaces();
    const auto word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }
  std::optional<std::string_view> bracketed() {
    skip_spaces();
    const auto end = rest_.find(']');
    if (!rest_.starts_with('[') || end == std::string_view::npos) return std::nullopt;
    const auto text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }
  bool at_quote() {
    skip_spaces();
    return rest_.starts_with('"');
  }
  /// Unescaped; nothing when no quoted field comes next.
  std::optional<std::string> quoted();

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

/// Appends what stands for the escape at the begin of `text` (behind the backslash); returns its length.
std::size_t append_unescaped(std::string& out, std::string_view text) {
  if (text.size() >= 3 && text[0] == 'x' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0) {
    out += static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
    return 3;
  }
  switch (text.front()) {
    case 'n':
      out += '\n';
      break;
    case 't':
      out += '\t';
      break;
    case 'r':
      out += '\r';
      break;
    default:
      out += text.front();
  }
  return 1;
}

std::optional<std::string> Fields::quoted() {
  skip_spaces();
  if (!rest_.starts_with('"')) return std::nullopt;
  std::string out;
  for (std::size_t at = 1; at < rest_.size(); ++at) {
    if (rest_[at] == '"') {
      rest_.remove_prefix(at + 1);
      return out;
    }
    if (rest_[at] == '\\' && at + 1 < rest_.size())
      at += append_unescaped(out, rest_.substr(at + 1));
    else
      out += rest_[at];
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (iequals(name, kMonths[i])) return static_cast<unsigned>(i + 1);
  return std::nullopt;
}

/// Takes the two digits at `at`.
std::optional<unsigned> two_digits(std::string_view text, std::size_t at) {
  return number<unsigned>(text.substr(at, 2));
}

/// "+0200", "-0700".
std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  constexpr std::size_t kZoneBytes = 5;
  if (text.size() != kZoneBytes || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = two_digits(text, 1), minutes = two_digits(text, 3);
  if (!hours || !minutes) return std::nullopt;
  const auto zone = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return text[0] == '+' ? zone : -zone;
}

/// ".123": nanoseconds; digits beyond the ninth are dropped.
std::optional<std::uint64_t> parse_fraction(std::string_view text) {
  if (text.empty()) return 0;
  if (text.size() < 2 || text[0] != '.') return std::nullopt;
  std::uint64_t unit = kSecondNs / 10;
  std::uint64_t fraction = 0;
  for (const char c : text.substr(1)) {
    if (!ascii_digit(c)) return std::nullopt;
    fraction += unit * static_cast<std::uint64_t>(c - '0');
    unit /= 10;
  }
  return fraction;
}

std::optional<std::uint64_t> parse_clf_time(std::string_view text) {
  constexpr std::size_t kSecondsEnd = 20;
  const auto space = text.find(' ');
  if (space == std::string_view::npos || space < kSecondsEnd || text[2] != '/' || text[6] != '/' ||
      text[11] != ':' || text[14] != ':' || text[17] != ':')
    return std::nullopt;
  const auto day = two_digits(text, 0), hour = two_digits(text, 12), minute = two_digits(text, 15),
             second = two_digits(text, 18), year = number<unsigned>(text.substr(7, 4));
  const auto month = month_of(text.substr(3, 3));
  const auto zone = parse_zone(text.substr(space + 1));
  const auto fraction = parse_fraction(text.substr(kSecondsEnd, space - kSecondsEnd));
  if (!day || !year || !hour || !minute || !second || !month || !zone || !fraction) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::seconds utc = std::chrono::sys_days(date).time_since_epoch() +
                                   std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                   std::chrono::seconds(*second) - *zone;
  if (utc.count() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(utc.count()) * kSecondNs + *fraction;
}

std::string optional_text(Fields& fields) {
  auto text = fields.quoted().value_or(std::string());
  if (text == "-" || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) text.clear();
  return text;
}

bool is_address(std::string_view word) {
  const auto only = [word](std::string_view others) {
    return std::all_of(word.begin(), word.end(), [others](char c) {
      return hex_value(c) >= 0 || others.find(c) != std::string_view::npos;
    });
  };
  const bool v4 = std::count(word.begin(), word.end(), '.') == 3 && !word.empty() && ascii_digit(word[0]);
  return only(".:") && (v4 || std::count(word.begin(), word.end(), ':') >= 2);
}

/// "0.123", "rt=0.123", "request_time=0.123", "12ms". Three digits behind the point: a compression ratio has
/// two.
std::uint64_t duration_of(std::string_view word) {
  for (const std::string_view key : {"rt=", "request_time="})
    if (word.starts_with(key)) word.remove_prefix(key.size());
  constexpr std::uint64_t kMillisecondNs = 1'000'000;
  if (word.ends_with("ms"))
    return number<std::uint64_t>(word.substr(0, word.size() - 2)).value_or(0) * kMillisecondNs;
  const auto point = word.find('.');
  if (point == std::string_view::npos || word.size() - point != 4) return 0;
  const auto seconds = number<std::uint32_t>(word.substr(0, point));
  const auto fraction = parse_fraction(word.substr(point));
  return seconds && fraction ? *seconds * kSecondNs + *fraction : 0;
}

/// The words before the time: address, identity (RFC 1413, always "-") and user, which is personal data that
/// no replay needs; in front of them the virtual host, where the format has it.
void read_client(std::string_view words, AccessLogLine& line) {
  if (words.starts_with('[')) {
    line.address = words.substr(1, words.find(']') - 1);
    return;
  }
  Fields fields(words);
  const auto first = fields.word();
  const auto second = fields.word();
  const bool has_host = is_address(second) && !fields.word().empty();
  line.address = has_host ? second : first;
  if (has_host) line.host = first;
}

/// Durations may stand on either side of the quoted fields.
void read_rest(Fields& fields, AccessLogLine& line) {
  const auto take_words = [&] {
    while (!fields.at_end() && !fields.at_quote())
      if (const auto duration = duration_of(fields.word()); duration != 0 && line.duration_ns == 0)
        line.duration_ns = duration;
  };
  take_words();
  line.referer = optional_text(fields);
  take_words();
  line.user_agent = optional_text(fields);
  while (!fields.at_end()) {
    take_words();
    if (fields.at_quote() && !fields.quoted()) break;
  }
}

}  // namespace

std::optional<std::uint64_t> parse_access_log_time(std::string_view text) {
  const auto clf = parse_clf_time(text);
  return clf ? clf : parse_wall_time(text);
}

bool read_request_line(std::string_view text, AccessLogLine& line) {
  const auto first = text.find(' ');
  const auto last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  line.method = text.substr(0, first);
  line.protocol = text.substr(last + 1);
  const auto target = text.substr(first + 1, last - first - 1);
  if (!line.protocol.starts_with("HTTP/") || !http::is_token(line.method)) return false;
  return set_target(target, line);
}

bool set_target(std::string_view target, AccessLogLine& line) {
  if (target == "*" || (!target.empty() && line.method == "CONNECT")) {
    line.target = target;
    return std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  }
  const bool absolute = target.find("://") != std::string_view::npos && !target.starts_with('/');
  if (!absolute && !target.starts_with('/')) return false;
  const auto parts = split_url(absolute ? std::string(target) : "http://host" + std::string(target));
  if (!parts) return false;
  line.target = absolute ? join_url(parts->scheme, parts->authority, parts->target) : parts->target;
  line.target_escaped = parts->escaped;
  return true;
}

Outcome<AccessLogLine> parse_access_log_line(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.starts_with('{')) return parse_access_log_json(text);
  AccessLogLine line;
  const auto bracket = text.find('[', 1);
  if (bracket == std::string_view::npos) return Failure{"no_log_line"};
  read_client(text.substr(0, bracket), line);
  Fields fields(text.substr(bracket));
  const auto time = fields.bracketed();
  const auto request = fields.quoted();
  if (!time || !request) return Failure{"no_log_line"};
  const auto at = parse_access_log_time(*time);
  if (!at) return Failure{"bad_time"};
  line.time_ns = *at;
  line.exact_time = time->find('.') != std::string_view::npos;
  if (!read_request_line(*request, line)) return Failure{"bad_request"};
  const auto status = number<std::uint32_t>(fields.word());
  if (!status || *status < 100 || *status > 999) return Failure{"bad_status"};
  line.status = *status;
  line.response_bytes = number<std::uint64_t>(fields.word()).value_or(0);
  read_rest(fields, line);
  return line;
}

}  // namespace understudy::capture
