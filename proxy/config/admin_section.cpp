#include "core/base/ascii.hpp"
#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"
#include "proxy/config/tls_section.hpp"

#include <array>
#include <fstream>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

constexpr std::size_t kTokenBytesMin = 16;
constexpr std::size_t kTokenBytesMax = 4096;

/// What can stand in an Authorization field (RFC 6750 §2.1).
bool is_token_character(char c) {
  constexpr std::string_view kOthers = "-._~+/=";
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || ascii_digit(c) || kOthers.find(c) != std::string_view::npos;
}

Outcome<> read_token(const std::string& path, std::string& into) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, kTokenBytesMax + 1> bytes;
  if (!file) return Failure{fmt::format("the token file '{}' cannot be read", path)};
  file.read(bytes.data(), bytes.size());
  std::string_view token(bytes.data(), static_cast<std::size_t>(file.gcount()));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.remove_suffix(1);
  token = trim(token);
  if (token.size() < kTokenBytesMin || token.size() > kTokenBytesMax)
    return Failure{
        fmt::format("the token in '{}' must have {} to {} characters", path, kTokenBytesMin, kTokenBytesMax)};
  for (const char c : token)
    if (!is_token_character(c))
      return Failure{fmt::format("the token in '{}' may hold letters, digits and -._~+/= only", path)};
  into = token;
  return {};
}

}  // namespace

void read_admin(const config::Node& node, ProxyConfig& config) {
  const auto address = node.member("address");
  const auto token_file = node.member("token_file");
  auto tls = read_tls_server(node);
  node.finish();
  if (!address) return node.fail("needs an address, such as {address: \"127.0.0.1:9901\"}");
  auto& admin = config.admin.emplace();
  take(*address, net::parse_listen_address(address->text()), admin.address);
  if (token_file) {
    admin.token_file = token_file->text();
    if (const auto read = read_token(admin.token_file, admin.token); !read)
      token_file->fail(read.error().message);
  }
  admin.tls = std::move(tls);
  if (!admin.address.address().is_loopback() && !token_file && !admin.authenticates())
    address->fail(
        "not on loopback, where anybody who reaches it could pause and drain: give token_file, or tls with "
        "client_auth: require, or use 127.0.0.1 or [::1]");
}

}  // namespace understudy::proxy
