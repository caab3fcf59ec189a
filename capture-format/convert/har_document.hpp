// A HAR document in memory, cut into its entries, so that each can be parsed alone and in any order.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Where the entries stand in the text. Fails with one sentence when the text is no HAR.
class HarDocument {
 public:
  /// Levels of nesting. More: no JSON that we read.
  static constexpr std::size_t kDepthMax = 512;

  /// Also replaces escaped halves of surrogate pairs, which browsers write and JSON forbids, by U+FFFD. In
  /// what mitmproxy wrote (`python`, or it says so), U+DC80 to U+DCFF are bytes that were no UTF-8 (PEP 383).
  static Outcome<HarDocument> parse(std::string text, bool python = false);

  std::size_t size() const noexcept { return entries_.size(); }
  std::string_view entry(std::size_t at) const noexcept {
    return std::string_view(text_).substr(entries_[at].offset, entries_[at].size);
  }
  std::size_t offset(std::size_t at) const noexcept { return entries_[at].offset; }
  std::size_t lone_surrogates() const noexcept { return lone_surrogates_; }
  std::size_t escaped_bytes() const noexcept { return escaped_bytes_; }

 private:
  struct Span {
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  std::string text_;
  std::vector<Span> entries_;
  std::size_t lone_surrogates_ = 0;
  std::size_t escaped_bytes_ = 0;
};

}  // namespace understudy::capture
