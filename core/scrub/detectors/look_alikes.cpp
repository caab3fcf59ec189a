#include "core/scrub/detectors/look_alikes.hpp"

#include "core/scrub/utf8.hpp"

#include <array>

namespace understudy::scrub {
namespace {

constexpr int kKeep = -1;
constexpr int kDrop = -2;

/// First code points of runs of ten decimal digits (Unicode general category Nd).
constexpr std::array kZeros =
    std::to_array<std::uint32_t>({0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6,
                                  0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810});
constexpr std::uint32_t kMathDigitsBegin = 0x1d7ce;
constexpr std::uint32_t kMathDigitsEnd = 0x1d800;

int fold_punctuation(std::uint32_t c) {
  switch (c) {
    case 0xad:
    case 0x34f:
    case 0x61c:
    case 0x180e:
    case 0x2060:
    case 0x2061:
    case 0x2062:
    case 0x2063:
    case 0x2064:
    case 0xfeff:
      return kDrop;
    case 0xa0:
    case 0x1680:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return ' ';
    case 0x2212:
    case 0xfe58:
    case 0xfe63:
      return '-';
    case 0x2024:
    case 0x3002:
    case 0xfe52:
    case 0xff61:
      return '.';
    case 0xfe6b:
      return '@';
    default:
      break;
  }
  if (c >= 0x200b && c <= 0x200f) return kDrop;
  if (c >= 0x2000 && c <= 0x200a) return ' ';
  if (c >= 0x2010 && c <= 0x2015) return '-';
  return kKeep;
}

/// The ASCII character for `c`, kDrop or kKeep.
int fold(std::uint32_t c) {
  if (c >= 0xff01 && c <= 0xff5e) return static_cast<int>(c - 0xff01 + '!');
  if (c >= kMathDigitsBegin && c < kMathDigitsEnd) return static_cast<int>('0' + (c - kMathDigitsBegin) % 10);
  for (const auto zero : kZeros)
    if (c >= zero && c < zero + 10) return static_cast<int>('0' + (c - zero));
  return fold_punctuation(c);
}

/// Where the first character that folds begins, or the end.
std::size_t first_foldable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const auto point = read_code_point(text, at);
    if (point.bytes != 0 && fold(point.value) != kKeep) return at;
    at += point.bytes == 0 ? 1 : point.bytes;
  }
  return text.size();
}

}  // namespace

std::optional<MappedText> fold_look_alikes(const MappedText& text) {
  const auto bytes = text.text();
  const auto first = first_foldable(bytes);
  if (first == bytes.size()) return std::nullopt;
  auto folded = MappedText::decoded(bytes.size());
  for (std::size_t at = 0; at < first; ++at) folded.push(bytes[at], text.raw_at(at));
  for (std::size_t at = first; at < bytes.size();) {
    const auto point = read_code_point(bytes, at);
    const auto size = point.bytes == 0 ? 1 : point.bytes;
    const int replacement = point.bytes > 1 ? fold(point.value) : kKeep;
    if (replacement >= 0) {
      folded.push(static_cast<char>(replacement), text.raw({at, at + size}));
    } else if (replacement == kKeep) {
      for (std::size_t i = 0; i < size; ++i) folded.push(bytes[at + i], text.raw_at(at + i));
    }
    at += size;
  }
  return folded;
}

}  // namespace understudy::scrub
