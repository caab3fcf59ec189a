// Keys in a file of lines "KEY-ID BASE64": the first wraps new files, all of them open old ones.
#pragma once

#include "capture-format/crypto/key_ring.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace understudy::capture {

/// Wraps by AES-256-GCM: 12 bytes of random nonce, the 32 bytes encrypted, the tag; associated with the
/// file's uuid and the key's ID.
class KeyFile final : public KeyRing {
 public:
  /// Reads a regular file that only its owner (this user or root) can read or write: 64 KiB and 256 keys at
  /// most, empty lines and lines that begin with '#' left out. `active_id`: empty, or one of its keys.
  static Outcome<KeyRingPtr> open(const std::filesystem::path& path, const std::string& active_id);
  /// One key, which no file holds.
  KeyFile(std::string key_id, SecretKey key);

  Outcome<KeyEnvelope> wrap(const SecretKey& data_key, std::string_view file_uuid) const override;
  Outcome<SecretKey> unwrap(const KeyEnvelope& envelope, std::string_view file_uuid) const override;

 private:
  struct Entry {
    std::string id;
    SecretKey key;
  };

  explicit KeyFile(std::string source) : source_(std::move(source)) {}
  Outcome<> parse(std::string_view text);
  Outcome<> activate(const std::string& key_id);
  const Entry* find(std::string_view key_id) const noexcept;

  std::string source_;  ///< as messages name it
  std::vector<Entry> entries_;
  std::size_t active_ = 0;
};

}  // namespace understudy::capture
