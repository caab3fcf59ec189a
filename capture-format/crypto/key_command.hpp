// Keys that a key service holds: a command wraps and unwraps data keys, the wrapping key never comes here.
#pragma once

#include "capture-format/crypto/child_process.hpp"
#include "capture-format/crypto/key_ring.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace understudy::capture {

/// Runs `COMMAND wrap KEY-ID` and `COMMAND unwrap KEY-ID`: key bytes on standard input, the result on
/// standard output, no shell, 10 s, 1 KiB. What was unwrapped is remembered (256 files), so that a file read
/// twice asks once.
class KeyCommand final : public KeyRing {
 public:
  /// `command` is split at spaces. An empty `active_id` can unwrap only. Nothing is run yet.
  static Outcome<KeyRingPtr> open(const std::string& command, const std::string& active_id,
                                  const ChildLimits& limits = {});

  Outcome<KeyEnvelope> wrap(const SecretKey& data_key, std::string_view file_uuid) const override;
  Outcome<SecretKey> unwrap(const KeyEnvelope& envelope, std::string_view file_uuid) const override;

 private:
  KeyCommand(std::vector<std::string> arguments, std::string active_id, const ChildLimits& limits)
      : arguments_(std::move(arguments)), active_id_(std::move(active_id)), limits_(limits) {}
  Outcome<std::string> run(const char* what, const std::string& key_id, std::string_view input) const;

  const std::vector<std::string> arguments_;
  const std::string active_id_;
  const ChildLimits limits_;
  mutable std::mutex mutex_;  ///< of `known_`; files are opened seldom
  mutable std::map<std::string, SecretKey> known_;
};

}  // namespace understudy::capture
