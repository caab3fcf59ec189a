#include "core/scrub/session_key.hpp"

#include "core/base/ascii.hpp"

#include <bit>
#include <cstddef>
#include <optional>

namespace understudy::scrub {
namespace {

std::uint64_t read_little_endian(const unsigned char* bytes, std::size_t count) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return word;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

bool contains_ignoring_case(std::string_view text, std::string_view word) noexcept {
  for (std::size_t at = 0; at + word.size() <= text.size(); ++at)
    if (iequals(text.substr(at, word.size()), word)) return true;
  return false;
}

/// The value of the first cookie that is named like a session: PHPSESSID, JSESSIONID, connect.sid, session
/// ...
std::optional<std::string_view> session_cookie(std::string_view cookies) noexcept {
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    const auto pair = trim(cookies.substr(0, end));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) {
      const auto name = pair.substr(0, equals);
      if (contains_ignoring_case(name, "sess") || contains_ignoring_case(name, "sid"))
        return pair.substr(equals + 1);
    }
    if (end == std::string_view::npos) break;
    cookies.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t siphash(const std::array<std::uint64_t, 2>& key, std::string_view bytes) noexcept {
  SipState state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                 key[1] ^ 0x7465646279746573};
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto whole_words = bytes.size() / 8;
  for (std::size_t i = 0; i < whole_words; ++i, at += 8) state.absorb(read_little_endian(at, 8));
  state.absorb(read_little_endian(at, bytes.size() % 8) | static_cast<std::uint64_t>(bytes.size()) << 56);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

SessionKeys::SessionKeys(const Key& key) noexcept
    : key_{read_little_endian(key.data() + 16, 8), read_little_endian(key.data() + 24, 8)} {}

std::uint64_t SessionKeys::of(const http::Fields& request_fields) const noexcept {
  auto credential = request_fields.find("Authorization");
  if (!credential) {
    credential = request_fields.find("Cookie");
    if (credential)
      if (const auto session = session_cookie(*credential)) credential = session;
  }
  return of_credential(credential.value_or(std::string_view()));
}

std::uint64_t SessionKeys::of_credential(std::string_view credential) const noexcept {
  if (credential.empty()) return 0;
  const auto hash = siphash(key_, credential);
  return hash == 0 ? 1 : hash;
}

}  // namespace understudy::scrub
