// Undoes the chunked transfer coding (RFC 9112 §7.1), strictly, in pieces, without copying content.
#pragma once

#include "core/base/result.hpp"
#include "core/http/body_step.hpp"
#include "core/http/errors.hpp"
#include "core/http/fields.hpp"
#include "core/http/limits.hpp"
#include "core/http/section_scanner.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::http {

/// A state machine over the framing bytes; content passes as views of the input. The outcome does not depend
/// on how the input is split. Extensions are checked against the grammar, counted and forgotten. Errors:
/// bad_chunk, chunk_extensions_too_large, trailers_too_large, too_many_fields, bad_field (in a trailer).
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  void reset() noexcept;

  /// Takes framing bytes and at most one piece of content from the front of `in`. Takes nothing once
  /// complete.
  Result<BodyStep> step(std::string_view in);

  /// Trailer fields without those that must not be there (RFC 9110 §6.5.1); valid once complete, until
  /// `reset`.
  const Fields& trailers() const noexcept { return trailers_; }

 private:
  enum class State : std::uint8_t {
    size_begin,
    size,
    extension,  ///< behind whitespace: only another extension may follow
    extension_name_begin,
    extension_name,
    extension_name_end,
    extension_value_begin,
    extension_value,
    quoted,
    quoted_escape,
    quoted_end,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailers,
    complete
  };

  Result<> take_framing_byte(char c);
  Result<> take_size_byte(char c);
  Result<> take_extension_byte(char c);
  Result<std::size_t> take_trailers(std::string_view in);

  Limits limits_;
  State state_ = State::size_begin;
  unsigned size_digits_ = 0;
  std::uint64_t remaining_ = 0;
  std::size_t extension_bytes_ = 0;
  std::string trailer_bytes_;
  SectionScanner trailer_scanner_;
  Fields trailers_;
};

}  // namespace understudy::http
