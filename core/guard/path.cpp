#include "core/guard/path.hpp"

#include "core/base/ascii.hpp"
#include "core/guard/percent.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace understudy::guard {
namespace {

bool encodes_separator(std::string_view path) {
  const auto lower = to_lower(path);
  return lower.find("%2f") != std::string::npos || lower.find("%5c") != std::string::npos ||
         lower.find("%3b") != std::string::npos;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

/// Resolves "." and "..", drops empty segments and what follows a ';' in a segment.
std::string resolve_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  const bool ends_open = !path.empty() && path.back() == '/';
  while (!path.empty()) {
    const auto slash = path.find('/');
    auto segment = path.substr(0, slash);
    segment = segment.substr(0, segment.find(';'));
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  std::string out;
  for (const auto segment : segments) out.append("/").append(segment);
  if (out.empty() || ends_open) out.push_back('/');
  return out;
}

/// Bytes that stand for themselves to every server; dots and slashes do while no two special ones meet.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,=:@/."))
    plain[static_cast<unsigned char>(c)] = true;
  return plain;
}();

/// Whether the path is its own normal form: nothing escaped, no empty or dot segment, no parameter.
bool is_normal(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/') return false;
  char before = 0;
  for (const char c : path) {
    if (!kPlain[static_cast<unsigned char>(c)] || (before == '/' && (c == '/' || c == '.'))) return false;
    before = c;
  }
  return true;
}

}  // namespace

NormalPath normalize_path(std::string_view path) {
  NormalPath normal;
  if (is_normal(path)) return {.text = std::string(path)};
  if (path == "*") return {.text = "*"};
  normal.broken = has_broken_percent(path);
  normal.ambiguous = encodes_separator(path) || path.find('\\') != std::string_view::npos;
  const auto decoded = percent_decode(path, false);
  normal.broken = normal.broken || has_control(decoded);
  normal.ambiguous = normal.ambiguous || has_percent_escape(decoded);
  normal.text = resolve_segments(decoded);
  return normal;
}

}  // namespace understudy::guard
