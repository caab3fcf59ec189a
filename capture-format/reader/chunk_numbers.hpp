// Which chunks of a file have come, by their sequence numbers: what is missing, and what stands there twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace understudy::capture {

class ChunkNumbers {
 public:
  /// Holes that are remembered; a chunk of an older one counts as one that was there already.
  static constexpr std::size_t kHolesMax = 256;

  /// For the next file.
  void reset() noexcept {
    next_ = 0;
    holes_.clear();
  }
  /// One more than the highest that came.
  std::uint64_t next() const noexcept { return next_; }
  bool has_come(std::uint64_t number) const noexcept {
    return number < next_ && hole_of(number) == holes_.size();
  }

  /// Notes that it has come, which must be new. Returns how many are missing before it, as far as that was
  /// not known yet.
  std::uint64_t take(std::uint64_t number) {
    if (number < next_) {
      fill(number);
      return 0;
    }
    return pass_to(number + 1, number);
  }
  /// It came and could not be read: another copy of it is welcome.
  void lose(std::uint64_t number) { add_hole({number, number + 1}); }
  /// All before `end` are missing that have not come; returns how many that were not known yet.
  std::uint64_t miss_until(std::uint64_t end) { return end > next_ ? pass_to(end, end) : 0; }
  /// Those before `number` are not wanted, so not missing.
  void skip_until(std::uint64_t number) noexcept { next_ = number; }

 private:
  struct Hole {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  std::size_t hole_of(std::uint64_t number) const noexcept {
    std::size_t at = 0;
    while (at < holes_.size() && (number < holes_[at].begin || number >= holes_[at].end)) ++at;
    return at;
  }

  void add_hole(const Hole& hole) {
    if (holes_.size() == kHolesMax) holes_.erase(holes_.begin());
    holes_.push_back(hole);
  }

  std::uint64_t pass_to(std::uint64_t next, std::uint64_t present) {
    const auto missing = present - next_;
    if (missing != 0) add_hole({next_, present});
    next_ = next;
    return missing;
  }

  void fill(std::uint64_t number) {
    const auto at = static_cast<std::ptrdiff_t>(hole_of(number));
    const auto hole = holes_[static_cast<std::size_t>(at)];
    holes_.erase(holes_.begin() + at);
    if (number > hole.begin) holes_.push_back({hole.begin, number});
    if (number + 1 < hole.end) holes_.push_back({number + 1, hole.end});
  }

  std::uint64_t next_ = 0;
  std::vector<Hole> holes_;
};

}  // namespace understudy::capture
