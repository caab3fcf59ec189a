// A .gor text cut into exchanges: separators, missing ones included, ids and times, before anything is
// written.
#pragma once

#include "capture-format/convert/gor_format.hpp"
#include "capture-format/convert/wire_message.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace understudy::capture {

struct GorExchange {
  GorMeta request_meta;
  WireMessage request;
  bool has_response = false;
  GorMeta response_meta;
  WireMessage response;
};

/// The text must outlive it. Exchanges stand in the order of their request records. A separator within a body
/// is part of it where no record follows, the message's own framing says so and another separator stands at
/// its end.
class GorDocument {
 public:
  explicit GorDocument(std::string_view text);

  std::deque<GorExchange>& exchanges() noexcept { return exchanges_; }
  /// Records that belong to no exchange, by reason of a closed list.
  const std::map<std::string_view, std::uint64_t>& refused() const noexcept { return refused_; }
  std::uint64_t missing_separators() const noexcept { return missing_separators_; }
  std::uint64_t duplicate_ids() const noexcept { return duplicate_ids_; }
  std::uint64_t records() const noexcept { return records_; }

 private:
  struct EarlyResponse {
    GorMeta meta;
    WireMessage message;
  };

  /// One record after the other until the next separator; returns where the text goes on.
  std::size_t read_block(std::size_t at);
  /// Returns what stands behind the record.
  std::string_view read_record(const GorMeta& meta, std::string_view message);
  std::string_view read_request(const GorMeta& meta, std::string_view message);
  std::string_view read_response(const GorMeta& meta, std::string_view message);
  std::string_view settle(WireMessage& message, bool is_request);
  void read_early_responses();
  static void answer(GorExchange& exchange, const GorMeta& meta, WireMessage message);
  /// A message whose framing says that it goes on behind what looked like a separator: read again as a whole.
  template <class Read>
  Outcome<WireMessage> read_message(std::string_view bytes, Read read);

  std::string_view text_;
  std::string_view block_;
  std::string_view behind_block_;
  std::size_t resume_at_ = 0;  ///< behind a body that held a separator; else 0
  std::uint64_t reread_left_ = 0;
  std::vector<EarlyResponse> early_;  ///< stand before their request, or have none
  std::deque<GorExchange> exchanges_;
  std::unordered_map<std::string_view, std::deque<GorExchange*>> unanswered_;
  std::unordered_map<std::string_view, std::uint64_t> ids_;
  std::map<std::string_view, std::uint64_t> refused_;
  std::uint64_t missing_separators_ = 0;
  std::uint64_t duplicate_ids_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace understudy::capture
