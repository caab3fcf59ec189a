#include "core/base/one_line.hpp"

#include "core/base/json_text.hpp"

#include <iterator>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr std::string_view kLeftOut = " [...] ";

bool is_control(std::string_view sequence) noexcept {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 2) return first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0;
  return sequence.size() == 1 && (first < 0x20 || first == 0x7f);
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
  }
}

void append_line(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence_bytes(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence))
      append_escaped(out, sequence);
    else
      out += sequence;
    text.remove_prefix(sequence.size());
  }
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  if (text.size() <= kOneLineBytesMax) {
    append_line(out, text);
    return out;
  }
  // What is wrong stands at the beginning of a sentence, how to mend it at its end.
  const auto half = (kOneLineBytesMax - kLeftOut.size()) / 2;
  append_line(out, text.substr(0, half));
  out += kLeftOut;
  append_line(out, text.substr(text.size() - half));
  return out;
}

}  // namespace understudy
