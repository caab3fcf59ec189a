#include "capture-format/layout/uuid.hpp"

#include <random>
#include <sys/random.h>

namespace understudy::capture {

Uuid random_uuid() {
  Uuid uuid{};
  if (getrandom(uuid.data(), uuid.size(), 0) != static_cast<ssize_t>(uuid.size())) {
    std::random_device device;
    for (auto& byte : uuid) byte = static_cast<char>(device());
  }
  // RFC 9562 §5.4: version 4, variant 10.
  uuid[6] = static_cast<char>((uuid[6] & 0x0f) | 0x40);
  uuid[8] = static_cast<char>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

std::string to_hex(const Uuid& uuid) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(uuid.size() * 2);
  for (const char byte : uuid) {
    text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

}  // namespace understudy::capture
