// A strict RFC 8259 lexer that reports spans instead of values: iterative, no allocation, no copy.
#pragma once

#include "core/base/ascii.hpp"
#include "core/scrub/byte_block.hpp"
#include "core/scrub/mapped_text.hpp"
#include "core/scrub/traits.hpp"
#include "core/scrub/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::scrub {

inline constexpr std::size_t kJsonDepthLimit = 128;

struct JsonString {
  Span span;  ///< between the quotes
  Traits traits;
};

struct JsonNumber {
  Span span;
  std::size_t integer_digits = 0;
  bool is_integer = true;  ///< neither fraction nor exponent
};

/// Reports a document to `Sink`: key(JsonString), string(JsonString), number(JsonNumber), open(depth),
/// close(depth), where depth counts from 1. The text must be one document with nothing but white space around
/// it; strings must be valid UTF-8. What was reported before an error is found stands for nothing.
template <class Sink>
class JsonLexer {
 public:
  JsonLexer(std::string_view text, std::size_t depth_max, Sink& sink)
      : begin_(text.data()),
        at_(text.data()),
        end_(text.data() + text.size()),
        depth_max_(depth_max < kJsonDepthLimit ? depth_max : kJsonDepthLimit),
        sink_(sink) {}

  /// Whether the whole text is a document no deeper than allowed.
  bool run() {
    skip_space();
    if (!value()) return false;
    while (depth_ != 0)
      if (!step()) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  bool in_object() const { return (objects_[depth_ >> 6] >> (depth_ & 63)) & 1; }

  void skip_space() {
    while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ') {
      if (*at_ != ' ' && *at_ != '\n' && *at_ != '\r' && *at_ != '\t') return;
      ++at_;
    }
  }

  /// The next element of the innermost container, or its end.
  bool step() {
    skip_space();
    if (at_ == end_) return false;
    const bool object = in_object();
    if (*at_ == (object ? '}' : ']')) {
      ++at_;
      sink_.close(depth_--);
      fresh_ = false;
      return true;
    }
    if (!fresh_) {
      if (*at_ != ',') return false;
      ++at_;
      skip_space();
    }
    fresh_ = false;
    return object ? member() : value();
  }

  bool member() {
    JsonString key;
    if (at_ == end_ || *at_ != '"' || !string(key)) return false;
    sink_.key(key);
    skip_space();
    if (at_ == end_ || *at_ != ':') return false;
    ++at_;
    skip_space();
    return value();
  }

  bool value() {
    if (at_ == end_) return false;
    switch (*at_) {
      case '"': {
        JsonString text;
        if (!string(text)) return false;
        sink_.string(text);
        return true;
      }
      case '{':
        return open(true);
      case '[':
        return open(false);
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool open(bool object) {
    if (depth_ >= depth_max_) return false;
    ++at_;
    ++depth_;
    const auto bit = std::uint64_t{1} << (depth_ & 63);
    if (object) {
      objects_[depth_ >> 6] |= bit;
    } else {
      objects_[depth_ >> 6] &= ~bit;
    }
    fresh_ = true;
    sink_.open(depth_);
    return true;
  }

  bool literal(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
    at_ += word.size();
    sink_.literal();
    return true;
  }

  const char* skip_digits(const char* at) const {
    while (at != end_ && ascii_digit(*at)) ++at;
    return at;
  }

  bool number() {
    const char* begin = at_;
    const char* at = *at_ == '-' ? at_ + 1 : at_;
    JsonNumber token;
    const char* digits = at;
    at = skip_digits(at);
    token.integer_digits = static_cast<std::size_t>(at - digits);
    if (token.integer_digits == 0 || (*digits == '0' && token.integer_digits > 1)) return false;
    if (at != end_ && *at == '.') {
      const char* fraction = skip_digits(at + 1);
      if (fraction == at + 1) return false;
      at = fraction;
      token.is_integer = false;
    }
    if (at != end_ && (*at == 'e' || *at == 'E')) {
      if (++at != end_ && (*at == '+' || *at == '-')) ++at;
      const char* exponent = skip_digits(at);
      if (exponent == at) return false;
      at = exponent;
      token.is_integer = false;
    }
    token.span = {offset(begin), offset(at)};
    at_ = at;
    sink_.number(token);
    return true;
  }

  /// `at_` is on the opening quote; afterwards behind the closing one.
  bool string(JsonString& token) {
    const char* begin = ++at_;
    TraitCounter counter;
    bool escaped = false;
    const char* at = begin;
    for (;;) {
      at = find_stop(at, counter);
      if (at == end_) return false;
      if (*at == '"') break;
      if (*at != '\\' || !skip_escape(at)) return false;
      escaped = true;
    }
    at_ = at + 1;
    token.span = {offset(begin), offset(at)};
    token.traits = counter.traits();
    token.traits.escaped = escaped;
    return !token.traits.wide || is_valid_utf8({begin, token.span.size()});
  }

  /// The next quote, backslash or control character.
  const char* find_stop(const char* at, TraitCounter& counter) const {
    while (static_cast<std::size_t>(end_ - at) >= kBlockBytes) {
      const auto masks = classify_block(at);
      if (masks.stop != 0) {
        const auto stop = static_cast<unsigned>(__builtin_ctz(masks.stop));
        counter.add(masks, (1u << stop) - 1);
        return at + stop;
      }
      counter.add(masks);
      at += kBlockBytes;
    }
    while (at != end_ && !is_string_stop(static_cast<unsigned char>(*at)))
      counter.add(static_cast<unsigned char>(*at++));
    return at;
  }

  bool skip_escape(const char*& at) const {
    if (end_ - at < 2) return false;
    const char kind = at[1];
    at += 2;
    if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    if (end_ - at < 4) return false;
    for (const char* last = at + 4; at != last; ++at) {
      const char lower = static_cast<char>(*at | 0x20);
      if (!ascii_digit(*at) && !(lower >= 'a' && lower <= 'f')) return false;
    }
    return true;
  }

  std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - begin_); }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  std::size_t depth_max_;
  bool fresh_ = false;  ///< the innermost container has no element yet
  std::array<std::uint64_t, kJsonDepthLimit / 64 + 1> objects_{};
  Sink& sink_;
};

}  // namespace understudy::scrub
