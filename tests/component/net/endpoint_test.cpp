#include "core/net/endpoint.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

TEST(ListenAddress, IsReadAndWrittenTheSameWay) {
  for (const std::string text :
       {"127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0", "[::]:1", "192.168.1.1:65535"}) {
    const auto parsed = parse_listen_address(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(endpoint_text(*parsed), text);
  }
}

TEST(ListenAddress, WithoutHostMeansAllAddresses) {
  const auto parsed = parse_listen_address(":8080");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->address().is_unspecified());
  EXPECT_EQ(parsed->port(), 8080);
}

TEST(ListenAddress, NonsenseIsRefusedWithAnExample) {
  for (const std::string text :
       {"", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x",
        "::1:80", "[127.0.0.1]:80", "[::1]", "localhost:80", "127.0.0.1 :80", "127.0.0.1:8080 ", "[]:80",
        "256.0.0.1:1"}) {
    const auto parsed = parse_listen_address(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find("127.0.0.1:8080"), std::string::npos);
  }
}

TEST(OriginUrl, HostAndPortAreRead) {
  const auto parsed = parse_origin_url("http://Shop.Example:8080/");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->host, "shop.example");
  EXPECT_EQ(parsed->port, 8080);
  EXPECT_EQ(parsed->authority(), "shop.example:8080");
}

TEST(OriginUrl, AuthorityLeavesOutTheSchemesOwnPort) {
  EXPECT_EQ(parse_origin_url("http://shop.example")->authority(), "shop.example");
  EXPECT_EQ(parse_origin_url("http://shop.example:80")->authority(), "shop.example");
  EXPECT_EQ(parse_origin_url("HTTP://shop.example:")->port, 80);
}

TEST(OriginUrl, IPv6HostHasBracketsOnlyInTheAuthority) {
  const auto parsed = parse_origin_url("http://[::1]:9000");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->host, "::1");
  EXPECT_EQ(parsed->authority(), "[::1]:9000");
}

TEST(OriginUrl, HttpsHasItsOwnPort) {
  const auto parsed = parse_origin_url("HTTPS://Shop.Example");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->is_tls());
  EXPECT_EQ(parsed->port, 443);
  EXPECT_EQ(parsed->authority(), "shop.example");
  EXPECT_EQ(parse_origin_url("https://shop.example:80")->text(), "https://shop.example:80");
}

TEST(OriginUrl, UnixSocketHasAPathAndIsLocalhost) {
  for (const auto* text : {"unix:/run/shop.sock", "unix:///run/shop.sock"}) {
    const auto parsed = parse_origin_url(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_TRUE(parsed->is_unix());
    EXPECT_EQ(parsed->path, "/run/shop.sock");
    EXPECT_EQ(parsed->authority(), "localhost");
    EXPECT_EQ(parsed->text(), "unix:/run/shop.sock");
    const auto endpoints = resolve(*parsed);
    ASSERT_TRUE(endpoints);
    EXPECT_EQ(endpoints->front().protocol().family(), AF_UNIX);
    EXPECT_TRUE(ip_endpoints(*endpoints).empty());
  }
  EXPECT_FALSE(parse_origin_url("unix:shop.sock"));
  EXPECT_FALSE(parse_origin_url("unix:/" + std::string(107, 'x')));
}

TEST(OriginUrl, AnythingElseIsRefused) {
  for (const std::string text : {"",
                                 "shop.example",
                                 "shop.example:80",
                                 "//shop.example",
                                 "ftp://shop.example",
                                 "http://",
                                 "http:///",
                                 "http:shop.example",
                                 "http://user@shop.example",
                                 "http://user:pw@shop.example",
                                 "http://shop.example/path",
                                 "http://shop.example?q",
                                 "http://shop.example#f",
                                 "http://shop.example:0",
                                 "http://shop.example:65536",
                                 "http://shop.example:80a",
                                 "http://sh%00op.example",
                                 "http://shop example",
                                 "http://[v1.x]:80",
                                 "http://shop\r\n.example"})
    EXPECT_FALSE(parse_origin_url(text)) << text;
}

TEST(Resolve, LoopbackNeedsNoNameService) {
  const auto endpoints = resolve(*parse_origin_url("http://127.0.0.1:81"));
  ASSERT_TRUE(endpoints);
  EXPECT_EQ(ip_endpoints(*endpoints).front(), tcp::endpoint(asio::ip::address_v4::loopback(), 81));
  EXPECT_EQ(endpoints->size(), 1U);
}

TEST(Resolve, UnknownNameFailsWithTheName) {
  const auto endpoints = resolve(*parse_origin_url("http://nobody.invalid"));
  ASSERT_FALSE(endpoints);
  EXPECT_NE(endpoints.error().message.find("nobody.invalid"), std::string::npos);
}

TEST(AddressText, MappedAddressIsShownAsPlainIPv4) {
  EXPECT_EQ(address_text({asio::ip::make_address("::ffff:10.1.2.3"), 80}), "10.1.2.3");
  EXPECT_EQ(address_text({asio::ip::make_address("2001:db8::1"), 80}), "2001:db8::1");
}

}  // namespace
}  // namespace understudy::net
