#include "capture-format/reader/follower.hpp"

#include "capture-format/layout/file_names.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/capture_paths.hpp"
#include "capture-format/reader/frame_probe.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

std::string final_name(const std::filesystem::path& path) { return sealed_name(path.filename().string()); }

/// A file that was created just now may not have it.
bool has_header(const std::filesystem::path& path) {
  const auto source = open_file_source(path);
  return source && FrameProbe(**source).file_header(0).error != FileHeaderError::damaged;
}

}  // namespace

Outcome<Follower> Follower::open(const std::filesystem::path& path, const ReaderOptions& options) {
  auto reading = options;
  reading.decode_threads = 1;
  std::error_code missing;
  if (std::filesystem::is_directory(path, missing)) {
    if (auto listed = captures_in(path); !listed) return listed.error();
    Follower follower(path, std::move(reading));
    follower.skip_what_is_there();
    return {boost::system::in_place_value, std::move(follower)};
  }
  Follower follower({}, std::move(reading));
  if (auto opened = follower.open_file(path); !opened) return opened.error();
  return {boost::system::in_place_value, std::move(follower)};
}

void Follower::skip_what_is_there() {
  const auto captures = captures_in(directory_);
  if (!captures) return;
  const std::filesystem::path* newest = nullptr;
  std::filesystem::file_time_type newest_time;
  for (const auto& capture : *captures) {
    followed_.insert(final_name(capture));
    std::error_code gone;
    const auto written = std::filesystem::last_write_time(capture, gone);
    if (gone || !capture.string().ends_with(kOpenSuffix) || (newest != nullptr && written < newest_time))
      continue;
    newest = &capture;
    newest_time = written;
  }
  if (newest != nullptr) followed_.erase(final_name(*newest));
}

std::optional<std::string> Follower::next_name() {
  const auto captures = captures_in(directory_);
  if (!captures) return std::nullopt;
  std::set<std::string> there;
  std::optional<std::string> first;
  for (const auto& capture : *captures) {
    auto name = final_name(capture);
    const bool is_new = !followed_.contains(name);
    if (is_new && (!first || name < *first)) first = name;
    there.insert(std::move(name));
  }
  // What has gone from the directory need not be remembered.
  std::erase_if(followed_, [&there](const std::string& name) { return !there.contains(name); });
  return first;
}

Outcome<> Follower::open_file(const std::filesystem::path& path) {
  // It may be sealed between its being listed, or named, and now.
  for (const auto& candidate : {path, path.parent_path() / final_name(path)}) {
    std::error_code missing;
    if (!std::filesystem::exists(candidate, missing)) continue;
    if (!directory_.empty() && !has_header(candidate))
      return Failure{fmt::format("{}: its header is not there yet, or damaged", candidate.string())};
    auto reader = Reader::open(candidate, options_);
    if (!reader) return reader.error();
    reader_.emplace(std::move(*reader));
    path_ = candidate;
    grown_at_ = Monotonic::now();
    return {};
  }
  return Failure{fmt::format("{}: no such file", path.string())};
}

bool Follower::open_next() {
  const auto name = next_name();
  if (!name) return false;
  if (const auto opened = open_file(directory_ / (*name + std::string(kOpenSuffix))); !opened) {
    // Its header may not be there yet; when a newer file is, it never will be.
    followed_.insert(*name);
    const bool is_last = !next_name().has_value();
    if (is_last) followed_.erase(*name);
    if (!is_last) notes_.push_back(opened.error().message);
    return !is_last;
  }
  followed_.insert(*name);
  return true;
}

bool Follower::is_abandoned() {
  return !directory_.empty() && Monotonic::now() - grown_at_ > kAbandonedAfter && next_name().has_value();
}

void Follower::leave_file() {
  const auto& damage = reader_->damage();
  for (const auto& note : damage.notes) notes_.push_back(fmt::format("{}: {}", path_.string(), note));
  damaged_ = damaged_ || damage.incidents != 0;
  reader_.reset();
  ended_ = directory_.empty();
}

const ExchangeView* Follower::next() {
  while (!ended_) {
    if (!reader_) {
      if (!open_next()) return nullptr;
    } else if (reader_->refresh()) {
      grown_at_ = Monotonic::now();
      if (const auto* exchange = reader_->next_at_hand()) return exchange;
      if (reader_->sealed()) leave_file();
    } else if (reader_->sealed() || is_abandoned()) {
      leave_file();
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

std::vector<std::string> Follower::take_notes() {
  if (reader_) leave_file();
  return std::exchange(notes_, {});
}

}  // namespace understudy::capture
