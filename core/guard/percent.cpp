#include "core/guard/percent.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace understudy::guard {
namespace {

/// The byte that the escape at `at` stands for, or -1.
int escape_at(std::string_view text, std::size_t at) noexcept {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto percent = text.find('%');
    const auto from = out.size();
    out.append(text.substr(0, percent));
    if (plus_is_space) std::replace(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), '+', ' ');
    if (percent == std::string_view::npos) return out;
    const int byte = escape_at(text, percent);
    out.push_back(byte >= 0 ? static_cast<char>(byte) : '%');
    text.remove_prefix(percent + (byte >= 0 ? 3 : 1));
  }
}

std::string percent_decode_fully(std::string_view text, bool plus_is_space) {
  std::string out = percent_decode(text, plus_is_space);
  for (int layer = 1; layer < kDecodeLayersMax && has_percent_escape(out); ++layer)
    out = percent_decode(out, false);
  return out;
}

bool has_broken_percent(std::string_view text) noexcept {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (escape_at(text, at) < 0) return true;
  return false;
}

bool has_percent_escape(std::string_view text) noexcept {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (escape_at(text, at) >= 0) return true;
  return false;
}

}  // namespace understudy::guard
