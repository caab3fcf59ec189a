#include "core/scrub/leaf.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/assignments.hpp"
#include "core/scrub/detectors/card.hpp"
#include "core/scrub/detectors/email.hpp"
#include "core/scrub/detectors/look_alikes.hpp"
#include "core/scrub/escapes.hpp"
#include "core/scrub/json/scrub.hpp"
#include "core/scrub/traits.hpp"

#include <algorithm>

namespace understudy::scrub {
namespace {

/// The digits of a token where the found ones were; what stood between them stays.
std::string in_form_of(std::string_view raw, const MappedText& text, Span span, std::string_view token) {
  std::string out;
  std::size_t next = 0;
  for (auto at = span.begin; at < span.end; ++at) {
    if (ascii_digit(text.text()[at])) {
      out.push_back(token[next++]);
    } else {
      const auto from = text.raw_at(at);
      out += raw.substr(from.begin, from.size());
    }
  }
  return out;
}

void scan_emails(const MappedText& text, const Pass& pass, Splices& splices) {
  std::vector<EmailFinding> found;
  find_emails(text.text(), found);
  for (const auto& [span] : found) {
    const auto address = text.text().substr(span.begin, span.size());
    if (Tokens::is_email(address)) continue;
    const auto raw_span = text.raw(span);
    splices.add({raw_span.begin, raw_span.end, pass.tokens.email(address), Detector::email});
  }
}

bool overlap(Span a, Span b) { return a.begin < b.end && b.begin < a.end; }

void scan_cards(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
                bool named) {
  std::vector<CardFinding> found;
  find_cards(text.text(), named, found);
  std::vector<Span> taken;
  // Tokens first: a candidate that shares digits with one is an accident of the replacement.
  for (const auto& card : found)
    if (pass.tokens.is_card(card.digits)) taken.push_back(card.span);
  for (const auto& card : found) {
    if (std::any_of(taken.begin(), taken.end(), [&](Span span) { return overlap(span, card.span); }))
      continue;
    taken.push_back(card.span);
    const auto raw_span = text.raw(card.span);
    splices.add({raw_span.begin, raw_span.end,
                 in_form_of(raw, text, card.span, pass.tokens.card(card.digits)), Detector::card});
  }
}

void scan_layer(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices, Leaf leaf) {
  const auto traits = traits_of(text.text());
  if (!traits.suspicious()) return;
  const auto folded = traits.wide ? fold_look_alikes(text) : std::nullopt;
  const auto& view = folded ? *folded : text;
  if (traits.marked || folded) {
    scan_emails(view, pass, splices);
    scan_assignments(view, pass, splices);
  }
  if (traits.many_digits || folded) scan_cards(raw, view, pass, splices, leaf.card_named);
}

bool scan_nested_json(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
                      Leaf leaf) {
  const auto first = text.text().find_first_not_of(" \t\r\n");
  if (leaf.nesting >= kNestingMax || first == std::string_view::npos) return false;
  if (std::string_view("{[\"").find(text.text()[first]) == std::string_view::npos) return false;
  return scrub_json(raw, text, pass, splices, leaf.nesting + 1);
}

}  // namespace

void scan_leaf(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices, Leaf leaf) {
  scan_layer(raw, text, pass, splices, leaf);
  scan_nested_json(raw, text, pass, splices, leaf);
  auto decoded = undo_escapes(text, leaf.plus_is_space);
  for (int layer = 1; decoded && layer <= kEscapeLayersMax; ++layer) {
    scan_layer(raw, *decoded, pass, splices, leaf);
    scan_nested_json(raw, *decoded, pass, splices, leaf);
    auto deeper = undo_escapes(*decoded, false);
    if (layer == kEscapeLayersMax && deeper) {
      const auto whole = text.raw({0, text.text().size()});
      splices.add({whole.begin, whole.end, pass.tokens.opaque(text.text()), Detector::credential_field});
    }
    decoded = std::move(deeper);
  }
}

}  // namespace understudy::scrub
