#include "capture-format/crypto/key_ring.hpp"

#include "capture-format/crypto/key_command.hpp"
#include "capture-format/crypto/key_file.hpp"
#include "core/base/ascii.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace understudy::capture {

bool is_key_id(std::string_view text) noexcept {
  static constexpr std::string_view kMarks = "-_.:/@+=";
  const auto fits = [](char c) {
    const char lower = ascii_lower(c);
    return ascii_digit(c) || (lower >= 'a' && lower <= 'z') || kMarks.find(c) != std::string_view::npos;
  };
  // Never like an option: it becomes an argument of the key command.
  return !text.empty() && text.size() <= kKeyIdBytesMax && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

Outcome<KeyRingPtr> open_key_ring(const KeyOptions& options) {
  if (!options.given()) {
    if (options.key_id.empty()) return KeyRingPtr();
    return Failure{fmt::format("key ID '{}': needs a key file or a key command beside it", options.key_id)};
  }
  if (!options.key_file.empty() && !options.key_command.empty())
    return Failure{"a key file and a key command are given: one of them is enough"};
  if (!options.key_id.empty() && !is_key_id(options.key_id))
    return Failure{fmt::format(
        "key ID '{}': needs 1 to {} letters, digits and any of -_.:/@+=", options.key_id, kKeyIdBytesMax)};
  if (!options.key_command.empty()) return KeyCommand::open(options.key_command, options.key_id);
  return KeyFile::open(options.key_file, options.key_id);
}

KeyOptions or_environment(KeyOptions options) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (!options.given()) {
    options.key_file = variable("UNDERSTUDY_CAPTURE_KEY_FILE");
    if (options.key_file.empty()) options.key_command = variable("UNDERSTUDY_CAPTURE_KEY_COMMAND");
  }
  if (options.given() && options.key_id.empty()) options.key_id = variable("UNDERSTUDY_CAPTURE_KEY_ID");
  return options;
}

Outcome<KeyRingPtr> open_key_ring_or_environment(const KeyOptions& options) {
  return open_key_ring(or_environment(options));
}

}  // namespace understudy::capture
