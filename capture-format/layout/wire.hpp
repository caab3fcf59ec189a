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

/// A varint is stored as 8 bytes; those behind its own are written over by what follows.
inline constexpr std::size_t kVarintSlackBytes = 8;

/// The 7-bit groups of a value below 2^56, each in a byte of its own.
constexpr std::uint64_t spread_sevens(std::uint64_t value) noexcept {
  value = (value & 0x000000000fffffff) | (value & 0x00fffffff0000000) << 4;
  value = (value & 0x00003fff00003fff) | (value & 0x0fffc0000fffc000) << 2;
  return (value & 0x007f007f007f007f) | (value & 0x3f803f803f803f80) << 1;
}

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

/// Appends fields at a pointer without bounds checks: the caller has made sure of the room beforehand, and of
/// kVarintSlackBytes behind it. Inlined by force: only so does the position stay in a register, because a
/// store of a char might change anything whose address is known.
class Writer {
 public:
  explicit Writer(char* at) noexcept : at_(at) {}

  char* position() const noexcept { return at_; }

  /// Without a branch for each byte: times have another length each.
  [[gnu::always_inline]] void varint(std::uint64_t value) noexcept {
    if (value < 0x80) {
      *at_++ = static_cast<char>(value);
      return;
    }
    if (value >> 56 != 0) return long_varint(value);
    const auto size = (static_cast<unsigned>(std::bit_width(value)) + 6) / 7;
    const auto more = 0x8080808080808080u & ((std::uint64_t{1} << (8 * (size - 1))) - 1);
    store(at_, spread_sevens(value) | more);
    at_ += size;
  }

  [[gnu::always_inline]] void tag(std::uint32_t field, Type type) noexcept {
    varint(field << 3 | static_cast<std::uint32_t>(type));
  }

  /// Zero is the default in proto3 and is left out, here and below.
  [[gnu::always_inline]] void number(std::uint32_t field, std::uint64_t value) noexcept {
    if (value == 0) return;
    tag(field, Type::varint);
    varint(value);
  }

  [[gnu::always_inline]] void fixed64(std::uint32_t field, std::uint64_t value) noexcept {
    if (value == 0) return;
    tag(field, Type::fixed64);
    store(at_, value);
    at_ += sizeof value;
  }

  [[gnu::always_inline]] void fixed32(std::uint32_t field, std::uint32_t value) noexcept {
    if (value == 0) return;
    tag(field, Type::fixed32);
    store(at_, value);
    at_ += sizeof value;
  }

  [[gnu::always_inline]] void bytes(std::uint32_t field, std::string_view value) noexcept {
    if (!value.empty()) bytes_always(field, value);
  }

  [[gnu::always_inline]] void bytes_always(std::uint32_t field, std::string_view value) noexcept {
    tag(field, Type::bytes);
    varint(value.size());
    copy_text(at_, value.data(), value.size());
    at_ += value.size();
  }

  /// A sub-message of the two texts 1 and 2, neither of them empty, of at most kShortPairMax bytes.
  [[gnu::always_inline]] void short_pair(std::uint32_t field, std::string_view first,
                                         std::string_view second) noexcept {
    tag(field, Type::bytes);
    // Length of the pair, tag and length of the first text, and a byte that the text writes over.
    store(at_, static_cast<std::uint32_t>((first.size() + second.size() + 4) | 0x0a00u | first.size() << 16));
    copy_text(at_ + 3, first.data(), first.size());
    at_ += 3 + first.size();
    store(at_, static_cast<std::uint16_t>(0x12 | second.size() << 8));
    copy_text(at_ + 2, second.data(), second.size());
    at_ += 2 + second.size();
  }

  /// Starts a sub-message of unknown length; `end` with the returned place fills the length in.
  [[gnu::always_inline]] char* begin(std::uint32_t field) noexcept {
    tag(field, Type::bytes);
    char* length_at = at_;
    at_ += kPatchedLengthBytes;
    return length_at;
  }

  [[gnu::always_inline]] void end(char* length_at) noexcept {
    const auto length = static_cast<std::uint32_t>(at_ - length_at) - kPatchedLengthBytes;
    store(length_at, static_cast<std::uint32_t>(spread_sevens(length) | 0x00808080u));
  }

 private:
  void long_varint(std::uint64_t value) noexcept {
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<char>(value | 0x80);
    *at_++ = static_cast<char>(value);
  }

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
