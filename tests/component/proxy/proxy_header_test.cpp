#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using Mode = proxy::ProxyProtocolPolicy::Mode;
using std::literals::string_view_literals::operator""sv;

constexpr std::string_view kHeader = "PROXY TCP4 192.0.2.7 198.51.100.1 54321 443\r\n";
constexpr std::string_view kHeaderV2 =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\x00\x02\x09\xc6\x33\x64\x01\xd4\x31\x01\xbb"sv;
constexpr std::string_view kGetAndClose = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

struct ProxyHeader : testing::Test {
  std::string ask(Mode mode, std::string_view header, std::string_view trusted = "127.0.0.0/8") {
    auto config = proxy_config(origin.port());
    auto& policy = config.listeners.front().proxy_protocol;
    policy.mode = mode;
    policy.trusted.push_back(proxy::AddressRange::parse(trusted).value());
    proxy = std::make_unique<RunningProxy>(config);
    return RawClient::exchange(proxy->port(), std::string(header).append(kGetAndClose));
  }
  std::string forwarded() const { return origin.requests().back(); }
  std::uint64_t errors() const { return proxy->counters().proxy_protocol_errors.value(); }

  ScriptedOrigin origin{ScriptedOrigin::answers({ScriptedOrigin::ok("x")})};
  std::unique_ptr<RunningProxy> proxy;
};

TEST_F(ProxyHeader, TellsTheOriginWhoTheClientIs) {
  EXPECT_EQ(status_of(ask(Mode::require, kHeader)), 200u);
  EXPECT_NE(forwarded().find("\r\nX-Forwarded-For: 192.0.2.7\r\n"), std::string::npos);
  EXPECT_EQ(status_of(ask(Mode::require, kHeaderV2)), 200u);
  EXPECT_NE(forwarded().find("\r\nX-Forwarded-For: 192.0.2.9\r\n"), std::string::npos);
}

TEST_F(ProxyHeader, ArrivesInPieces) {
  auto config = proxy_config(origin.port());
  config.listeners.front().proxy_protocol.mode = Mode::require;
  RunningProxy running(config);
  RawClient client(running.port());
  for (const char byte : kHeaderV2) {
    client.send(std::string_view(&byte, 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  client.send(kGetAndClose);
  EXPECT_EQ(status_of(client.read_response()), 200u);
  EXPECT_NE(forwarded().find("192.0.2.9"), std::string::npos);
}

TEST_F(ProxyHeader, RequiredAndMissingClosesTheConnection) {
  EXPECT_EQ(ask(Mode::require, ""), "");
  EXPECT_EQ(errors(), 1u);
  EXPECT_EQ(origin.connections(), 0u);
}

TEST_F(ProxyHeader, MalformedClosesTheConnection) {
  EXPECT_EQ(ask(Mode::optional, "PROXY TCP4 nonsense\r\n"), "");
  EXPECT_EQ(errors(), 1u);
}

TEST_F(ProxyHeader, StrangersAreNotBelieved) {
  EXPECT_EQ(ask(Mode::require, kHeader, "10.0.0.0/8"), "");
  EXPECT_EQ(errors(), 1u);
  EXPECT_EQ(status_of(ask(Mode::optional, kHeader, "10.0.0.0/8")), 400u) << "it is no HTTP";
  EXPECT_EQ(status_of(ask(Mode::optional, "", "10.0.0.0/8")), 200u);
  EXPECT_NE(forwarded().find("\r\nX-Forwarded-For: 127.0.0.1\r\n"), std::string::npos);
}

TEST_F(ProxyHeader, OptionalAndAbsentIsAnOrdinaryConnection) {
  EXPECT_EQ(status_of(ask(Mode::optional, "")), 200u);
  EXPECT_NE(forwarded().find("\r\nX-Forwarded-For: 127.0.0.1\r\n"), std::string::npos);
}

TEST_F(ProxyHeader, OffLeavesTheBytesToHttp) {
  auto config = proxy_config(origin.port());
  RunningProxy running(config);
  EXPECT_EQ(status_of(RawClient::exchange(running.port(), std::string(kHeader).append(kGetAndClose))), 400u);
}

}  // namespace
}  // namespace understudy::test
