#include "core/net/listener.hpp"
#include "proxy/systemd/inherited_sockets.hpp"
#include "proxy/systemd/service_notifier.hpp"
#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

/// A service manager's end: takes datagrams at an abstract address.
class NotifySocket {
 public:
  NotifySocket() : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // No name given: the kernel chooses an abstract one.
    ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address.sun_family);
    socklen_t size = sizeof address;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    name_ = "@" + std::string(static_cast<const char*>(address.sun_path) + 1,
                              size - offsetof(sockaddr_un, sun_path) - 1);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~NotifySocket() { ::close(descriptor_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  const std::string& name() const { return name_; }
  std::string next() const {
    std::array<char, 4096> bytes;
    const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    return got < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(got));
  }

 private:
  int descriptor_;
  std::string name_;
};

TEST(ServiceNotifier, TellsTheLifeOfTheProxy) {
  NotifySocket manager;
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  const auto config = proxy_config(origin.port());
  auto server = proxy::ProxyServer::open(config, {{}, proxy::ServiceNotifier(manager.name())});
  ASSERT_TRUE(server);
  std::thread running([&server] { (*server)->run(); });
  EXPECT_EQ(manager.next().substr(0, 31), "READY=1\nSTATUS=serving 127.0.0.");
  (*server)->reload([&config] { return Outcome<proxy::ProxyConfig>(config); });
  EXPECT_EQ(manager.next().substr(0, 27), "RELOADING=1\nMONOTONIC_USEC=");
  EXPECT_EQ(manager.next().substr(0, 8), "READY=1\n");
  (*server)->reload([] { return Outcome<proxy::ProxyConfig>(Failure{"line 1:\nbad"}); });
  EXPECT_EQ(manager.next().substr(0, 12), "RELOADING=1\n");
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=reload failed: line 1:\\nbad");
  (*server)->drain();
  EXPECT_EQ(manager.next(), "STOPPING=1\nSTATUS=draining");
  running.join();
}

TEST(ServiceNotifier, FeedsTheWatchdogWhileWorkersAnswer) {
  NotifySocket manager;
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto server =
      proxy::ProxyServer::open(proxy_config(origin.port()),
                               {{}, proxy::ServiceNotifier(manager.name(), std::chrono::milliseconds(20))});
  ASSERT_TRUE(server);
  std::thread running([&server] { (*server)->run(); });
  EXPECT_EQ(manager.next().substr(0, 8), "READY=1\n");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.next(), "WATCHDOG=1");
  (*server)->stop();
  running.join();
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

TEST(ServiceNotifier, NobodyListeningIsNoTrouble) {
  const auto before = open_descriptors();
  EXPECT_NO_THROW(proxy::ServiceNotifier().ready("x"));
  for (const auto& socket : {std::string("/nowhere/at/all"), std::string("@nobody"), std::string(500, 'x')})
    EXPECT_NO_THROW(proxy::ServiceNotifier(socket).ready("x")) << socket;
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ServiceNotifier, OneWhoDoesNotReadIsNotWaitedFor) {
  NotifySocket manager;
  const proxy::ServiceNotifier notifier(manager.name());
  // Far more than a datagram socket holds (net.unix.max_dgram_qlen).
  for (int i = 0; i < 1000; ++i) notifier.alive();
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
}

TEST(ServiceNotifier, ReadsTheEnvironmentOnce) {
  ::setenv("NOTIFY_SOCKET", "@x", 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(proxy::ServiceNotifier::from_environment().watchdog(), std::chrono::seconds(3));
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(proxy::ServiceNotifier::from_environment().watchdog(), std::nullopt);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(proxy::ServiceNotifier::from_environment().watchdog(), std::nullopt) << "another process";
}

TEST(SocketActivation, ForAnotherProcessOrNoneIsEmpty) {
  EXPECT_TRUE(proxy::InheritedSockets::from_environment().value().empty());
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  EXPECT_TRUE(proxy::InheritedSockets::from_environment().value().empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
}

TEST(SharedSocket, WorkersServeFromOneQueueAndLeaveItToTheNextOwner) {
  net::ListenerOptions options;
  options.address = *net::parse_listen_address("127.0.0.1:0");
  auto first = net::ListeningSocket::open(options).value();
  auto copy = first.duplicate().value();
  const auto port = first.address().port();
  {
    net::Worker worker;
    auto listener = net::Listener::take(worker, std::move(copy)).value();
    listener->settle();
    EXPECT_FALSE(listener->is_open()) << "a shared socket closes at once";
  }
  RawClient waiting(port);
  auto again = net::ListeningSocket::adopt(first.release());
  ASSERT_TRUE(again) << "the socket lives on";
  EXPECT_EQ(again->address().port(), port);
}

TEST(SharedSocket, WhatIsNoListenerIsNotAdopted) {
  const int plain = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_FALSE(net::ListeningSocket::adopt(plain));
  ::close(plain);
  EXPECT_FALSE(net::ListeningSocket::adopt(-1));
}

}  // namespace
}  // namespace understudy::test
