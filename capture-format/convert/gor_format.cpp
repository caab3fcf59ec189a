#include "capture-format/convert/gor_format.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace understudy::capture {
namespace {

constexpr std::size_t kIdDigitsMin = 16;
constexpr std::size_t kIdDigitsMax = 64;
constexpr std::size_t kConnectionIdDigits = 24;
constexpr std::size_t kConnectionDigits = 16;

std::string_view take_word(std::string_view& line) noexcept {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

bool is_hexadecimal(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = ascii_lower(c);
    return ascii_digit(c) || (lower >= 'a' && lower <= 'f');
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
  if (meta.id.size() < kIdDigitsMin || meta.id.size() > kIdDigitsMax || !is_hexadecimal(meta.id))
    return std::nullopt;
  const auto timestamp = parse_integer(take_word(line));
  if (!timestamp || *timestamp < 0) return std::nullopt;
  meta.timestamp_ns = static_cast<std::uint64_t>(*timestamp);
  if (line.empty()) return meta;
  const auto latency = parse_integer(take_word(line));
  if (!latency || !line.empty()) return std::nullopt;
  meta.latency_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(*latency, 0));
  return meta;
}

std::string_view gor_connection(std::string_view id) noexcept {
  return id.size() == kConnectionIdDigits ? id.substr(0, kConnectionDigits) : std::string_view();
}

}  // namespace understudy::capture
