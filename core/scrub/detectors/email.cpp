#include "core/scrub/detectors/email.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace understudy::scrub {
namespace {

constexpr std::size_t kQuotedLocalMax = 66;  // RFC 5321 §4.5.3.1.1, and the quotes
constexpr std::size_t kLiteralMax = 64;

constexpr std::array<bool, 256> make_class(std::string_view extra) {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<std::size_t>(c)] =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
  for (const char c : extra) table[static_cast<unsigned char>(c)] = true;
  return table;
}

// RFC 5322 atext without what separates parameters, paths and templates far more often than it names a
// mailbox.
constexpr auto kLocalClass = make_class(".!#$%'*+-^_~");
constexpr auto kDomainClass = make_class(".-");

bool is_local(char c) { return kLocalClass[static_cast<unsigned char>(c)]; }
bool is_domain(char c) { return kDomainClass[static_cast<unsigned char>(c)]; }
bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }
/// Lead bytes of U+1000 and above: scripts that set no spaces, so that a whole sentence may stand before an
/// address.
bool is_unspaced_lead(char c) { return static_cast<unsigned char>(c) >= 0xe1; }

/// The beginning of a quoted local part that ends at `end`, or `end`. Only what people put in quotes counts:
/// in code a quote before '@' mostly opens a string.
std::size_t quoted_local_begin(std::string_view text, std::size_t end) {
  const auto lowest = end > kQuotedLocalMax ? end - kQuotedLocalMax : 0;
  for (auto at = end - 1; at > lowest; --at) {
    const char c = text[at - 1];
    if (c == '"') return at == end - 1 || (at > 1 && is_local(text[at - 2])) ? end : at - 1;
    if (!is_local(c) && c != ' ' && c != ',') return end;
  }
  return end;
}

bool is_hex(char c) { return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'); }

bool is_hex(std::string_view text, std::size_t at, std::size_t count) {
  return text.size() >= at + count && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                  text.begin() + static_cast<std::ptrdiff_t>(at + count),
                                                  [](char c) { return is_hex(c); });
}

char hex_byte(std::string_view text, std::size_t at) {
  const auto value = [](char c) { return ascii_digit(c) ? c - '0' : ascii_lower(c) - 'a' + 10; };
  return static_cast<char>(static_cast<unsigned char>(value(text[at]) * 16 + value(text[at + 1])));
}

/// Behind the last percent-escape (however often encoded) that stands for what no local part holds: in
/// "q=to%20ann@example.com" the address begins with 'a'.
std::size_t behind_percent_escapes(std::string_view text, std::size_t begin, std::size_t end) {
  for (auto at = text.find('%', begin); at < end; at = text.find('%', at + 1)) {
    auto digits = at + 1;
    while (text.substr(digits, 2) == "25" && is_hex(text, digits + 2, 2)) digits += 2;
    if (digits + 2 <= end && is_hex(text, digits, 2) && !is_local(hex_byte(text, digits))) begin = digits + 2;
  }
  return begin;
}

/// Behind a backslash escape that `begin` is in the middle of: "\nann@example.com" in a script.
std::size_t behind_backslash_escape(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0 || begin == end || text[begin - 1] != '\\') return begin;
  const char kind = text[begin];
  const std::size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;
  if (digits == 0) return std::string_view("nrtbf").find(kind) == std::string_view::npos ? begin : begin + 1;
  return begin + 1 + digits <= end && is_hex(text, begin + 1, digits) ? begin + 1 + digits : begin;
}

std::size_t local_begin(std::string_view text, std::size_t at_sign) {
  if (at_sign == 0) return at_sign;
  if (text[at_sign - 1] == '"') return quoted_local_begin(text, at_sign);
  const bool latin = !is_wide(text[at_sign - 1]);
  auto begin = at_sign;
  while (begin > 0 && is_local(text[begin - 1])) {
    if (latin && is_wide(text[begin - 1])) {
      auto lead = begin - 1;
      while (lead > 0 && (static_cast<unsigned char>(text[lead]) & 0xc0) == 0x80) --lead;
      if (is_unspaced_lead(text[lead])) break;
    }
    --begin;
  }
  begin = behind_backslash_escape(text, begin, at_sign);
  begin = behind_percent_escapes(text, begin, at_sign);
  while (begin < at_sign && (text[begin] == '\'' || text[begin] == '.' || text[begin] == '*')) ++begin;
  return begin;
}

bool is_number(std::string_view label) { return std::all_of(label.begin(), label.end(), ascii_digit); }

/// The end of an address literal "[192.0.2.1]" or "[IPv6:2001:db8::1]" that begins at `begin`, or `begin`.
std::size_t literal_end(std::string_view text, std::size_t begin) {
  const auto close = text.substr(begin, kLiteralMax).find(']');
  if (close == std::string_view::npos || close < 3) return begin;
  const auto inside = text.substr(begin + 1, close - 1);
  const bool address = inside.find_first_not_of("0123456789abcdefABCDEFIPv:.") == std::string_view::npos;
  return address && inside.find_first_of(".:") != std::string_view::npos ? begin + close + 1 : begin;
}

std::size_t domain_end(std::string_view text, std::size_t begin) {
  if (begin == text.size()) return begin;
  if (text[begin] == '[') return literal_end(text, begin);
  if (text[begin] == '.' || text[begin] == '-') return begin;
  auto end = begin;
  while (end < text.size() && is_domain(text[end]) && !(text[end] == '.' && text[end - 1] == '.')) ++end;
  // "write to a@b.example.": what is no label at the end is not part of the name.
  for (;;) {
    while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
    const auto dot = text.substr(begin, end - begin).rfind('.');
    if (dot == std::string_view::npos) return begin;
    const auto top = text.substr(begin + dot + 1, end - begin - dot - 1);
    if (top.size() >= 2 && !is_number(top)) return end;
    end = begin + dot;
  }
}

/// "logo@2x.png" is a picture for a dense screen.
bool is_scaled_image(std::string_view domain) {
  if (domain.size() < 6 || !ascii_digit(domain[0]) || domain[1] != 'x' || domain[2] != '.') return false;
  constexpr auto kTypes =
      std::to_array<std::string_view>({"png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "ico"});
  return std::find(kTypes.begin(), kTypes.end(), domain.substr(3)) != kTypes.end();
}

/// "git@github.com:owner/name.git" names a service, as everybody's remote address does.
bool is_git_remote(std::string_view text, Span span, std::size_t at_sign) {
  if (text.substr(span.begin, at_sign - span.begin) != "git" || span.end >= text.size()) return false;
  return text[span.end] == ':' || text[span.end] == '/';
}

}  // namespace

void find_emails(std::string_view text, std::vector<EmailFinding>& found) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const Span span{local_begin(text, at), domain_end(text, at + 1)};
    if (span.begin == at || span.end == at + 1) continue;
    if (is_scaled_image(text.substr(at + 1, span.end - at - 1)) || is_git_remote(text, span, at)) continue;
    found.push_back({span});
  }
}

}  // namespace understudy::scrub
