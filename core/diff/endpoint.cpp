#include "core/diff/endpoint.hpp"

#include "core/base/ascii.hpp"
#include "core/diff/value_class.hpp"
#include "core/http/message.hpp"

#include <algorithm>

namespace understudy::diff {
namespace {

constexpr std::size_t kEndpointPathBytesMax = 256;

bool has_letter(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; });
}

bool is_email(std::string_view text) noexcept {
  auto at = text.find('@');
  std::size_t width = 1;
  if (at == std::string_view::npos) {
    at = text.find("%40");
    width = 3;
  }
  return at != std::string_view::npos && at > 0 && text.find('.', at + width) != std::string_view::npos;
}

/// "12-34", "2024.11", "17,18": digits and separators only.
bool is_composite_number(std::string_view text) noexcept {
  return ascii_digit(text.front()) && !has_letter(text) && std::ranges::all_of(text, [](char c) {
           return ascii_digit(c) || c == '-' || c == '_' || c == '.' || c == ',' || c == ':';
         });
}

}  // namespace

std::string_view segment_template(std::string_view segment) noexcept {
  if (segment.empty()) return segment;
  if (is_composite_number(segment)) return "{id}";
  if (is_uuid(segment)) return "{uuid}";
  if (is_ulid(segment)) return "{ulid}";
  if (segment.size() >= 16 && is_hex(segment)) return "{hex}";
  if (is_jwt(segment) || (segment.size() >= 20 && is_random_token(segment))) return "{token}";
  if (is_email(segment)) return "{email}";
  return segment;
}

std::string endpoint_of(std::string_view method, std::string_view target) {
  auto path = http::target_path(target);
  std::string out(method);
  out += ' ';
  const auto start = out.size();
  while (!path.empty()) {
    const auto slash = path.find('/');
    out += segment_template(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    out += '/';
    path.remove_prefix(slash + 1);
    if (out.size() - start > kEndpointPathBytesMax) break;
  }
  if (out.size() - start > kEndpointPathBytesMax) {
    out.resize(start + kEndpointPathBytesMax);
    out += "...";
  }
  return out;
}

}  // namespace understudy::diff
