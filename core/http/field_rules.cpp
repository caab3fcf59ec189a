#include "core/http/field_rules.hpp"

#include "core/base/ascii.hpp"

#include <array>
#include <cstddef>

namespace understudy::http {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) noexcept {
  for (const auto& candidate : names)
    if (iequals(name, candidate)) return true;
  return false;
}

bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
  return iequals(name.substr(0, prefix.size()), prefix);
}

// Content-*, X-Forwarded-*, Sec-* and If-* are protected by their prefixes.
constexpr std::array<std::string_view, 25> kProtected = {"host",
                                                         "authorization",
                                                         "proxy-authorization",
                                                         "www-authenticate",
                                                         "proxy-authenticate",
                                                         "cookie",
                                                         "set-cookie",
                                                         "forwarded",
                                                         "via",
                                                         "x-real-ip",
                                                         "origin",
                                                         "referer",
                                                         "cache-control",
                                                         "location",
                                                         "date",
                                                         "expect",
                                                         "range",
                                                         "max-forwards",
                                                         "vary",
                                                         "etag",
                                                         "accept-encoding",
                                                         "trailer",
                                                         "x-request-id",
                                                         "traceparent",
                                                         "tracestate"};

constexpr std::array<std::string_view, 27> kForbiddenInTrailers = {"host",
                                                                   "authorization",
                                                                   "proxy-authorization",
                                                                   "www-authenticate",
                                                                   "proxy-authenticate",
                                                                   "cookie",
                                                                   "set-cookie",
                                                                   "forwarded",
                                                                   "via",
                                                                   "x-real-ip",
                                                                   "trailer",
                                                                   "expect",
                                                                   "max-forwards",
                                                                   "cache-control",
                                                                   "pragma",
                                                                   "range",
                                                                   "age",
                                                                   "expires",
                                                                   "date",
                                                                   "location",
                                                                   "retry-after",
                                                                   "vary",
                                                                   "warning",
                                                                   "origin",
                                                                   "referer",
                                                                   "accept-ranges",
                                                                   "authentication-info"};

}  // namespace

bool is_protected_from_connection(std::string_view name) noexcept {
  return is_one_of(name, kProtected) || has_prefix(name, "content-") || has_prefix(name, "x-forwarded-") ||
         has_prefix(name, "sec-") || has_prefix(name, "if-");
}

bool is_forbidden_trailer(std::string_view name) noexcept {
  return is_hop_by_hop(name) || is_one_of(name, kForbiddenInTrailers) || has_prefix(name, "content-") ||
         has_prefix(name, "x-forwarded-") || has_prefix(name, "if-");
}

}  // namespace understudy::http
