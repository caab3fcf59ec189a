#include "tests/unit/core/http/lenient_reader.hpp"

#include "core/base/ascii.hpp"

namespace understudy::http {
namespace {

bool is_noise(char c) { return c <= ' ' || c == 0x7f || static_cast<unsigned char>(c) >= 0x80; }

std::string_view without_noise(std::string_view text) {
  while (!text.empty() && is_noise(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_noise(text.back())) text.remove_suffix(1);
  return text;
}

std::string normal_name(std::string_view name, Names names) {
  std::string normal;
  for (const char c : without_noise(name))
    normal.push_back(c == '_' && names == Names::cgi ? '-' : ascii_lower(c));
  return normal;
}

void note(std::string_view line, Names names, LenientHead& head) {
  const auto colon = line.find(':');
  const auto name = normal_name(line.substr(0, colon), names);
  const std::string value(colon == std::string_view::npos ? "" : without_noise(line.substr(colon + 1)));
  if (name == "host") ++head.hosts;
  if (name == "content-length") head.content_lengths.push_back(value);
  if (name == "transfer-encoding") head.transfer_encodings.push_back(value);
}

}  // namespace

LenientHead read_leniently(std::string_view wire, Names names) {
  LenientHead head;
  std::size_t begin = 0;
  while (begin < wire.size()) {
    const auto end = wire.find_first_of(std::string_view("\r\n\0", 3), begin);
    if (end == std::string_view::npos) return head;
    const auto line = wire.substr(begin, end - begin);
    begin = end + (wire.substr(end, 2) == "\r\n" ? 2 : 1);
    if (without_noise(line).empty()) {
      head.size = begin;
      return head;
    }
    note(line, names, head);
  }
  return head;
}

}  // namespace understudy::http
