// The smallest steps of writing a head, shared by the serializer and the forwarding.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::http {

inline void append_number(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

/// `status` has three digits.
inline void append_status_line(std::string& out, unsigned status, std::string_view reason) {
  std::array<char, 13> line{'H', 'T', 'T', 'P', '/', '1', '.', '1', ' ', '0', '0', '0', ' '};
  for (std::size_t at = 11; at >= 9; --at, status /= 10) line[at] = static_cast<char>('0' + status % 10);
  out.append(line.data(), line.size()).append(reason).append("\r\n");
}

inline void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

inline void append_content_length(std::string& out, std::uint64_t length) {
  out.append("Content-Length: ");
  append_number(out, length);
  out.append("\r\n");
}

}  // namespace understudy::http
