#include "capture-format/reader/file_keys.hpp"

#include "capture-format/reader/file_opener.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kKnownMax = 16;

}  // namespace

void FileKeys::enter(FileHeader& header) {
  header.opener.reset();
  header.locked.clear();
  if (header.envelope) unlock(header);
}

void FileKeys::enter_unknown(FileHeader& header, const std::optional<KeyEnvelope>& copy, bool encrypted) {
  header.opener.reset();
  header.locked.clear();
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [&header](const auto& known) { return known.first == header.uuid; });
  if (found != known_.end()) {
    header.opener = found->second;
  } else if (copy) {
    header.envelope = copy;
    unlock(header);
  } else if (encrypted) {
    header.locked = "encrypted, and its wrapped key is lost with its header and its first chunk";
  }
}

void FileKeys::unlock(FileHeader& header) {
  const auto& envelope = *header.envelope;
  if (envelope.wrapped_key.empty()) {
    header.locked = "encrypted in a way that this program does not know";
    return;
  }
  if (ring_ == nullptr) {
    const auto shown = is_key_id(envelope.key_id) ? envelope.key_id : "?";
    header.locked = fmt::format("encrypted with key '{}'; give --key-file (or --key-command)", shown);
    return;
  }
  auto opener = FileOpener::make(*ring_, envelope, header.uuid);
  if (!opener) {
    header.locked = opener.error().message;
    return;
  }
  header.opener = *std::move(opener);
  known_.emplace_front(header.uuid, header.opener);
  if (known_.size() > kKnownMax) known_.pop_back();
}

}  // namespace understudy::capture
