#include "capture-format/convert/exchange_url.hpp"

#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_url.hpp"
#include "core/base/ascii.hpp"

namespace understudy::capture {

std::string_view header_value(const MessageView& message, std::string_view name) noexcept {
  for (const auto& field : message.headers)
    if (iequals(field.name, name)) return field.value;
  return {};
}

std::string url_of(const ExchangeView& exchange) {
  if (const auto recorded = extension(exchange, HarExtension::kUrl); !recorded.empty())
    return std::string(recorded);
  const auto scheme = extension(exchange, HarExtension::kScheme);
  const auto& request = exchange.request;
  auto authority = !request.authority.empty() ? request.authority : header_value(request, "host");
  if (authority.empty()) authority = "unknown.invalid";
  return join_url(scheme.empty() ? "http" : scheme, authority, request.target);
}

}  // namespace understudy::capture
