#include "proxy/systemd/watchdog.hpp"

namespace understudy::proxy {

void Watchdog::start() {
  if (notifier_.watchdog()) tick();
}

void Watchdog::tick() {
  if (unanswered_ == 0) {
    notifier_.alive();
    unanswered_ = units_.size();
    post_to_all(units_, [this](DataPlane&) { control_.post([this] { --unanswered_; }); });
  }
  timer_.expires_after(*notifier_.watchdog() / 2);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) tick();
  });
}

}  // namespace understudy::proxy
