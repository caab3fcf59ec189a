#include "proxy/downstream/companion.hpp"

#include <utility>

namespace understudy::proxy {

void Companion::start(net::Task<> task) {
  running_ = true;
  ended_.expires_at(net::Timer::time_point::max());
  worker_.tasks().spawn(run(std::move(task)));
}

net::Task<> Companion::run(net::Task<> task) {
  struct Ending {
    Companion& companion;
    ~Ending() {
      companion.running_ = false;
      companion.ended_.cancel();
    }
  };
  const Ending ending{*this};
  co_await std::move(task);
}

net::Task<> Companion::joined() {
  while (running_) co_await ended_.async_wait(net::use_task);
}

}  // namespace understudy::proxy
