// The protobuf wire format, written and read by hand: no message objects on the hot path or in the reader.
#pragma once

#include "capture-format/layout/copy_text.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace understudy::capture::wire {

enum class Type : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Lengths that are known only afterwards take this many bytes (a padded varint), which caps them at 256 MiB.
inline constexpr std::size_t kPatchedLengthBytes = 4;
inline constexpr std::size_t kPatchedLengthMax = (std::size_t{1} << 28) - 1;

/// Two texts of at most this many bytes together: all their lengths, and that of the pair, are one byte.
inline constexpr std::size_t kShortPairMax = 123;

constexpr std::size_t varint_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

/// Little-endian stores and loads of the fixed layouts.
template <class Integer>
inline void store(char* at, Integer value) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(at, &value, sizeof value);
    return;
  }
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    at[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
}

template <class Integer>
inline Integer load(const char* at) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    Integer whole;
    std::memcpy(&whole, at, sizeof whole);
    return whole;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  return static_cast<Integer>(value);
}

/// Appends fields at a pointer without bounds checks: the caller has made sure of the room beforehand.
class Writer {
 public:
  explicit Writer(char* at) noexcept : at_(at) {}

  char* position() const noexcept { return at_; }

  void varint(std::uint64_t value) noexcept {
    while (value >= 0x80) {
      *at_++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *at_++ = static_cast<char>(value);
  }

  void tag(std::uint32_t field, Type type) noexcept { varint(field << 3 | static_cast<std::uint32_t>(type)); }

  /// Zero is the default in proto3 and is left out, here and below.
  void number(std::uint32_t field, std::uint64_t value) noexcept {
    if (value == 0) return;
    tag(field, Type::varint);
    varint(value);
  }

  void fixed64(std::uint32_t field, std::uint64_t value) noexcept {
    if (value == 0) return;
    tag(field, Type::fixed64);
    store(at_, value);
    at_ += sizeof value;
  }

  void fixed32(std::uint32_t field, std::uint32_t value) noexcept {
    if (value == 0) return;
    tag(field, Type::fixed32);
    store(at_, value);
    at_ += sizeof value;
  }

  void bytes(std::uint32_t field, std::string_view value) noexcept {
    if (!value.empty()) bytes_always(field, value);
  }

  void bytes_always(std::uint32_t field, std::string_view value) noexcept {
    tag(field, Type::bytes);
    varint(value.size());
    copy_text(at_, value.data(), value.size());
    at_ += value.size();
  }

  /// A sub-message of the two texts 1 and 2, neither of them empty, of at most kShortPairMax bytes.
  void short_pair(std::uint32_t field, std::string_view first, std::string_view second) noexcept {
    tag(field, Type::bytes);
    at_[0] = static_cast<char>(first.size() + second.size() + 4);
    at_[1] = '\x0a';
    at_[2] = static_cast<char>(first.size());
    copy_text(at_ + 3, first.data(), first.size());
    at_ += 3 + first.size();
    at_[0] = '\x12';
    at_[1] = static_cast<char>(second.size());
    copy_text(at_ + 2, second.data(), second.size());
    at_ += 2 + second.size();
  }

  /// Starts a sub-message of unknown length; `end` with the returned place fills the length in.
  char* begin(std::uint32_t field) noexcept {
    tag(field, Type::bytes);
    char* length_at = at_;
    at_ += kPatchedLengthBytes;
    return length_at;
  }

  void end(char* length_at) noexcept {
    const auto length = static_cast<std::uint32_t>(at_ - length_at) - kPatchedLengthBytes;
    const auto sevens = [length](unsigned group) { return (length >> (7 * group) & 0x7f) << (8 * group); };
    store(length_at, static_cast<std::uint32_t>(sevens(0) | sevens(1) | sevens(2) | sevens(3) | 0x00808080u));
  }

 private:
  char* at_;
};

/// Walks the fields of one message. Any malformed byte makes `failed()` true and ends the walk; nothing is
/// read outside the given bytes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// Moves to the next field. False at the end and on malformed input.
  bool next() noexcept {
    if (failed_ || at_ == end_) return false;
    std::uint64_t tag = 0;
    if (!read_varint(tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff) return fail();
    field_ = static_cast<std::uint32_t>(tag >> 3);
    type_ = static_cast<Type>(tag & 7);
    switch (type_) {
      case Type::varint:
        return read_varint(number_) || fail();
      case Type::fixed64:
        return read_fixed<std::uint64_t>() || fail();
      case Type::fixed32:
        return read_fixed<std::uint32_t>() || fail();
      case Type::bytes:
        return read_bytes() || fail();
    }
    return fail();
  }

  bool failed() const noexcept { return failed_; }
  std::uint32_t field() const noexcept { return field_; }
  const char* position() const noexcept { return at_; }

  /// True when the current field has this number and type; a known number of another type is malformed.
  bool is(std::uint32_t field, Type type) noexcept {
    if (field_ != field) return false;
    if (type_ != type) failed_ = true;
    return type_ == type;
  }

  std::uint64_t number() const noexcept { return number_; }
  std::uint32_t number32() const noexcept { return static_cast<std::uint32_t>(number_); }
  std::string_view bytes() const noexcept { return bytes_; }

 private:
  bool fail() noexcept {
    failed_ = true;
    return false;
  }

  bool read_varint(std::uint64_t& value) noexcept {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) return false;
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 63 || byte <= 1;
    }
    return false;
  }

  template <class Integer>
  bool read_fixed() noexcept {
    if (static_cast<std::size_t>(end_ - at_) < sizeof(Integer)) return false;
    number_ = load<Integer>(at_);
    at_ += sizeof(Integer);
    return true;
  }

  bool read_bytes() noexcept {
    std::uint64_t length = 0;
    if (!read_varint(length) || length > static_cast<std::uint64_t>(end_ - at_)) return false;
    bytes_ = {at_, static_cast<std::size_t>(length)};
    at_ += length;
    return true;
  }

  const char* at_;
  const char* end_;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
  std::uint32_t field_ = 0;
  Type type_ = Type::varint;
  bool failed_ = false;
};

}  // namespace understudy::capture::wire
