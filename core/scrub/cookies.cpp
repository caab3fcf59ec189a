#include "core/scrub/cookies.hpp"

namespace understudy::scrub {
namespace {

Span trimmed(std::string_view text, Span span) {
  while (span.begin < span.end && (text[span.begin] == ' ' || text[span.begin] == '\t')) ++span.begin;
  while (span.end > span.begin && (text[span.end - 1] == ' ' || text[span.end - 1] == '\t')) --span.end;
  return span;
}

void scan_suspicious(std::string_view field, Span span, const Pass& pass, Splices& splices) {
  const auto part = field.substr(span.begin, span.size());
  if (worth_scanning(part)) scan_leaf(field, MappedText::plain(part, span.begin), pass, splices);
}

/// One "name=value"; without '=' browsers send a nameless value.
void scan_cookie(std::string_view field, Span pair, const Pass& pass, Splices& splices) {
  pair = trimmed(field, pair);
  const auto equals = field.substr(pair.begin, pair.size()).find('=');
  Span value = pair;
  if (equals != std::string_view::npos) {
    scan_suspicious(field, {pair.begin, pair.begin + equals}, pass, splices);
    value = trimmed(field, {pair.begin + equals + 1, pair.end});
  }
  if (value.size() >= 2 && field[value.begin] == '"' && field[value.end - 1] == '"')
    value = {value.begin + 1, value.end - 1};
  const auto text = field.substr(value.begin, value.size());
  if (text.empty() || Tokens::is_opaque(text)) return;
  splices.add({value.begin, value.end, pass.tokens.opaque(text), Detector::cookie});
}

}  // namespace

void scan_cookies(std::string_view value, const Pass& pass, Splices& splices) {
  for (std::size_t begin = 0; begin < value.size();) {
    auto end = value.find(';', begin);
    if (end == std::string_view::npos) end = value.size();
    scan_cookie(value, {begin, end}, pass, splices);
    begin = end + 1;
  }
}

void scan_set_cookie(std::string_view value, const Pass& pass, Splices& splices) {
  auto end = value.find(';');
  if (end == std::string_view::npos) end = value.size();
  scan_cookie(value, {0, end}, pass, splices);
  if (end < value.size()) scan_suspicious(value, {end, value.size()}, pass, splices);
}

}  // namespace understudy::scrub
