// What GoReplay's .gor files are made of (its protocol.go): a meta line, an HTTP message, a separator line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::capture {

/// Stands on a line of its own behind every record; nothing escapes it.
inline constexpr std::string_view kGorSeparator = "\xF0\x9F\x90\xB5\xF0\x9F\x99\x88\xF0\x9F\x99\x89";

/// "TYPE ID TIMESTAMP [LATENCY]". Older files have no latency on requests.
struct GorMeta {
  enum class Type : char { request = '1', response = '2', replayed_response = '3' };
  Type type = Type::request;
  std::string_view id;  ///< hexadecimal in GoReplay's own files; a response has its request's
  std::uint64_t timestamp_ns = 0;
  std::uint64_t latency_ns = 0;  ///< 0: unknown (written as 0 or -1)
};

/// Without line end. Nothing when it is no such line.
std::optional<GorMeta> parse_gor_meta(std::string_view line) noexcept;

/// Where a separator stands: a line that is nothing else.
struct GorSeparator {
  std::size_t begin = 0;  ///< with the line end before it
  std::size_t end = 0;    ///< behind its own line end
};

/// The next one from there; both places are the end of the text when there is none.
GorSeparator find_gor_separator(std::string_view text, std::size_t from) noexcept;
/// The text is at its end, or a separator comes next.
bool begins_with_gor_separator(std::string_view text) noexcept;
/// A meta line comes next, with the begin of an HTTP message behind it.
bool begins_with_gor_record(std::string_view text) noexcept;
/// Where at the begin of a line a meta line stands with an HTTP message behind it; the size when nowhere.
std::size_t find_gor_record(std::string_view text) noexcept;

/// Without its line end.
std::string_view gor_first_line(std::string_view text) noexcept;

/// The part of an id that names the client connection, or empty: the 24 digits of today's captures begin with
/// ports and address; the 40 of older ones are a hash.
std::string_view gor_connection(std::string_view id) noexcept;

}  // namespace understudy::capture
