#include "core/http/chunked.hpp"

#include "core/http/field_rules.hpp"
#include "core/http/field_section.hpp"
#include "core/http/grammar.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace understudy::http {
namespace {

// 16 digits fill 64 bits; a longer run is an overflow or padding that nobody needs.
constexpr unsigned kMaxSizeDigits = 16;
// Peers count in signed 64-bit integers: a larger size would be negative to them.
constexpr std::uint64_t kMaxChunkBytes = std::numeric_limits<std::int64_t>::max();

std::optional<unsigned> hex_value(char c) noexcept {
  if (ascii_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

}  // namespace

void ChunkedDecoder::reset() noexcept {
  state_ = State::size_begin;
  size_digits_ = 0;
  remaining_ = 0;
  extension_bytes_ = 0;
  trailer_bytes_.clear();
  trailer_scanner_.reset();
  trailers_.clear();
}

Result<BodyStep> ChunkedDecoder::step(std::string_view in) {
  BodyStep step;
  while (step.consumed < in.size() && state_ != State::complete) {
    const auto rest = in.substr(step.consumed);
    // Content that was found is handed out before anything behind it can fail.
    const bool has_data = !step.data.empty();
    if (state_ == State::data) {
      if (has_data) return step;
      step.data = rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size())));
      step.consumed += step.data.size();
      remaining_ -= step.data.size();
      if (remaining_ == 0) state_ = State::data_cr;
    } else if (state_ == State::trailers) {
      if (has_data && !rest.starts_with("\r\n")) return step;
      const auto taken = take_trailers(rest);
      if (!taken) return taken.error();
      step.consumed += *taken;
    } else {
      if (const auto taken = take_framing_byte(rest.front()); !taken) {
        if (has_data) return step;
        return taken.error();
      }
      ++step.consumed;
    }
  }
  step.complete = state_ == State::complete;
  return step;
}

Result<> ChunkedDecoder::take_framing_byte(char c) {
  switch (state_) {
    case State::size_begin:
    case State::size:
      return take_size_byte(c);
    case State::size_lf:
      if (c != '\n') return Errc::bad_chunk;
      state_ = remaining_ == 0 ? State::trailers : State::data;
      return {};
    case State::data_cr:
      if (c != '\r') return Errc::bad_chunk;
      state_ = State::data_lf;
      return {};
    case State::data_lf:
      if (c != '\n') return Errc::bad_chunk;
      state_ = State::size_begin;
      size_digits_ = 0;
      return {};
    default:
      return take_extension_byte(c);
  }
}

// chunk-size = 1*HEXDIG: no "0x", sign, or space in front; a space behind only before an extension.
Result<> ChunkedDecoder::take_size_byte(char c) {
  if (const auto digit = hex_value(c)) {
    if (size_digits_ == kMaxSizeDigits) return Errc::bad_chunk;
    ++size_digits_;
    remaining_ = remaining_ * 16 + *digit;
    if (remaining_ > kMaxChunkBytes) return Errc::bad_chunk;
    state_ = State::size;
    return {};
  }
  if (state_ == State::size_begin) return Errc::bad_chunk;
  if (c == '\r') {
    state_ = State::size_lf;
    return {};
  }
  return take_extension_byte(c);
}

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) (RFC 9112 §7.1.1).
Result<> ChunkedDecoder::take_extension_byte(char c) {
  const auto follow = [c](State same, bool stays, State after_space, bool may_equal) -> std::optional<State> {
    if (stays) return same;
    if (c == ';') return State::extension_name_begin;
    if (is_space(c)) return after_space;
    if (c == '=' && may_equal) return State::extension_value_begin;
    if (c == '\r' && same != after_space) return State::size_lf;
    return std::nullopt;
  };
  std::optional<State> next;
  switch (state_) {
    case State::size:
    case State::quoted_end:
      next = follow(state_, false, State::extension, false);
      break;
    case State::extension:
      next = follow(state_, false, State::extension, false);
      break;
    case State::extension_name:
      next = follow(state_, is_token_char(c), State::extension_name_end, true);
      break;
    case State::extension_name_end:
      next = follow(state_, false, State::extension_name_end, true);
      break;
    case State::extension_value:
      next = follow(state_, is_token_char(c), State::extension, false);
      break;
    case State::extension_name_begin:
      if (is_space(c)) next = state_;
      if (is_token_char(c)) next = State::extension_name;
      break;
    case State::extension_value_begin:
      if (is_space(c)) next = state_;
      if (c == '"') next = State::quoted;
      if (is_token_char(c)) next = State::extension_value;
      break;
    case State::quoted:
      if (is_value_char(c)) next = c == '"' ? State::quoted_end : c == '\\' ? State::quoted_escape : state_;
      break;
    case State::quoted_escape:
      if (is_value_char(c)) next = State::quoted;
      break;
    default:
      break;
  }
  if (!next) return Errc::bad_chunk;
  if (*next != State::size_lf && ++extension_bytes_ > limits_.chunk_extension_bytes)
    return Errc::chunk_extensions_too_large;
  state_ = *next;
  return {};
}

Result<std::size_t> ChunkedDecoder::take_trailers(std::string_view in) {
  if (trailer_bytes_.empty() && in.starts_with("\r\n")) {
    state_ = State::complete;
    return std::size_t{2};
  }
  const auto before = trailer_bytes_.size();
  const auto taken = std::min(in.size(), limits_.trailer_bytes - before);
  trailer_bytes_.append(in.substr(0, taken));
  const auto end = trailer_scanner_.find_section_end(trailer_bytes_);
  if (!end) return end.error();
  if (*end == 0) {
    if (trailer_bytes_.size() == limits_.trailer_bytes) return Errc::trailers_too_large;
    return taken;
  }
  FramingFields ignored;  // a trailer section decides nothing (RFC 9110 §6.5.1)
  const auto section = std::string_view(trailer_bytes_).substr(0, *end);
  const auto read =
      parse_field_section(section, limits_.field_count, SpaceBeforeColon::refused, trailers_, ignored);
  if (!read) return read.error();
  trailers_.retain([](const Field& field) { return !is_forbidden_trailer(field.name); });
  state_ = State::complete;
  return *end - before;
}

}  // namespace understudy::http
