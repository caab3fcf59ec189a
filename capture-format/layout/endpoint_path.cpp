#include "capture-format/layout/endpoint_path.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace understudy::capture {
namespace {

constexpr std::size_t kHexIdentifierMin = 8;
constexpr std::size_t kTokenMin = 20;

constexpr bool is_hex_letter(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'; }
constexpr bool is_letter(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

std::string_view path_of(std::string_view target) noexcept {
  if (target.empty() || target.front() != '/') {
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return target.substr(0, target.find_first_of("?#"));
    const auto path = target.find_first_of("/?#", scheme + 3);
    target = path == std::string_view::npos || target[path] != '/' ? "/" : target.substr(path);
  }
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

bool is_identifier_segment(std::string_view segment) noexcept {
  std::size_t digits = 0;
  std::size_t hex_letters = 0;
  std::size_t joins = 0;
  std::size_t letters = 0;
  for (const char c : segment) {
    if (c == '@') return true;
    digits += ascii_digit(c) ? 1 : 0;
    hex_letters += is_hex_letter(c) ? 1 : 0;
    letters += is_letter(c) ? 1 : 0;
    joins += c == '-' || c == '_' ? 1 : 0;
  }
  if (digits == 0) return segment.find("%40") != std::string_view::npos;
  if (digits == segment.size()) return true;
  const auto dashes = static_cast<std::size_t>(std::count(segment.begin(), segment.end(), '-'));
  if (segment.size() >= kHexIdentifierMin && digits + hex_letters + dashes == segment.size()) return true;
  if (segment.size() >= kTokenMin && digits + letters + joins == segment.size()) return true;
  return segment.find("%40") != std::string_view::npos;
}

std::string_view endpoint_path(std::string_view target, std::span<char, kEndpointPathBytesMax> out) noexcept {
  auto path = path_of(target);
  std::size_t size = 0;
  const auto put = [&](std::string_view text) {
    const auto count = std::min(text.size(), out.size() - size);
    std::copy_n(text.data(), count, out.data() + size);
    size += count;
  };
  while (!path.empty() && size < out.size()) {
    const bool slash = path.front() == '/';
    if (slash) put("/");
    path.remove_prefix(slash ? 1 : 0);
    const auto segment = path.substr(0, path.find('/'));
    put(is_identifier_segment(segment) ? "{}" : segment);
    path.remove_prefix(segment.size());
  }
  return {out.data(), size};
}

std::string endpoint_path(std::string_view target) {
  std::array<char, kEndpointPathBytesMax> out;
  return std::string(endpoint_path(target, out));
}

}  // namespace understudy::capture
