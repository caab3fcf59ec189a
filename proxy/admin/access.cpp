#include "proxy/admin/access.hpp"

#include "core/base/ascii.hpp"
#include "core/net/executor.hpp"
#include "proxy/admin/answers.hpp"

#include <boost/asio/ip/address.hpp>

namespace understudy::proxy {
namespace {

/// The token of `Bearer TOKEN` (RFC 6750 §2.1); empty when the field says something else.
std::string_view bearer_token(const http::Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto value = request.head.fields.find("Authorization").value_or(std::string_view());
  if (value.size() < kScheme.size() || !iequals(value.substr(0, kScheme.size()), kScheme)) return {};
  return trim(value.substr(kScheme.size()));
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const auto bracket = host.find(']');
    return bracket == std::string_view::npos ? host : host.substr(1, bracket - 1);
  }
  return host.substr(0, host.find(':'));
}

/// An address cannot be rebound, "localhost" never leaves the machine (RFC 6761 §6.3), and nobody can
/// register a name without a dot.
bool names_this_machine(std::string_view host) {
  const auto name = without_port(host);
  if (!name.empty() && name.find_first_of(".:@") == std::string_view::npos) return !name.starts_with('[');
  constexpr std::string_view kBelowLocalhost = ".localhost";
  if (name.size() > kBelowLocalhost.size() &&
      iequals(name.substr(name.size() - kBelowLocalhost.size()), kBelowLocalhost))
    return true;
  boost::system::error_code error;
  net::asio::ip::make_address(std::string(name), error);
  return !error;
}

}  // namespace

bool same_secret(std::string_view given, std::string_view secret) noexcept {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size() && !secret.empty(); ++i)
    difference |=
        static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(secret[i % secret.size()]);
  return difference == 0;
}

std::optional<http::Response> refuse_admin(const http::Request& request, const AdminAccess& access) {
  const auto path = http::target_path(request.head.target);
  if (path == "/live" || path == "/ready") return std::nullopt;
  if (!access.token.empty()) {
    if (same_secret(bearer_token(request), access.token)) return std::nullopt;
    auto response = admin_error(401, "give the token of admin.token_file: Authorization: Bearer TOKEN");
    response.head.fields.add("WWW-Authenticate", "Bearer");
    return response;
  }
  const auto host = request.head.fields.find("Host");
  if (host && !host->empty() && !names_this_machine(*host))
    return admin_error(403, "the Host is a name that others may own: use an address or localhost");
  return std::nullopt;
}

}  // namespace understudy::proxy
