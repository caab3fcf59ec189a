#include "core/scrub/leaf.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/assignments.hpp"
#include "core/scrub/detectors/card.hpp"
#include "core/scrub/detectors/email.hpp"
#include "core/scrub/detectors/look_alikes.hpp"
#include "core/scrub/escapes.hpp"
#include "core/scrub/json/scrub.hpp"
#include "core/scrub/span_set.hpp"
#include "core/scrub/traits.hpp"

#include <algorithm>
#include <vector>

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

/// Looks at one layer of a value: first for tokens, which are left alone, then for what has to go.
class LayerScan {
 public:
  LayerScan(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices)
      : raw_(raw), text_(text), view_(text.text()), pass_(pass), splices_(splices) {}

  void emails() {
    if (view_.find('@') == std::string_view::npos) return;
    std::vector<EmailFinding> found;
    find_emails(view_, found);
    for (const auto& [span] : found) {
      const auto address = view_.substr(span.begin, span.size());
      if (Tokens::is_email(address)) {
        inert_.push_back(span);
      } else {
        replace(span, pass_.tokens.email(address), Detector::email);
      }
    }
  }

  void cards(bool named) {
    if (!has_card_run(view_)) return;
    std::vector<CardFinding> found;
    find_cards(view_, named, found);
    // Tokens first: a candidate that shares digits with one is an accident of the replacement.
    std::vector<Span> tokens;
    for (const auto& card : found)
      if (pass_.tokens.is_card(card.digits)) tokens.push_back(card.span);
    inert_.insert(inert_.end(), tokens.begin(), tokens.end());
    const SpanSet taken(std::move(tokens));
    std::size_t replaced_to = 0;
    for (const auto& card : found) {
      if (card.span.begin < replaced_to || taken.overlaps(card.span)) continue;
      replaced_to = card.span.end;
      replace(card.span, in_form_of(raw_, text_, card.span, pass_.tokens.card(card.digits)), Detector::card);
    }
  }

  /// After the others, which find the tokens.
  void assignments() {
    if (view_.find('=') == std::string_view::npos) return;
    scan_assignments(text_, SpanSet(std::move(inert_)), pass_, splices_);
  }

 private:
  void replace(Span span, std::string replacement, Detector detector) {
    const auto from = text_.raw(span);
    splices_.add({from.begin, from.end, std::move(replacement), detector});
  }

  std::string_view raw_;
  const MappedText& text_;
  std::string_view view_;
  const Pass& pass_;
  Splices& splices_;
  std::vector<Span> inert_;
};

void scan_layer(std::string_view raw, const MappedText& text, const Traits& traits, const Pass& pass,
                Splices& splices, Leaf leaf) {
  if (!traits.suspicious()) return;
  const auto folded = traits.wide ? fold_look_alikes(text) : std::nullopt;
  LayerScan scan(raw, folded ? *folded : text, pass, splices);
  if (traits.marked || folded) scan.emails();
  if (traits.many_digits || folded) scan.cards(leaf.card_named);
  if (traits.marked || folded) scan.assignments();
}

bool may_be_json(std::string_view text) noexcept {
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return c == '{' || c == '[' || c == '"';
  return false;
}

void scan_nested_json(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
                      Leaf leaf) {
  if (leaf.nesting < kNestingMax && may_be_json(text.text()))
    scrub_json(raw, text, pass, splices, leaf.nesting + 1);
}

/// Whether a layer shows anything that a scan of it could act on.
bool shows_evidence(std::string_view text) {
  const auto traits = traits_of(text);
  if (may_be_json(text)) return true;
  if (traits.marked && (text.find('@') != std::string_view::npos || has_secret_assignment(text))) return true;
  if (traits.many_digits && has_card_run(text)) return true;
  return traits.wide && fold_look_alikes(MappedText::plain(text, 0)).has_value();
}

/// Whether anything is to be found below the escapes. Looks without keeping the way back to the raw bytes,
/// which costs several times more and is needed for few texts.
bool escapes_matter(std::string_view text, bool plus_is_space) {
  std::string decoded;
  std::string deeper;
  if (!undo_escapes(text, plus_is_space, decoded)) return false;
  for (int layer = 1; layer <= kEscapeLayersMax; ++layer) {
    if (shows_evidence(decoded)) return true;
    if (!undo_escapes(decoded, false, deeper)) return false;
    decoded.swap(deeper);
  }
  return true;
}

}  // namespace

bool worth_scanning(std::string_view text) noexcept {
  if (text.empty()) return false;
  const auto traits = traits_of(text);
  return traits.suspicious() || traits.escaped || may_be_json(text);
}

void scan_leaf(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices, Leaf leaf) {
  const auto traits = traits_of(text.text());
  scan_layer(raw, text, traits, pass, splices, leaf);
  scan_nested_json(raw, text, pass, splices, leaf);
  // Without a mark or a backslash there is no escape.
  if (!traits.marked && !traits.escaped && !leaf.plus_is_space) return;
  if (!escapes_matter(text.text(), leaf.plus_is_space)) return;
  auto decoded = undo_escapes(text, leaf.plus_is_space);
  for (int layer = 1; decoded && layer <= kEscapeLayersMax; ++layer) {
    scan_layer(raw, *decoded, traits_of(decoded->text()), pass, splices, leaf);
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
