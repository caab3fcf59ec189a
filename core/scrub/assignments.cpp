#include "core/scrub/assignments.hpp"

#include "core/scrub/credentials.hpp"
#include "core/scrub/key_names.hpp"

#include <algorithm>

namespace understudy::scrub {
namespace {

constexpr std::size_t kNameBytesMax = 64;

bool is_name(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' ||
         c == '.' || c == '[' || c == ']' || c == '$';
}

std::size_t name_begin(std::string_view text, std::size_t equals) {
  const auto lowest = equals > kNameBytesMax ? equals - kNameBytesMax : 0;
  auto begin = equals;
  while (begin > lowest && is_name(text[begin - 1])) --begin;
  return begin;
}

/// A value ends where lists, URLs and quotes end.
Span value_span(std::string_view text, std::size_t begin) {
  const bool quoted = begin < text.size() && (text[begin] == '"' || text[begin] == '\'');
  if (quoted) {
    const auto close = text.find(text[begin], begin + 1);
    if (close != std::string_view::npos) return {begin + 1, close};
    ++begin;
  }
  const auto end = text.find_first_of("&;, \t\r\n\"'<>()#{}|\\", begin);
  return {begin, end == std::string_view::npos ? text.size() : end};
}

}  // namespace

void scan_assignments(const MappedText& text, const Pass& pass, Splices& splices) {
  const auto view = text.text();
  for (auto equals = view.find('='); equals != std::string_view::npos; equals = view.find('=', equals + 1)) {
    const auto begin = name_begin(view, equals);
    const auto kind = classify_key(view.substr(begin, equals - begin));
    if (!is_secret(kind)) continue;
    const auto value = value_span(view, equals + 1);
    if (value.size() == 0) continue;
    const auto redacted =
        redacted_credential(view.substr(value.begin, value.size()), KeyKind::secret, pass.tokens);
    if (!redacted) continue;
    const auto raw = text.raw(value);
    splices.add({raw.begin, raw.end, *redacted, Detector::credential_field});
  }
}

}  // namespace understudy::scrub
