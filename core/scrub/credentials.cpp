#include "core/scrub/credentials.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <openssl/evp.h>

namespace understudy::scrub {
namespace {

std::string base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  std::vector<unsigned char> in(text.begin(), text.end());
  std::vector<unsigned char> encoded(out.size());
  const int size = EVP_EncodeBlock(encoded.data(), in.data(), static_cast<int>(in.size()));
  return {encoded.begin(), encoded.begin() + size};
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return std::nullopt;
  std::vector<unsigned char> in(text.begin(), text.end());
  std::vector<unsigned char> decoded(in.size());
  const int size = EVP_DecodeBlock(decoded.data(), in.data(), static_cast<int>(in.size()));
  if (size < 0) return std::nullopt;
  std::string out(decoded.begin(), decoded.begin() + size);
  while (text.ends_with('=')) {
    text.remove_suffix(1);
    out.pop_back();
  }
  return out;
}

std::optional<std::string> redacted_basic(std::string_view credential, const Tokens& tokens) {
  const auto pair = from_base64(credential);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return base64(tokens.opaque(credential) + ":");
  const auto user = std::string_view(*pair).substr(0, colon);
  const auto password = std::string_view(*pair).substr(colon + 1);
  const auto inert = [](std::string_view part) { return part.empty() || Tokens::is_opaque(part); };
  if (inert(user) && inert(password)) return std::nullopt;
  const auto token = [&](std::string_view part) {
    return inert(part) ? std::string(part) : tokens.opaque(part);
  };
  return base64(token(user) + ":" + token(password));
}

/// Registered schemes (RFC 9110 §16.4.1) and those that big APIs made up. Another first word could be a
/// secret itself.
bool is_scheme(std::string_view word) {
  constexpr auto kSchemes = std::to_array<std::string_view>({"basic",        "bearer",
                                                             "digest",       "token",
                                                             "negotiate",    "ntlm",
                                                             "oauth",        "dpop",
                                                             "hawk",         "hoba",
                                                             "mutual",       "gnap",
                                                             "vapid",        "signature",
                                                             "scram-sha-1",  "scram-sha-256",
                                                             "privatetoken", "apikey",
                                                             "api-key",      "key",
                                                             "jwt",          "aws4-hmac-sha256",
                                                             "aws",          "sharedkey",
                                                             "googlelogin",  "discogs",
                                                             "bot",          "ghost"});
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view known) { return iequals(known, word); });
}

std::optional<std::string> redacted_authorization(std::string_view value, const Tokens& tokens) {
  const auto space = value.find(' ');
  const auto scheme = value.substr(0, space);
  if (space == std::string_view::npos || !is_scheme(scheme)) return tokens.opaque(value);
  const auto credential = trim(value.substr(space));
  if (credential.empty()) return std::nullopt;
  if (iequals(scheme, "Basic")) {
    const auto basic = redacted_basic(credential, tokens);
    return basic ? std::optional(std::string(scheme) + " " + *basic) : std::nullopt;
  }
  if (Tokens::is_opaque(credential)) return std::nullopt;
  return std::string(scheme) + " " + tokens.opaque(credential);
}

}  // namespace

std::optional<std::string> redacted_credential(std::string_view value, KeyKind kind, const Tokens& tokens) {
  if (value.empty() || Tokens::is_opaque(value)) return std::nullopt;
  if (kind == KeyKind::authorization) return redacted_authorization(value, tokens);
  return tokens.opaque(value);
}

}  // namespace understudy::scrub
