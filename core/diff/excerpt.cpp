#include "core/diff/excerpt.hpp"

#include <algorithm>

namespace understudy::diff {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kCutMark = "...";

/// Bytes of the well-formed sequence at the front (Unicode 15, table 3-7), 0 when there is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  }
  if (length == 0 || text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t at = 2; at < length; ++at)
    if ((byte(at) & 0xC0) != 0x80) return 0;
  return length;
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t bytes_max) {
  const bool whole = text.size() <= bytes_max;
  const auto room = whole || bytes_max < kCutMark.size() ? bytes_max : bytes_max - kCutMark.size();
  std::string out;
  out.reserve(std::min(text.size(), bytes_max));
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = sequence_length(text.substr(at));
    const bool newline = text[at] == '\n' || text[at] == '\t';
    const auto piece = newline ? std::string_view(" ") : length > 0 ? text.substr(at, length) : kReplacement;
    if (out.size() + piece.size() > room) break;
    out += piece;
    at += length > 0 ? length : 1;
  }
  if (at < text.size() && out.size() + kCutMark.size() <= bytes_max) out += kCutMark;
  return out;
}

LinePair first_different_lines(std::string_view recorded, std::string_view replayed) noexcept {
  const auto differ = std::mismatch(recorded.begin(), recorded.end(), replayed.begin(), replayed.end());
  const auto at = static_cast<std::size_t>(differ.first - recorded.begin());
  const auto line_of = [at](std::string_view text) {
    const auto before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  };
  return {line_of(recorded), line_of(replayed)};
}

}  // namespace understudy::diff
