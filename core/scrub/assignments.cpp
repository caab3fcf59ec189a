#include "core/scrub/assignments.hpp"

#include "core/scrub/byte_set.hpp"
#include "core/scrub/credentials.hpp"
#include "core/scrub/key_names.hpp"

#include <algorithm>
#include <array>

namespace understudy::scrub {
namespace {

constexpr std::size_t kAssignedNameBytesMax = 64;

bool is_name(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' ||
         c == '.' || c == '[' || c == ']' || c == '$';
}

constexpr ByteSet kEndsValue("&;, \t\r\n\"'<>()#{}|\\");

std::size_t name_begin(std::string_view text, std::size_t equals) {
  const auto lowest = equals > kAssignedNameBytesMax ? equals - kAssignedNameBytesMax : 0;
  auto begin = equals;
  while (begin > lowest && is_name(text[begin - 1])) --begin;
  return begin;
}

/// Settings about credentials rather than credentials: "secrets=read".
bool is_setting(std::string_view value) {
  constexpr auto kSettings = std::to_array<std::string_view>(
      {"true", "false", "null", "none", "undefined", "read", "write", "admin", "required", "optional"});
  return std::find(kSettings.begin(), kSettings.end(), value) != kSettings.end();
}

/// A value ends where lists, URLs and quotes end.
Span value_span(std::string_view text, std::size_t begin) {
  const bool quoted = begin < text.size() && (text[begin] == '"' || text[begin] == '\'');
  if (quoted) {
    const auto close = text.find(text[begin], begin + 1);
    if (close != std::string_view::npos) return {begin + 1, close};
    ++begin;
  }
  return {begin, kEndsValue.find_in(text, begin)};
}

KeyKind kind_before(std::string_view text, std::size_t equals) noexcept {
  const auto begin = name_begin(text, equals);
  return classify_key(text.substr(begin, equals - begin));
}

}  // namespace

bool has_secret_assignment(std::string_view text) noexcept {
  for (auto equals = text.find('='); equals != std::string_view::npos; equals = text.find('=', equals + 1))
    if (is_secret(kind_before(text, equals))) return true;
  return false;
}

void scan_assignments(const MappedText& text, const SpanSet& inert, const Pass& pass, Splices& splices) {
  const auto view = text.text();
  for (auto equals = view.find('='); equals != std::string_view::npos; equals = view.find('=', equals + 1)) {
    if (!is_secret(kind_before(view, equals))) continue;
    const auto value = value_span(view, equals + 1);
    if (value.size() == 0 || inert.overlaps(value)) continue;
    const auto text_of_value = view.substr(value.begin, value.size());
    if (Tokens::starts_opaque(text_of_value) || is_setting(text_of_value)) continue;
    const auto redacted = redacted_credential(text_of_value, KeyKind::secret, pass.tokens);
    if (!redacted) continue;
    const auto raw = text.raw(value);
    splices.add({raw.begin, raw.end, *redacted, Detector::credential_field});
  }
}

}  // namespace understudy::scrub
