#include "capture-format/convert/har_url.hpp"

#include "core/base/ascii.hpp"

namespace understudy::capture {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

void append_escaped(std::string& out, char c) {
  out += '%';
  out += kHexDigits[static_cast<unsigned char>(c) >> 4];
  out += kHexDigits[static_cast<unsigned char>(c) & 15];
}

bool is_unreserved(char c) noexcept {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// May stand in a request line as it is (not what RFC 3986 allows, but what cannot break framing).
bool is_sendable(char c) noexcept { return c > 0x20 && c < 0x7f; }

}  // namespace

std::optional<UrlParts> split_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  UrlParts parts;
  parts.scheme = to_lower(url.substr(0, colon));
  if (parts.scheme != "http" && parts.scheme != "https") return std::nullopt;
  auto rest = url.substr(colon + 3);
  auto authority = rest.substr(0, rest.find_first_of("/?#\\"));
  rest.remove_prefix(authority.size());
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.empty()) return std::nullopt;
  for (const char c : authority) {
    if (is_sendable(c)) {
      parts.authority += c;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      append_escaped(parts.authority, c);  // RFC 3986 §3.2.2
      parts.escaped = true;
    } else {
      return std::nullopt;
    }
  }
  rest = rest.substr(0, rest.find('#'));
  if (!rest.starts_with('/')) parts.target = "/";
  for (const char c : rest) {
    if (is_sendable(c)) {
      parts.target += c;
    } else {
      append_escaped(parts.target, c);
      parts.escaped = true;
    }
  }
  return parts;
}

std::string join_url(std::string_view scheme, std::string_view authority, std::string_view target) {
  // A proxied request may carry the absolute form already.
  if (target.starts_with("http://") || target.starts_with("https://")) return std::string(target);
  std::string url(scheme);
  url += "://";
  url += authority;
  if (!target.starts_with('/')) url += '/';
  url += target;
  return url;
}

std::string decode_form_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? hex_value(text[i + 1]) : -1;
    const int low = escape ? hex_value(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string encode_form_text(std::string_view text, bool space_as_plus) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c))
      out += c;
    else if (c == ' ' && space_as_plus)
      out += '+';
    else
      append_escaped(out, c);
  }
  return out;
}

}  // namespace understudy::capture
