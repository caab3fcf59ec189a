#include "capture-format/commands/key_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

bool from_hex(std::string_view text, scrub::Key& key) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() != 2 * key.size()) return false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char* at = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, key[i], 16);
    if (error != std::errc() || end != at + 2) return false;
  }
  return true;
}

}  // namespace

Outcome<scrub::Key> read_key_file(const std::string& path) {
  constexpr std::size_t kBytesMax = 128;
  std::ifstream in(path, std::ios::binary);
  std::array<char, kBytesMax> buffer;
  in.read(buffer.data(), buffer.size());
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(in.gcount()));
  if (bytes.empty()) return Failure{fmt::format("{}: cannot read a key from it", path)};
  scrub::Key key{};
  if (bytes.size() == key.size()) {
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
  }
  if (!from_hex(bytes, key)) return Failure{fmt::format("{}: a key is 32 bytes or 64 hex digits", path)};
  return key;
}

}  // namespace understudy::capture
