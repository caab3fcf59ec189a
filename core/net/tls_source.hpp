// TLS settings that come from files and are read again when those change: what listeners' and origins'
// sources share.
#pragma once

#include "core/base/result.hpp"
#include "core/net/tls_counters.hpp"
#include "core/net/tls_files.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace understudy::net {

/// A certificate in use, for metrics.
struct CertificateReport {
  std::string path;
  std::chrono::system_clock::time_point not_after;
};

/// Polled by one control thread; the rest from any.
class TlsSource {
 public:
  virtual ~TlsSource();
  TlsSource(const TlsSource&) = delete;
  TlsSource& operator=(const TlsSource&) = delete;

  /// For logs and metric labels: the listener's address, the origin's name.
  const std::string& name() const noexcept { return name_; }

  /// Reads the files again if they have changed since they were last read, or, with `force`, if they were
  /// refused then. What is new is used by handshakes from then on. When something in it is wrong, all stays
  /// as it was; that is logged once per change and counted. A change that is caught half-written is looked at
  /// a second time before it is called wrong. Blocks on file reads.
  void poll(bool force);

  std::uint64_t reloads() const noexcept { return reloads_.load(std::memory_order_relaxed); }
  std::uint64_t failed_reloads() const noexcept { return failed_reloads_.load(std::memory_order_relaxed); }
  /// The last reload failed: what is in use is not what lies in the files.
  bool stale() const noexcept { return stale_.load(std::memory_order_relaxed); }

  virtual std::vector<CertificateReport> certificates() const = 0;
  const TlsCounters& counters() const noexcept { return *counters_; }

 protected:
  TlsSource(std::string name, std::vector<std::string> paths);
  /// Loads everything, and puts it into use if nothing is wrong with it.
  virtual Outcome<> load() = 0;
  const std::shared_ptr<TlsCounters>& shared_counters() const noexcept { return counters_; }
  /// Those that still exist; the others are forgotten.
  template <class T>
  static std::vector<std::shared_ptr<T>> live(std::vector<std::weak_ptr<T>>& all) {
    std::vector<std::shared_ptr<T>> living;
    for (const auto& each : all)
      if (auto one = each.lock()) living.push_back(std::move(one));
    all.assign(living.begin(), living.end());
    return living;
  }

 private:
  std::string name_;
  std::shared_ptr<TlsCounters> counters_ = std::make_shared<TlsCounters>();
  std::vector<std::string> paths_;
  FileStamps seen_;  ///< taken before the files were read
  bool doubtful_ = false;
  std::atomic<std::uint64_t> reloads_{0};
  std::atomic<std::uint64_t> failed_reloads_{0};
  std::atomic<bool> stale_{false};
};

}  // namespace understudy::net
