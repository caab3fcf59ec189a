// Recorders of tests: what they write, read back, and ways to wait for and to hold back their disk thread.
#pragma once

#include "capture-format/recorder.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace understudy::capture::testing {

/// Waits for something that another thread does; only the give-up time is on the clock.
template <class Done>
bool eventually(Done&& done) {
  for (int i = 0; i < 2'000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

/// Appends with the body as soon as the disk keeps up.
inline bool append_whole(Recorder& recorder, const ExchangeView& exchange) {
  return eventually([&] {
    recorder.tick();
    return recorder.stats().rung < Rung::heads_only && recorder.append(exchange);
  });
}

/// Small chunks, in a sub-directory "captures".
inline RecorderOptions small_chunks(const TemporaryDirectory& directory) {
  RecorderOptions options;
  options.directory = directory.path() / "captures";
  options.chunk_bytes = 8 * 1024;
  return options;
}

/// A disk thread calls `pass` and stays there until somebody opens.
class Gate {
 public:
  ~Gate() { open(); }
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

/// All captures of a directory together, open ones too.
struct Recorded {
  std::uint64_t exchanges = 0;
  Gap gap;
  std::size_t files = 0;
  std::size_t unsealed = 0;
  std::set<std::string> described;
};

inline Recorded read_directory(const std::filesystem::path& directory) {
  Recorded recorded;
  for (const auto& path : files_in(directory)) {
    const auto back = read_back_file(path);
    recorded.exchanges += back.exchanges.size();
    recorded.gap.add(back.gaps);
    ++recorded.files;
    recorded.unsealed += back.sealed ? 0 : 1;
    recorded.described.insert(back.exchanges.begin(), back.exchanges.end());
  }
  return recorded;
}

}  // namespace understudy::capture::testing
