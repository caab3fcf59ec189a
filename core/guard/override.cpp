#include "core/guard/override.hpp"

#include "core/base/ascii.hpp"
#include "core/guard/percent.hpp"
#include "core/http/content_coding.hpp"

#include <algorithm>
#include <array>

namespace understudy::guard {
namespace {

constexpr std::array kHeaders =
    std::to_array<std::string_view>({"x-http-method-override", "x-http-method", "x-method-override",
                                     "x-original-url", "x-rewrite-url", "x-original-method"});

constexpr std::array kParameters =
    std::to_array<std::string_view>({"_method", "__method", "_httpmethod", "$httpmethod",
                                     "x_http_method_override", "x_http_method", "x_method_override"});

/// CGI turns '-' into '_', so both spellings of a header reach the application as the same variable.
bool same_header(std::string_view name, std::string_view listed) {
  return std::equal(name.begin(), name.end(), listed.begin(), listed.end(),
                    [](char a, char b) { return (a == '_' ? '-' : ascii_lower(a)) == b; });
}

/// All of them begin with an x; most fields do not.
bool names_override(http::Field field) {
  return !field.name.empty() && ascii_lower(field.name.front()) == 'x' &&
         std::any_of(kHeaders.begin(), kHeaders.end(),
                     [&](std::string_view listed) { return same_header(field.name, listed); });
}

/// PHP reads "_method[]", ".method" and " _method" as "_method".
std::string folded_parameter(std::string_view name) {
  name = trim(name.substr(0, name.find('[')));
  auto folded = to_lower(name);
  for (char& c : folded)
    if (c == '.' || c == ' ' || c == '-') c = '_';
  return folded;
}

std::optional<std::string> override_parameter(std::string_view pairs) {
  std::optional<std::string> found;
  for_each_parameter(pairs, [&](std::string_view name, ParameterValue) {
    const auto folded = folded_parameter(name);
    if (std::find(kParameters.begin(), kParameters.end(), folded) != kParameters.end()) found = folded;
  });
  return found;
}

/// Multipart and JSON bodies: a field of that name anywhere is enough, however it is nested.
bool names_override(std::string_view body) {
  const auto lower = to_lower(body);
  for (auto at = lower.find("_method"); at != std::string::npos; at = lower.find("_method", at + 1)) {
    const char before = at == 0 ? '"' : lower[at - 1];
    if (before == '"' || before == '\'' || before == '=' || before == '_') return true;
  }
  // An escaped spelling ("\u005fmethod") has no other purpose than to hide.
  return lower.find("\\u005fmethod") != std::string::npos;
}

std::optional<std::string> override_in_body(const http::Request& request) {
  if (request.body.empty()) return std::nullopt;
  const auto coding = http::content_encoding_of(request.head.fields);
  const auto decoded = http::decode_content(coding, request.body);
  if (!decoded) return "body that cannot be decoded, so that it may hold a _method field";
  const auto type = to_lower(request.head.fields.find("Content-Type").value_or(""));
  const bool form = type.empty() || type.find("x-www-form-urlencoded") != std::string::npos;
  if (form && override_parameter(*decoded)) return "form field _method";
  if (names_override(*decoded)) return "body field _method";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> method_override(const http::Request& request) {
  for (const auto field : request.head.fields)
    if (names_override(field)) return "header " + std::string(field.name);
  if (const auto name = override_parameter(http::target_query(request.head.target)))
    return "query parameter " + *name;
  return override_in_body(request);
}

}  // namespace understudy::guard
