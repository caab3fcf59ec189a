#include "capture-format/convert/gor_format.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace understudy::capture {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kConnectionIdDigits = 24;
constexpr std::size_t kConnectionDigits = 16;

std::string_view take_word(std::string_view& line) noexcept {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

/// Others than GoReplay write UUIDs and counters.
bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kIdBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = ascii_lower(c);
    return ascii_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
  });
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<GorMeta> parse_gor_meta(std::string_view line) noexcept {
  const auto type = take_word(line);
  if (type.size() != 1 || type.front() < '1' || type.front() > '3') return std::nullopt;
  GorMeta meta;
  meta.type = static_cast<GorMeta::Type>(type.front());
  meta.id = take_word(line);
  if (!is_id(meta.id)) return std::nullopt;
  const auto timestamp = parse_integer(take_word(line));
  if (!timestamp || *timestamp < 0) return std::nullopt;
  meta.timestamp_ns = static_cast<std::uint64_t>(*timestamp);
  if (line.empty()) return meta;
  const auto latency = parse_integer(take_word(line));
  if (!latency) return std::nullopt;
  meta.latency_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(*latency, 0));
  return meta;
}

std::string_view gor_connection(std::string_view id) noexcept {
  return id.size() == kConnectionIdDigits ? id.substr(0, kConnectionDigits) : std::string_view();
}

std::string_view gor_first_line(std::string_view text) noexcept {
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

GorSeparator find_gor_separator(std::string_view text, std::size_t from) noexcept {
  for (auto at = text.find(kGorSeparator, from); at != std::string_view::npos;
       at = text.find(kGorSeparator, at + 1)) {
    const auto after = text.substr(at + kGorSeparator.size());
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    const bool carriage_return = after.starts_with("\r\n");
    if (!begins_line || (!after.empty() && !after.starts_with('\n') && !carriage_return)) continue;
    const auto line_end = text.find('\n', at);
    auto begin = at == 0 ? 0 : at - 1;
    // A file whose lines an editor has all ended with CR LF.
    if (carriage_return && begin > from && text[begin - 1] == '\r') --begin;
    return {begin, line_end == std::string_view::npos ? text.size() : line_end + 1};
  }
  return {text.size(), text.size()};
}

bool begins_with_gor_separator(std::string_view text) noexcept {
  constexpr std::size_t kLookedAt = 32;
  return text.empty() || find_gor_separator(text.substr(0, kLookedAt), 0).begin == 0;
}

bool begins_with_gor_record(std::string_view text) noexcept {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const auto meta = parse_gor_meta(gor_first_line(text.substr(0, end)));
  if (!meta) return false;
  const auto start_line = gor_first_line(text.substr(end + 1));
  if (meta->type != GorMeta::Type::request) return start_line.starts_with("HTTP/1.");
  constexpr std::size_t kVersionBytes = 9;
  const auto version = start_line.rfind(" HTTP/1.");
  return version != std::string_view::npos && version + kVersionBytes >= start_line.size();
}

std::size_t find_gor_record(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    if (begins_with_gor_record(text.substr(at))) return at;
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return text.size();
}

}  // namespace understudy::capture
