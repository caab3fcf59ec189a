#include "tests/component/proxy/upstream_rig.hpp"

#include <list>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using std::chrono::milliseconds;
using Answers = std::map<std::string, int>;

TEST(SeveralPrimaries, TakeTurns) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  NamedOrigin c("c");
  RunningProxy proxy(config_of_hosts({a.url(), b.url(), c.url()}));
  EXPECT_EQ(ask(proxy, 9), (Answers{{"a", 3}, {"b", 3}, {"c", 3}}));
}

TEST(SeveralPrimaries, WeightsAreShares) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  auto config = config_of_hosts({a.url(), b.url()});
  config.primary.hosts[0].weight = 3;
  RunningProxy proxy(config);
  EXPECT_EQ(ask(proxy, 12), (Answers{{"a", 9}, {"b", 3}}));
}

TEST(SeveralPrimaries, LeastRequestsAvoidsTheOneThatHangs) {
  NamedOrigin a("a");
  ScriptedOrigin slow(ScriptedOrigin::hangs());
  auto config = config_of_hosts({a.url(), slow.url()});
  config.primary.balance = proxy::Balance::least_requests;
  RunningProxy proxy(config);
  std::list<RawClient> clients;
  while (slow.connections() == 0) {
    clients.emplace_back(proxy.port()).send("GET /a HTTP/1.1\r\nHost: shop\r\n\r\n");
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(ask(proxy, 50), (Answers{{"a", 50}}));
}

TEST(SeveralPrimaries, DeadHostCostsNobodyAnAnswerNotEvenAPost) {
  NamedOrigin a("a");
  RunningProxy proxy(config_of_hosts({url_of_nobody(), a.url()}));
  RawClient client(proxy.port());
  for (int i = 0; i < 20; ++i) {
    client.send("POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(body_of(client.read_response()), "a");
  }
  EXPECT_EQ(a.origin().requests().size(), 20U) << "and nothing was sent twice";
}

TEST(SeveralPrimaries, LongUploadGoesWholeToTheHostThatLives) {
  NamedOrigin a("a");
  RunningProxy proxy(config_of_hosts({url_of_nobody(), a.url()}));
  const std::string body(1'000'000, 'x');
  for (int i = 0; i < 4; ++i) {
    RawClient client(proxy.port());
    client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1000000\r\n\r\n" + body);
    EXPECT_EQ(body_of(client.read_response()), "a");
  }
  for (const auto& request : a.origin().requests()) EXPECT_EQ(body_of(request).size(), body.size());
}

TEST(SeveralPrimaries, AllDeadIs502AndTheConnectionStays) {
  RunningProxy proxy(config_of_hosts({url_of_nobody(), url_of_nobody(), url_of_nobody()}));
  EXPECT_EQ(ask(proxy, 3), (Answers{{"status 502", 3}}));
}

TEST(SeveralPrimaries, ResponseThatWasLostIsAskedForElsewhereOnce) {
  ScriptedOrigin closes([](OriginConnection& connection) { connection.read_request(); });
  NamedOrigin a("a");
  RunningProxy proxy(config_of_hosts({closes.url(), a.url()}));
  EXPECT_EQ(ask(proxy, 8), (Answers{{"a", 8}}));
  EXPECT_EQ(closes.requests().size(), 4U);
}

// Its connections end first, its listening socket last.
TEST(SeveralPrimaries, DyingHostThatStillAcceptsCostsNoAnswer) {
  const auto script = [](OriginConnection& connection) {
    if (connection.index() == 0) {
      connection.read_request();
      connection.send(ScriptedOrigin::ok("dying"));
    }
    connection.read_request();
  };
  ScriptedOrigin dying(script);
  NamedOrigin other("other");
  RunningProxy proxy(config_of_hosts({dying.url(), other.url()}));
  EXPECT_EQ(ask(proxy, 4), (Answers{{"dying", 1}, {"other", 3}}));
}

TEST(SeveralPrimaries, RequestThatBreaksEveryHostMeetsTwoOfThem) {
  ScriptedOrigin a([](OriginConnection& connection) { connection.read_request(); });
  ScriptedOrigin b([](OriginConnection& connection) { connection.read_request(); });
  ScriptedOrigin c([](OriginConnection& connection) { connection.read_request(); });
  RunningProxy proxy(config_of_hosts({a.url(), b.url(), c.url()}));
  EXPECT_EQ(ask(proxy, 1), (Answers{{"status 502", 1}}));
  EXPECT_EQ(a.requests().size() + b.requests().size() + c.requests().size(), 2U);
}

TEST(SeveralPrimaries, PostThatWasSentIsNeverSentElsewhere) {
  ScriptedOrigin closes([](OriginConnection& connection) { connection.read_request(); });
  NamedOrigin a("a");
  RunningProxy proxy(config_of_hosts({closes.url(), a.url()}));
  RawClient client(proxy.port());
  int lost = 0;
  for (int i = 0; i < 8; ++i) {
    client.send("POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi");
    if (status_of(client.read_response()) == 502) ++lost;
  }
  EXPECT_EQ(lost, 4);
  EXPECT_EQ(a.origin().requests().size(), 4U);
}

TEST(Outliers, HostThatFailsFiveTimesInARowIsSetAsideAndComesBack) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  auto config = config_of_hosts({a.url(), b.url()});
  config.primary.outlier.eject = milliseconds(300);
  RunningProxy proxy(config);
  b.answer_with(500);
  EXPECT_TRUE(eventually([&] { return ask(proxy, 10) == Answers{{"a", 10}}; }));
  EXPECT_LE(b.origin().requests().size(), 40U);
  b.answer_with(0);
  EXPECT_TRUE(eventually([&] { return ask(proxy, 10) == Answers{{"a", 5}, {"b", 5}}; }));
}

TEST(Outliers, ClientErrorsAreNotTheHostsFault) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  b.answer_with(404);
  RunningProxy proxy(config_of_hosts({a.url(), b.url()}));
  EXPECT_EQ(ask(proxy, 100), (Answers{{"a", 50}, {"status 404", 50}}));
}

TEST(Outliers, NotMoreThanTheirShareAreSetAside) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  a.answer_with(503);
  b.answer_with(503);
  RunningProxy proxy(config_of_hosts({a.url(), b.url()}));
  EXPECT_EQ(ask(proxy, 60), (Answers{{"status 503", 60}}));
  a.answer_with(0);
  b.answer_with(0);
  const auto after = ask(proxy, 10);
  EXPECT_EQ(after.size(), 1U) << "one of them is still set aside, never both";
  EXPECT_FALSE(after.contains("status 503"));
}

TEST(Outliers, TheOnlyHostIsAlwaysAsked) {
  NamedOrigin a("a");
  a.answer_with(500);
  RunningProxy proxy(config_of_hosts({a.url()}));
  EXPECT_EQ(ask(proxy, 20), (Answers{{"status 500", 20}}));
  a.answer_with(0);
  EXPECT_EQ(ask(proxy, 5), (Answers{{"a", 5}}));
}

proxy::HealthCheckOptions quick_checks() {
  proxy::HealthCheckOptions health;
  health.path = "/healthz";
  health.interval = milliseconds(20);
  health.healthy = health.unhealthy = 2;
  return health;
}

TEST(HealthChecks, TakeAHostOutAndBringItBack) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  auto config = config_of_hosts({a.url(), b.url()});
  config.primary.health = quick_checks();
  RunningProxy proxy(config);
  EXPECT_EQ(ask(proxy, 10), (Answers{{"a", 5}, {"b", 5}}));
  b.answer_checks_with(503);
  EXPECT_TRUE(eventually([&] { return ask(proxy, 10) == Answers{{"a", 10}}; }));
  b.answer_checks_with(0);
  EXPECT_TRUE(eventually([&] { return ask(proxy, 10) == Answers{{"a", 5}, {"b", 5}}; }));
  const auto requests = b.origin().requests();
  EXPECT_TRUE(requests.front().starts_with("GET /") && requests.back().find("Host: ") != std::string::npos);
}

TEST(HealthChecks, WhenNobodyIsHealthyAllAreAsked) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  a.answer_checks_with(500);
  b.answer_checks_with(500);
  auto config = config_of_hosts({a.url(), b.url()});
  config.primary.health = quick_checks();
  RunningProxy proxy(config);
  ASSERT_TRUE(a.origin().wait_for_requests(4));
  ASSERT_TRUE(b.origin().wait_for_requests(4));
  EXPECT_EQ(ask(proxy, 10), (Answers{{"a", 5}, {"b", 5}}));
}

TEST(HealthChecks, SilentHostIsUnhealthyAfterItsTimeout) {
  NamedOrigin a("a");
  ScriptedOrigin silent(ScriptedOrigin::hangs());
  auto config = config_of_hosts({a.url(), silent.url()});
  config.primary.health = quick_checks();
  config.primary.health->timeout = milliseconds(100);
  config.downstream.timeouts.response = milliseconds(100);
  RunningProxy proxy(config);
  EXPECT_TRUE(eventually([&] { return ask(proxy, 4) == Answers{{"a", 4}}; }));
}

TEST(HealthChecks, OneHostIsCheckedAndStillAskedWhenUnhealthy) {
  NamedOrigin a("a");
  a.answer_checks_with(500);
  auto config = config_of_hosts({a.url()});
  config.primary.health = quick_checks();
  RunningProxy proxy(config);
  ASSERT_TRUE(a.origin().wait_for_requests(3));
  EXPECT_EQ(ask(proxy, 5), (Answers{{"a", 5}}));
}

/// Serves GETs without end; counts what was not a 200.
class Load {
 public:
  explicit Load(std::uint16_t port) : thread_([this, port] { run(port); }) {}
  ~Load() { stop(); }
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int failures() const { return failures_; }
  int answers() const { return answers_; }

 private:
  void run(std::uint16_t port) {
    RawClient client(port);
    while (!stopped_) {
      client.send("GET /a HTTP/1.1\r\nHost: shop\r\n\r\n");
      if (status_of(client.read_response()) != 200) ++failures_;
      ++answers_;
    }
  }
  std::atomic<bool> stopped_{false};
  std::atomic<int> failures_{0};
  std::atomic<int> answers_{0};
  std::thread thread_;
};

TEST(SeveralPrimaries, HostThatDiesUnderLoadFailsAtMostWhatItHeld) {
  NamedOrigin a("a");
  auto b = std::make_unique<NamedOrigin>("b");
  RunningProxy proxy(config_of_hosts({a.url(), b->url()}));
  Load first(proxy.port());
  Load second(proxy.port());
  ASSERT_TRUE(b->origin().wait_for_requests(50));
  b.reset();
  const int before = first.answers() + second.answers();
  ASSERT_TRUE(eventually([&] { return first.answers() + second.answers() > before + 200; }));
  first.stop();
  second.stop();
  EXPECT_LE(first.failures() + second.failures(), 2) << "each client had one request in flight";
}

TEST(SeveralPrimaries, ShadowAtAnyOfThemIsRefused) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  auto config = config_of_hosts({a.url(), b.url()});
  config.shadows.push_back({"twin", config.primary.hosts[1].url, proxy::HostMode::keep});
  const auto server = proxy::ProxyServer::open(config);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("refused"), std::string::npos);
}

TEST(SeveralPrimaries, NameThatCannotBeResolvedIsLeftOutWhileAnotherServes) {
  NamedOrigin a("a");
  RunningProxy proxy(config_of_hosts({"http://nobody.invalid", a.url()}));
  EXPECT_EQ(ask(proxy, 4), (Answers{{"a", 4}}));
}

TEST(SeveralPrimaries, NoNameResolvedIsAnErrorAtStart) {
  const auto server =
      proxy::ProxyServer::open(config_of_hosts({"http://nobody.invalid", "http://none.invalid"}));
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("cannot resolve 'nobody.invalid'"), std::string::npos);
}

}  // namespace
}  // namespace understudy::test
