#include "core/http/framing_rules.hpp"

#include "core/http/errors.hpp"
#include "core/http/grammar.hpp"

#include <limits>

namespace understudy::http {
namespace {

// Peers count in signed 64-bit integers: a larger length would be negative to them.
constexpr std::uint64_t kMaxContentLength = std::numeric_limits<std::int64_t>::max();

// Transfer-Encoding has to be exactly one "chunked". A list that ends in something else has no end that we
// could find (RFC 9112 §6.3, rule 4); codings that we do not undo are refused (RFC 9112 §6.1).
Result<> check_transfer_encoding(std::string_view value, unsigned lines) {
  if (lines != 1) return Errc::ambiguous_framing;
  if (iequals(value, "chunked")) return {};
  bool names_chunked = false;
  bool ends_in_chunked = false;
  unsigned chunked = 0;
  bool malformed = value.empty() || value.front() == ',' || value.back() == ',';
  for_each_list_element(value, [&](std::string_view coding) {
    malformed |= !is_token(coding.substr(0, coding.find(';')));
    ends_in_chunked = iequals(coding, "chunked");
    names_chunked |= iequals(coding.substr(0, 7), "chunked");
    chunked += ends_in_chunked ? 1 : 0;
  });
  if (malformed || chunked > 1 || (names_chunked && !ends_in_chunked)) return Errc::ambiguous_framing;
  return Errc::unknown_transfer_coding;
}

// What requests and responses share: both fields together, or chunked in a version that has none, are how
// smuggling is done (RFC 9112 §6.1, §11.2).
Result<> check_framing_fields(Version version, const FramingFields& fields) {
  if (fields.transfer_encodings == 0) return {};
  if (fields.content_length || version == Version::http_1_0) return Errc::ambiguous_framing;
  return check_transfer_encoding(fields.transfer_encoding, fields.transfer_encodings);
}

}  // namespace

Result<> note_content_length(std::string_view value, FramingFields& fields) {
  std::size_t begin = 0;
  while (true) {
    const auto comma = value.find(',', begin);
    const auto length = parse_decimal(trim(value.substr(begin, comma - begin)));
    if (!length || *length > kMaxContentLength) return Errc::bad_content_length;
    if (fields.content_length && *fields.content_length != *length) return Errc::bad_content_length;
    fields.content_length = length;
    if (comma == std::string_view::npos) return {};
    begin = comma + 1;
  }
}

Result<BodyFraming> request_framing(Version version, const FramingFields& fields) {
  if (const auto checked = check_framing_fields(version, fields); !checked) return checked.error();
  if (fields.transfer_encodings != 0) return BodyFraming::chunked();                 // rule 4
  if (fields.content_length) return BodyFraming::of_length(*fields.content_length);  // rule 6
  return BodyFraming::none();                                                        // rule 7
}

Result<BodyFraming> response_framing(std::string_view request_method, unsigned status, Version version,
                                     const FramingFields& fields) {
  if (const auto checked = check_framing_fields(version, fields); !checked) return checked.error();
  if (never_has_body(request_method, status)) return BodyFraming::none();            // rules 1 and 2
  if (fields.transfer_encodings != 0) return BodyFraming::chunked();                 // rule 4
  if (fields.content_length) return BodyFraming::of_length(*fields.content_length);  // rule 6
  return BodyFraming::until_close();                                                 // rule 8
}

bool wants_keep_alive(Version version, const FramingFields& fields) noexcept {
  if (fields.close) return false;
  return version == Version::http_1_1 || fields.keep_alive;
}

bool never_has_body(std::string_view request_method, unsigned status) noexcept {
  if (request_method == "HEAD" || status / 100 == 1 || status == 204 || status == 304) return true;
  return request_method == "CONNECT" && status / 100 == 2;
}

}  // namespace understudy::http
