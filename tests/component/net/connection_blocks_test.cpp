// The building blocks that every data path shares: connect, write, stale check, listener.
#include "core/base/clock.hpp"
#include "core/net/connect.hpp"
#include "core/net/listener.hpp"
#include "core/net/stream.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/support/worker_thread.hpp"

#include <array>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using test::OriginConnection;
using test::RawClient;
using test::ScriptedOrigin;
using test::WorkerThread;

tcp::endpoint loopback_endpoint(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

/// Result<Stream> has no empty state to start from, which co_spawn wants.
Task<boost::system::error_code> connect_into(Worker& worker, std::vector<Endpoint> endpoints,
                                             std::chrono::nanoseconds timeout, std::optional<Stream>& out) {
  auto connected = co_await connect(worker, endpoints, timeout);
  if (!connected) co_return connected.error();
  out.emplace(std::move(*connected));
  co_return boost::system::error_code{};
}

class Connected : public ::testing::Test {
 protected:
  ~Connected() override { worker_.stop(); }

  boost::system::error_code connect_to(std::vector<Endpoint> endpoints,
                                       std::chrono::nanoseconds timeout = 5s) {
    return worker_.await([&] { return connect_into(worker_.worker(), endpoints, timeout, stream_); });
  }

  WorkerThread worker_;
  std::optional<Stream> stream_;
};

TEST_F(Connected, SecondEndpointIsTriedWhenTheFirstRefuses) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  const auto error = connect_to({loopback_endpoint(test::unused_port()), loopback_endpoint(origin.port())});
  EXPECT_FALSE(error) << error.message();
  EXPECT_TRUE(origin.wait_for_connections(1));
}

TEST_F(Connected, RefusalIsReported) {
  EXPECT_EQ(connect_to({loopback_endpoint(test::unused_port())}), asio::error::connection_refused);
}

TEST_F(Connected, NoEndpointsAreAnError) { EXPECT_EQ(connect_to({}), asio::error::invalid_argument); }

/// Nobody accepts, and the backlog of one is taken: the kernel drops further attempts.
class SilentPeer {
 public:
  SilentPeer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    port_ = test::bind_loopback(listener_);
    ::listen(listener_, 0);
    for (int i = 0; i < 4; ++i) {
      fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      const auto address = test::loopback(port_);
      ::connect(fillers_.back(), address.get(), address.size());
    }
  }
  ~SilentPeer() {
    for (const int filler : fillers_) ::close(filler);
    ::close(listener_);
  }
  SilentPeer(const SilentPeer&) = delete;
  SilentPeer& operator=(const SilentPeer&) = delete;

  std::uint16_t port() const noexcept { return port_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::vector<int> fillers_;
};

TEST_F(Connected, SilentPeerTimesOut) {
  const SilentPeer silent;
  EXPECT_EQ(connect_to({loopback_endpoint(silent.port())}, 200ms), asio::error::timed_out);
}

TEST_F(Connected, SilentEndpointLeavesTimeForTheNext) {
  const SilentPeer silent;
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  EXPECT_FALSE(connect_to({loopback_endpoint(silent.port()), loopback_endpoint(origin.port())}, 400ms));
}

TEST_F(Connected, SilentEndpointBehindARefusingOneIsATimeout) {
  const SilentPeer silent;
  EXPECT_EQ(connect_to({loopback_endpoint(test::unused_port()), loopback_endpoint(silent.port())}, 200ms),
            asio::error::timed_out);
}

TEST_F(Connected, QuietConnectionIsNotStale) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  ASSERT_FALSE(connect_to({loopback_endpoint(origin.port())}));
  EXPECT_FALSE(worker_.call([&] { return stream_->is_stale(); }));
}

TEST_F(Connected, ClosedConnectionIsStale) {
  ScriptedOrigin origin([](OriginConnection&) {});
  ASSERT_FALSE(connect_to({loopback_endpoint(origin.port())}));
  worker_.await([&] { return stream_->wait_readable(); });
  EXPECT_TRUE(worker_.call([&] { return stream_->is_stale(); }));
}

TEST_F(Connected, UnaskedBytesMakeAConnectionStaleAndAreNotTaken) {
  auto greet = [](OriginConnection& connection) {
    connection.send("hello");
    connection.stall();
  };
  ScriptedOrigin origin(greet);
  ASSERT_FALSE(connect_to({loopback_endpoint(origin.port())}));
  worker_.await([&] { return stream_->wait_readable(); });
  EXPECT_TRUE(worker_.call([&] { return stream_->is_stale(); }));
  std::array<char, 8> room;
  EXPECT_EQ(std::get<1>(worker_.call([&] { return stream_->try_read(room); })), 5U);
}

TEST_F(Connected, WriteAllSendsMoreThanTheKernelTakesAtOnce) {
  std::string received;
  auto read_all = [&received](OriginConnection& connection) { received = connection.read_until_close(); };
  std::string bytes(32 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 997) bytes[i] = static_cast<char>('a' + i % 26);
  {
    ScriptedOrigin origin(read_all);
    ASSERT_FALSE(connect_to({loopback_endpoint(origin.port())}));
    const auto first = worker_.call([&] { return stream_->try_write(bytes); });
    ASSERT_TRUE(first);
    ASSERT_GT(*first, 0U);
    ASSERT_LT(*first, bytes.size());
    const auto rest = std::string_view(bytes).substr(*first);
    EXPECT_TRUE(worker_.await([&] { return stream_->write_all(rest); }));
    worker_.call([&] { stream_.reset(); });
    EXPECT_TRUE(origin.wait_for_finished(1));
  }
  EXPECT_TRUE(received == bytes);
}

TEST_F(Connected, PiecesAreWrittenInOrderInOneCall) {
  ScriptedOrigin origin([](OriginConnection& connection) { connection.read_request(); });
  ASSERT_FALSE(connect_to({loopback_endpoint(origin.port())}));
  const std::string head = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
  const std::array pieces{asio::const_buffer(head.data(), head.size()), asio::const_buffer("ab", 2),
                          asio::const_buffer("cde", 3)};
  const auto sent = worker_.call([&] { return stream_->try_write(pieces); });
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, head.size() + 5);
  ASSERT_TRUE(origin.wait_for_requests(1));
  EXPECT_EQ(origin.requests().front(), head + "abcde");
}

TEST_F(Connected, WritingToAPeerThatIsGoneIsAnErrorAndNotASignal) {
  auto reset_after_a_byte = [](OriginConnection& connection) {
    connection.read_exactly(1);
    connection.reset();
  };
  ScriptedOrigin origin(reset_after_a_byte);
  ASSERT_FALSE(connect_to({loopback_endpoint(origin.port())}));
  worker_.call([&] { EXPECT_TRUE(stream_->try_write("x")); });
  worker_.await([&] { return stream_->wait_readable(); });
  worker_.call([&] { EXPECT_FALSE(stream_->try_write("x")); });
  worker_.call([&] { EXPECT_FALSE(stream_->try_write("x")); });
}

class Listening : public ::testing::Test {
 protected:
  ~Listening() override { worker_.stop(); }

  void listen(const ListenerOptions& options) {
    auto open = [&] {
      auto listener = Listener::open(worker_.worker(), options);
      ASSERT_TRUE(listener) << listener.error().message;
      listener_ = std::move(*listener);
      listener_->start([this](Stream stream, const tcp::endpoint& peer) {
        accepted_.push_back(std::move(stream));
        peers_.push_back(peer);
      });
    };
    worker_.call(open);
  }
  std::size_t accepted() {
    return worker_.call([this] { return accepted_.size(); });
  }
  void wait_for_accepted(std::size_t count) {
    while (accepted() < count) std::this_thread::sleep_for(1ms);
  }

  WorkerThread worker_;
  std::unique_ptr<Listener> listener_;
  std::vector<Stream> accepted_;
  std::vector<tcp::endpoint> peers_;
};

TEST_F(Listening, AcceptedSocketsHaveNoDelayAndDoNotBlock) {
  listen({.address = loopback_endpoint(0)});
  RawClient client(listener_->address().port());
  wait_for_accepted(1);
  auto check = [this] {
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    ::getsockopt(accepted_[0].descriptor(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
    EXPECT_NE(no_delay, 0);
    EXPECT_NE(::fcntl(accepted_[0].descriptor(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(accepted_[0].descriptor(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_TRUE(peers_[0].address().is_loopback());
  };
  worker_.call(check);
}

TEST_F(Listening, AllAddressesIncludeIPv4) {
  listen({.address = tcp::endpoint(tcp::v6(), 0)});
  RawClient client(listener_->address().port());
  wait_for_accepted(1);
}

TEST_F(Listening, PortInUseIsAFailureThatNamesTheAddress) {
  listen({.address = loopback_endpoint(0)});
  const auto again = worker_.call([&] {
    return Listener::open(worker_.worker(), {.address = loopback_endpoint(listener_->address().port())});
  });
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("127.0.0.1:"), std::string::npos) << again.error().message;
}

TEST_F(Listening, ReusePortLetsASecondListenerIn) {
  listen({.address = loopback_endpoint(0), .reuse_port = true});
  auto open = [&] {
    return Listener::open(worker_.worker(),
                          {.address = loopback_endpoint(listener_->address().port()), .reuse_port = true})
        .has_value();
  };
  EXPECT_TRUE(worker_.call(open));
}

TEST_F(Listening, StopRefusesNewClientsAndEndsTheTask) {
  listen({.address = loopback_endpoint(0)});
  const auto port = listener_->address().port();
  worker_.call([this] { listener_->stop(); });
  EXPECT_THROW(RawClient{port}, std::system_error);
  while (worker_.call([this] { return worker_.worker().tasks().running(); }) != 0)
    std::this_thread::sleep_for(1ms);
}

/// Takes every descriptor that the process may still have, up to a lowered limit.
class DescriptorFamine {
 public:
  DescriptorFamine() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lower = before_;
    lower.rlim_cur = 512;
    ::setrlimit(RLIMIT_NOFILE, &lower);
    for (int taken = ::dup(0); taken >= 0; taken = ::dup(0)) taken_.push_back(taken);
  }
  ~DescriptorFamine() {
    for (const int descriptor : taken_) ::close(descriptor);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  void release(std::size_t count) {
    for (; count > 0 && !taken_.empty(); --count, taken_.pop_back()) ::close(taken_.back());
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST_F(Listening, PausesWithoutDescriptorsAndGoesOnWhenTheyAreBack) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan's check of vtable pointers opens a pipe itself and reports nonsense without descriptors";
#endif
  listen({.address = loopback_endpoint(0)});
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  DescriptorFamine famine;
  const auto start = Monotonic::now();
  const auto address = test::loopback(listener_->address().port());
  ASSERT_EQ(::connect(client, address.get(), address.size()), 0);
  const auto pauses = [this] { return worker_.call([this] { return listener_->pauses(); }); };
  while (pauses() < 4) std::this_thread::sleep_for(5ms);
  // Four pauses have begun, so three are over: a loop that spins would be here at once.
  EXPECT_GE(Monotonic::now() - start, 300ms);
  EXPECT_EQ(accepted(), 0U);
  famine.release(8);
  wait_for_accepted(1);
  ::close(client);
}

TEST_F(Listening, TurnsAwayWhoWaitsWhenDescriptorsStayShort) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "see above";
#endif
  auto open = [this] {
    listener_ = Listener::open(worker_.worker(), {.address = loopback_endpoint(0)}).value();
    listener_->start([](const Stream&, const tcp::endpoint&) {},
                     {.turned_away = [](const Stream& stream) { ::send(stream.descriptor(), "busy", 4, 0); },
                      .paused = {}});
  };
  worker_.call(open);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const DescriptorFamine famine;
  const auto address = test::loopback(listener_->address().port());
  ASSERT_EQ(::connect(client, address.get(), address.size()), 0);
  std::array<char, 8> bytes{};
  EXPECT_EQ(::recv(client, bytes.data(), bytes.size(), 0), 4) << "a descriptor was kept for this";
  EXPECT_EQ(::recv(client, bytes.data(), bytes.size(), 0), 0) << "closed, not reset";
  ::close(client);
}

}  // namespace
}  // namespace understudy::net
