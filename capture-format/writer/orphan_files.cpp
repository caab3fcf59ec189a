#include "capture-format/writer/orphan_files.hpp"

#include "capture-format/layout/file_names.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/chunk_check.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "capture-format/writer/output_file.hpp"
#include "core/base/clock.hpp"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kOrphansMax = 16;
/// A recorder locks its file before the first byte; an empty one of this age has no writer any more.
constexpr std::uint64_t kEmptyAgeNs = 10'000'000'000;
/// A copy is made only where so much stays free behind it.
constexpr std::uint64_t kSpareBytes = std::uint64_t{16} << 20;
constexpr std::string_view kCopySuffix = ".recovering";

/// The descriptor's own file, whatever its name means by now.
std::string path_of(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int descriptor = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(descriptor), closedir);
  if (!entries) {
    close(descriptor);
    return names;
  }
  while (const auto* entry = readdir(entries.get())) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

/// Opened and locked, and still the one of that name; -1 when it is nobody's to take.
int open_unclaimed(int directory, const std::string& name, struct stat& status) {
  const int descriptor = openat(directory, name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return -1;
  struct stat named{};
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &status) == 0 &&
      S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
      fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && named.st_ino == status.st_ino &&
      named.st_dev == status.st_dev)
    return descriptor;
  close(descriptor);
  return -1;
}

/// The begin of a chunk that ends behind the file, at its end: a kill can cut a write short. Nothing of it
/// can be read; anything else that is wrong is damage.
bool is_torn_chunk(int descriptor, std::uint64_t at, std::uint64_t end) {
  std::array<char, kChunkHeaderBytesMax> bytes{};
  const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, bytes.size()));
  if (pread(descriptor, bytes.data(), there, static_cast<off_t>(at)) != static_cast<ssize_t>(there))
    return false;
  std::array<char, 4> magic{};
  wire::store(magic.data(), kChunkHeaderMagic);
  if (there < kChunkHeaderBytes)
    return std::equal(bytes.begin(), bytes.begin() + std::min(there, magic.size()), magic.begin());
  const auto length = chunk_header_length({bytes.data(), there});
  if (length && *length > there) return true;
  const auto header = decode_chunk_header({bytes.data(), there});
  return header && at + header->header_bytes + header->stored_bytes > end;
}

}  // namespace

struct OrphanFiles::Orphan {
  Interruption told;
  int descriptor = -1;
  std::uint64_t bytes = 0;
  timespec changed{};
  bool readable = false;
  bool encrypted = false;
  FileHeader header;

  std::string final_name() const { return sealed_name(told.file); }

  /// Walks the headers.
  void look() {
    told.last_ns = wall_ns_of(changed);
    auto source = open_file_source(path_of(descriptor));
    if (!source) return;
    FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
    if (!scanner.begin(told.file)) return;
    std::uint64_t last_ns = 0;
    for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
      if (event == ScanEvent::file && !readable) {
        readable = true;
        header = scanner.file();
      }
      if (event != ScanEvent::chunk) continue;
      encrypted = encrypted || (scanner.chunk().flags & kEncrypted) != 0;
      last_ns = std::max(last_ns, scanner.chunk().max_end_ns);
    }
    if (readable) told.last_ns = last_ns != 0 ? last_ns : header.created_ns;
  }
};

struct OrphanFiles::Copy {
  explicit Copy(std::unique_ptr<ByteSource> source)
      : scanner(std::move(source), FrameScanner::Content::stored) {}

  FrameScanner scanner;
  ChunkCheck check;
  OutputFile output;
  std::uint64_t whole_bytes = 0;  ///< up to where it has been read without damage
  std::uint64_t exchanges = 0;
  bool failed = false;
};

OrphanFiles::OrphanFiles(const CaptureDirectory& directory, std::string_view service)
    : directory_(directory), prefix_(capture_file_prefix(service)) {}

OrphanFiles::~OrphanFiles() {
  if (copy_) copy_->output.discard();
  for (const auto& orphan : orphans_)
    if (orphan.descriptor >= 0) close(orphan.descriptor);
}

bool OrphanFiles::done() const noexcept { return next_ == orphans_.size(); }

void OrphanFiles::find() {
  for (const auto& name : names_in(directory_.descriptor()))
    if (orphans_.size() < kOrphansMax && name.starts_with(prefix_) && name.ends_with(kOpenFileSuffix))
      consider(name);
}

void OrphanFiles::consider(const std::string& name) {
  struct stat status{};
  const int descriptor = open_unclaimed(directory_.descriptor(), name, status);
  if (descriptor < 0) return;
  const bool empty = status.st_size == 0;
  if (empty && wall_ns_of(status.st_mtim) + kEmptyAgeNs > wall_now().value) {
    close(descriptor);
    return;
  }
  Orphan orphan;
  orphan.told.file = name;
  orphan.descriptor = descriptor;
  orphan.bytes = static_cast<std::uint64_t>(status.st_size);
  orphan.changed = status.st_mtim;
  orphan.look();
  orphans_.push_back(std::move(orphan));
}

Gap OrphanFiles::gap() const {
  Gap gap;
  const auto now_ns = wall_now().value;
  for (const auto& orphan : orphans_)
    gap.add(GapReason::crash, 0, 0, std::min(orphan.told.last_ns, now_ns), now_ns);
  return gap;
}

std::optional<Interruption> OrphanFiles::step() {
  auto& orphan = orphans_[next_];
  if (copy_) {
    if (copy_frame()) return std::nullopt;
    return end_copy(orphan);
  }
  const int directory = directory_.descriptor();
  const auto& name = orphan.told.file;
  if (orphan.bytes == 0) {
    const bool removed = unlinkat(directory, name.c_str(), 0) == 0;
    return end(orphan, removed ? OrphanFate::empty : OrphanFate::left);
  }
  // Another file could not be decrypted: place and identity of a chunk are part of what its tag protects.
  if (orphan.encrypted) {
    const bool renamed =
        renameat2(directory, name.c_str(), directory, orphan.final_name().c_str(), RENAME_NOREPLACE) == 0;
    return end(orphan, renamed ? OrphanFate::renamed : OrphanFate::left);
  }
  if (!orphan.readable) return set_aside(orphan);
  if (!begin_copy(orphan)) return end(orphan, OrphanFate::left);
  return std::nullopt;
}

bool OrphanFiles::begin_copy(const Orphan& orphan) {
  if (directory_.free_bytes() < orphan.bytes + kSpareBytes) return false;
  auto source = open_file_source(path_of(orphan.descriptor));
  if (!source) return false;
  copy_ = std::make_unique<Copy>(std::move(*source));
  const auto temporary = orphan.told.file + std::string(kCopySuffix);
  // Of a start that was killed too: whoever holds the orphan's lock owns this name.
  unlinkat(directory_.descriptor(), temporary.c_str(), 0);
  const bool begun = copy_->scanner.begin(orphan.told.file).has_value() &&
                     copy_->output.create(directory_.descriptor(), temporary, orphan.header).has_value();
  if (!begun) copy_.reset();
  return begun;
}

/// False at the end, or when the disk fails.
bool OrphanFiles::copy_frame() {
  const auto event = copy_->scanner.next();
  if (event == ScanEvent::end) return false;
  if (copy_->scanner.damage().incidents == 0) copy_->whole_bytes = copy_->scanner.position();
  if (event != ScanEvent::chunk) return true;
  const auto& stored = copy_->scanner.stored();
  if (const auto checked = copy_->check.check(copy_->scanner.chunk(), stored); !checked) {
    copy_->scanner.note_lost_chunk(checked.error().message);
    return true;
  }
  auto header = copy_->scanner.chunk();
  header.header_bytes = kChunkHeaderBytes;
  copy_->failed = !copy_->output.write_chunk(header, stored, &copy_->check.routes());
  copy_->exchanges += copy_->failed ? 0 : header.exchanges;
  return !copy_->failed;
}

/// The copy is on disk under its name before the orphan goes.
Interruption OrphanFiles::end_copy(Orphan& orphan) {
  const auto copy = std::move(copy_);
  const int directory = directory_.descriptor();
  const auto name = orphan.final_name();
  const auto& damage = copy->scanner.damage();
  const bool nothing = copy->output.chunks() == 0;
  const bool sealed = !copy->failed && !nothing && copy->output.seal(name, false);
  if (!sealed) copy->output.discard();
  if (!sealed && (copy->failed || !nothing)) return end(orphan, OrphanFate::left);
  orphan.told.exchanges = copy->exchanges;
  orphan.told.chunks_lost = damage.chunks_lost;
  if (sealed) {
    // It is as old as what it holds: `keep` removes the oldest first.
    const std::array<timespec, 2> times{orphan.changed, orphan.changed};
    utimensat(directory, name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
  }
  const bool torn =
      damage.incidents == 1 && is_torn_chunk(orphan.descriptor, copy->whole_bytes, orphan.bytes);
  if (damage.incidents != 0 && !torn) return set_aside(orphan);
  unlinkat(directory, orphan.told.file.c_str(), 0);
  return end(orphan, sealed ? OrphanFate::sealed : OrphanFate::empty);
}

/// What could not be copied may still be worth something to somebody.
Interruption OrphanFiles::set_aside(Orphan& orphan) {
  const int directory = directory_.descriptor();
  const auto aside = orphan.final_name() + std::string(kDamagedSuffix);
  const bool renamed = renameat(directory, orphan.told.file.c_str(), directory, aside.c_str()) == 0;
  return end(orphan, renamed ? OrphanFate::damaged : OrphanFate::left);
}

Interruption OrphanFiles::end(Orphan& orphan, OrphanFate fate) {
  orphan.told.fate = fate;
  close(orphan.descriptor);
  orphan.descriptor = -1;
  ++next_;
  return std::move(orphan.told);
}

}  // namespace understudy::capture
