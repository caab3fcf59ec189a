#include "proxy/downstream/proxy_protocol_policy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

namespace ip = net::asio::ip;

ip::address plain(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

/// The bytes in network order; 4 or 16 of them count.
struct AddressBytes {
  std::array<unsigned char, 16> bytes{};
  unsigned bits = 0;
};

AddressBytes bytes_of(const ip::address& address) {
  AddressBytes out;
  if (address.is_v4()) {
    const auto four = address.to_v4().to_bytes();
    std::copy(four.begin(), four.end(), out.bytes.begin());
    out.bits = 32;
  } else {
    out.bytes = address.to_v6().to_bytes();
    out.bits = 128;
  }
  return out;
}

/// Whether the first `bits` bits are equal.
bool same_prefix(const AddressBytes& a, const AddressBytes& b, unsigned bits) {
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  const auto at = static_cast<std::size_t>(whole);
  return ((a.bytes[at] ^ b.bytes[at]) & mask) == 0;
}

bool host_bits_are_zero(const AddressBytes& address, unsigned prefix_bits) {
  for (unsigned bit = prefix_bits; bit < address.bits; ++bit)
    if ((address.bytes[bit / 8] >> (7 - bit % 8)) & 1) return false;
  return true;
}

}  // namespace

Outcome<AddressRange> AddressRange::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return Failure{fmt::format("'{}' is not a range of addresses: {}", text, why)};
  };
  const auto slash = text.find('/');
  boost::system::error_code error;
  const auto address = plain(ip::make_address(std::string(text.substr(0, slash)), error));
  if (error) return refuse("write it like 10.0.0.0/8 or fd00::/8");
  const auto bytes = bytes_of(address);
  unsigned prefix_bits = bytes.bits;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix_bits);
    if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size() ||
        prefix_bits > bytes.bits)
      return refuse(fmt::format("the prefix length lies between 0 and {}", bytes.bits));
  }
  if (!host_bits_are_zero(bytes, prefix_bits))
    return refuse("bits beyond the prefix are set; give the first address of the range");
  return AddressRange(address, prefix_bits);
}

bool AddressRange::contains(const ip::address& address) const noexcept {
  const auto candidate = bytes_of(plain(address));
  const auto own = bytes_of(network_);
  return candidate.bits == own.bits && same_prefix(candidate, own, prefix_bits_);
}

std::string AddressRange::text() const { return fmt::format("{}/{}", network_.to_string(), prefix_bits_); }

bool ProxyProtocolPolicy::trusts(const ip::address& peer) const noexcept {
  if (trusted.empty()) return mode == Mode::require;
  return std::any_of(trusted.begin(), trusted.end(),
                     [&peer](const AddressRange& range) { return range.contains(peer); });
}

}  // namespace understudy::proxy
