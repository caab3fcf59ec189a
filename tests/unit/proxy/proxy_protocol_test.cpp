#include "proxy/downstream/proxy_protocol.hpp"

#include "core/base/crc32c.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using State = ProxyHeaderStep::State;

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string bytes(std::initializer_list<unsigned> values) {
  std::string out;
  for (const auto value : values) out += static_cast<char>(value);
  return out;
}

std::string v2(unsigned command, unsigned family, std::string_view rest) {
  std::string out(kSignature);
  out += bytes(
      {command, family, static_cast<unsigned>(rest.size() >> 8), static_cast<unsigned>(rest.size() & 0xff)});
  return out.append(rest);
}

const std::string kIpv4 = bytes({192, 0, 2, 7, 198, 51, 100, 1, 0xd4, 0x31, 0x01, 0xbb});
const std::string kIpv6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x05" +
                          std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x06" +
                          bytes({0x30, 0x39, 0x01, 0xbb});

std::string text_of(const ProxyHeaderStep& step) {
  switch (step.state) {
    case State::incomplete:
      return "incomplete";
    case State::absent:
      return "absent";
    case State::malformed:
      return "malformed";
    case State::whole:
      break;
  }
  if (!step.client) return "own";
  return step.client->address().to_string() + " " + std::to_string(step.client->port());
}

/// What `header` comes to, whole and byte by byte, and with a request behind it.
std::string outcome(const std::string& header) {
  const auto whole = parse_proxy_header(header);
  const auto expected = text_of(whole);
  const auto followed = parse_proxy_header(header + "GET / HTTP/1.1\r\n\r\n");
  if (whole.state != State::incomplete) {
    EXPECT_EQ(text_of(followed), expected) << "with a request behind it";
    EXPECT_EQ(followed.size, whole.size);
  }
  if (whole.state == State::whole) {
    EXPECT_EQ(whole.size, header.size());
    for (std::size_t size = 0; size < header.size(); ++size)
      EXPECT_EQ(text_of(parse_proxy_header(std::string_view(header).substr(0, size))), "incomplete")
          << "after " << size << " bytes";
  }
  return expected;
}

TEST(ProxyProtocolV1, NamesTheClient) {
  EXPECT_EQ(outcome("PROXY TCP4 192.0.2.7 198.51.100.1 54321 443\r\n"), "192.0.2.7 54321");
  EXPECT_EQ(outcome("PROXY TCP6 2001:db8::5 2001:db8::6 12345 443\r\n"), "2001:db8::5 12345");
  EXPECT_EQ(outcome("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n"), "0.0.0.0 0");
}

TEST(ProxyProtocolV1, UnknownLeavesTheConnectionsOwnAddress) {
  EXPECT_EQ(outcome("PROXY UNKNOWN\r\n"), "own");
  EXPECT_EQ(outcome("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), "own");
}

TEST(ProxyProtocolV1, LineOf107BytesIsTheLongest) {
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 14 - 2, 'x') + "\r\n";
  ASSERT_EQ(longest.size(), 107u);
  EXPECT_EQ(outcome(longest), "own");
  const std::string longer = "PROXY UNKNOWN " + std::string(108 - 14 - 2, 'x') + "\r\n";
  EXPECT_EQ(outcome(longer), "malformed");
  EXPECT_EQ(outcome("PROXY TCP4 " + std::string(96, '1')), "malformed") << "107 bytes and no end";
  EXPECT_EQ(outcome("PROXY TCP4 " + std::string(95, '1')), "incomplete");
}

TEST(ProxyProtocolV1, AnythingElseIsMalformed) {
  for (const std::string line : {
           "PROXY TCP4 192.0.2.7 198.51.100.1 54321 443\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 54321\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 54321 443 \r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 54321 443 7\r\n",
           "PROXY TCP4  192.0.2.7 198.51.100.1 54321 443\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 054 443\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 +1 443\r\n",
           "PROXY TCP4 192.0.2.256 198.51.100.1 54321 443\r\n",
           "PROXY TCP4 2001:db8::5 2001:db8::6 12345 443\r\n",
           "PROXY TCP6 192.0.2.7 198.51.100.1 54321 443\r\n",
           "PROXY TCP6 fe80::1%lo fe80::2 54321 443\r\n",
           "PROXY UDP4 192.0.2.7 198.51.100.1 54321 443\r\n",
           "PROXY tcp4 192.0.2.7 198.51.100.1 54321 443\r\n",
           "PROXY TCP4\r\n",
           "PROXY \r\n",
           "PROXY UNKNOWNX\r\n",
       })
    EXPECT_EQ(outcome(line), "malformed") << line;
}

TEST(ProxyProtocolV2, NamesTheClient) {
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4)), "192.0.2.7 54321");
  EXPECT_EQ(outcome(v2(0x21, 0x21, kIpv6)), "2001:db8::5 12345");
}

TEST(ProxyProtocolV2, LocalUnixDatagramAndUnspecifiedLeaveTheConnectionsOwnAddress) {
  EXPECT_EQ(outcome(v2(0x20, 0x00, "")), "own");
  EXPECT_EQ(outcome(v2(0x20, 0x11, kIpv4)), "own") << "a health check of the balancer itself";
  EXPECT_EQ(outcome(v2(0x20, 0x77, "anything")), "own") << "LOCAL ignores the family";
  EXPECT_EQ(outcome(v2(0x21, 0x00, "anything")), "own");
  EXPECT_EQ(outcome(v2(0x21, 0x12, kIpv4)), "own");
  EXPECT_EQ(outcome(v2(0x21, 0x22, kIpv6)), "own");
  EXPECT_EQ(outcome(v2(0x21, 0x31, std::string(216, '\0'))), "own");
  EXPECT_EQ(outcome(v2(0x21, 0x32, std::string(216, '\0'))), "own");
}

TEST(ProxyProtocolV2, AddressesThatDoNotFitTheLengthAreMalformed) {
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4.substr(1))), "malformed");
  EXPECT_EQ(outcome(v2(0x21, 0x21, kIpv6.substr(1))), "malformed");
  EXPECT_EQ(outcome(v2(0x21, 0x21, kIpv4)), "malformed");
  EXPECT_EQ(outcome(v2(0x21, 0x31, std::string(215, '\0'))), "malformed");
}

TEST(ProxyProtocolV2, UnknownVersionCommandAndFamilyAreMalformed) {
  for (const unsigned command : {0x00u, 0x11u, 0x22u, 0x2fu, 0x31u})
    EXPECT_EQ(outcome(v2(command, 0x11, kIpv4)), "malformed") << command;
  for (const unsigned family : {0x01u, 0x10u, 0x13u, 0x20u, 0x33u, 0x41u, 0xffu})
    EXPECT_EQ(outcome(v2(0x21, family, kIpv4)), "malformed") << family;
}

TEST(ProxyProtocolV2, TlvsAreSkippedAndCheckedForTheirLengths) {
  const auto name = bytes({0x02, 0, 4}) + "host";
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + name)), "192.0.2.7 54321");
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + name + bytes({0x04, 0, 0}))), "192.0.2.7 54321");
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + name + "\x02")), "malformed");
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + bytes({0x02, 0, 5}) + "host")), "malformed");
}

TEST(ProxyProtocolV2, ChecksumIsHeldAgainstTheHeader) {
  auto header = v2(0x21, 0x11, kIpv4 + bytes({0x03, 0, 4, 0, 0, 0, 0}));
  EXPECT_EQ(outcome(header), "malformed");
  const auto crc = crc32c(header);
  header.replace(header.size() - 4, 4, bytes({crc >> 24, crc >> 16 & 0xff, crc >> 8 & 0xff, crc & 0xff}));
  EXPECT_EQ(outcome(header), "192.0.2.7 54321");
  header[17] = '\x01';
  EXPECT_EQ(outcome(header), "malformed");
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + bytes({0x03, 0, 3, 0, 0, 0}))), "malformed");
}

TEST(ProxyProtocolV2, LengthIsLimited) {
  const auto tlv = [](std::size_t size) {
    return bytes({0x05, static_cast<unsigned>(size >> 8), static_cast<unsigned>(size & 0xff)}) +
           std::string(size, 'x');
  };
  const auto most = kProxyHeaderBytesMax - 16 - kIpv4.size() - 3;
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + tlv(most))), "192.0.2.7 54321");
  EXPECT_EQ(outcome(v2(0x21, 0x11, kIpv4 + tlv(most + 1))), "malformed");
}

TEST(ProxyProtocol, OtherBytesAreNoHeader) {
  EXPECT_EQ(outcome("GET / HTTP/1.1\r\n"), "absent");
  EXPECT_EQ(outcome("PROPFIND / HTTP/1.1\r\n"), "absent");
  EXPECT_EQ(outcome("PROXYX"), "absent");
  EXPECT_EQ(outcome(std::string("\x16\x03\x01", 3)), "absent");
  EXPECT_EQ(outcome("\r\nGET / HTTP/1.1\r\n"), "absent") << "an empty line before a request";
  EXPECT_EQ(outcome("\r\n\r\nGET"), "absent");
  EXPECT_EQ(outcome("PRO"), "incomplete");
  EXPECT_EQ(outcome("\r\n\r\n"), "incomplete");
}

}  // namespace
}  // namespace understudy::proxy
