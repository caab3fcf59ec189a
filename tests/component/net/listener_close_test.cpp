#include "core/net/endpoint.hpp"
#include "core/net/listener.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/worker_thread.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using test::RawClient;

/// Greets whoever connects.
class Closing : public ::testing::Test {
 protected:
  ~Closing() override { worker_.stop(); }

  void open(ListeningSocket socket) {
    listener_ = Listener::take(worker_.worker(), std::move(socket)).value();
    listener_->start([this](const Stream& accepted, const tcp::endpoint&) {
      ::send(accepted.descriptor(), "hello", 5, MSG_NOSIGNAL);
      ++greeted_;
    });
  }
  static ListeningSocket free_port() {
    ListenerOptions options;
    options.address = *parse_listen_address("127.0.0.1:0");
    options.reuse_port = true;
    return ListeningSocket::open(options).value();
  }
  bool is_open() {
    return worker_.call([this] { return listener_->is_open(); });
  }

  test::WorkerThread worker_;
  std::unique_ptr<Listener> listener_;
  std::atomic<int> greeted_{0};
};

TEST_F(Closing, WhoeverHasConnectedIsTaken) {
  auto socket = free_port();
  const auto port = socket.address().port();
  // In the queue before anybody accepts, and still there when the close begins.
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 100; ++i) waiting.push_back(std::make_unique<RawClient>(port));
  worker_.call([&] {
    open(std::move(socket));
    listener_->settle();
  });
  for (auto& client : waiting) EXPECT_EQ(client->read_until_close(), "hello");
  EXPECT_EQ(greeted_, 100);
  while (is_open()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_THROW(RawClient late(port), std::exception) << "refused, not reset";
}

TEST_F(Closing, NobodyIsResetUnderLoad) {
  auto socket = free_port();
  const auto port = socket.address().port();
  worker_.call([&] { open(std::move(socket)); });
  std::atomic<int> broken{0};
  const auto load = [&broken, port] {
    for (;;) {
      std::unique_ptr<RawClient> client;
      try {
        client = std::make_unique<RawClient>(port);
      } catch (const std::exception&) {
        return;  // refused: it is closed
      }
      if (client->read_until_close() != "hello") ++broken;
    }
  };
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back(load);
  while (greeted_ < 200) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  worker_.call([this] { listener_->settle(); });
  for (auto& client : clients) client.join();
  EXPECT_EQ(broken, 0);
}

TEST(ListeningSocket, ClaimTellsWhetherSomebodyHasTheAddress) {
  const auto free = ListeningSocket::claim(*parse_listen_address("127.0.0.1:0"));
  ASSERT_TRUE(free);
  EXPECT_NE(free->port(), 0);
  ListenerOptions options;
  options.address = *free;
  options.reuse_port = true;
  const auto held = ListeningSocket::open(options);
  ASSERT_TRUE(held);
  EXPECT_FALSE(ListeningSocket::claim(*free)) << "although SO_REUSEPORT would let us in";
  EXPECT_TRUE(ListeningSocket::open(options)) << "as a second worker may";
}

TEST(ListeningSocket, OfAClientThatDoesNotReadTheKernelKeepsLittle) {
  ListenerOptions options;
  options.address = *parse_listen_address("127.0.0.1:0");
  auto socket = ListeningSocket::open(options).value();
  const auto address = socket.address();
  const int listening = socket.release();
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  const int window = 1024;
  ::setsockopt(client, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
  ASSERT_EQ(::connect(client, address.data(), static_cast<socklen_t>(address.size())), 0);
  const int accepted = ::accept(listening, nullptr, nullptr);
  ASSERT_GE(accepted, 0);
  const std::string piece(16 * 1024, 'x');
  std::size_t kept = 0;
  while (kept < 4 * 1024 * 1024) {
    const auto sent = ::send(accepted, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) break;
    kept += static_cast<std::size_t>(sent);
  }
  EXPECT_GE(kept, piece.size());
  EXPECT_LE(kept, 256 * 1024U) << "the rest waits in us, where it holds back who sends it";
  for (const int descriptor : {accepted, client, listening}) ::close(descriptor);
}

}  // namespace
}  // namespace understudy::net
