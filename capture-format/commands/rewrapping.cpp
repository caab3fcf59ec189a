#include "capture-format/commands/rewrapping.hpp"

#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/uuid.hpp"
#include "capture-format/reader/frame_probe.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// Bytes of the same length as those that stand there.
struct Patch {
  std::uint64_t offset = 0;
  std::string bytes;
};

struct Plan {
  std::vector<Patch> patches;
  Rewrapped told;
};

/// Header frames, and the first chunk's copies of them, with the new envelopes.
class Planner {
 public:
  Planner(const std::string& path, const KeyRing& old_keys, const KeyRing& new_keys)
      : path_(path), old_keys_(old_keys), new_keys_(new_keys) {}

  Outcome<Plan> run() {
    auto scanned = open_file_source(path_);
    auto source = open_file_source(path_);
    if (!scanned) return scanned.error();
    if (!source) return source.error();
    FrameScanner scanner(std::move(*scanned), FrameScanner::Content::headers_only);
    if (auto begun = scanner.begin(path_); !begun) return begun.error();
    for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
      Outcome<> planned;
      if (event == ScanEvent::file) planned = plan_file(scanner, **source);
      if (event == ScanEvent::chunk && scanner.chunk().sequence == 0)
        planned = plan_first_chunk(scanner, **source);
      if (!planned) return Failure{fmt::format("{}: {}", path_, planned.error().message)};
    }
    if (plan_.patches.empty()) return Failure{fmt::format("{}: is not encrypted", path_)};
    return {boost::system::in_place_value, std::move(plan_)};
  }

 private:
  Outcome<> plan_file(const FrameScanner& scanner, ByteSource& source) {
    const auto& file = scanner.file();
    envelope_.reset();
    if (!file.envelope) return {};
    const auto probed = FrameProbe(source).file_header(scanner.file_start());
    if (probed.error != FileHeaderError::none || probed.header.uuid != file.uuid)
      return Failure{"its header is damaged: recover it first"};
    const std::string_view uuid(file.uuid.data(), file.uuid.size());
    const auto key = old_keys_.unwrap(*file.envelope, uuid);
    if (!key) return key.error();
    auto wrapped = new_keys_.wrap(*key, uuid);
    if (!wrapped) return wrapped.error();
    envelope_ = *std::move(wrapped);
    auto frame = with_envelope(source.read_at(scanner.file_start(), probed.frame_bytes), *envelope_);
    if (!frame) return frame.error();
    plan_.patches.push_back({scanner.file_start(), *std::move(frame)});
    if (plan_.told.parts++ == 0) plan_.told.old_key_id = file.envelope->key_id;
    plan_.told.new_key_id = envelope_->key_id;
    return {};
  }

  Outcome<> plan_first_chunk(const FrameScanner& scanner, ByteSource& source) {
    if (!envelope_) return {};
    const auto& header = scanner.chunk();
    const auto extension = FrameProbe(source).chunk_extension(scanner.chunk_offset(), header);
    const auto changed = with_envelope_in_extension(extension, *envelope_);
    if (!changed) return changed.error();
    auto frame = encode(header, *changed);
    if (frame.size() != header.header_bytes) return Failure{"its first chunk's header has too little room"};
    plan_.patches.push_back({scanner.chunk_offset(), std::move(frame)});
    return {};
  }

  const std::string& path_;
  const KeyRing& old_keys_;
  const KeyRing& new_keys_;
  std::optional<KeyEnvelope> envelope_;  ///< the new one of the file that the scanner is in
  Plan plan_;
};

/// The copy while it is made; removed unless it has taken the original's name.
class Copy {
 public:
  Copy(std::string path, std::string temporary) : path_(std::move(path)), temporary_(std::move(temporary)) {}
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  ~Copy() {
    if (from_ >= 0) close(from_);
    if (to_ < 0) return;
    close(to_);
    if (!renamed_) unlink(temporary_.c_str());
  }

  Outcome<> make(const std::vector<Patch>& patches) {
    struct stat status{};
    from_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (from_ < 0 || fstat(from_, &status) != 0) return failure();
    // A recorder holds the lock of what it writes; it would go on in the file that loses its name here.
    if (flock(from_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      return Failure{fmt::format("{}: is being written; rekey it when it is sealed", path_)};
    to_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to_ < 0 || !copy_bytes(static_cast<std::uint64_t>(status.st_size))) return failure();
    for (const auto& [offset, bytes] : patches)
      if (pwrite(to_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
          static_cast<ssize_t>(bytes.size()))
        return failure();
    if (!keep_attributes(status) || fdatasync(to_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0)
      return failure();
    renamed_ = true;
    return sync_directory();
  }

 private:
  Failure failure() const {
    return Failure{fmt::format("{}: cannot be rewrapped: {}", path_,
                               boost::system::error_code(errno, boost::system::system_category()).message())};
  }

  /// Owner (where we may), mode, and the time that limits of age look at.
  bool keep_attributes(const struct stat& status) const {
    const bool other_owner = status.st_uid != geteuid() || status.st_gid != getegid();
    if (other_owner && fchown(to_, status.st_uid, status.st_gid) != 0 && errno != EPERM) return false;
    const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
    return fchmod(to_, status.st_mode & 0777U) == 0 && futimens(to_, times.data()) == 0;
  }

  bool copy_bytes(std::uint64_t left) {
    while (left > 0) {
      const auto copied = copy_file_range(from_, nullptr, to_, nullptr, static_cast<std::size_t>(left), 0);
      if (copied < 0 && errno == EINTR) continue;
      if (copied < 0) return copy_through_memory(left);
      if (copied == 0) {
        errno = EIO;  // it has become shorter
        return false;
      }
      left -= static_cast<std::uint64_t>(copied);
    }
    return true;
  }

  /// For file systems that cannot copy by themselves; goes on where they have stopped.
  bool copy_through_memory(std::uint64_t left) {
    std::vector<char> piece(std::size_t{1} << 20);
    while (left > 0) {
      const auto got = read(from_, piece.data(), std::min<std::uint64_t>(piece.size(), left));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      for (ssize_t done = 0; done < got;) {
        const auto written = write(to_, piece.data() + done, static_cast<std::size_t>(got - done));
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) done += written;
      }
      left -= static_cast<std::uint64_t>(got);
    }
    return true;
  }

  Outcome<> sync_directory() const {
    const auto parent = std::filesystem::path(path_).parent_path();
    const int directory = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return failure();
    const bool synced = fsync(directory) == 0 || errno == EINVAL || errno == EROFS;
    close(directory);
    if (!synced) return failure();
    return {};
  }

  std::string path_;
  std::string temporary_;
  int from_ = -1;
  int to_ = -1;
  bool renamed_ = false;
};

}  // namespace

Outcome<Rewrapped> rewrap(const std::string& path, const KeyRing& old_keys, const KeyRing& new_keys) {
  const std::filesystem::path original(path);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(original, ignored)))
    return Failure{fmt::format("{}: is no regular file", path)};
  const auto plan = Planner(path, old_keys, new_keys).run();
  if (!plan) return plan.error();
  const auto name = fmt::format(".{}.{}.part", original.filename().string().substr(0, 200),
                                to_hex(random_uuid()).substr(0, 8));
  Copy copy(path, (original.parent_path() / name).string());
  if (auto made = copy.make(plan->patches); !made) return made.error();
  return plan->told;
}

}  // namespace understudy::capture
