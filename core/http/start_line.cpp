#include "core/http/start_line.hpp"

#include "core/http/errors.hpp"
#include "core/http/grammar.hpp"

namespace understudy::http {
namespace {

constexpr std::size_t kVersionSize = 8;  // "HTTP/1.1"
// The longest registered method has 17 characters. What is far longer is an attack on somebody's buffer.
constexpr std::size_t kMaxMethodBytes = 128;

// HTTP-version (RFC 9112 §2.3). A higher minor version than ours is read as ours (RFC 9110 §2.5); another
// major version is another protocol, and 0.9 has no version at all.
Result<Version> parse_version(std::string_view text, Errc malformed) {
  if (text.size() != kVersionSize || !text.starts_with("HTTP/") || text[6] != '.') return malformed;
  if (!ascii_digit(text[5]) || !ascii_digit(text[7]) || text[5] == '0') return malformed;
  if (text[5] != '1') return Errc::bad_version;
  return text[7] == '0' ? Version::http_1_0 : Version::http_1_1;
}

std::size_t token_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && is_token_char(text[size])) ++size;
  return size;
}

// absolute-form (RFC 9112 §3.2.2), http and https alone: anything else would be a forward proxy's job.
bool is_absolute_form(std::string_view target) noexcept {
  const auto scheme = http_scheme_size(target);
  if (scheme == 0) return false;
  const auto rest = target.substr(scheme);
  return is_authority(rest.substr(0, rest.find_first_of("/?")));
}

// The four forms of a request target, each for its own methods (RFC 9112 §3.2).
Result<> check_target(std::string_view method, std::string_view target) {
  for (const char c : target)
    if (!is_target_char(c)) return Errc::bad_target;
  if (iequals(method, "CONNECT")) {
    const bool authority_form = is_authority(target) && target.find(':') != std::string_view::npos;
    return authority_form ? Errc::method_not_allowed : Errc::bad_target;
  }
  const bool legal =
      target.front() == '/' || (target == "*" && method == "OPTIONS") || is_absolute_form(target);
  if (!legal) return Errc::bad_target;
  if (iequals(method, "TRACE")) return Errc::method_not_allowed;
  return {};
}

}  // namespace

Result<> parse_request_line(std::string_view line, std::size_t target_limit_bytes, RequestHead& head) {
  const auto method_size = token_size(line);
  if (method_size == 0 || method_size > kMaxMethodBytes || method_size == line.size() ||
      line[method_size] != ' ')
    return Errc::bad_request_line;
  const auto method = line.substr(0, method_size);
  const auto rest = line.substr(method_size + 1);
  const auto space = rest.find(' ');
  if (space == 0 || space == std::string_view::npos) return Errc::bad_request_line;
  const auto target = rest.substr(0, space);
  if (target.size() > target_limit_bytes) return Errc::target_too_long;
  const auto version = parse_version(rest.substr(space + 1), Errc::bad_request_line);
  if (!version) return version.error();
  if (const auto checked = check_target(method, target); !checked) return checked.error();
  head.method.assign(method);
  head.target.assign(target);
  head.version = *version;
  return {};
}

Result<> parse_status_line(std::string_view line, ResponseHead& head) {
  constexpr std::size_t kCodeAt = kVersionSize + 1;
  constexpr std::size_t kReasonAt = kCodeAt + 4;
  if (line.size() < kCodeAt + 3 || line[kVersionSize] != ' ') return Errc::bad_status_line;
  const auto version = parse_version(line.substr(0, kVersionSize), Errc::bad_status_line);
  if (!version) return version.error();
  const auto status = parse_decimal(line.substr(kCodeAt, 3));
  if (!status || *status < 100) return Errc::bad_status_line;
  if (line.size() > kCodeAt + 3 && line[kCodeAt + 3] != ' ') return Errc::bad_status_line;
  const auto reason = line.size() > kReasonAt ? line.substr(kReasonAt) : std::string_view{};
  if (!is_field_value(reason)) return Errc::bad_status_line;
  head.status = static_cast<unsigned>(*status);
  head.reason.assign(reason);
  head.version = *version;
  return {};
}

}  // namespace understudy::http
