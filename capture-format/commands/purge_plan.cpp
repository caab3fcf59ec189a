#include "capture-format/commands/purge_plan.hpp"

#include "capture-format/commands/living_writer.hpp"
#include "capture-format/layout/file_names.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/clock.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

namespace fs = std::filesystem;

PurgeItem skipped(PurgeItem item, std::string reason) {
  item.action = PurgeAction::skip;
  item.incomplete = true;
  item.reason = std::move(reason);
  return item;
}

std::uint64_t last_change_ns(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? wall_ns_of(status.st_mtim) : UINT64_MAX;
}

/// What the headers of the chunks tell of ages. An encrypted file without its key is as old as its last
/// change: that cannot be before its newest exchange.
struct Ages {
  std::uint64_t exchanges = 0;
  std::uint64_t oldest_ns = UINT64_MAX;
  std::uint64_t newest_ns = 0;  ///< a file without exchanges is as old as it is
};

Outcome<Ages> ages_of(const std::string& path, const KeyRingPtr& keys) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
  scanner.use_keys(keys);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  Ages ages;
  std::uint64_t created_ns = 0;
  bool locked = false;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    locked = locked || !scanner.file().locked.empty();
    if (event == ScanEvent::file) created_ns = std::max(created_ns, scanner.file().created_ns);
    if (event != ScanEvent::chunk || scanner.chunk().exchanges == 0) continue;
    const auto& chunk = scanner.chunk();
    ages.exchanges += chunk.exchanges;
    ages.oldest_ns = std::min(ages.oldest_ns, chunk.min_start_ns);
    ages.newest_ns = std::max(ages.newest_ns, chunk.max_start_ns);
  }
  if (scanner.damage().incidents != 0)
    return Failure{"damaged: its age is not known for sure; `understudy capture recover` first"};
  if (ages.exchanges == 0) ages.newest_ns = ages.oldest_ns = created_ns;
  if (locked) ages.newest_ns = ages.oldest_ns = last_change_ns(path);
  return ages;
}

/// Reads every record: only they tell their session, and their time exactly.
PurgeItem count_unwanted(PurgeItem item, const PurgeTarget& target, const KeyRingPtr& keys,
                         Progress& progress) {
  ReaderOptions reading;
  reading.keys = keys;
  auto reader = Reader::open(item.path, reading);
  if (!reader) return skipped(std::move(item), reader.error().message);
  item.exchanges = 0;
  while (const auto* exchange = reader->next()) {
    ++item.exchanges;
    if (target.holds(*exchange)) ++item.unwanted;
    progress.update(reader->totals().position, reader->totals().file_bytes);
    if (interrupted()) break;
  }
  if (reader->damage().incidents != 0)
    return skipped(std::move(item), fmt::format("damaged ({}): `understudy capture recover` first",
                                                reader->damage().notes.front()));
  const bool empties = item.unwanted == item.exchanges && reader->gaps().empty();
  if (item.unwanted != 0) item.action = empties ? PurgeAction::remove : PurgeAction::rewrite;
  return item;
}

PurgeItem plan_by_age(PurgeItem item, const PurgeTarget& target, const KeyRingPtr& keys, Progress& progress) {
  const auto ages = ages_of(item.path, keys);
  if (!ages) return skipped(std::move(item), ages.error().message);
  item.exchanges = ages->exchanges;
  if (ages->newest_ns < target.before_ns) {
    item.action = PurgeAction::remove;
    item.unwanted = item.exchanges;
    return item;
  }
  if (ages->oldest_ns >= target.before_ns) return item;
  if (target.rewrite) return count_unwanted(std::move(item), target, keys, progress);
  item.reason = "old only in part: --rewrite takes that part out";
  return item;
}

}  // namespace

Outcome<std::vector<std::string>> purge_candidates(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::error_code error;
    const auto status = fs::symlink_status(path, error);
    if (fs::is_regular_file(status)) {
      files.push_back(path);
      continue;
    }
    if (!fs::is_directory(fs::status(path, error)))
      return Failure{fmt::format("{}: no capture file and no directory of them", path)};
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
      if (is_capture_name(entry->path().filename().string()) && fs::is_regular_file(entry->symlink_status()))
        files.push_back(entry->path().string());
    if (error) return Failure{fmt::format("{}: {}", path, error.message())};
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

PurgeItem plan_purge(const std::string& path, const PurgeTarget& target, const KeyRingPtr& keys,
                     Progress& progress) {
  PurgeItem item;
  item.path = path;
  std::error_code error;
  item.file_bytes = fs::file_size(path, error);
  if (is_being_written(path)) {
    auto living = skipped(std::move(item), "is being written; purge it when it is sealed");
    // What has just been recorded is not old; but it may well be of the session.
    living.incomplete = target.before_ns == 0;
    return living;
  }
  return target.before_ns != 0 ? plan_by_age(std::move(item), target, keys, progress)
                               : count_unwanted(std::move(item), target, keys, progress);
}

}  // namespace understudy::capture
