// Keeps exchanges of one downstream connection in their order while many connections go on side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

namespace understudy::proxy {

/// Work waiting in lanes; a lane gives out its next item only after the previous one is `done`. Lanes with
/// work take turns. `Item` has a member `std::unique_ptr<Item> next`, so that waiting allocates nothing.
template <class Item>
class OrderedLanes {
 public:
  using Pointer = std::unique_ptr<Item>;

  ~OrderedLanes() {
    while (pop_any()) {
    }
  }

  void push(std::uint64_t lane_id, Pointer item) {
    auto& lane = lanes_[lane_id];
    ++waiting_;
    Item* const added = item.get();
    if (lane.last == nullptr) {
      lane.first = std::move(item);
      if (!lane.busy) ready_.push_back(lane_id);
    } else {
      lane.last->next = std::move(item);
    }
    lane.last = added;
  }

  /// The next item of the lane whose turn it is, or null. Its lane waits until `done(lane_id)`.
  Pointer pop(std::uint64_t& lane_id) {
    if (ready_.empty()) return nullptr;
    lane_id = ready_.front();
    ready_.pop_front();
    auto& lane = lanes_.find(lane_id)->second;
    lane.busy = true;
    return take_first(lane);
  }

  void done(std::uint64_t lane_id) {
    const auto found = lanes_.find(lane_id);
    if (found == lanes_.end()) return;
    found->second.busy = false;
    if (found->second.first) {
      ready_.push_back(lane_id);
    } else {
      lanes_.erase(found);
    }
  }

  /// For giving up: any waiting item, in no order of lanes, until none is left. Forgets which lanes are busy.
  Pointer pop_any() {
    ready_.clear();
    while (!lanes_.empty()) {
      const auto lane = lanes_.begin();
      if (lane->second.first) return take_first(lane->second);
      lanes_.erase(lane);
    }
    return nullptr;
  }

  /// Whether `pop` would give an item now.
  bool ready() const noexcept { return !ready_.empty(); }
  std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct Lane {
    Pointer first;
    Item* last = nullptr;
    bool busy = false;
  };

  Pointer take_first(Lane& lane) {
    auto item = std::move(lane.first);
    lane.first = std::move(item->next);
    if (!lane.first) lane.last = nullptr;
    --waiting_;
    return item;
  }

  std::unordered_map<std::uint64_t, Lane> lanes_;
  std::deque<std::uint64_t> ready_;
  std::size_t waiting_ = 0;
};

}  // namespace understudy::proxy
