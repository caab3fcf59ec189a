// Follows captures while they are written: one file until it is sealed, or a directory over every rotation.
#pragma once

#include "capture-format/reader.hpp"
#include "capture-format/record.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace understudy::capture {

/// Never waits. Of a directory it begins with the open file that was written last, and goes on with those
/// that come after, in the order of their names; sealed or left unsealed. Not thread-safe.
class Follower {
 public:
  /// Fails when a file cannot be opened (also under the name that it has once it is sealed), or the directory
  /// cannot be listed.
  static Outcome<Follower> open(const std::filesystem::path& path, const ReaderOptions& options);

  /// Null: nothing is at hand now. Valid until the next call.
  const ExchangeView* next();
  /// The one file that was to be followed is sealed.
  bool ended() const noexcept { return ended_; }
  /// Damage of files that were left behind, "FILE: what"; taken away.
  std::vector<std::string> take_notes();
  bool damaged() const noexcept { return damaged_; }

 private:
  /// An open file that no longer grows is left when a newer one is there, after this time.
  static constexpr Monotonic::duration kAbandonedAfter = std::chrono::seconds(2);

  Follower(std::filesystem::path directory, ReaderOptions options)
      : directory_(std::move(directory)), options_(std::move(options)) {}

  void skip_what_is_there();
  /// The first capture of the directory that was not followed yet, by its name once sealed.
  std::optional<std::string> next_name();
  bool open_next();
  Outcome<> open_file(const std::filesystem::path& path);
  void leave_file();
  bool is_abandoned();

  std::filesystem::path directory_;  ///< empty: one file
  ReaderOptions options_;
  std::set<std::string> followed_;  ///< names of the directory, as they are once sealed
  std::optional<Reader> reader_;
  std::filesystem::path path_;
  Monotonic::time_point grown_at_;
  bool ended_ = false;
  bool damaged_ = false;
  std::vector<std::string> notes_;
};

}  // namespace understudy::capture
