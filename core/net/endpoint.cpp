#include "core/net/endpoint.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace understudy::net {
namespace {

namespace urls = boost::urls;

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

/// Letters, digits, '-', '_' and '.': what a resolver can look up and a Host field can carry.
bool is_host_name(std::string_view host) {
  const auto allowed = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || ascii_digit(c) || c == '-' || c == '_' || c == '.';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), allowed);
}

constexpr std::string_view kUnixScheme = "unix:";

std::uint16_t own_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool istarts_with(std::string_view text, std::string_view start) {
  return iequals(text.substr(0, start.size()), start);
}

/// Why this cannot be the path of a Unix socket; empty when it can. The kernel's own limit is sun_path.
std::string_view socket_path_objection(std::string_view path) {
  if (!path.starts_with('/')) return "the path of a Unix socket must be absolute, like unix:/run/shop.sock";
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return "the path of a Unix socket has at most 107 bytes";
  if (path.find('\0') != std::string_view::npos) return "a path has no zero byte";
  return {};
}

/// Why the URL cannot be an origin; empty when it can.
std::string_view objection(const urls::url_view& url) {
  if (!iequals(url.scheme(), "http") && !iequals(url.scheme(), "https"))
    return "the scheme must be http, https or unix";
  if (url.has_userinfo()) return "user info is not allowed";
  if (!url.encoded_path().empty() && url.encoded_path() != "/") return "a path is not allowed";
  if (url.has_query() || url.has_fragment()) return "query and fragment are not allowed";
  if (url.host_type() == urls::host_type::ipvfuture) return "the host is not an address or name";
  if (url.host_type() == urls::host_type::name && !is_host_name(url.host_name()))
    return "the host is not an address or name";
  return {};
}

}  // namespace

Outcome<tcp::endpoint> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    auto host = text.substr(0, colon);
    if (port && host.empty()) return tcp::endpoint(tcp::v6(), *port);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = asio::ip::make_address(std::string(host), error);
    if (port && !error && address.is_v6() == bracketed) return tcp::endpoint(address, *port);
  }
  return Failure{
      fmt::format("'{}' is not a listen address: write it like 127.0.0.1:8080, [::1]:8080 or :8080", text)};
}

std::string address_text(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const auto address = address_text(endpoint);
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, endpoint.port())
                                                : fmt::format("[{}]:{}", address, endpoint.port());
}

std::string OriginUrl::authority() const {
  const auto shown = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return is_unix() || port == own_port(scheme) ? shown : fmt::format("{}:{}", shown, port);
}

std::string OriginUrl::text() const {
  return is_unix() ? "unix:" + path : fmt::format("{}://{}", scheme, authority());
}

Outcome<OriginUrl> parse_origin_url(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Failure{fmt::format("'{}' is not an origin: {}", text, why)};
  };
  if (istarts_with(text, kUnixScheme)) {
    auto path = text.substr(kUnixScheme.size());
    if (path.starts_with("//")) path.remove_prefix(2);
    if (const auto why = socket_path_objection(path); !why.empty()) return refuse(why);
    return OriginUrl{.scheme = "unix", .host = "localhost", .port = 0, .path = std::string(path)};
  }
  const auto url = urls::parse_uri(text);
  if (!url || !url->has_authority())
    return refuse("write it like http://127.0.0.1:8080, https://shop.internal or unix:/run/shop.sock");
  if (const auto why = objection(*url); !why.empty()) return refuse(why);
  OriginUrl origin;
  origin.scheme = to_lower(std::string_view(url->scheme()));
  origin.port = own_port(origin.scheme);
  origin.host = to_lower(std::string_view(url->host_address()));
  if (url->has_port() && !url->port().empty()) {
    const auto port = parse_port(url->port());
    if (!port || *port == 0) return refuse("the port must be 1 to 65535");
    origin.port = *port;
  }
  return origin;
}

Outcome<std::vector<Endpoint>> resolve(const OriginUrl& origin) {
  if (origin.is_unix()) return std::vector<Endpoint>{asio::local::stream_protocol::endpoint(origin.path)};
  asio::io_context context;
  asio::ip::basic_resolver<tcp, Executor> resolver(context.get_executor());
  boost::system::error_code error;
  const auto found = resolver.resolve(origin.host, fmt::format("{}", origin.port), error);
  std::vector<Endpoint> endpoints;
  for (const auto& entry : found) {
    const Endpoint endpoint(entry.endpoint());
    if (std::find(endpoints.begin(), endpoints.end(), endpoint) == endpoints.end())
      endpoints.push_back(endpoint);
  }
  if (error || endpoints.empty())
    return Failure{
        fmt::format("cannot resolve '{}': {}", origin.host, error ? error.message() : "no address")};
  return endpoints;
}

std::vector<tcp::endpoint> ip_endpoints(std::span<const Endpoint> endpoints) {
  std::vector<tcp::endpoint> ip;
  for (const auto& endpoint : endpoints) {
    const auto family = endpoint.protocol().family();
    if (family != AF_INET && family != AF_INET6) continue;
    auto& one = ip.emplace_back();
    one.resize(endpoint.size());
    std::memcpy(one.data(), endpoint.data(), endpoint.size());
  }
  return ip;
}

}  // namespace understudy::net
