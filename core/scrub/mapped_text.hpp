// Decoded text that knows which raw bytes each of its bytes came from, so that hits in it can be spliced
// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::scrub {

/// A half-open range of offsets.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const noexcept { return end - begin; }
};

/// Raw offsets are those of the outermost buffer, however many decodings lie between. Buffers are under 4
/// GiB.
class MappedText {
 public:
  /// Undecoded: byte i came from raw byte offset + i. `text` must outlive this.
  static MappedText plain(std::string_view text, std::size_t offset);

  /// An empty text that a decoder fills with `push`.
  static MappedText decoded(std::size_t expected_bytes);

  /// Bytes that all stand for the raw bytes of `from`.
  void push(std::string_view bytes, Span from);
  void push(char byte, Span from) { push(std::string_view(&byte, 1), from); }

  std::string_view text() const noexcept { return is_plain_ ? view_ : std::string_view(owned_); }

  /// The raw bytes behind text()[span], which must not be empty.
  Span raw(Span span) const noexcept {
    if (is_plain_) return {offset_ + span.begin, offset_ + span.end};
    return {origins_[span.begin].begin, origins_[span.end - 1].end};
  }
  Span raw_at(std::size_t at) const noexcept { return raw({at, at + 1}); }

  /// A part of this text as a text of its own.
  MappedText part(Span span) const;

 private:
  struct Origin {
    std::uint32_t begin;
    std::uint32_t end;
  };

  bool is_plain_ = true;
  std::string_view view_;
  std::size_t offset_ = 0;
  std::string owned_;
  std::vector<Origin> origins_;
};

}  // namespace understudy::scrub
