#include "core/net/poller.hpp"

#include <algorithm>
#include <cerrno>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

namespace understudy::net {
namespace {

constexpr std::size_t kBusyEvents = 4;
/// Then timers, new connections and posted work have their turn.
constexpr int kTurnsMax = 8;

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
  return set;
}

}  // namespace

asio::execution_context::id Poller::id;

Poller::Poller(asio::execution_context& context)
    : asio::execution_context::service(context),
      set_(static_cast<asio::io_context&>(context).get_executor(), make_set()) {}

Poller::~Poller() = default;

Poller& Poller::of(const Executor& executor) { return asio::use_service<Poller>(executor.context()); }

bool Poller::add(Polled& polled, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &polled;
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) return false;
  polled.next_ = first_;
  polled.link_ = &first_;
  if (first_ != nullptr) first_->link_ = &polled.next_;
  first_ = &polled;
  if (!awaiting_) await_events();
  return true;
}

void Poller::remove(Polled& polled) noexcept {
  *polled.link_ = polled.next_;
  if (polled.next_ != nullptr) polled.next_->link_ = polled.link_;
  polled.link_ = nullptr;
  for (auto at = next_event_; at < event_count_; ++at)
    if (events_[at].data.ptr == &polled) events_[at].data.ptr = nullptr;
}

// Asio ends tasks through the executor, so none goes, with the sockets it owns, while this runs.
void Poller::shutdown() noexcept {
  for (auto* polled = first_; polled != nullptr; polled = polled->next_) polled->shut_down();
}

void Poller::await_events() {
  awaiting_ = true;
  const auto on_ready = [this](const boost::system::error_code& error) {
    if (!error) dispatch();
  };
  set_.async_wait(asio::posix::descriptor_base::wait_read, on_ready);
}

void Poller::dispatch() {
  struct Continuation {
    Poller& poller;
    ~Continuation() { poller.go_on(); }
  };
  const Continuation continuation{*this};
  if (next_event_ == event_count_) collect_events();
  for (int turns = 1;; ++turns) {
    while (next_event_ < event_count_) tell_next();
    // Busy: more has come meanwhile, and to ask for it here costs a third of the way through the io_context.
    if (event_count_ < kBusyEvents || turns == kTurnsMax) return;
    collect_events();
  }
}

void Poller::tell_next() {
  const auto& event = events_[next_event_++];
  if (event.data.ptr == nullptr) return;
  auto& polled = *static_cast<Polled*>(event.data.ptr);
  polled.untold_events_ = 0;
  polled.on_events(event.events);
}

void Poller::collect_events() noexcept {
  next_event_ = event_count_ = 0;
  const int count =
      ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), /*timeout=*/0);
  event_count_ = static_cast<std::size_t>(std::max(count, 0));
  for (std::size_t at = 0; at < event_count_; ++at)
    static_cast<Polled*>(events_[at].data.ptr)->untold_events_ = events_[at].events;
}

void Poller::go_on() {
  // Whoever was told has thrown: the others must hear of their events all the same, for each is told once.
  if (next_event_ < event_count_)
    asio::post(set_.get_executor(), [this] { dispatch(); });
  else if (first_ != nullptr)
    await_events();
  else
    awaiting_ = false;
}

}  // namespace understudy::net
