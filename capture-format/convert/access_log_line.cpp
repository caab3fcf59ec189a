#include "capture-format/convert/access_log_line.hpp"

#include "core/base/ascii.hpp"
#include "core/http/grammar.hpp"

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

/// "10/Oct/2000:13:55:36 -0700" to nanoseconds since 1970.
std::optional<std::uint64_t> parse_time(std::string_view text) {
  constexpr std::size_t kBytes = 26;
  if (text.size() != kBytes || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' ||
      text[17] != ':' || text[20] != ' ')
    return std::nullopt;
  const auto part = [text](std::size_t at, std::size_t size) {
    return number<unsigned>(text.substr(at, size));
  };
  const auto day = part(0, 2), year = part(7, 4), hour = part(12, 2), minute = part(15, 2),
             second = part(18, 2), zone_hours = part(22, 2), zone_minutes = part(24, 2);
  const auto month = month_of(text.substr(3, 3));
  if (!day || !year || !hour || !minute || !second || !zone_hours || !zone_minutes || !month)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60 || (text[21] != '+' && text[21] != '-'))
    return std::nullopt;
  const auto zone = std::chrono::hours(*zone_hours) + std::chrono::minutes(*zone_minutes);
  const auto local = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                     std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  const auto utc = std::chrono::seconds(text[21] == '+' ? local - zone : local + zone);
  if (utc.count() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(utc.count()) * 1'000'000'000;
}

bool is_sendable_target(std::string_view target) {
  if (target.empty()) return false;
  for (const char c : target)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) return false;
  return target.front() == '/' || target == "*" || target.find("://") != std::string_view::npos;
}

bool read_request(std::string_view text, AccessLogLine& line) {
  const auto first = text.find(' ');
  const auto last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  line.method = text.substr(0, first);
  line.target = text.substr(first + 1, last - first - 1);
  line.version = text.substr(last + 1) == "HTTP/1.0" ? 10 : 11;
  return text.substr(last + 1).starts_with("HTTP/") && http::is_token(line.method) &&
         is_sendable_target(line.target);
}

std::string optional_text(Fields& fields) {
  auto text = fields.quoted().value_or(std::string());
  if (text == "-" || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) text.clear();
  return text;
}

}  // namespace

Outcome<AccessLogLine> parse_access_log_line(std::string_view text) {
  Fields fields(text);
  AccessLogLine line;
  line.address = fields.word();
  fields.word();  // identity (RFC 1413), always "-"
  fields.word();  // user: personal data that no replay needs
  const auto time = fields.bracketed();
  const auto request = fields.quoted();
  if (!time || !request) return Failure{"no_log_line"};
  const auto at = parse_time(*time);
  if (!at) return Failure{"bad_time"};
  line.time_ns = *at;
  if (!read_request(*request, line)) return Failure{"bad_request"};
  const auto status = number<std::uint32_t>(fields.word());
  if (!status || *status < 100 || *status > 999) return Failure{"bad_status"};
  line.status = *status;
  line.response_bytes = number<std::uint64_t>(fields.word()).value_or(0);
  line.referer = optional_text(fields);
  line.user_agent = optional_text(fields);
  return line;
}

}  // namespace understudy::capture
