#include "proxy/downstream/proxy_protocol.hpp"

#include "core/base/ascii.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace understudy::proxy {
namespace {

namespace ip = net::asio::ip;
using State = ProxyHeaderStep::State;

constexpr std::string_view kPrefixV1 = "PROXY ";
constexpr std::string_view kSignatureV2("\r\n\r\n\0\r\nQUIT\n", 12);
/// §2.1: the longest line, CRLF included.
constexpr std::size_t kLineBytesMax = 107;
constexpr std::size_t kFixedV2 = 16;

ProxyHeaderStep malformed() { return {State::malformed, 0, {}}; }
ProxyHeaderStep incomplete() { return {}; }

bool may_become(std::string_view bytes, std::string_view prefix) {
  return prefix.starts_with(bytes.substr(0, prefix.size()));
}

/// The next word of a line; words are separated by one space each.
std::optional<std::string_view> take_word(std::string_view& line) {
  if (line.empty()) return std::nullopt;
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  line = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  // A trailing space would leave an empty last word unnoticed.
  if (word.empty() || (space != std::string_view::npos && line.empty())) return std::nullopt;
  return word;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (text.empty() || leading_zero || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return port;
}

std::optional<ip::address> parse_address(std::string_view text, bool v6) {
  boost::system::error_code error;
  // No scope: "fe80::1%eth0" would name an interface of ours.
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  const auto address = ip::make_address(std::string(text), error);
  if (error || address.is_v6() != v6) return std::nullopt;
  return address;
}

/// The four words after TCP4 or TCP6.
std::optional<net::tcp::endpoint> client_of_line(std::string_view words, bool v6) {
  const auto source = take_word(words);
  const auto destination = take_word(words);
  const auto source_port = take_word(words);
  const auto destination_port = take_word(words);
  if (!source || !destination || !source_port || !destination_port || !words.empty()) return std::nullopt;
  const auto address = parse_address(*source, v6);
  const auto port = parse_port(*source_port);
  if (!address || !port || !parse_address(*destination, v6) || !parse_port(*destination_port))
    return std::nullopt;
  return net::tcp::endpoint(*address, *port);
}

/// §2.1, a line of text.
ProxyHeaderStep parse_v1(std::string_view bytes) {
  const auto end = bytes.substr(0, kLineBytesMax).find('\n');
  if (end == std::string_view::npos) return bytes.size() >= kLineBytesMax ? malformed() : incomplete();
  if (bytes[end - 1] != '\r') return malformed();
  auto line = bytes.substr(kPrefixV1.size(), end - 1 - kPrefixV1.size());
  ProxyHeaderStep step{State::whole, end + 1, {}};
  const auto family = line.substr(0, line.find(' '));
  // What follows UNKNOWN must be ignored.
  if (family == "UNKNOWN") return step;
  if (family != "TCP4" && family != "TCP6") return malformed();
  take_word(line);
  step.client = client_of_line(line, family == "TCP6");
  return step.client ? step : malformed();
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }
std::size_t number_at(std::string_view bytes, std::size_t at) {
  return std::size_t{byte_at(bytes, at)} << 8 | byte_at(bytes, at + 1);
}

/// §2.2.3: the checksum is taken with its own four bytes zero. `at`: where these are in `header`.
bool checksum_holds(std::string_view header, std::size_t at) {
  constexpr std::string_view kZeros("\0\0\0\0", 4);
  const auto stated = static_cast<std::uint32_t>(number_at(header, at) << 16 | number_at(header, at + 2));
  auto crc = crc32c(header.substr(0, at));
  crc = crc32c(kZeros, crc);
  crc = crc32c(header.substr(at + kZeros.size()), crc);
  return crc == stated;
}

/// §2.2: type, length, value, to the end of the header and no further.
bool tlvs_are_sound(std::string_view header, std::size_t at) {
  constexpr std::size_t kTypeAndLength = 3;
  constexpr std::uint8_t kCrc32c = 0x03;
  while (at < header.size()) {
    if (header.size() - at < kTypeAndLength) return false;
    const auto type = byte_at(header, at);
    const auto length = number_at(header, at + 1);
    at += kTypeAndLength;
    if (header.size() - at < length) return false;
    if (type == kCrc32c && (length != 4 || !checksum_holds(header, at))) return false;
    at += length;
  }
  return true;
}

struct FamilyV2 {
  std::uint8_t code;
  std::size_t address_bytes;  ///< both addresses and ports
};
constexpr std::array<FamilyV2, 7> kFamiliesV2{{{0x00, 0},      // unspecified
                                               {0x11, 12},     // TCP over IPv4
                                               {0x12, 12},     // UDP over IPv4
                                               {0x21, 36},     // TCP over IPv6
                                               {0x22, 36},     // UDP over IPv6
                                               {0x31, 216},    // Unix stream
                                               {0x32, 216}}};  // Unix datagram

std::optional<net::tcp::endpoint> client_v2(std::string_view header, std::uint8_t family) {
  constexpr std::uint8_t kTcpOverIpv4 = 0x11;
  constexpr std::uint8_t kTcpOverIpv6 = 0x21;
  const auto* const source = header.data() + kFixedV2;
  if (family == kTcpOverIpv4) {
    ip::address_v4::bytes_type bytes;
    std::copy_n(source, bytes.size(), bytes.begin());
    return net::tcp::endpoint(ip::address_v4(bytes),
                              static_cast<std::uint16_t>(number_at(header, kFixedV2 + 8)));
  }
  if (family == kTcpOverIpv6) {
    ip::address_v6::bytes_type bytes;
    std::copy_n(source, bytes.size(), bytes.begin());
    return net::tcp::endpoint(ip::address_v6(bytes),
                              static_cast<std::uint16_t>(number_at(header, kFixedV2 + 32)));
  }
  return std::nullopt;
}

/// §2.2, binary.
ProxyHeaderStep parse_v2(std::string_view bytes) {
  constexpr std::uint8_t kLocal = 0x20;
  constexpr std::uint8_t kProxy = 0x21;
  if (bytes.size() > 12 && byte_at(bytes, 12) != kLocal && byte_at(bytes, 12) != kProxy) return malformed();
  if (bytes.size() < kFixedV2) return incomplete();
  const bool local = byte_at(bytes, 12) == kLocal;
  const auto code = byte_at(bytes, 13);
  const auto size = kFixedV2 + number_at(bytes, 14);
  if (size > kProxyHeaderBytesMax) return malformed();
  const auto* const family = std::find_if(kFamiliesV2.begin(), kFamiliesV2.end(),
                                          [code](const FamilyV2& each) { return each.code == code; });
  // Family and addresses of a LOCAL connection must be ignored, whatever they are.
  if (!local && (family == kFamiliesV2.end() || size - kFixedV2 < family->address_bytes)) return malformed();
  if (bytes.size() < size) return incomplete();
  ProxyHeaderStep step{State::whole, size, {}};
  if (local) return step;
  const auto header = bytes.substr(0, size);
  // Of an unspecified family nobody can tell where its addresses end and TLVs begin.
  if (code != 0 && !tlvs_are_sound(header, kFixedV2 + family->address_bytes)) return malformed();
  step.client = client_v2(header, code);
  return step;
}

}  // namespace

ProxyHeaderStep parse_proxy_header(std::string_view bytes) {
  if (bytes.empty()) return incomplete();
  if (may_become(bytes, kSignatureV2))
    return bytes.size() < kSignatureV2.size() ? incomplete() : parse_v2(bytes);
  if (may_become(bytes, kPrefixV1)) return bytes.size() < kPrefixV1.size() ? incomplete() : parse_v1(bytes);
  return {State::absent, 0, {}};
}

}  // namespace understudy::proxy
