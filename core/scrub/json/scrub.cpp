#include "core/scrub/json/scrub.hpp"

#include "core/scrub/credentials.hpp"
#include "core/scrub/detectors/card.hpp"
#include "core/scrub/detectors/luhn.hpp"
#include "core/scrub/json/key_cache.hpp"
#include "core/scrub/json/lexer.hpp"
#include "core/scrub/json/number.hpp"
#include "core/scrub/json/unescape.hpp"

namespace understudy::scrub {
namespace {

/// Receives the tokens of one document.
class DocumentScrubber {
 public:
  DocumentScrubber(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
                   unsigned nesting)
      : raw_(raw), text_(text), bytes_(text.text()), pass_(pass), splices_(splices), nesting_(nesting) {}

  void key(const JsonString& key) {
    const auto view = bytes_.substr(key.span.begin, key.span.size());
    kind_ =
        key.traits.escaped ? classify_key(unescape_json(text_.part(key.span)).text()) : keys_.classify(view);
    if (key.traits.suspicious() || key.traits.escaped) scan(key, false);
  }

  void string(const JsonString& value) {
    const auto kind = take_kind();
    if (kind == KeyKind::plain && !value.traits.escaped) {
      if (!value.traits.suspicious()) return;
      // Times and ids: digits and nothing else to look for.
      const bool only_digits = !value.traits.marked && !value.traits.wide;
      if (only_digits && !has_card_run(bytes_.substr(value.span.begin, value.span.size()))) return;
    }
    if (is_secret(kind)) return redact(value, kind);
    scan(value, kind == KeyKind::card);
  }

  void number(const JsonNumber& number) {
    const auto kind = take_kind();
    const auto view = bytes_.substr(number.span.begin, number.span.size());
    if (kind == KeyKind::secret || kind == KeyKind::authorization) {
      // No reserved namespace fits a short number: a constant is the one value that says nothing.
      if (view != "0") replace(number.span, "0", Detector::credential_field);
      return;
    }
    if (number.is_integer && number.integer_digits < kCardDigitsMin) return;
    const auto digits = whole_number_digits(view);
    if (!is_card_number(digits, kind == KeyKind::card) || pass_.tokens.is_card(digits)) return;
    replace(number.span, (view[0] == '-' ? "-" : "") + pass_.tokens.card(digits), Detector::card);
  }

  void literal() { take_kind(); }

  void open(std::size_t depth) {
    if (inherited_from_ == 0 && kind_ != KeyKind::plain) {
      inherited_ = kind_;
      inherited_from_ = depth;
    }
    kind_ = KeyKind::plain;
  }

  void close(std::size_t depth) {
    if (depth == inherited_from_) inherited_from_ = 0;
    kind_ = KeyKind::plain;
  }

 private:
  /// What the value's own key says, else what the key of a container around it says.
  KeyKind take_kind() {
    const auto own = kind_;
    kind_ = KeyKind::plain;
    return inherited_from_ != 0 && !is_secret(own) ? inherited_ : own;
  }

  void replace(Span span, std::string replacement, Detector detector) {
    const auto raw = text_.raw(span);
    splices_.add({raw.begin, raw.end, std::move(replacement), detector});
  }

  void redact(const JsonString& value, KeyKind kind) {
    if (value.span.size() == 0) return;
    const auto part = text_.part(value.span);
    const auto redacted = value.traits.escaped
                              ? redacted_credential(unescape_json(part).text(), kind, pass_.tokens)
                              : redacted_credential(part.text(), kind, pass_.tokens);
    if (redacted) replace(value.span, *redacted, Detector::credential_field);
  }

  void scan(const JsonString& value, bool card_named) {
    const Leaf leaf{.card_named = card_named, .nesting = nesting_};
    const auto part = text_.part(value.span);
    if (!value.traits.escaped) return scan_leaf(raw_, part, pass_, splices_, leaf);
    if (value.traits.suspicious() || could_hide(part.text()))
      scan_leaf(raw_, unescape_json(part), pass_, splices_, leaf);
  }

  /// Whether escapes may stand for more than line breaks and quotes in prose.
  static bool could_hide(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return text.find("\\u") != std::string_view::npos || text.find("\\\\") != std::string_view::npos ||
           text[first] == '{' || text[first] == '[' || text[first] == '\\';
  }

  std::string_view raw_;
  const MappedText& text_;
  std::string_view bytes_;
  const Pass& pass_;
  Splices& splices_;
  unsigned nesting_;
  KeyCache keys_;
  KeyKind kind_ = KeyKind::plain;       ///< of the member whose value comes next
  KeyKind inherited_ = KeyKind::plain;  ///< of the outermost container whose key said something
  std::size_t inherited_from_ = 0;      ///< its depth; 0 when there is none
};

}  // namespace

bool scrub_json(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
                unsigned nesting) {
  const auto before = splices.size();
  DocumentScrubber sink(raw, text, pass, splices, nesting);
  JsonLexer<DocumentScrubber> lexer(text.text(), pass.json_depth_max, sink);
  if (lexer.run()) return true;
  splices.roll_back(before);
  return false;
}

}  // namespace understudy::scrub
