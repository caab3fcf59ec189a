#include "proxy/upstream/upstream_group.hpp"

#include "proxy/upstream/upstream_control.hpp"
#include "proxy/upstream/upstream_turn.hpp"
#include "tests/component/proxy/upstream_rig.hpp"
#include "tests/support/worker_thread.hpp"

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using proxy::HostSet;
using proxy::PrimaryConfig;
using proxy::UpstreamControl;
using proxy::UpstreamGroup;
using proxy::UpstreamTurn;

PrimaryConfig primary(std::initializer_list<std::string> urls) { return config_of_hosts(urls).primary; }

/// A group on a worker, with the control of its hosts; nothing runs but what a test posts.
struct Rig {
  explicit Rig(const PrimaryConfig& config)
      : control(control_worker, config, *proxy::resolve_hosts(config), 1),
        group(std::make_unique<UpstreamGroup>(thread.worker(), net::OriginPoolOptions(), *control.hosts())) {}
  ~Rig() {
    thread.stop();
    group.reset();
  }

  void reconfigure(const PrimaryConfig& config) {
    control.reconfigure(config, *proxy::resolve_hosts(config));
    thread.call([&] { group->set_hosts(*control.hosts()); });
  }
  net::OriginConnectionPtr connect(UpstreamTurn& turn) {
    auto connected = thread.await([&] { return turn.connect(); });
    return connected ? std::move(*connected) : nullptr;
  }
  /// Puts one idle connection into the pool of the group's next host.
  void pool_one() {
    UpstreamTurn turn(*group);
    thread.call([&] { turn.begin(Monotonic::now()); });
    auto connection = connect(turn);
    thread.call([&] {
      turn.release(std::move(connection), Monotonic::now());
      turn.end();
    });
  }
  std::uint64_t open_connections() const { return control.reports().front().connections_open; }

  net::Worker control_worker;
  UpstreamControl control;
  WorkerThread thread;
  std::unique_ptr<UpstreamGroup> group;
};

TEST(UpstreamGroup, HostThatStaysKeepsItsConnections) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  Rig rig(primary({a.url()}));
  rig.pool_one();
  EXPECT_EQ(rig.open_connections(), 1U);
  rig.reconfigure(primary({a.url(), b.url()}));
  EXPECT_EQ(rig.control.reports().size(), 2U);
  EXPECT_EQ(rig.open_connections(), 1U);
  rig.reconfigure(primary({a.url()}));
  UpstreamTurn turn(*rig.group);
  const bool pooled = rig.thread.call([&] {
    turn.begin(Monotonic::now());
    return turn.take_idle(net::Quiet::now) != nullptr;
  });
  EXPECT_TRUE(pooled);
  rig.thread.call([&] { turn.end(); });
}

TEST(UpstreamGroup, HostThatIsGoneFinishesWhatIsOnItAndPoolsNothing) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  Rig rig(primary({a.url()}));
  rig.pool_one();
  UpstreamTurn turn(*rig.group);
  auto connection = rig.thread.call([&] {
    turn.begin(Monotonic::now());
    return turn.take_idle(net::Quiet::now);
  });
  ASSERT_NE(connection, nullptr);
  rig.reconfigure(primary({b.url()}));
  rig.thread.call([&] {
    EXPECT_EQ(turn.host_name(), a.url());
    turn.answered(200);
    turn.release(std::move(connection), Monotonic::now());
    turn.end();
    turn.begin(Monotonic::now());
    EXPECT_EQ(turn.host_name(), b.url());
    turn.end();
  });
  EXPECT_TRUE(a.origin().wait_for_finished(1)) << "its connection was closed";
}

TEST(UpstreamGroup, RemovedHostThatComesBackIsANewOne) {
  NamedOrigin a("a");
  NamedOrigin b("b");
  Rig rig(primary({a.url()}));
  UpstreamTurn turn(*rig.group);
  rig.thread.call([&] { turn.begin(Monotonic::now()); });
  rig.reconfigure(primary({b.url()}));
  rig.reconfigure(primary({a.url()}));
  rig.thread.call([&] {
    EXPECT_EQ(turn.host_name(), a.url());
    turn.end();
    turn.begin(Monotonic::now());
    EXPECT_EQ(turn.host_name(), a.url());
    turn.end();
  });
}

TEST(UpstreamGroup, NewAddressesCloseIdleConnectionsToTheOld) {
  NamedOrigin old_place("old");
  NamedOrigin new_place("new");
  const auto config = primary({old_place.url()});
  Rig rig(config);
  rig.pool_one();
  auto moved = *rig.control.hosts();
  moved.entries[0].endpoints = proxy::resolve_hosts(primary({new_place.url()}))->front();
  rig.thread.call([&] { rig.group->set_hosts(moved); });
  EXPECT_EQ(rig.open_connections(), 0U);
  rig.pool_one();
  EXPECT_TRUE(new_place.origin().wait_for_connections(1));
}

TEST(UpstreamGroup, TurnVisitsEachHostOnceThoseOutOfServiceLast) {
  Rig rig(primary({"http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"}));
  const auto hosts = rig.control.hosts();
  hosts->entries[1].record->set_in_service(false);
  UpstreamTurn turn(*rig.group);
  rig.thread.call([&] {
    std::vector<std::string> visited;
    turn.begin(Monotonic::now());
    do visited.emplace_back(turn.host_name());
    while (turn.move_on(Monotonic::now(), std::chrono::seconds(10)));
    ASSERT_EQ(visited.size(), 3U);
    EXPECT_EQ(visited[2], "http://127.0.0.1:2");
    EXPECT_NE(visited[0], visited[1]);
    turn.begin(Monotonic::now());
    EXPECT_FALSE(turn.move_on(Monotonic::now() + std::chrono::seconds(11), std::chrono::seconds(10)));
    turn.end();
  });
}

TEST(UpstreamGroup, HostWithoutAddressIsNoHost) {
  Rig rig(primary({"http://127.0.0.1:1"}));
  HostSet nowhere = *rig.control.hosts();
  nowhere.entries[0].record = std::make_shared<proxy::HostRecord>("http://nowhere", 1, [] {});
  nowhere.entries[0].endpoints.clear();
  rig.thread.call([&] { rig.group->set_hosts(nowhere); });
  UpstreamTurn turn(*rig.group);
  rig.thread.call([&] { turn.begin(Monotonic::now()); });
  EXPECT_EQ(rig.connect(turn), nullptr);
  rig.thread.call([&] { turn.end(); });
}

}  // namespace
}  // namespace understudy::test
