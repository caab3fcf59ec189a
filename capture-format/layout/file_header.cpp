#include "capture-format/layout/file_header.hpp"

#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/layout/zstd_frame.hpp"
#include "capture.pb.h"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

#include <google/protobuf/descriptor.pb.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kMagicAt = 8;
constexpr std::size_t kMajorAt = 16;
constexpr std::size_t kMinorAt = 17;
constexpr std::size_t kLengthAt = 34;
constexpr std::size_t kMagicVersionAt = 5;  // the digit in "UCAPv1"

const std::string& descriptor_set() {
  static const std::string bytes = [] {
    google::protobuf::FileDescriptorSet set;
    v1::CaptureStream::descriptor()->file()->CopyTo(set.add_file());
    return set.SerializeAsString();
  }();
  return bytes;
}

std::string encode_message(const FileHeader& header) {
  v1::FileHeader message;
  message.set_host(header.host);
  message.set_service(header.service);
  message.set_build(header.build);
  message.set_created_ns(header.created_ns);
  message.set_scrub_policy(header.scrub_policy);
  message.set_contains_unscrubbed(header.contains_unscrubbed);
  message.set_source(header.source);
  message.set_clock("utc");
  message.set_file_descriptor_set(descriptor_set());
  if (header.envelope) put_envelope(*header.envelope, *message.mutable_encryption());
  return message.SerializeAsString();
}

bool decode_message(std::string_view bytes, FileHeader& header) {
  v1::FileHeader message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  header.host = message.host();
  header.service = message.service();
  header.build = message.build();
  header.created_ns = message.created_ns();
  header.scrub_policy = message.scrub_policy();
  header.contains_unscrubbed = message.contains_unscrubbed();
  header.source = message.source();
  header.envelope.reset();
  if (message.has_encryption()) header.envelope = envelope_of(message.encryption());
  return true;
}

/// Fills in both lengths and appends the checksum.
void finish_frame(std::string& frame, std::size_t message_bytes) {
  wire::store(frame.data() + 4, static_cast<std::uint32_t>(frame.size() + kCrcBytes - kSkippableHeadBytes));
  wire::store(frame.data() + kLengthAt, static_cast<std::uint32_t>(message_bytes));
  const auto checksum = crc32c(frame);
  frame.resize(frame.size() + kCrcBytes);
  wire::store(frame.data() + frame.size() - kCrcBytes, checksum);
}

}  // namespace

std::string encode(const FileHeader& header) {
  const auto message = encode_message(header);
  std::string frame(kFileHeaderFixedBytes, '\0');
  wire::store(frame.data(), kFileHeaderMagic);
  std::copy(kFileMagic.begin(), kFileMagic.end(), frame.data() + kMagicAt);
  frame[kMajorAt] = static_cast<char>(header.major);
  frame[kMinorAt] = static_cast<char>(header.minor);
  std::copy(header.uuid.begin(), header.uuid.end(), frame.data() + kFileUuidAt);
  frame += message;
  finish_frame(frame, message.size());
  return frame;
}

Outcome<std::string> with_envelope(std::string_view frame, const KeyEnvelope& envelope) {
  FileHeader header;
  std::size_t frame_bytes = 0;
  if (decode_file_header(frame, header, frame_bytes) != FileHeaderError::none || frame_bytes != frame.size())
    return Failure{"its header is damaged: recover it first"};
  if (!header.envelope) return Failure{"is not encrypted"};
  const std::size_t message_bytes = wire::load<std::uint32_t>(frame.data() + kLengthAt);
  const auto message_end = kFileHeaderFixedBytes + message_bytes;
  v1::FileHeader message;
  message.ParseFromArray(frame.data() + kFileHeaderFixedBytes, static_cast<int>(message_bytes));
  auto replaced = replace_envelope(envelope, *message.mutable_encryption());
  if (!replaced) return replaced.error();
  std::string changed(frame.substr(0, kFileHeaderFixedBytes));
  changed += message.SerializeAsString();
  if (changed.size() != message_end)
    return Failure{"was written by a version that lays its header out otherwise"};
  // What a later minor version has put behind the message stays.
  changed += frame.substr(message_end, frame.size() - message_end - kCrcBytes);
  finish_frame(changed, message_bytes);
  return {boost::system::in_place_value, std::move(changed)};
}

std::optional<std::size_t> file_header_length(std::string_view head) noexcept {
  if (head.size() < kSkippableHeadBytes || wire::load<std::uint32_t>(head.data()) != kFileHeaderMagic)
    return std::nullopt;
  const std::size_t length = kSkippableHeadBytes + wire::load<std::uint32_t>(head.data() + 4);
  if (length < kFileHeaderFixedBytes + kCrcBytes || length > kFileHeaderBytesMax) return std::nullopt;
  return length;
}

FileHeaderError decode_file_header(std::string_view bytes, FileHeader& header, std::size_t& frame_bytes) {
  const auto length = file_header_length(bytes);
  if (!length || *length > bytes.size()) return FileHeaderError::damaged;
  const auto frame = bytes.substr(0, *length);
  auto magic = std::string(frame.substr(kMagicAt, kFileMagic.size()));
  const bool same_version = magic == kFileMagic;
  magic[kMagicVersionAt] = kFileMagic[kMagicVersionAt];
  if (magic != kFileMagic) return FileHeaderError::damaged;
  if (crc32c(frame.substr(0, *length - kCrcBytes)) !=
      wire::load<std::uint32_t>(frame.data() + *length - kCrcBytes))
    return FileHeaderError::damaged;
  header.major = static_cast<std::uint8_t>(frame[kMajorAt]);
  header.minor = static_cast<std::uint8_t>(frame[kMinorAt]);
  if (!same_version || header.major != kMajorVersion) return FileHeaderError::other_version;
  const std::size_t message_bytes = wire::load<std::uint32_t>(frame.data() + kLengthAt);
  // A later minor version may put more between the message and the checksum.
  if (message_bytes > *length - kFileHeaderFixedBytes - kCrcBytes) return FileHeaderError::damaged;
  std::copy_n(frame.data() + kFileUuidAt, header.uuid.size(), header.uuid.begin());
  if (!decode_message(frame.substr(kFileHeaderFixedBytes, message_bytes), header))
    return FileHeaderError::damaged;
  frame_bytes = *length;
  return FileHeaderError::none;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("unknown");
}

}  // namespace understudy::capture
