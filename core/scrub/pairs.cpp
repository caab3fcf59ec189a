#include "core/scrub/pairs.hpp"

#include "core/scrub/byte_set.hpp"
#include "core/scrub/credentials.hpp"
#include "core/scrub/escapes.hpp"
#include "core/scrub/key_names.hpp"

namespace understudy::scrub {
namespace {

/// All layers undone.
std::string decoded_text(std::string_view text) {
  std::string decoded(text);
  std::string deeper;
  for (int layer = 0; layer < kEscapeLayersMax && undo_escapes(decoded, layer == 0, deeper); ++layer)
    decoded.swap(deeper);
  return decoded;
}

constexpr ByteSet kEscapes("%+&\\");
constexpr ByteSet kSeparators("&;");

/// Names are rarely escaped: those that are not need no copy.
KeyKind classify_name(std::string_view name) {
  return kEscapes.find_in(name) == name.size() ? classify_key(name) : classify_key(decoded_text(name));
}

void scan_part(std::string_view raw, Span span, const Pass& pass, Splices& splices, bool card_named) {
  const auto part = raw.substr(span.begin, span.size());
  if (!worth_scanning(part)) return;
  scan_leaf(raw, MappedText::plain(part, span.begin), pass, splices,
            {.plus_is_space = true, .card_named = card_named});
}

void scan_pair(std::string_view raw, Span pair, const Pass& pass, Splices& splices) {
  const auto text = raw.substr(pair.begin, pair.size());
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return scan_part(raw, pair, pass, splices, false);
  const Span name{pair.begin, pair.begin + equals};
  const Span value{name.end + 1, pair.end};
  const auto kind = classify_name(text.substr(0, equals));
  scan_part(raw, name, pass, splices, false);
  if (!is_secret(kind)) return scan_part(raw, value, pass, splices, kind == KeyKind::card);
  const auto plain = decoded_text(text.substr(equals + 1));
  if (const auto redacted = redacted_credential(plain, KeyKind::secret, pass.tokens))
    splices.add({value.begin, value.end, *redacted, Detector::credential_field});
}

}  // namespace

void scan_pairs(std::string_view raw, Span span, const Pass& pass, Splices& splices) {
  for (auto begin = span.begin; begin < span.end;) {
    const auto end = kSeparators.find_in(raw.substr(0, span.end), begin);
    if (end != begin) scan_pair(raw, {begin, end}, pass, splices);
    begin = end + 1;
  }
}

void scan_target(std::string_view target, const Pass& pass, Splices& splices) {
  if (!worth_scanning(target)) return;
  const auto query = target.find('?');
  const auto path = target.substr(0, query);
  scan_leaf(target, MappedText::plain(path, 0), pass, splices);
  if (query != std::string_view::npos) scan_pairs(target, {query + 1, target.size()}, pass, splices);
}

}  // namespace understudy::scrub
