#include "capture-format/crypto/key_command.hpp"

#include <sstream>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kKnownMax = 256;

}  // namespace

Outcome<KeyRingPtr> KeyCommand::open(const std::string& command, const std::string& active_id,
                                     const ChildLimits& limits) {
  std::istringstream words(command);
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) arguments.push_back(word);
  if (arguments.empty()) return Failure{"key command: is empty"};
  return KeyRingPtr(new KeyCommand(std::move(arguments), active_id, limits));
}

Outcome<std::string> KeyCommand::run(const char* what, const std::string& key_id,
                                     std::string_view input) const {
  auto arguments = arguments_;
  arguments.emplace_back(what);
  arguments.push_back(key_id);
  return run_child(arguments, input, limits_);
}

Outcome<KeyEnvelope> KeyCommand::wrap(const SecretKey& data_key, std::string_view) const {
  if (active_id_.empty())
    return Failure{fmt::format("key command {}: writing needs a key ID beside it", arguments_.front())};
  auto wrapped = run("wrap", active_id_, data_key.view());
  if (!wrapped) return wrapped.error();
  if (wrapped->empty()) return Failure{fmt::format("key command {}: prints nothing", arguments_.front())};
  if (wrapped->find(data_key.view()) != std::string::npos)
    return Failure{
        fmt::format("key command {}: prints the key itself instead of wrapping it", arguments_.front())};
  return KeyEnvelope{active_id_, *std::move(wrapped)};
}

Outcome<SecretKey> KeyCommand::unwrap(const KeyEnvelope& envelope, std::string_view) const {
  if (!is_key_id(envelope.key_id)) return Failure{"encrypted with a key whose ID is malformed"};
  const auto name = envelope.key_id + '\n' + envelope.wrapped_key;
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(name); found != known_.end()) return found->second.copy();
  auto printed = run("unwrap", envelope.key_id, envelope.wrapped_key);
  if (!printed) return printed.error();
  auto key = SecretKey::from_bytes(*printed);
  const auto size = printed->size();
  cleanse(*printed);
  if (!key)
    return Failure{fmt::format("key command {}: prints {} bytes for unwrap {}, not the 32 of a key",
                               arguments_.front(), size, envelope.key_id)};
  if (known_.size() == kKnownMax) known_.clear();
  known_.emplace(name, key->copy());
  return *std::move(key);
}

}  // namespace understudy::capture
