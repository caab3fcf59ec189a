#include "core/net/polled_socket.hpp"

#include "core/net/poller.hpp"
#include "core/net/socket_calls.hpp"

#include <cerrno>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/post.hpp>

namespace understudy::net {
namespace {

constexpr std::uint32_t kReadEvents = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
constexpr std::uint32_t kEndEvents = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
constexpr std::uint32_t kWriteEvents = EPOLLOUT | EPOLLHUP | EPOLLERR;

const boost::system::error_code kNoError;

/// What is there if `wanted`, and leaves nothing.
template <class T>
std::optional<T> take_if(bool wanted, std::optional<T>& from) {
  if (!wanted || !from) return std::nullopt;
  std::optional<T> taken(std::move(from));
  from.reset();
  return taken;
}

}  // namespace

PolledSocket::PolledSocket(const Executor& executor, int descriptor)
    : executor_(executor), poller_(Poller::of(executor)), descriptor_(descriptor) {
  if (is_open() && !poller_.add(*this, descriptor_)) close();
}

PolledSocket::~PolledSocket() { close(); }

Task<PolledSocket::ReadResult> PolledSocket::read_some(std::span<char> room) {
  Token token;
  auto start = [](Waiter&& waiter, PolledSocket* self, std::span<char> into) {
    self->start_read(std::move(waiter), into);
  };
  return asio::async_initiate<Token, void(ReadResult)>(start, token, this, room);
}

PolledSocket::ReadResult PolledSocket::try_read(std::span<char> room) noexcept {
  return receive(room).value_or(ReadResult{kNoError, 0U});
}

Task<PolledSocket::ReadResult> PolledSocket::wait(Wait wanted) {
  Token token;
  auto start = [](Waiter&& waiter, PolledSocket* self, Wait what) {
    self->start_wait(std::move(waiter), what);
  };
  return asio::async_initiate<Token, void(ReadResult)>(start, token, this, wanted);
}

void PolledSocket::start_read(Waiter&& waiter, std::span<char> room) {
  if (readable_ || !is_open())
    if (const auto result = receive(room)) return finish_soon(std::move(waiter), *result);
  room_ = room;
  either_ = false;
  reader_.emplace(std::move(waiter));
}

void PolledSocket::start_wait(Waiter&& waiter, Wait wanted) {
  if (!is_open()) return finish_soon(std::move(waiter), {asio::error::bad_descriptor, 0U});
  if (is_ready(wanted)) return finish_soon(std::move(waiter), {kNoError, 0U});
  if (wanted == Wait::writable) {
    writer_.emplace(std::move(waiter));
    return;
  }
  room_ = {};
  either_ = wanted == Wait::either;
  reader_.emplace(std::move(waiter));
}

/// Asks the kernel, which then promises an edge if the answer is no.
bool PolledSocket::is_ready(Wait wanted) noexcept {
  if (wanted == Wait::readable && !readable_) return false;
  pollfd asked{.fd = descriptor_, .events = 0, .revents = 0};
  if (wanted != Wait::writable) asked.events |= POLLIN | POLLRDHUP;
  if (wanted != Wait::readable) asked.events |= POLLOUT;
  if (::poll(&asked, 1, 0) == 0) {
    if (wanted != Wait::writable) readable_ = false;
    return false;
  }
  return true;
}

std::optional<PolledSocket::ReadResult> PolledSocket::receive(std::span<char> room) noexcept {
  while (true) {
    const auto got = receive_now(descriptor_, room);
    if (got > 0) {
      // A short read has taken all there was (epoll(7)), unless the end is behind it: that has had its edge.
      if (static_cast<std::size_t>(got) < room.size() && !ended_) readable_ = false;
      return ReadResult{kNoError, static_cast<std::size_t>(got)};
    }
    if (got == 0) return ReadResult{asio::error::eof, 0U};
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return ReadResult{boost::system::error_code(errno, boost::system::system_category()), 0U};
    readable_ = false;
    return std::nullopt;
  }
}

bool PolledSocket::completes_read(bool writable, ReadResult& result) noexcept {
  if (room_.empty()) return readable_ || (either_ && writable);
  if (!readable_) return false;
  const auto received = receive(room_);
  if (received) result = *received;
  return received.has_value();
}

void PolledSocket::on_events(std::uint32_t events) {
  if ((events & kReadEvents) != 0) readable_ = true;
  if ((events & kEndEvents) != 0) ended_ = true;
  const bool writable = (events & kWriteEvents) != 0;
  ReadResult result{kNoError, 0U};
  auto reader = take_if(reader_ && completes_read(writable, result), reader_);
  auto writer = take_if(writable, writer_);
  if (reader) (*reader)(result);
  if (writer) (*writer)(ReadResult{kNoError, 0U});
}

void PolledSocket::finish_soon(Waiter&& waiter, ReadResult result) {
  auto finish = [ended = std::move(waiter), result]() mutable { ended(result); };
  asio::post(executor_, std::move(finish));
}

void PolledSocket::cancel() noexcept {
  for (auto* waiter : {&reader_, &writer_})
    if (waiter->has_value()) {
      finish_soon(std::move(**waiter), {asio::error::operation_aborted, 0U});
      waiter->reset();
    }
}

void PolledSocket::close() noexcept {
  cancel();
  if (is_polled()) poller_.remove(*this);
  if (is_open()) ::close(std::exchange(descriptor_, -1));
}

void PolledSocket::shut_down() noexcept {
  reader_.reset();
  writer_.reset();
}

}  // namespace understudy::net
