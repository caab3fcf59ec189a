// The keys that wrap the data keys of captures: from a key file, or from a command that asks a key
// service.
#pragma once

#include "capture-format/crypto/key_envelope.hpp"
#include "capture-format/crypto/secret_key.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Where keys come from, as configuration and command lines say it. Nothing given: no encryption.
struct KeyOptions {
  std::string key_file;     ///< see KeyFile
  std::string key_command;  ///< a program and its first arguments, split at spaces; see KeyCommand
  std::string key_id;       ///< what new files are wrapped with; empty: the first of the key file

  bool given() const noexcept { return !key_file.empty() || !key_command.empty(); }
  bool operator==(const KeyOptions&) const = default;
};

/// Immutable; any thread may call it. May block as long as its source does, so never on the data path.
class KeyRing {
 public:
  virtual ~KeyRing() = default;

  /// Wraps a data key with the active key. `file_uuid` is bound to it where the source can do so.
  virtual Outcome<KeyEnvelope> wrap(const SecretKey& data_key, std::string_view file_uuid) const = 0;
  /// Fails with what is wrong with the key, without naming the file.
  virtual Outcome<SecretKey> unwrap(const KeyEnvelope& envelope, std::string_view file_uuid) const = 0;
};

using KeyRingPtr = std::shared_ptr<const KeyRing>;

/// Null when nothing is given. Fails with one line: both given, an unreadable or unsafe key file, a malformed
/// line, an unknown key ID.
Outcome<KeyRingPtr> open_key_ring(const KeyOptions& options);

/// For tools: what is not given is taken from UNDERSTUDY_CAPTURE_KEY_FILE, or _KEY_COMMAND, and _KEY_ID of
/// the environment.
KeyOptions or_environment(KeyOptions options);
Outcome<KeyRingPtr> open_key_ring_or_environment(const KeyOptions& options);

/// True for 1 to 64 letters, digits and any of "-_.:/@+=", not beginning with "-".
bool is_key_id(std::string_view text) noexcept;

}  // namespace understudy::capture
