#include "replay/progress.hpp"

#include "core/base/units.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::chrono::milliseconds kRedraw{500};
constexpr std::size_t kBarCells = 30;

}  // namespace

Progress::Progress(net::Worker& worker, const DriverCounts& counts, std::uint64_t exchanges)
    : counts_(counts), exchanges_(exchanges), started_(Monotonic::now()), timer_(worker.executor()) {
  schedule();
}

Progress::~Progress() { fmt::print(stderr, "\r\x1b[K"); }

void Progress::schedule() {
  timer_.expires_after(kRedraw);
  timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    draw();
    schedule();
  });
}

void Progress::draw() {
  const auto done = counts_.taken.load(std::memory_order_relaxed);
  const auto share =
      exchanges_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(exchanges_));
  const std::chrono::duration<double> elapsed = Monotonic::now() - started_;
  const auto filled = static_cast<std::size_t>(share * kBarCells);
  const auto bar = std::string(filled, '#') + std::string(kBarCells - filled, '.');
  std::string left = "?";
  if (share > 0.01)
    left = format_duration(
        std::chrono::nanoseconds(static_cast<std::int64_t>(elapsed.count() * (1 / share - 1) * 1e9)));
  fmt::print(stderr, "\r\x1b[K[{}] {:3.0f}%  {} of {}  {:.0f}/s  failed {}  about {} left", bar, share * 100,
             format_count(done), format_count(exchanges_), static_cast<double>(done) / elapsed.count(),
             format_count(counts_.failed.load(std::memory_order_relaxed)), left);
  std::fflush(stderr);
}

}  // namespace understudy::replay
