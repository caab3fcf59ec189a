// One exchange on its way from a worker to the access log: numbers and raw text, not scrubbed yet.
#pragma once

#include "core/base/clock.hpp"
#include "core/http/message.hpp"
#include "proxy/exchange/exchange_account.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::proxy {

/// The texts of a record. All but `client`, `trace_id`, `upstream` and the two of TLS are the client's own
/// words.
enum class AccessText : std::uint8_t {
  client,
  method,
  path,
  request_id,
  trace_id,
  upstream,
  tls_version,
  tls_cipher,
  host,
  user_agent,
  referer,
};
inline constexpr std::size_t kAccessTexts = 11;

/// Recycled between the worker and the log's thread: `clear` keeps the memory.
class AccessRecord {
 public:
  WallNs time;  ///< when the exchange ended
  std::uint64_t connection_id = 0;
  http::Version version = http::Version::http_1_1;
  bool head_read = false;  ///< false: refused or timed out before there was a whole head
  ExchangeAccount account;

  /// An empty text is the same as none; of two, the later one counts.
  void set(AccessText which, std::string_view text) {
    parts_[static_cast<std::size_t>(which)] = {static_cast<std::uint32_t>(texts_.size()),
                                               static_cast<std::uint32_t>(text.size())};
    texts_.append(text);
  }
  std::string_view get(AccessText which) const noexcept {
    const auto& part = parts_[static_cast<std::size_t>(which)];
    return std::string_view(texts_).substr(part.begin, part.size);
  }
  /// What the record holds on to.
  std::size_t capacity_bytes() const noexcept { return texts_.capacity(); }

  void clear() noexcept {
    texts_.clear();
    parts_ = {};
    connection_id = 0;
    version = http::Version::http_1_1;
    head_read = false;
    account = {};
  }

 private:
  struct Part {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  std::string texts_;  ///< behind one another: one block of memory
  std::array<Part, kAccessTexts> parts_{};
};

}  // namespace understudy::proxy
