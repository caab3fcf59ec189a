// Decides at the request head, before anything is copied, whether an exchange goes to the shadow plane.
#pragma once

#include "core/base/result.hpp"
#include "core/http/message.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::proxy {

/// What stays together: exchanges with the same key get the same decision, on every worker, replica and
/// restart.
struct SampleKey {
  enum class Kind : std::uint8_t { request, connection, client_ip, header, cookie };
  Kind kind = Kind::request;
  std::string name;  ///< of the header or cookie

  /// "request", "connection", "client_ip", "header:NAME", "cookie:NAME".
  static Outcome<SampleKey> parse(std::string_view text);
};

/// The share of all exchanges, changeable while the proxy runs, from any thread.
class SampleShare {
 public:
  explicit SampleShare(double fraction = 1.0) : fraction_(fraction) {}
  /// `fraction` in [0, 1].
  void set(double fraction) noexcept { fraction_.store(fraction, std::memory_order_relaxed); }
  double get() const noexcept { return fraction_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> fraction_;
};

/// One per worker. An exchange that lacks the key (no such header or cookie) is decided by its client's
/// address, so that anonymous traffic is sampled at the same share.
class Sampler {
 public:
  Sampler(SampleKey key, const SampleShare& share, std::uint64_t seed);

  void set_key(SampleKey key) { key_ = std::move(key); }
  bool takes(const http::RequestHead& head, std::string_view client_address,
             std::uint64_t connection_id) noexcept;

 private:
  std::uint64_t key_hash(const http::RequestHead& head, std::string_view client_address,
                         std::uint64_t connection_id) noexcept;

  SampleKey key_;
  const SampleShare& share_;
  std::uint64_t random_;
};

/// The value of one cookie in the Cookie fields (RFC 6265 §5.4); empty when absent.
std::string_view cookie_value(const http::Fields& fields, std::string_view name) noexcept;

}  // namespace understudy::proxy
