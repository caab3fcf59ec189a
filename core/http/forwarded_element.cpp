#include "core/http/forwarded_element.hpp"

#include "core/base/ascii.hpp"
#include "core/http/grammar.hpp"

namespace understudy::http {
namespace {

void append_value(std::string& out, std::string_view value) {
  if (is_token(value)) {
    out.append(value);
    return;
  }
  out.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

void append_forwarded_element(std::string& out, const ForwardedElement& element) {
  out.append("for=");
  if (element.client_address.empty())
    out.append("unknown");
  else if (element.client_address.find(':') == std::string_view::npos)
    append_value(out, element.client_address);
  else
    out.append("\"[").append(element.client_address).append("]\"");
  if (!element.scheme.empty()) out.append(";proto=").append(element.scheme);
  if (element.host.empty()) return;
  out.append(";host=");
  append_value(out, element.host);
}

bool tells_of_client(std::string_view field_name) noexcept {
  constexpr std::string_view kPrefix = "x-forwarded-";
  return iequals(field_name.substr(0, kPrefix.size()), kPrefix) || iequals(field_name, "forwarded") ||
         iequals(field_name, "x-real-ip");
}

}  // namespace understudy::http
