#include "tests/component/proxy/running_proxy.hpp"
#include "tests/conformance/http/cases.hpp"
#include "tests/conformance/http/rejoined.hpp"
#include "tests/support/raw_client.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

/// No upstream connection is kept, so that each request that reaches the origin shows as a connection.
proxy::ProxyConfig unpooled(std::uint16_t primary_port) {
  auto config = proxy_config(primary_port);
  config.downstream.upstream_idle_max = 0;
  // So that the bytes for the origin are the same in every run.
  config.downstream.instance = "test";
  config.downstream.ids = {.request_id = false, .traceparent = false};
  return config;
}

/// The origin and the proxy that all cases of a table share.
class RequestTable : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    origin_ = std::make_unique<ScriptedOrigin>(ScriptedOrigin::answers({ScriptedOrigin::ok("served")}));
    proxy_ = std::make_unique<RunningProxy>(unpooled(origin_->port()));
  }
  static void TearDownTestSuite() {
    proxy_.reset();
    origin_.reset();
  }

  static std::string whole(const std::string& bytes) { return RawClient::exchange(proxy_->port(), bytes); }
  static std::string byte_by_byte(const std::string& bytes) {
    RawClient client(proxy_->port());
    // A refusal may come before the last byte; then nobody takes the rest.
    for (const char byte : bytes)
      if (!client.send({&byte, 1})) break;
    client.shutdown_send();
    return client.read_until_close();
  }

  static inline std::unique_ptr<ScriptedOrigin> origin_;
  static inline std::unique_ptr<RunningProxy> proxy_;
};

class Rejected : public RequestTable, public testing::WithParamInterface<RejectedRequest> {};

TEST_P(Rejected, AnsweredByTheProxyWithNothingForwarded) {
  const auto before = origin_->connections();
  const auto response = whole(GetParam().bytes);
  EXPECT_EQ(status_of(response), GetParam().status) << response;
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(response.find("HTTP/1.1", 1), std::string::npos) << "one answer, then the end: " << response;
  EXPECT_EQ(origin_->connections(), before);
}

class Forwarded : public RequestTable, public testing::WithParamInterface<ForwardedRequest> {
 protected:
  static void expect_forwarded(const std::string& response) {
    EXPECT_EQ(status_of(response), 200U) << response;
    EXPECT_EQ(origin_->requests().back(), GetParam().forwarded);
  }
};

TEST_P(Forwarded, ReachesTheOriginAsTheseBytes) { expect_forwarded(whole(GetParam().bytes)); }

TEST_P(Forwarded, ReachesTheOriginAsTheSameMessageByteByByte) {
  const auto response = byte_by_byte(GetParam().bytes);
  EXPECT_EQ(status_of(response), 200U) << response;
  EXPECT_EQ(rejoined_request(origin_->requests().back()), rejoined_request(GetParam().forwarded));
}

class ByteByByte : public RequestTable, public testing::WithParamInterface<RejectedRequest> {};

TEST_P(ByteByByte, RejectedJustTheSame) {
  const auto response = byte_by_byte(GetParam().bytes);
  EXPECT_EQ(status_of(response), GetParam().status) << response;
  for (const auto& request : origin_->requests()) EXPECT_EQ(request.find("smuggled"), std::string::npos);
}

template <class Case>
std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Http, Rejected, testing::ValuesIn(rejected_requests()), name_of<RejectedRequest>);
INSTANTIATE_TEST_SUITE_P(Http, Forwarded, testing::ValuesIn(forwarded_requests()), name_of<ForwardedRequest>);
INSTANTIATE_TEST_SUITE_P(Http, ByteByByte, testing::ValuesIn(rejected_requests()), name_of<RejectedRequest>);

class Responses : public testing::TestWithParam<OriginResponse> {
 protected:
  static std::string received(std::size_t piece_bytes) {
    ScriptedOrigin origin([piece_bytes](OriginConnection& connection) {
      const auto& bytes = GetParam().bytes;
      connection.read_request();
      for (std::size_t at = 0; at < bytes.size(); at += piece_bytes)
        if (!connection.send(bytes.substr(at, piece_bytes))) return;
    });
    RunningProxy proxy(origin);
    return RawClient::exchange(proxy.port(), "GET / HTTP/1.1\r\nHost: s\r\n\r\n");
  }

  static void expect_honest(const std::string& response, const std::string& contained) {
    EXPECT_EQ(status_of(response), GetParam().status) << response;
    EXPECT_NE(response.find(contained), std::string::npos) << response;
    const auto& absent = GetParam().absent;
    EXPECT_TRUE(absent.empty() || response.find(absent) == std::string::npos) << response;
  }
};

TEST_P(Responses, ReachTheClientHonestly) {
  expect_honest(received(GetParam().bytes.size() + 1), GetParam().contained);
}

TEST_P(Responses, ReachTheClientHonestlyByteByByte) {
  const auto& each = GetParam();
  if (each.bytes.size() > 10'000) GTEST_SKIP() << "a limit, which bytes one by one reach too slowly";
  expect_honest(rejoined_response(received(1)), each.contained);
}

INSTANTIATE_TEST_SUITE_P(Http, Responses, testing::ValuesIn(origin_responses()), name_of<OriginResponse>);

}  // namespace
}  // namespace understudy::test
