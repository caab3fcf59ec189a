#include "capture-format/convert/har_document.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// Finds its way through JSON text by brackets and strings alone. What it skips is checked by a real parser.
class Skimmer {
 public:
  explicit Skimmer(std::string_view text) noexcept : text_(text) {}

  std::size_t position() const noexcept { return at_; }

  char peek() noexcept {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char expected) noexcept {
    if (peek() != expected) return false;
    ++at_;
    return true;
  }

  /// The raw text between the quotes.
  std::optional<std::string_view> string() noexcept {
    if (!take('"')) return std::nullopt;
    const auto begin = at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return std::nullopt;
    return text_.substr(begin, at_++ - begin);
  }

  /// Skips one value.
  bool value() noexcept {
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '\0') return false;
      if (c == '"') {
        if (!string()) return false;
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return false;
        --depth;
        ++at_;
      } else if (c == ',' || c == ':') {
        if (depth == 0) return false;
        ++at_;
      } else {
        while (at_ < text_.size() &&
               std::string_view(",:]}[{\" \n\r\t").find(text_[at_]) == std::string_view::npos)
          ++at_;
      }
    } while (depth > 0);
    return true;
  }

  /// Enters the value of the first member of that name in the object here; false when there is none.
  bool enter_member(std::string_view name) noexcept {
    if (!take('{') || peek() == '}') return false;
    do {
      const auto key = (peek(), string());
      if (!key || !take(':')) return false;
      if (*key == name) return peek() != '\0';
      if (!value()) return false;
    } while (take(','));
    return false;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<unsigned> hex4(std::string_view text) noexcept {
  if (text.size() < 4) return std::nullopt;
  unsigned number = 0;
  for (const char c : text.substr(0, 4)) {
    const auto digit =
        std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (digit == std::string_view::npos) return std::nullopt;
    number = number * 16 + static_cast<unsigned>(digit);
  }
  return number;
}

/// The code unit of an escape "\uXXXX" at the begin of `text`.
std::optional<unsigned> escaped_unit(std::string_view text) noexcept {
  return text.starts_with("\\u") ? hex4(text.substr(2)) : std::nullopt;
}

constexpr bool is_high(unsigned unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(unsigned unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

struct Surrogates {
  std::size_t replaced = 0;
  std::size_t bytes = 0;
};

constexpr bool is_escaped_byte(unsigned unit) noexcept { return unit >= 0xDC80 && unit < 0xDD00; }

/// The text only shrinks, so it is rewritten where it stands.
Surrogates settle_surrogates(std::string& text, bool python) {
  constexpr std::size_t kEscapeBytes = 6;
  Surrogates settled;
  std::size_t read = 0;
  std::size_t written = 0;
  const auto keep_until = [&](std::size_t end) {
    if (written != read) std::memmove(text.data() + written, text.data() + read, end - read);
    written += end - read;
    read = end;
  };
  for (auto at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const auto rest = std::string_view(text).substr(at);
    const auto unit = escaped_unit(rest);
    if (!unit) {
      at += 2;
    } else if (is_high(*unit) && is_low(escaped_unit(rest.substr(kEscapeBytes)).value_or(0))) {
      at += 2 * kEscapeBytes;
    } else if (python && is_escaped_byte(*unit)) {
      keep_until(at);
      text[written++] = static_cast<char>(*unit - 0xDC00);
      read = at += kEscapeBytes;
      ++settled.bytes;
    } else {
      if (is_high(*unit) || is_low(*unit)) {
        text.replace(at, kEscapeBytes, "\\ufffd");
        ++settled.replaced;
      }
      at += kEscapeBytes;
    }
    if (at > text.size()) break;
  }
  keep_until(text.size());
  text.resize(written);
  return settled;
}

/// Its name stands in front of the entries.
bool is_of_mitmproxy(std::string_view text) noexcept {
  constexpr std::size_t kLookedAt = 4096;
  const auto head = text.substr(0, std::min(text.find("\"entries\""), kLookedAt));
  const auto creator = head.find("\"creator\"");
  return creator != std::string_view::npos && head.find("mitmproxy", creator) != std::string_view::npos;
}

/// Everything but the entries must be JSON too. The place of an error is told for the whole text.
Outcome<> check_rest(std::string_view text, std::size_t entries_begin, std::size_t entries_end) {
  boost::json::parse_options options;
  options.max_depth = HarDocument::kDepthMax;
  options.allow_invalid_utf8 = true;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  for (const auto part : {text.substr(0, entries_begin), std::string_view("[]"), text.substr(entries_end)})
    if (!error) parser.write(part.data(), part.size(), error);
  if (!error) parser.finish(error);
  if (error) return Failure{fmt::format("not JSON: {}", error.message())};
  return {};
}

/// Some viewers keep a HAR as a script: `onInputData({...});`. What is around the object goes.
void unwrap_call(std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return;
  const auto name_end =
      std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), [](char c) {
        return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || c == '$' ||
               c == '.';
      });
  const auto open = static_cast<std::size_t>(name_end - text.begin());
  auto close = text.find_last_not_of(kSpace);
  if (close != std::string::npos && text[close] == ';') close = text.find_last_not_of(kSpace, close - 1);
  if (open == begin || open == text.size() || text[open] != '(' || close <= open || text[close] != ')')
    return;
  text.resize(close);
  text.erase(0, open + 1);
}

}  // namespace

Outcome<HarDocument> HarDocument::parse(std::string text, bool python) {
  HarDocument document;
  document.text_ = std::move(text);
  unwrap_call(document.text_);
  const auto settled = settle_surrogates(document.text_, python || is_of_mitmproxy(document.text_));
  document.lone_surrogates_ = settled.replaced;
  document.escaped_bytes_ = settled.bytes;
  Skimmer skimmer(document.text_);
  if (skimmer.peek() != '{') return Failure{"not a HAR: no JSON object"};
  if (!skimmer.enter_member("log") || !skimmer.enter_member("entries"))
    return Failure{"not a HAR: no log.entries, or the text is cut off"};
  const auto begin = skimmer.position();
  if (!skimmer.take('[')) return Failure{"not a HAR: log.entries is no array"};
  if (skimmer.peek() != ']') do {
      skimmer.peek();
      const auto offset = skimmer.position();
      if (!skimmer.value())
        return Failure{fmt::format("not JSON: entry {} is cut off or broken", document.entries_.size())};
      document.entries_.push_back({offset, skimmer.position() - offset});
    } while (skimmer.take(','));
  if (!skimmer.take(']'))
    return Failure{fmt::format("not JSON: log.entries is cut off after entry {}", document.entries_.size())};
  if (auto checked = check_rest(document.text_, begin, skimmer.position()); !checked) return checked.error();
  return document;
}

}  // namespace understudy::capture
