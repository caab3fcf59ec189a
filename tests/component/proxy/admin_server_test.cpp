#include "proxy/admin/admin.hpp"
#include "proxy/admin/metrics.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/worker_thread.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

struct AdminServerTest : testing::Test {
  void SetUp() override {
    hooks.drain = [this] { ++drains; };
    hooks.metrics.push_back([](telemetry::MetricSet& set) { add_process_metrics(set); });
    config.address = net::tcp::endpoint(net::asio::ip::address_v4::loopback(), 0);
    admin = worker.call([&] {
      auto server = AdminServer::listen(worker.worker(), config).value();
      server->serve(config, hooks);
      return server;
    });
  }
  void TearDown() override {
    worker.call([this] { admin.reset(); });
  }

  std::string ask(std::string_view method, std::string_view target) {
    test::RawClient client(admin->port());
    client.send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.read_response(method == "HEAD");
  }

  test::WorkerThread worker;
  AdminConfig config;
  AdminHooks hooks;
  int drains = 0;
  std::unique_ptr<AdminServer> admin;
};

TEST_F(AdminServerTest, AnswersOverHttp) {
  EXPECT_EQ(test::status_of(ask("GET", "/live")), 200u);
  EXPECT_EQ(test::body_of(ask("GET", "/ready")), "{\"ready\":true}\n");
  EXPECT_NE(test::body_of(ask("GET", "/metrics")).find("understudy_build_info{version="), std::string::npos);
  EXPECT_EQ(test::status_of(ask("GET", "/nothing")), 404u);
}

TEST_F(AdminServerTest, MutationsArePost) {
  EXPECT_EQ(test::status_of(ask("GET", "/drain")), 405u);
  EXPECT_EQ(test::status_of(ask("POST", "/drain")), 200u);
  EXPECT_EQ(worker.call([this] { return drains; }), 1);
}

TEST_F(AdminServerTest, HeadHasNoBody) {
  const auto response = ask("HEAD", "/live");
  EXPECT_EQ(test::status_of(response), 200u);
  EXPECT_EQ(test::body_of(response), "");
}

}  // namespace
}  // namespace understudy::proxy
