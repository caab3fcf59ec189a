#include "capture-format/crypto/key_file.hpp"

#include "capture-format/crypto/gcm.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{64} << 10;
constexpr std::size_t kKeysMax = 256;
constexpr std::size_t kWrappedBytes = sizeof(GcmNonce) + SecretKey::kBytes + kGcmTagBytes;

std::string associated_data(std::string_view file_uuid, std::string_view key_id) {
  std::string data = "understudy capture key\n";
  return data.append(file_uuid).append(key_id);
}

Failure unusable(const std::filesystem::path& path, std::string_view why) {
  return Failure{fmt::format("key file {}: {}", path.string(), why)};
}

std::string last_error() {
  return boost::system::error_code(errno, boost::system::system_category()).message();
}

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

/// The file's own rights decide, whatever the directory allows.
Outcome<> check_private(const std::filesystem::path& path, int descriptor) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) return unusable(path, last_error());
  if (!S_ISREG(status.st_mode)) return unusable(path, "is no regular file");
  if (status.st_uid != geteuid() && status.st_uid != 0)
    return unusable(path, "belongs to another user; chown it");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return unusable(path, fmt::format("has mode {:03o}, so others may read or change it; chmod 600 it",
                                      status.st_mode & 0777U));
  if (status.st_size > static_cast<off_t>(kFileBytesMax)) return unusable(path, "is larger than 64 KiB");
  return {};
}

Outcome<std::string> read_private(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return unusable(path, fmt::format("cannot be opened: {}", last_error()));
  if (auto checked = check_private(path, file.number()); !checked) return checked.error();
  std::string text(kFileBytesMax, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unusable(path, last_error());
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return {boost::system::in_place_value, std::move(text)};
}

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view kBlank = " \t\r";
  const auto begin = std::min(line.find_first_not_of(kBlank), line.size());
  line.remove_prefix(begin);
  const auto end = std::min(line.find_first_of(kBlank), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

}  // namespace

KeyFile::KeyFile(std::string key_id, SecretKey key) : source_("this process") {
  entries_.push_back({std::move(key_id), std::move(key)});
}

Outcome<KeyRingPtr> KeyFile::open(const std::filesystem::path& path, const std::string& active_id) {
  auto text = read_private(path);
  if (!text) return text.error();
  std::shared_ptr<KeyFile> ring(new KeyFile("key file " + path.string()));
  auto parsed = ring->parse(*text);
  cleanse(*text);
  if (parsed) parsed = ring->activate(active_id);
  if (!parsed) return parsed.error();
  return KeyRingPtr(std::move(ring));
}

Outcome<> KeyFile::parse(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto id = next_word(line);
    if (id.empty() || id.front() == '#') continue;
    auto key = SecretKey::from_base64(next_word(line));
    // What stands there is never repeated: it may be a key.
    if (!is_key_id(id) || !key || !next_word(line).empty())
      return Failure{
          fmt::format("{}:{}: needs a key ID, a space and 32 bytes in base64 (understudy capture "
                      "keygen makes such a line)",
                      source_, number)};
    if (find(id) != nullptr)
      return Failure{fmt::format("{}:{}: key ID {} stands there twice", source_, number, id)};
    if (entries_.size() == kKeysMax) return Failure{fmt::format("{}: more than {} keys", source_, kKeysMax)};
    entries_.push_back({std::string(id), *std::move(key)});
  }
  if (entries_.empty()) return Failure{fmt::format("{}: holds no key", source_)};
  return {};
}

Outcome<> KeyFile::activate(const std::string& key_id) {
  if (key_id.empty()) return {};
  const auto* entry = find(key_id);
  if (entry == nullptr) return Failure{fmt::format("{}: holds no key '{}'", source_, key_id)};
  active_ = static_cast<std::size_t>(entry - entries_.data());
  return {};
}

const KeyFile::Entry* KeyFile::find(std::string_view key_id) const noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [key_id](const Entry& entry) { return entry.id == key_id; });
  return found == entries_.end() ? nullptr : &*found;
}

Outcome<KeyEnvelope> KeyFile::wrap(const SecretKey& data_key, std::string_view file_uuid) const {
  const auto& [id, key] = entries_[active_];
  GcmNonce nonce;
  if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1)
    return Failure{"the system has no random numbers"};
  KeyEnvelope envelope;
  envelope.key_id = id;
  envelope.wrapped_key.assign(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  envelope.wrapped_key.resize(kWrappedBytes);
  if (!gcm_seal(key, nonce, associated_data(file_uuid, id), data_key.view(),
                envelope.wrapped_key.data() + nonce.size()))
    return Failure{"OpenSSL cannot encrypt"};
  return envelope;
}

Outcome<SecretKey> KeyFile::unwrap(const KeyEnvelope& envelope, std::string_view file_uuid) const {
  const auto* entry = find(envelope.key_id);
  if (entry == nullptr)
    return Failure{fmt::format("encrypted with key '{}', which {} does not hold", envelope.key_id, source_)};
  GcmNonce nonce;
  std::array<char, SecretKey::kBytes> opened{};
  std::optional<SecretKey> key;
  if (envelope.wrapped_key.size() == kWrappedBytes) {
    std::copy_n(envelope.wrapped_key.begin(), nonce.size(), nonce.begin());
    if (gcm_open(entry->key, nonce, associated_data(file_uuid, envelope.key_id),
                 std::string_view(envelope.wrapped_key).substr(nonce.size()), opened.data()))
      key = SecretKey::from_bytes({opened.data(), opened.size()});
  }
  OPENSSL_cleanse(opened.data(), opened.size());
  if (!key)
    return Failure{fmt::format("key '{}' of {} does not open it: another key of that name, or changed bytes",
                               envelope.key_id, source_)};
  return *std::move(key);
}

}  // namespace understudy::capture
