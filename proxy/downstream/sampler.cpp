#include "proxy/downstream/sampler.hpp"

#include "core/base/content_hash.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

/// SplitMix64's finaliser (Steele et al. 2014): every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// In [0, 1): the top 53 bits, all that a double holds.
constexpr double unit_interval(std::uint64_t hash) noexcept {
  return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

constexpr std::string_view kHeaderPrefix = "header:";
constexpr std::string_view kCookiePrefix = "cookie:";

}  // namespace

Outcome<SampleKey> SampleKey::parse(std::string_view text) {
  if (text == "request") return SampleKey{Kind::request, {}};
  if (text == "connection") return SampleKey{Kind::connection, {}};
  if (text == "client_ip") return SampleKey{Kind::client_ip, {}};
  if (text.starts_with(kHeaderPrefix) && text.size() > kHeaderPrefix.size())
    return SampleKey{Kind::header, std::string(text.substr(kHeaderPrefix.size()))};
  if (text.starts_with(kCookiePrefix) && text.size() > kCookiePrefix.size())
    return SampleKey{Kind::cookie, std::string(text.substr(kCookiePrefix.size()))};
  return Failure{"'" + std::string(text) +
                 "' is not a sampling key: use request, connection, client_ip, header:NAME or cookie:NAME"};
}

Sampler::Sampler(SampleKey key, const SampleShare& share, std::uint64_t seed)
    : key_(std::move(key)), share_(share), random_(seed) {}

bool Sampler::takes(const http::RequestHead& head, std::string_view client_address,
                    std::uint64_t connection_id) noexcept {
  const double share = share_.get();
  if (share >= 1.0) return true;
  if (share <= 0.0) return false;
  return unit_interval(key_hash(head, client_address, connection_id)) < share;
}

std::uint64_t Sampler::key_hash(const http::RequestHead& head, std::string_view client_address,
                                std::uint64_t connection_id) noexcept {
  std::string_view text;
  switch (key_.kind) {
    case SampleKey::Kind::request:
      random_ += 0x9e3779b97f4a7c15ULL;
      return mix(random_);
    case SampleKey::Kind::connection:
      return mix(connection_id + 0x9e3779b97f4a7c15ULL);
    case SampleKey::Kind::client_ip:
      break;
    case SampleKey::Kind::header:
      text = head.fields.find(key_.name).value_or(std::string_view());
      break;
    case SampleKey::Kind::cookie:
      text = cookie_value(head.fields, key_.name);
      break;
  }
  return mix(content_hash(text.empty() ? client_address : text));
}

std::string_view cookie_value(const http::Fields& fields, std::string_view name) noexcept {
  for (const auto field : fields) {
    if (!iequals(field.name, "cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const auto pair = trim(rest.substr(0, end));
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && trim(pair.substr(0, equals)) == name)
        return trim(pair.substr(equals + 1));
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return {};
}

}  // namespace understudy::proxy
