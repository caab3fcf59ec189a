// Text of strangers as JSON strings: nothing in it can end the string or the line, or steer a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy {

/// Appends `text` with its quotes (RFC 8259 §7). Control characters, also DEL and the C1 ones that terminals
/// obey, become escapes; bytes that are not UTF-8 become U+FFFD, one each.
void append_json_string(std::string& out, std::string_view text);

/// The same for text that is not UTF-8: each byte from 0x80 on is taken for the Latin-1 character of its
/// number.
void append_json_string_latin1(std::string& out, std::string_view text);

/// The length of the well-formed UTF-8 sequence at the front of `text` (Unicode table 3-7); 0 when there is
/// none. `text` is not empty.
std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

}  // namespace understudy
