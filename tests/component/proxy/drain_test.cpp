#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using std::literals::chrono_literals::operator""ms;
using std::literals::chrono_literals::operator""s;

constexpr const char* kGetRoot = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Drain : testing::Test {
  ScriptedOrigin origin{ScriptedOrigin::answers({ScriptedOrigin::ok("x")})};
  proxy::ProxyConfig config = proxy_config(origin.port());
};

TEST_F(Drain, WhoeverHasConnectedIsServedAndToldToClose) {
  config.downstream.timeouts.drain_idle = 1s;
  RunningProxy proxy(config);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<RawClient>(proxy.port()));
  proxy.server().drain();
  for (auto& client : clients) {
    client->send(kGetRoot);
    const auto response = client->read_response();
    EXPECT_EQ(status_of(response), 200u);
    EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
  }
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

TEST_F(Drain, IdleConnectionEndsCleanly) {
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGetRoot);
  client.read_response();
  proxy.server().drain();
  EXPECT_EQ(client.read_until_close(), "");
  client.close();
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

TEST_F(Drain, ReadinessFailsFirstWhileConnectionsAreStillTaken) {
  config.downstream.timeouts.drain_delay = 300ms;
  config.admin.emplace().address = *net::parse_listen_address("127.0.0.1:0");
  RunningProxy proxy(config);
  const auto admin = proxy.server().admin_address()->port();
  const auto ready = [admin] {
    return status_of(
        RawClient::exchange(admin, "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  };
  EXPECT_EQ(ready(), 200u);
  proxy.server().drain();
  EXPECT_TRUE(eventually([&] { return ready() == 503; }));
  RawClient late(proxy.port());
  late.send(kGetRoot);
  EXPECT_EQ(status_of(late.read_response()), 200u);
  late.close();
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

TEST_F(Drain, DeadlineCutsWhatHangs) {
  ScriptedOrigin hanging(ScriptedOrigin::hangs());
  auto hanging_config = proxy_config(hanging.port());
  hanging_config.downstream.timeouts.drain = 100ms;
  RunningProxy proxy(hanging_config);
  RawClient client(proxy.port());
  client.send(kGetRoot);
  ASSERT_TRUE(hanging.wait_for_connections(1));
  proxy.server().drain();
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

TEST_F(Drain, ReloadIsRefusedWhileDraining) {
  config.downstream.timeouts.drain_delay = 200ms;
  RunningProxy proxy(config);
  proxy.server().drain();
  std::atomic<int> refused{-1};
  proxy.server().reload([this] { return Outcome<proxy::ProxyConfig>(config); },
                        [&refused](const Outcome<>& outcome) { refused = outcome ? 0 : 1; });
  EXPECT_TRUE(eventually([&refused] { return refused == 1; }));
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

}  // namespace
}  // namespace understudy::test
