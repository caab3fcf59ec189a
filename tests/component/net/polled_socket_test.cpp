// What a socket remembers of the edges it was told, and who hears of them.
#include "core/net/polled_socket.hpp"

#include "tests/support/worker_thread.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using test::WorkerThread;

/// Both ends of a connection: ours with the poller, the peer's to be scripted.
class Ends {
 public:
  explicit Ends(WorkerThread& worker) : worker_(worker) {
    std::array<int, 2> descriptors{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, descriptors.data()), 0);
    peer_ = descriptors[1];
    worker_.call(
        [&] { ours_ = std::make_unique<PolledSocket>(worker_.worker().executor(), descriptors[0]); });
  }
  ~Ends() {
    worker_.call([this] { ours_.reset(); });
    ::close(peer_);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  /// On the worker's thread, so that the event loop hears of all that one call does at once.
  template <class Work>
  void at_once(Work work) {
    worker_.call([&] { work(); });
  }
  void send(std::string_view bytes) const { ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void end() const { ::shutdown(peer_, SHUT_WR); }
  std::string fill() {
    std::string sent;
    while (::send(ours_->descriptor(), "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) sent += 'x';
    return sent;
  }
  void drain(std::size_t bytes) const {
    std::string ignored(bytes, '\0');
    ::recv(peer_, ignored.data(), ignored.size(), MSG_WAITALL);
  }

  PolledSocket& ours() { return *ours_; }
  void destroy_ours() { ours_.reset(); }
  PolledSocket::ReadResult read() {
    return worker_.await([this] { return ours_->read_some(room_); });
  }
  std::string_view room() const { return {room_.data(), room_.size()}; }

 private:
  WorkerThread& worker_;
  std::unique_ptr<PolledSocket> ours_;
  int peer_ = -1;
  std::array<char, 16> room_{};
};

TEST(PolledSocket, AfterAShortReadNothingIsThereUntilMoreComes) {
  WorkerThread worker;
  Ends ends(worker);
  ends.send("first");
  EXPECT_EQ(std::get<1>(ends.read()), 5U);
  EXPECT_FALSE(worker.call([&] { return ends.ours().may_read(); }));
  ends.send("second");
  EXPECT_EQ(std::get<1>(ends.read()), 6U);
  EXPECT_EQ(ends.room().substr(0, 6), "second");
}

TEST(PolledSocket, EndThatCameWithTheLastBytesIsToldWithoutAnotherEvent) {
  WorkerThread worker;
  Ends ends(worker);
  ends.send("x");
  EXPECT_EQ(std::get<1>(ends.read()), 1U);
  auto last_words = [&] {
    ends.send("bye");
    ends.end();
  };
  ends.at_once(last_words);
  EXPECT_EQ(std::get<1>(ends.read()), 3U);
  EXPECT_EQ(std::get<0>(ends.read()), asio::error::eof);
}

TEST(PolledSocket, MoreThanTheRoomIsReadInPieces) {
  WorkerThread worker;
  Ends ends(worker);
  ends.send("0123456789abcdefghi");
  EXPECT_EQ(std::get<1>(ends.read()), 16U);
  EXPECT_EQ(std::get<1>(ends.read()), 3U);
}

TEST(PolledSocket, CancelEndsAPendingRead) {
  WorkerThread worker;
  Ends ends(worker);
  std::array<char, 4> room;
  auto read_and_cancel = [&] {
    asio::post(worker.worker().executor(), [&] { ends.ours().cancel(); });
    return ends.ours().read_some(room);
  };
  EXPECT_EQ(std::get<0>(worker.await(read_and_cancel)), asio::error::operation_aborted);
}

TEST(PolledSocket, ClosedSocketReadsAnError) {
  WorkerThread worker;
  Ends ends(worker);
  ends.at_once([&] { ends.ours().close(); });
  EXPECT_TRUE(std::get<0>(ends.read()).failed());
}

TEST(PolledSocket, WaitForWritingEndsWhenThePeerHasRead) {
  WorkerThread worker;
  Ends ends(worker);
  const auto sent = worker.call([&] { return ends.fill(); });
  auto wait = [&] {
    asio::post(worker.worker().executor(), [&] { ends.drain(sent.size()); });
    return ends.ours().wait(PolledSocket::Wait::writable);
  };
  EXPECT_FALSE(std::get<0>(worker.await(wait)).failed());
}

TEST(PolledSocket, WaitForEitherEndsWithBytesAlthoughNothingCanBeSent) {
  WorkerThread worker;
  Ends ends(worker);
  worker.call([&] { ends.fill(); });
  auto wait = [&] {
    asio::post(worker.worker().executor(), [&] { ends.send("early"); });
    return ends.ours().wait(PolledSocket::Wait::either);
  };
  EXPECT_FALSE(std::get<0>(worker.await(wait)).failed());
  EXPECT_TRUE(worker.call([&] { return ends.ours().may_read(); }));
}

Task<> read_and_destroy(Ends& first, Ends& second) {
  std::array<char, 4> room;
  co_await first.ours().read_some(room);
  second.destroy_ours();
}

TEST(PolledSocket, SocketThatIsDestroyedByAnEventBeforeItsOwnIsLeftAlone) {
  WorkerThread worker;
  Ends first(worker);
  Ends second(worker);
  auto both = [&] {
    worker.worker().tasks().spawn(read_and_destroy(first, second));
    first.send("x");
    second.send("y");
  };
  worker.call(both);
  Ends third(worker);
  third.send("z");
  EXPECT_EQ(std::get<1>(third.read()), 1U);
}

/// Both have bytes in the same turn, and `first` is told of its own first.
Task<> read_and_ask(WorkerThread& worker, Ends& first, Ends& second, bool& may_read) {
  const auto send_both = [&] {
    first.send("x");
    second.send("y");
  };
  asio::post(worker.worker().executor(), send_both);
  std::array<char, 4> room;
  co_await first.ours().read_some(room);
  may_read = second.ours().may_read();
}

TEST(PolledSocket, BytesOfThisTurnAreKnownBeforeTheirOwnerIsToldOfThem) {
  WorkerThread worker;
  Ends first(worker);
  Ends second(worker);
  second.send("x");
  second.read();
  EXPECT_FALSE(worker.call([&] { return second.ours().may_read(); }));
  bool may_read = false;
  worker.await([&] { return read_and_ask(worker, first, second, may_read); });
  EXPECT_TRUE(may_read);
}

TEST(PolledSocket, TaskThatStillWaitsGoesWithItsWorker) {
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = alive;
  {
    WorkerThread worker;
    std::array<int, 2> descriptors{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors.data()), 0);
    auto start = [&] {
      auto wait_for_ever = [](Worker& on, int descriptor, std::shared_ptr<int> held) -> Task<> {
        std::array<char, 4> room;
        PolledSocket socket(on.executor(), descriptor);
        co_await socket.read_some(room);
        ++*held;
      };
      worker.worker().tasks().spawn(wait_for_ever(worker.worker(), descriptors[0], std::move(alive)));
    };
    worker.call(start);
    worker.call([] {});
    EXPECT_FALSE(watched.expired());
    worker.stop();
    ::close(descriptors[1]);
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace understudy::net
