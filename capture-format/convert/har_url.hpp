// The absolute URL of a HAR entry, apart and together again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

struct UrlParts {
  std::string scheme;     ///< "http" or "https", lower case
  std::string authority;  ///< without user information
  std::string target;     ///< origin-form; never empty
  bool escaped = false;   ///< bytes that may not stand in a request line had to be percent-encoded
};

/// Nothing when it is no absolute http or https URL with a host.
std::optional<UrlParts> split_url(std::string_view url);

std::string join_url(std::string_view scheme, std::string_view authority, std::string_view target);

/// "%41+b" to "A b", as form data and queries mean it.
std::string decode_form_text(std::string_view text);

/// Percent-encodes everything but unreserved characters; a space as '+' or "%20".
std::string encode_form_text(std::string_view text, bool space_as_plus);

}  // namespace understudy::capture
