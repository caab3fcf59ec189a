// One HAR entry as an owned exchange: what is missing is tolerated, what is wrong is repaired and named, or
// refused.
#pragma once

#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Where an entry belongs in the file; cheap to read.
struct HarEntryPlace {
  std::uint64_t start_ns = 0;
  bool has_start = false;
  std::string connection;  ///< `connection`, else `_session`; empty: a connection of its own
};

/// Fails when the entry is no JSON object.
Outcome<HarEntryPlace> read_har_entry_place(std::string_view json);

/// An exchange that owns its bytes. Not to be copied: the views point into `texts`.
struct HarExchange {
  HarExchange() = default;
  HarExchange(const HarExchange&) = delete;
  HarExchange& operator=(const HarExchange&) = delete;
  HarExchange(HarExchange&&) = default;
  HarExchange& operator=(HarExchange&&) = default;

  ExchangeView view;
  std::deque<std::string> texts;
  std::vector<std::string_view> repairs;  ///< names of a closed list, each at most once

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
  void repaired(std::string_view what);
};

/// Looks like a protocol version ("HTTP/2.0", "h2"): short, of letters, digits, '/' and '.' alone.
bool is_version_text(std::string_view text) noexcept;

/// Fails with the reason of the refusal, of a closed list. Times, ids and connections are the caller's.
Outcome<HarExchange> read_har_entry(std::string_view json);

/// Keys of ExchangeView::extensions that this converter writes and reads.
struct HarExtension {
  static constexpr std::string_view kScheme = "scheme";
  static constexpr std::string_view kUrl = "har.url";  ///< when it cannot be put together again
  static constexpr std::string_view kConnection = "har.connection";
  static constexpr std::string_view kRequestVersion =
      "har.request_version";  ///< when not HTTP/1.0 or HTTP/1.1
  static constexpr std::string_view kResponseVersion = "har.response_version";
};

}  // namespace understudy::capture
